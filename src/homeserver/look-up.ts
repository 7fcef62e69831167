/** One event by its id, for somebody who refers to it: told only when he could see it (INV-6, A-9, A-10, A-11). */

import { BridgeError } from '../model/errors.js';
import type { EventId, RoomId, UserId } from '../model/ids.js';
import type { ClientServer } from './call.js';
import { decodeEvent } from './decode.js';
import type { Patience } from './patience.js';
import type { FoundEvent } from './port.js';
import { isRaw, objectIn, type Raw } from './raw.js';

export interface LookUpParts {
  readonly bot: UserId;
  readonly server: ClientServer;
  readonly patience: Patience;
}

/**
 * Asks the homeserver for an event with the room's state at it: whether `viewer` was joined there is not what any event
 * claims. `undefined`: no such event in that room, he could not see it, or the homeserver cannot say it now.
 * @param by which of our users asks, one who is in the room
 */
export async function lookUp(
  { bot, server, patience }: LookUpParts,
  { room, id, viewer, by }: { readonly room: RoomId; readonly id: EventId; readonly viewer: UserId; readonly by: UserId },
): Promise<FoundEvent | undefined> {
  const filter = encodeURIComponent(JSON.stringify({ types: ['m.room.member'], senders: [viewer] }));
  const path = `/v3/rooms/${encodeURIComponent(room)}/context/${encodeURIComponent(id)}?limit=0&filter=${filter}`;
  try {
    const once = (): Promise<Raw> => server.once({ name: 'getContext', method: 'GET', path }, by === bot ? undefined : by);
    const answer = await patience.through(by, once, { tries: 2 });
    const item = objectIn(answer, 'event');
    if (!item || item['event_id'] !== id || item['room_id'] !== room) return undefined;
    return item['sender'] === viewer || wasIn(answer, viewer) ? found(item) : undefined;
  } catch (fault) {
    if (!(fault instanceof BridgeError) || fault.code === 'STOPPING') throw fault;
    return undefined;
  }
}

/** Only joins have their own subject as sender, so the filter leaves one membership at most. */
function wasIn(answer: Raw, viewer: UserId): boolean {
  const state: unknown = answer['state'];
  return (Array.isArray(state) ? (state as unknown[]) : []).some(
    (each) =>
      isRaw(each) &&
      each['type'] === 'm.room.member' &&
      each['state_key'] === viewer &&
      objectIn(each, 'content')?.['membership'] === 'join',
  );
}

function found(item: Raw): FoundEvent {
  const decoded = decodeEvent(item);
  if (decoded.ok) return { event: decoded.event };
  // What was redacted says nothing any more, but who said it is no secret.
  const redacted = objectIn(objectIn(item, 'unsigned') ?? {}, 'redacted_because') !== undefined;
  const bare = redacted ? decodeEvent({ ...item, content: { msgtype: 'm.text', body: '' }, unsigned: {} }) : decoded;
  return bare.ok ? { deletedOf: bare.event.sender, at: bare.event.at } : { other: true };
}
