/** Takes links to Matrix users and rooms apart: `https://matrix.to/#/…` and `matrix:…` (appendices, "Matrix URIs"). */

import { parseRoomAlias, parseRoomId, parseUserId, type RoomAlias, type RoomId, type UserId } from '../model/ids.js';

/** What a link leads to. */
export interface MatrixLink {
  readonly id: UserId | RoomAlias | RoomId;
  /** It leads to one message there. */
  readonly event: boolean;
  /** The shortest address for a person (M2I-34): to a message without the servers to join by, which readers do not need. */
  readonly address: string;
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
  const [bare = '', query] = href.split('?', 2);
  const path = bare.split('/');
  if (MATRIX_TO.test(href)) return linkTo(path[4] ?? '', path[5] ?? '', query);
  const kind = /^matrix:(\w+)$/i.exec(path[0] ?? '')?.[1];
  const sigil = SIGILS.get(kind ?? '');
  return sigil === undefined ? undefined : linkTo(sigil + (path[1] ?? ''), path[2] === 'e' || path[2] === 'event' ? `$${path[3] ?? ''}` : '', query);
}

function linkTo(written: string, event: string, query: string | undefined): MatrixLink | undefined {
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
  if (id === undefined) return undefined;
  const where = `https://matrix.to/#/${written}`;
  if (event !== '') return { id, event: true, address: `${where}/${event}` };
  return { id, event: false, address: query === undefined ? where : `${where}?${query}` };
}
