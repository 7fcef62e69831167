/** IRC nicks as Matrix user ids and back, with the escapes that mairc used, so that its ghosts are found again. */

import { createHash } from 'node:crypto';

import { type UserId } from '../model/ids.js';
import { parseNick, type Nick } from '../model/irc-names.js';
import { foldName, type CaseMapping } from './casefold.js';
import { aroundVariable, between, fillTemplate, type Around } from './template.js';

/** What names a network's ghosts: `matrixClients` of its configuration, its key, and our homeserver's name. */
export interface GhostNaming {
  /** Such as `@irc_$NICK`. */
  readonly userTemplate: string;
  /** Such as `$NICK (IRC)`; the bare nick unless given. */
  readonly displayName?: string;
  readonly server: string;
  readonly domain: string;
}

/** Bytes of an MXID (appendices, "Common identifier format"). */
const MAX_BYTES = 255;
/** Marks an id too long to hold its nick: it reads as NUL, which no nick has, so it can never be taken for one. */
const SHORTENED = '=00';

/**
 * The ghost of a nick (GHOST-1, GHOST-2): letters in both cases, digits, `-._=` stay, all else becomes `=` and hex of
 * each UTF-8 byte. Beyond mairc: characters outside ASCII go by bytes, and a `=` that would read as an escape is
 * escaped, so that different nicks always get different ids. Never refuses: an id over 255 bytes ends in a digest.
 */
export function ghostId(naming: GhostNaming, nick: Nick): UserId {
  const { before, after } = around(naming);
  const id = before + escapeNick(nick) + after;
  if (Buffer.byteLength(id) <= MAX_BYTES) return id as UserId;
  const digest = SHORTENED + createHash('sha256').update(nick).digest('hex').slice(0, 32);
  return (before +
    escapeNick(nick).slice(0, MAX_BYTES - Buffer.byteLength(before + after) - digest.length) +
    digest +
    after) as UserId;
}

/**
 * The nick of a ghost, its escapes undone (GHOST-2a). `undefined` for users of other servers, for ids that merely
 * contain the template, and for ids that `ghostId` gives to no nick.
 */
export function ghostNick(naming: GhostNaming, user: string): Nick | undefined {
  const escaped = between(user, around(naming));
  if (escaped === undefined || user.length > MAX_BYTES) return undefined;
  const nick = parseNick(unescapeNick(escaped));
  return nick !== undefined && escapeNick(nick) === escaped ? nick : undefined;
}

/** Whether an id lies in the namespace of this network's ghosts, so that only we can be behind it. */
export function isGhost(naming: GhostNaming, user: string): boolean {
  return between(user, around(naming)) !== undefined;
}

/** Whether the network holds two nicks for the same, so that they must have one ghost (GHOST-4). */
export function sameGhost(mapping: CaseMapping, one: string, other: string): boolean {
  return foldName(mapping, one) === foldName(mapping, other);
}

/** What a ghost is called on Matrix (GHOST-6); control and direction characters of the nick vanish (C2). */
export function ghostDisplayName(naming: GhostNaming, nick: Nick): string {
  const shown = nick.replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '');
  return fillTemplate(naming.displayName ?? '$NICK', { NICK: shown, SERVER: naming.server });
}

/** Filled templates; each event asks whether its sender is a ghost. */
const filled = new WeakMap<GhostNaming, Around>();

function around(naming: GhostNaming): Around {
  const known = filled.get(naming);
  if (known) return known;
  const fresh = fill(naming);
  filled.set(naming, fresh);
  return fresh;
}

function fill(naming: GhostNaming): Around {
  const parts = aroundVariable(naming.userTemplate, 'NICK', { SERVER: naming.server });
  if (!parts) throw new Error(`userTemplate has no $NICK: ${naming.userTemplate}`);
  return { before: parts.before, after: `${parts.after}:${naming.domain}` };
}

function escapeNick(nick: string): string {
  return nick.replace(/[^\w.=-]+|=(?=[0-9a-f]{2})/g, (characters) =>
    [...Buffer.from(characters)].map((byte) => `=${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}

/** Bytes that are no UTF-8 become U+FFFD here; the caller's comparison then tells that no nick has this id. */
function unescapeNick(escaped: string): string {
  return escaped.replace(/(?:=[0-9a-f]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('=', ''), 'hex').toString());
}
