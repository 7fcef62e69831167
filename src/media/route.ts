/** Pure: what a stranger asks for, by the path. */

import { safeFileName } from './file-name.js';

/** An address of ours as it was taken apart; whether it was ever given out is not known yet. */
export type Asked =
  | { readonly kind: 'token'; readonly token: string; readonly name: string }
  | { readonly kind: 'short'; readonly id: string; readonly name: string }
  | { readonly kind: 'page' | 'raw'; readonly id: string };

/** The first part of a path, by which it is ours whatever follows: it never is a path of the homeserver's. */
const OURS = /^\/(?:v1\/media\/|m\/|p\/)/u;
const TOKEN = /^\/v1\/media\/download\/([\w-]{1,1000})(?:\/([\w.%-]{1,120}))?$/u;
const SHORT = /^\/m\/([0-9A-Za-z]{16})\/([\w.%-]{1,120})$/u;
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
  if (token !== undefined) return withName(named, (name) => ({ kind: 'token', token, name }));
  const [, short, called = ''] = SHORT.exec(inner) ?? [];
  if (short !== undefined) return withName(called, (name) => ({ kind: 'short', id: short, name }));
  const [, page, raw] = PAGE.exec(inner) ?? [];
  return page === undefined ? 'unknown' : { kind: raw === undefined ? 'page' : 'raw', id: page };
}

/** Only names that we write. */
function withName(written: string, asked: (name: string) => Asked): Asked | 'unknown' {
  let name: string;
  try {
    name = decodeURIComponent(written);
  } catch (fault) {
    // Escapes that are no UTF-8.
    if (fault instanceof URIError) return 'unknown';
    throw fault;
  }
  return name === '' || name === safeFileName(name) ? asked(name) : 'unknown';
}

/** The path of an address, behind `publicUrl`; in a safe name only letters outside ASCII need escapes. */
export function pathOf(asked: Asked): string {
  if (asked.kind === 'token') return `/v1/media/download/${asked.token}/${encodeURIComponent(asked.name)}`;
  if (asked.kind === 'short') return `/m/${asked.id}/${encodeURIComponent(asked.name)}`;
  return `/p/${asked.id}${asked.kind === 'raw' ? '/raw' : ''}`;
}
