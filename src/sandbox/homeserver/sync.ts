/** GET /sync: enough of it for a person of a story, and for simple clients. */

import type { JsonObject } from '../../model/matrix-content.js';
import type { Request, Route } from './answer.js';
import { MatrixFault } from './answer.js';
import type { House } from './house.js';
import { clientEvent, strippedState } from './house.js';
import type { Room, RoomEvent } from './room.js';

/** Events that somebody who comes in sees from before, where the room's history allows it. */
const HISTORY = 10;

export function syncRoutes(house: House): Record<string, Route> {
  return { 'GET /sync': (request) => sync(house, request) };
}

async function sync(house: House, request: Request): Promise<JsonObject> {
  const { query, who, signal } = request;
  const given = query.get('since');
  const since = given === null ? undefined : Number(given.replace(/^s/u, ''));
  if (since !== undefined && !Number.isSafeInteger(since)) throw new MatrixFault(400, 'M_INVALID_PARAM', 'Invalid stream token');
  const until = house.clock.elapsed() + Math.min(60_000, Number(query.get('timeout') ?? '0'));
  for (;;) {
    const position = house.position;
    const rooms = changesFor(house, who.user, since);
    const left = until - house.clock.elapsed();
    if (since === undefined || rooms !== undefined || left <= 0 || signal.aborted) {
      return { next_batch: `s${position}`, rooms: rooms ?? {}, presence: { events: [] }, account_data: { events: [] } };
    }
    await house.nextChange(left, signal);
  }
}

function changesFor(house: House, user: string, since: number | undefined): JsonObject | undefined {
  const join: Record<string, JsonObject> = {};
  const invite: Record<string, JsonObject> = {};
  const leave: Record<string, JsonObject> = {};
  for (const room of house.rooms.values()) {
    const own = room.stateEvent('m.room.member', user);
    if (own === undefined) continue;
    const news = after(room.timeline, since ?? -1);
    if (news.length === 0) continue;
    const shown = (event: RoomEvent): JsonObject => clientEvent(event, house.clock.now(), event.sender === user);
    switch (own.content.membership) {
      case 'join': {
        const whole = since === undefined || joinedSince(room, user, since);
        const events = whole ? recent(room, user) : news;
        join[room.id] = {
          timeline: { events: events.map(shown), limited: whole, prev_batch: `t${room.timeline.indexOf(events[0] ?? own)}` },
          state: { events: whole ? room.allState().filter((event) => !events.includes(event)).map(shown) : [] },
          ephemeral: { events: [] },
          account_data: { events: [] },
        };
        break;
      }
      case 'invite':
        if (own.position > (since ?? -1)) {
          invite[room.id] = { invite_state: { events: [...strippedState(room), shown(own)] } };
        }
        break;
      default:
        if (since !== undefined && own.position > since) {
          const seen = news.filter(({ position }) => position <= own.position);
          leave[room.id] = { timeline: { events: seen.map(shown), limited: false }, state: { events: [] } };
        }
    }
  }
  const nothing = [join, invite, leave].every((group) => Object.keys(group).length === 0);
  return nothing ? undefined : { join, invite, leave };
}

/** The events behind a position; searched from the end, where they are. */
function after(timeline: readonly RoomEvent[], position: number): RoomEvent[] {
  let from = timeline.length;
  while (from > 0 && (timeline[from - 1]?.position ?? 0) > position) from -= 1;
  return timeline.slice(from);
}

function joinedSince(room: Room, user: string, since: number): boolean {
  const own = room.timeline.filter((event) => event.type === 'm.room.member' && event.state_key === user);
  const before = own.filter(({ position }) => position <= since).at(-1);
  return before?.content.membership !== 'join';
}

function recent(room: Room, user: string): RoomEvent[] {
  const shared = room.state('m.room.history_visibility')?.history_visibility;
  const last = room.timeline.slice(-HISTORY);
  if (shared !== 'joined' && shared !== 'invited') return last;
  const at = room.timeline.findLastIndex(
    (event) => event.type === 'm.room.member' && event.state_key === user && event.unsigned.prev_content === undefined,
  );
  return room.timeline.slice(Math.max(at, 0)).slice(-HISTORY);
}
