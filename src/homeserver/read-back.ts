/** Looks whether an event that we may have sent is in its room (H14): the homeserver's memory of transaction ids is short. */

import type { EventId, RoomId, UserId } from '../model/ids.js';
import { parseEventId } from '../model/ids.js';
import { isFault } from '../model/errors.js';
import type { ClientServer } from './call.js';
import { MARK } from './content.js';
import { isRaw, objectIn, textIn } from './raw.js';
import type { Raw } from './raw.js';

const PAGE = 100;
const MOST_PAGES = 20;
/** How much our clock and the homeserver's may differ, ms. */
const CLOCK_SLACK = 300_000;

/** What is looked for. `since`: when it can have been sent first (ms, our clock); 0: not known. */
export interface Sought {
  readonly room: RoomId;
  readonly sender: UserId;
  readonly type: string;
  readonly mark: string;
  readonly since: number;
}

/**
 * Reads back from the newest event until older than `since` less five minutes, or 2,000 events of the sender.
 * @returns the event's id, or `undefined` when it is not there
 * @throws BridgeError as any call does
 */
export async function readBack(server: ClientServer, sought: Sought): Promise<EventId | undefined> {
  try {
    return await search(server, sought, sought.sender);
  } catch (fault) {
    // The ghost is not in the room (any more); the bot may see what it said while it was.
    if (!isFault(fault, 'HOMESERVER_FORBIDDEN')) throw fault;
  }
  try {
    return await search(server, sought, undefined);
  } catch (fault) {
    // Nobody of ours is in the room: then sending again is refused too, and nothing can be doubled.
    if (isFault(fault, 'HOMESERVER_FORBIDDEN')) return undefined;
    throw fault;
  }
}

async function search(server: ClientServer, sought: Sought, reader: UserId | undefined): Promise<EventId | undefined> {
  const filter = encodeURIComponent(JSON.stringify({ senders: [sought.sender], types: [sought.type] }));
  const path = `/v3/rooms/${encodeURIComponent(sought.room)}/messages?dir=b&limit=${PAGE}&filter=${filter}`;
  let from = '';
  for (let page = 0; page < MOST_PAGES; page++) {
    const body = await server.once({ name: 'messages', method: 'GET', path: path + from }, reader);
    const chunk = Array.isArray(body['chunk']) ? (body['chunk'] as unknown[]).filter(isRaw) : [];
    const found = chunk.find((event) => isSought(event, sought));
    if (found) return parseEventId(found['event_id']);
    if (chunk.some((event) => isOlder(event, sought.since))) return undefined;
    const end = textIn(body, 'end', 4096);
    if (end === undefined || end === '' || chunk.length === 0) return undefined;
    from = `&from=${encodeURIComponent(end)}`;
  }
  return undefined;
}

function isSought(event: Raw, sought: Sought): boolean {
  if (event['sender'] !== sought.sender) return false;
  const content = objectIn(event, 'content');
  return content !== undefined && content[MARK] === sought.mark;
}

function isOlder(event: Raw, since: number): boolean {
  const at = event['origin_server_ts'];
  return typeof at === 'number' && at < since - CLOCK_SLACK;
}
