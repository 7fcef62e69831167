/** Takes links to Matrix users and rooms apart: `https://matrix.to/#/…` and `matrix:…` (appendices, "Matrix URIs"). */

import { parseRoomAlias, parseRoomId, parseUserId, type RoomAlias, type RoomId, type UserId } from '../model/ids.js';

/** What a link leads to; `event` is true when it leads to one message there. */
export interface MatrixLink {
  readonly id: UserId | RoomAlias | RoomId;
  readonly event: boolean;
}

const MATRIX = /^(?:https?:\/\/matrix\.to\/#\/|matrix:)/i;
const MATRIX_TO = /^https?:\/\/matrix\.to\/#\//i;
const SIGILS: ReadonlyMap<string, string> = new Map([
  ['u', '@'],
  ['user', '@'],
  ['r', '#'],
  ['room', '#'],
  ['roomid', '!'],
]);

/** Reads such a link; `undefined` for any other address and for broken ones. */
export function parseMatrixLink(href: string): MatrixLink | undefined {
  if (href.length > 1000 || !MATRIX.test(href)) return undefined;
  const path = (href.split('?', 1)[0] ?? '').split('/');
  if (MATRIX_TO.test(href)) return linkTo(path[4] ?? '', path.length > 5 && path[5] !== '');
  const kind = /^matrix:(\w+)$/i.exec(path[0] ?? '')?.[1];
  const sigil = SIGILS.get(kind ?? '');
  return sigil === undefined ? undefined : linkTo(sigil + (path[1] ?? ''), path.length > 2);
}

function linkTo(written: string, event: boolean): MatrixLink | undefined {
  if (/%(?![0-9a-f]{2})/i.test(written)) return undefined;
  let text: string;
  try {
    text = decodeURIComponent(written);
  } catch (fault) {
    // Escapes that are no UTF-8: nobody's id.
    if (fault instanceof URIError) return undefined;
    throw fault;
  }
  const id = parseUserId(text) ?? parseRoomAlias(text) ?? parseRoomId(text);
  return id === undefined ? undefined : { id, event };
}
