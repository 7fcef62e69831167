/** Routes of what is said and kept in rooms: send, redact, state, members, messages. */

import type { JsonObject } from '../../model/matrix-content.js';
import type { Request, Route } from './answer.js';
import { MatrixFault, notFound, text } from './answer.js';
import { checkIn, checkMaySend, checkPowerLevels } from './authority.js';
import { context } from './context.js';
import { createRoom } from './create-room.js';
import type { House } from './house.js';
import { clientEvent } from './house.js';
import { isObject, stringOr } from './json.js';
import { changeMembership, sameContent } from './membership.js';
import type { Room } from './room.js';
import type { TransactionMemory } from './transaction-memory.js';
import { upgradeRoom } from './upgrade.js';

/** Routes of a room's events. */
export function roomRoutes(house: House, memory: TransactionMemory): Record<string, Route> {
  const visible = (id: string, request: Request): Room => {
    const room = house.room(id);
    checkIn(room, request.who.user);
    return room;
  };
  const shown = (room: Room, request: Request) => (event: Parameters<typeof clientEvent>[0]): JsonObject =>
    clientEvent(event, house.clock.now(), event.sender === request.who.user);
  const see: Route = (request) => {
    visible(request.parts[0] ?? '', request);
    return {};
  };
  const send: Route = (request) =>
    memory.once(request, () => {
      const [id = '', type = '', transactionId = ''] = request.parts;
      const room = house.room(id);
      checkMaySend(room, request.who.user, type, undefined);
      const draft = { type, sender: request.who.user, content: request.body, transactionId, ...stamp(request) };
      return { event_id: house.append(room, draft).event_id };
    });
  const putState: Route = (request) => {
    const [id = '', type = '', stateKey = ''] = request.parts;
    return { event_id: setState(house, house.room(id), request, type, stateKey) };
  };
  const getState: Route = (request) => {
    const [id = '', type = '', key = ''] = request.parts;
    const content = visible(id, request).state(type, key);
    if (content === undefined) throw notFound('Event not found.');
    return content;
  };
  return {
    'POST /createRoom': (request) => createRoom(house, request),
    'POST /rooms/{}/upgrade': (request) => upgradeRoom(house, request),
    'PUT /rooms/{}/send/{}/{}': send,
    'PUT /rooms/{}/redact/{}/{}': (request) => memory.once(request, () => redact(house, request)),
    'PUT /rooms/{}/state/{}/{}': putState,
    'PUT /rooms/{}/state/{}': putState,
    'GET /rooms/{}/state/{}/{}': getState,
    'GET /rooms/{}/state/{}': getState,
    'GET /rooms/{}/state': (request) => {
      const room = visible(request.parts[0] ?? '', request);
      // An array is what the specification has here; the only route whose answer is none of our objects.
      return room.allState().map(shown(room, request)) as unknown as JsonObject;
    },
    'GET /rooms/{}/members': (request) => {
      const room = visible(request.parts[0] ?? '', request);
      const wanted = request.query.get('membership');
      const members = room.allState().filter(({ type, content }) => type === 'm.room.member' && (wanted ?? content.membership) === content.membership);
      return { chunk: members.map(shown(room, request)) };
    },
    'GET /rooms/{}/joined_members': (request) => {
      const room = visible(request.parts[0] ?? '', request);
      const joined = room.joined().map((user) => {
        const { displayname, avatar_url } = room.state('m.room.member', user) ?? {};
        return [user, { display_name: displayname ?? null, avatar_url: avatar_url ?? null }];
      });
      return { joined: Object.fromEntries(joined) as JsonObject };
    },
    'GET /joined_rooms': ({ who }) => ({
      joined_rooms: [...house.rooms.values()].filter((room) => room.membership(who.user) === 'join').map(({ id }) => id),
    }),
    'GET /rooms/{}/event/{}': (request) => {
      const room = visible(request.parts[0] ?? '', request);
      const event = room.event(request.parts[1] ?? '');
      if (event === undefined) throw notFound('Event not found.');
      return shown(room, request)(event);
    },
    'GET /rooms/{}/context/{}': (request) => {
      const room = visible(request.parts[0] ?? '', request);
      return context(room, request, shown(room, request));
    },
    'GET /rooms/{}/messages': (request) => messages(visible(request.parts[0] ?? '', request), request, shown),
    'PUT /rooms/{}/typing/{}': (request) => see(request),
    'POST /rooms/{}/receipt/{}/{}': (request) => see(request),
    'POST /rooms/{}/read_markers': (request) => see(request),
  };
}

