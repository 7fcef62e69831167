/** Takes links to Matrix users and rooms apart: `https://matrix.to/#/…` and `matrix:…` (appendices, "Matrix URIs"). */

import { parseRoomAlias, parseRoomId, parseUserId, type RoomAlias, type RoomId, type UserId } from '../model/ids.js';

/** What a link leads to. */
export interface MatrixLink {
  readonly id: UserId | RoomAlias | RoomId;
  /** It leads to one message there. */
  readonly event: boolean;
  /** The parts of its address, escaped as they were: see `addressOf`. */
  readonly parts: { readonly id: string; readonly event: string; readonly query: string };
}

const MATRIX_TO = /^https?:\/\/matrix\.to\/#\//i;
const MATRIX = /^matrix:(\w+)\//i;
const SIGILS: ReadonlyMap<string, string> = new Map([
  ['u', '@'],
  ['user', '@'],
  ['r', '#'],
  ['room', '#'],
  ['roomid', '!'],
]);

/** Reads such a link; `undefined` for any other address and for broken ones. */
export function parseMatrixLink(href: string): MatrixLink | undefined {
  if (href.length > 1000) return undefined;
  const to = MATRIX_TO.exec(href);
  const [start = '', kind] = to ?? MATRIX.exec(href) ?? [];
  const sigil = kind === undefined ? '' : SIGILS.get(kind);
  if (start === '' || sigil === undefined) return undefined;
  const asks = href.indexOf('?');
  const [id = '', event = '', named = ''] = href.slice(start.length, asks < 0 ? href.length : asks).split('/', 3);
  const query = asks < 0 ? '' : href.slice(asks);
  if (to) return linkTo({ id, event, query });
  return linkTo({ id: sigil + id, event: event === 'e' || event === 'event' ? `$${named}` : '', query });
}

/** The shortest address for a person (M2I-34): to a message without the servers to join by, which its readers do not need. */
export function addressOf({ parts: { id, event, query } }: MatrixLink): string {
  return `https://matrix.to/#/${id}${event === '' ? query : `/${event}`}`;
}

function linkTo(parts: MatrixLink['parts']): MatrixLink | undefined {
  if (/%(?![0-9a-f]{2})/i.test(parts.id)) return undefined;
  let text = parts.id;
  try {
    if (text.includes('%')) text = decodeURIComponent(text);
  } catch (fault) {
    // Escapes that are no UTF-8: nobody's id.
    if (fault instanceof URIError) return undefined;
    throw fault;
  }
  const id = parseUserId(text) ?? parseRoomAlias(text) ?? parseRoomId(text);
  return id === undefined ? undefined : { id, event: parts.event !== '', parts };
}
