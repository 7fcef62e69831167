/** `GET /rooms/{roomId}/context/{eventId}`: an event with the room's state at it, as Synapse gives it with `limit=0`. */

import type { JsonObject } from '../../model/matrix-content.js';
import type { Request } from './answer.js';
import { MatrixFault, notFound } from './answer.js';
import { isObject } from './json.js';
import type { Room, RoomEvent } from './room.js';

/** @param shown how an event looks to the one who asks */
export function context(room: Room, request: Request, shown: (event: RoomEvent) => JsonObject): JsonObject {
  const at = room.timeline.findIndex(({ event_id }) => event_id === request.parts[1]);
  const event = room.timeline[at];
  if (event === undefined) throw notFound('Event not found.');
  if (request.query.get('limit') !== '0') throw new MatrixFault(400, 'M_UNRECOGNIZED', 'only limit=0 here');
  const state = new Map<string, RoomEvent>();
  for (const each of room.timeline.slice(0, at + 1)) {
    if (each.state_key !== undefined) state.set(`${each.type}\0${each.state_key}`, each);
  }
  const { types, senders } = filterOf(request);
  const wanted = [...state.values()].filter((each) => (types?.includes(each.type) ?? true) && (senders?.includes(each.sender) ?? true));
  return { event: shown(event), events_before: [], events_after: [], state: wanted.map(shown) };
}

function filterOf({ query }: Request): { readonly types?: readonly unknown[]; readonly senders?: readonly unknown[] } {
  const filter = JSON.parse(query.get('filter') ?? '{}') as JsonObject;
  if (!isObject(filter)) throw new MatrixFault(400, 'M_BAD_JSON', 'filter must be an object');
  const list = (key: string): { [key: string]: readonly unknown[] } => {
    const value = filter[key];
    return Array.isArray(value) ? { [key]: value as unknown[] } : {};
  };
  return { ...list('types'), ...list('senders') };
}
