/** IRC names as types: what is written, and what is compared (folded by the network's CASEMAPPING). */

import type { Branded, UserId } from './ids.js';

/** A network's key in `ircService.servers`, such as `irc.libera.chat`; the same in commands and in the store. */
export type NetworkName = Branded<'NetworkName'>;
/** A nick as its owner writes it. */
export type Nick = Branded<'Nick'>;
/** A channel's name as written, its prefix included. */
export type ChannelName = Branded<'ChannelName'>;
/** A nick or channel folded by the network's CASEMAPPING: only for comparing and as a key, never shown or sent. */
export type Folded = Branded<'Folded'>;

/** Who a connection belongs to: a Matrix user, or the bridge's own bot. */
export type ClientOwner = UserId | 'bot';
/** One connection: a person has at most one for each network. */
export interface ClientId {
  readonly network: NetworkName;
  readonly owner: ClientOwner;
}

/** Where a line comes from; `user` and `host` are missing on servers' own lines and on some echoes. */
export interface Hostmask {
  readonly nick: Nick;
  readonly user?: string;
  readonly host?: string;
}

/** Takes the key of a network as the configuration has it. */
export function asNetworkName(text: string): NetworkName {
  return text as NetworkName;
}

/** Reads a nick heard from a server or decoded from an id; refuses what could not be one parameter of a line. */
export function parseNick(text: unknown): Nick | undefined {
   
  return typeof text === 'string' && /^[^\x00-\x20\x7f:,!@#*?][^\x00-\x20\x7f,!@*?]*$/u.test(text) && text.length <= 200
    ? (text as Nick)
    : undefined;
}

/**
 * Reads a channel name; refuses white space, commas, control characters and names over 200 bytes
 * (RFC 2812 §1.3 and RELIABILITY A-3: what a server would cut or split must never become a link).
 * @param types the network's CHANTYPES, `#` unless known
 */
export function parseChannelName(text: unknown, types = '#&+!'): ChannelName | undefined {
  if (typeof text !== 'string' || text.length < 1 || Buffer.byteLength(text) > 200) return undefined;
  if (!types.includes(text.charAt(0))) return undefined;
   
  return /[\x00-\x20\x7f,\u0085\u2028\u2029]/u.test(text) || !text.isWellFormed() ? undefined : (text as ChannelName);
}
