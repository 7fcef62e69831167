/** Folds nicks and channel names by a network's CASEMAPPING: the only place where IRC names are lower-cased. */

import type { Folded } from '../model/irc-names.js';

/** The rules that servers announce (ISUPPORT CASEMAPPING). */
export type CaseMapping = 'ascii' | 'rfc1459' | 'rfc1459-strict' | 'rfc7613';

/** `[]\~` are the capitals of `{}|^` (RFC 2812 §2.2, numeric 005); the strict rule leaves `~` and `^` apart. */
const CAPITALS = {
  ascii: /[A-Z]/g,
  'rfc1459-strict': /[A-Z[\]\\]/g,
  rfc1459: /[A-Z[\]\\~]/g,
} as const;

const small = (capital: string): string => (capital === '~' ? '^' : String.fromCharCode(capital.charCodeAt(0) + 32));

/**
 * Folds a name for comparing and for keys; only ASCII (and its four extra pairs) folds, but under `rfc7613`
 * (PRECIS UsernameCaseMapped: width and case mapping, NFC) all of Unicode does. Never to be shown or sent.
 */
export function foldName(mapping: CaseMapping, name: string): Folded {
  if (mapping === 'rfc7613') return name.normalize('NFKC').toLowerCase().normalize('NFC') as Folded;
  return name.replace(CAPITALS[mapping], small) as Folded;
}

/** Reads the value of CASEMAPPING; nothing or a rule we do not know counts as `rfc1459`, the protocol's default. */
export function caseMappingOf(token: string | undefined): CaseMapping {
  switch (token?.toLowerCase()) {
    case 'ascii':
      return 'ascii';
    case 'rfc7613':
      return 'rfc7613';
    case 'rfc1459-strict':
    case 'strict-rfc1459':
      return 'rfc1459-strict';
    default:
      return 'rfc1459';
  }
}
