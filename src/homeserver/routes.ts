/** Pure: which question a request's method and path are, before anything of it is believed. */

export type Route =
  | { readonly kind: 'transaction' | 'alias' | 'user' | 'meta'; readonly method: string; readonly encoded: string }
  | { readonly kind: 'ping'; readonly method: string }
  /** Is the process alive, is the bridge ready: asked by supervisors, without a token. */
  | { readonly kind: 'probe'; readonly method: string; readonly encoded: 'live' | 'ready' }
  /** The figures, where they are on this port; without a token. */
  | { readonly kind: 'metrics'; readonly method: string }
  /** The library's own third-party lookups. */
  | { readonly kind: 'library'; readonly method: string; readonly encoded: string }
  | { readonly kind: 'unknown' };

/** The paths of the specification, the same without prefix, and as they were when unstable (AS API, "Legacy routes"). */
const PREFIXES = ['/_matrix/app/v1/', '/_matrix/app/unstable/', '/'];
const QUESTIONS = new Map<string, { kind: 'transaction' | 'alias' | 'user'; method: string }>([
  ['transactions', { kind: 'transaction', method: 'PUT' }],
  ['rooms', { kind: 'alias', method: 'GET' }],
  ['users', { kind: 'user', method: 'GET' }],
]);
const PINGS = new Set(['/_matrix/app/v1/ping', '/_matrix/app/unstable/fi.mau.msc2659/ping']);
/** Meta events (matrix-spec issue 258) are unstable. */
const META = /^\/_matrix\/app\/unstable\/meta\/([^/]+)$/u;
const PROBES = new Map<string, 'live' | 'ready'>([
  ['/live', 'live'],
  ['/ready', 'ready'],
  ['/health', 'ready'],
]);
const LIBRARY = /^\/_matrix\/app\/(?:v1|unstable)\/thirdparty\/(?:protocol|user|location)(?:\/[^/]+)?$/u;

/**
 * Finds the route. `method` is the one it allows; the caller compares. Nothing is decoded yet, and spelling counts:
 * a path that only looks alike must not reach the library's routes, which would take transactions without keeping them.
 * @param path without query
 */
export function routeOf(path: string): Route {
  if (PINGS.has(path)) return { kind: 'ping', method: 'POST' };
  if (path === '/metrics') return { kind: 'metrics', method: 'GET' };
  const probe = PROBES.get(path);
  if (probe) return { kind: 'probe', method: 'GET', encoded: probe };
  const meta = META.exec(path)?.[1];
  if (meta !== undefined) return { kind: 'meta', method: 'PUT', encoded: meta };
  if (LIBRARY.test(path)) return { kind: 'library', method: 'GET', encoded: path };
  const prefix = PREFIXES.find((one) => path.startsWith(one));
  const [name, encoded, ...more] = prefix === undefined ? [] : path.slice(prefix.length).split('/');
  const question = QUESTIONS.get(name ?? '');
  if (!question || encoded === undefined || encoded === '' || more.length > 0) return { kind: 'unknown' };
  return { ...question, encoded };
}

/** Splits a request's target; an absolute one (RFC 9112 §3.2.2) is taken for its path. `undefined`: neither. */
export function splitTarget(target: string): { readonly path: string; readonly query: URLSearchParams } | undefined {
  const relative = target.startsWith('/') ? target : /^https?:\/\/[^/?#]*(\/[^#]*)$/iu.exec(target)?.[1];
  if (relative === undefined) return undefined;
  const mark = relative.indexOf('?');
  const path = mark < 0 ? relative : relative.slice(0, mark);
  return { path, query: new URLSearchParams(mark < 0 ? '' : relative.slice(mark + 1)) };
}

/** Undoes percent encoding; `undefined` when it is malformed. */
export function decodePart(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    // A malformed escape is the asker's fault and is answered 400.
    return undefined;
  }
}
