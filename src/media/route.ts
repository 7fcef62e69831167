/** Pure: what a stranger asks for, by the path. */

/** An address of ours as it was taken apart; whether it was ever given out is not known yet. */
export type Asked =
  | { readonly kind: 'token'; readonly token: string; readonly name: string }
  | { readonly kind: 'short'; readonly id: string; readonly name: string }
  | { readonly kind: 'page' | 'raw'; readonly id: string };

/** The first part of a path, by which it is ours whatever follows: it never is a path of the homeserver's. */
const OURS = /^\/(?:v1\/media\/|m\/|p\/)/u;
const TOKEN = /^\/v1\/media\/download\/([\w-]{1,1000})(?:\/([\w.-]{1,100}))?$/u;
const SHORT = /^\/m\/([0-9A-Za-z]{16})\/([\w.-]{1,100})$/u;
const PAGE = /^\/p\/([0-9A-Za-z]{16})(\/raw)?$/u;

/**
 * Whose a path is. A reverse proxy may or may not take the path of `publicUrl` off, so both are understood.
 * @param prefix the path of `publicUrl`, without a slash at its end
 * @returns `undefined`: not for us; `unknown`: for us, and nothing is there
 */
export function askedOf(path: string, prefix: string): Asked | 'unknown' | undefined {
  const inner = prefix !== '' && path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
  // Whatever `publicUrl` is, the homeserver's own paths stay its own.
  if (!OURS.test(inner)) return inner === path || path.startsWith('/_matrix/') ? undefined : 'unknown';
  const [, token, named = ''] = TOKEN.exec(inner) ?? [];
  if (token !== undefined) return { kind: 'token', token, name: named };
  const [, short, name = ''] = SHORT.exec(inner) ?? [];
  if (short !== undefined) return { kind: 'short', id: short, name };
  const [, page, raw] = PAGE.exec(inner) ?? [];
  return page === undefined ? 'unknown' : { kind: raw === undefined ? 'page' : 'raw', id: page };
}

/** The path of an address, behind `publicUrl`. Safe names need no escapes. */
export function pathOf(asked: Asked): string {
  if (asked.kind === 'token') return `/v1/media/download/${asked.token}/${asked.name}`;
  if (asked.kind === 'short') return `/m/${asked.id}/${asked.name}`;
  return `/p/${asked.id}${asked.kind === 'raw' ? '/raw' : ''}`;
}
