/**
 * Matrix identifiers as types. A string becomes one of these only here, by parsing, so that the rest of the
 * program never has to ask whether an identifier is well-formed.
 */

declare const brand: unique symbol;
/** A string that has been checked to be of kind `B`; it cannot be made by assignment. */
export type Branded<B extends string> = string & { readonly [brand]: B };

/** A user's MXID, `@localpart:domain`; historical ids (any characters but NUL and control in the domain) included. */
export type UserId = Branded<'UserId'>;
/** A room's id: `!opaque:domain`, or `!opaque` from room version 12 on. */
export type RoomId = Branded<'RoomId'>;
/** A room alias, `#localpart:domain`. */
export type RoomAlias = Branded<'RoomAlias'>;
/** An event's id, `$opaque`. */
export type EventId = Branded<'EventId'>;
/** The address of uploaded media, `mxc://server/id`. */
export type MxcUri = Branded<'MxcUri'>;

/** Longest identifier that the specification allows, in bytes (appendices, "Common identifier format"). */
const MAX_BYTES = 255;

const fits = (text: string): boolean => text.length <= MAX_BYTES && Buffer.byteLength(text) <= MAX_BYTES;

/** Reads an MXID of any local part; `undefined` for what is none (no `@`, no `:`, empty domain, over 255 bytes, NUL). */
export function parseUserId(text: unknown): UserId | undefined {
  if (typeof text !== 'string' || !fits(text) || !/^@[^:\0]*:[^\s\0@#!]+$/u.test(text)) return undefined;
  return text as UserId;
}

/** Reads a room id with or without domain (room version 12 has none); `undefined` for what is none. */
export function parseRoomId(text: unknown): RoomId | undefined {
  return typeof text === 'string' && fits(text) && /^![^\s\0]+$/u.test(text) ? (text as RoomId) : undefined;
}

/** Reads a room alias; `undefined` for what is none. */
export function parseRoomAlias(text: unknown): RoomAlias | undefined {
  return typeof text === 'string' && fits(text) && /^#[^:\0]+:[^\s\0]+$/u.test(text) ? (text as RoomAlias) : undefined;
}

/** Reads an event id; `undefined` for what is none. */
export function parseEventId(text: unknown): EventId | undefined {
  return typeof text === 'string' && fits(text) && /^\$[^\s\0]+$/u.test(text) ? (text as EventId) : undefined;
}

/** A server name (appendices, "Server name") that means nothing else in a path: not `..`, and without escapes. */
const SERVER = /^(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/u;

/** Reads an `mxc://` address; `undefined` for what is none. */
export function parseMxcUri(text: unknown): MxcUri | undefined {
  if (typeof text !== 'string') return undefined;
  const [, server = '', id = ''] = /^mxc:\/\/([^/]{1,255})\/([\w-]{1,255})$/u.exec(text) ?? [];
  return id !== '' && SERVER.test(server) ? (text as MxcUri) : undefined;
}

/** The part between the sigil and the first colon. */
export function localpartOf(id: UserId | RoomAlias): string {
  return id.slice(1, id.indexOf(':'));
}

/** The server part: all after the first colon, port included. */
export function domainOf(id: UserId | RoomAlias): string {
  return id.slice(id.indexOf(':') + 1);
}