/** Only application services choose the time of an event. */
function stamp({ query, who }: Request): { ts?: number } {
  const given = query.get('ts');
  if (given === null || who.service === undefined) return {};
  const ts = Number(given);
  if (!Number.isSafeInteger(ts)) throw new MatrixFault(400, 'M_INVALID_PARAM', 'Query parameter ts must be an integer');
  return { ts };
}

function setState(house: House, room: Room, request: Request, type: string, stateKey: string): string {
  const { who, body } = request;
  if (type === 'm.room.member') {
    const { membership: _, ...more } = body;
    return changeMembership(house, room, who.user, stateKey, text(body, 'membership'), more, stamp(request).ts).event_id;
  }
  if (type === 'm.room.create') throw new MatrixFault(403, 'M_FORBIDDEN', 'A room is made only once');
  checkMaySend(room, who.user, type, stateKey);
  if (type === 'm.room.power_levels') checkPowerLevels(room, who.user, body);
  if (type === 'm.room.canonical_alias') checkCanonical(house, room, body);
  const before = room.stateEvent(type, stateKey);
  if (before !== undefined && before.sender === who.user && sameContent(before.content, body)) return before.event_id;
  return house.append(room, { type, sender: who.user, content: body, stateKey, ...stamp(request) }).event_id;
}

/** An alias in the state must be one of this room. */
function checkCanonical(house: House, room: Room, { alias }: JsonObject): void {
  if (alias === undefined || alias === null || alias === room.state('m.room.canonical_alias')?.alias) return;
  if (typeof alias !== 'string' || house.aliases.get(alias) !== room.id) {
    throw new MatrixFault(400, 'M_BAD_ALIAS', `Room alias ${stringOr(alias, '')} does not point to the room`);
  }
}

function redact(house: House, request: Request): JsonObject {
  const [id = '', eventId = '', transactionId = ''] = request.parts;
  const room = house.room(id);
  const { user } = request.who;
  checkMaySend(room, user, 'm.room.redaction', undefined);
  const target = room.event(eventId);
  if (target === undefined) throw notFound('Could not find event');
  if (target.sender !== user && room.level(user) < room.levelTo('redact')) {
    throw new MatrixFault(403, 'M_FORBIDDEN', "You don't have permission to redact events");
  }
  const content = { ...request.body, redacts: eventId };
  return { event_id: house.append(room, { type: 'm.room.redaction', sender: user, content, transactionId }).event_id };
}

function messages(
  room: Room,
  request: Request,
  shown: (room: Room, request: Request) => (event: Room['timeline'][number]) => JsonObject,
): JsonObject {
  const { query } = request;
  const back = query.get('dir') !== 'f';
  const limit = Math.min(1000, Math.max(1, Number(query.get('limit') ?? '10')));
  const from = Number((query.get('from') ?? (back ? `t${room.timeline.length}` : 't0')).replace(/^t/u, ''));
  if (!Number.isSafeInteger(from)) throw new MatrixFault(400, 'M_INVALID_PARAM', 'Invalid token');
  const filter: unknown = JSON.parse(query.get('filter') ?? '{}');
  const types = isObject(filter) && Array.isArray(filter.types) ? filter.types : undefined;
  const slice = back ? room.timeline.slice(Math.max(0, from - limit), from).reverse() : room.timeline.slice(from, from + limit);
  const end = back ? from - slice.length : from + slice.length;
  const more = back ? end > 0 : end < room.timeline.length;
  const chunk = slice.filter(({ type }) => types === undefined || types.includes(type)).map(shown(room, request));
  return { chunk, start: `t${from}`, ...(more ? { end: `t${end}` } : {}), state: [] };
}
