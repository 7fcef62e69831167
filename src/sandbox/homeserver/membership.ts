/** Changing who is in a room: join, invite, leave, kick, ban, unban. */

import type { JsonObject } from '../../model/matrix-content.js';
import type { Requester } from './answer.js';
import { MatrixFault, maybeText, notFound, text } from './answer.js';
import type { Route } from './answer.js';
import { ask, covers } from './appservice.js';
import { checkMembership } from './authority.js';
import { checkAlias } from './checks.js';
import type { House } from './house.js';
import type { Room, RoomEvent } from './room.js';

/** Judges and writes a change of membership; the same content again gives the first event. */
export function changeMembership(
  house: House,
  room: Room,
  sender: string,
  target: string,
  membership: string,
  more: JsonObject = {},
  ts?: number,
): RoomEvent {
  if (!/^@[^:]*:.+/u.test(target)) throw new MatrixFault(400, 'M_INVALID_PARAM', `Invalid user_id: ${target}`);
  checkMembership(room, sender, target, membership);
  const account = house.accounts.byId.get(target);
  const shows = membership === 'join' || membership === 'invite';
  const content: JsonObject = {
    membership,
    ...(shows && account?.displayName !== undefined ? { displayname: account.displayName } : {}),
    ...(shows && account?.avatar !== undefined ? { avatar_url: account.avatar } : {}),
    ...more,
  };
  const before = room.stateEvent('m.room.member', target);
  if (before !== undefined && before.sender === sender && sameContent(before.content, content)) return before;
  return house.append(room, {
    type: 'm.room.member', sender, stateKey: target, content, ...(ts === undefined ? {} : { ts }),
  });
}

/** Whether two contents are the same JSON, whatever the order of their keys. */
export function sameContent(a: JsonObject, b: JsonObject): boolean {
  const sorted = (_: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)))
      : value;
  return JSON.stringify(a, sorted) === JSON.stringify(b, sorted);
}

/** The room of an alias; the application services that own it are asked once when there is none. */
export async function resolveAlias(house: House, alias: string): Promise<string> {
  checkAlias(alias);
  const known = house.aliases.get(alias);
  if (known !== undefined) return known;
  for (const service of house.accounts.services) {
    if (!covers(service.aliases, alias) || !(await ask(service, 'rooms', alias))) continue;
    const made = house.aliases.get(alias);
    if (made !== undefined) return made;
  }
  throw notFound(`Room alias ${alias} not found`);
}

/** Routes that change memberships. */
export function membershipRoutes(house: House): Record<string, Route> {
  const join = async (who: Requester, name: string, body: JsonObject): Promise<JsonObject> => {
    const id = name.startsWith('#') ? await resolveAlias(house, name) : name;
    const room = house.rooms.get(id);
    if (room === undefined) {
      throw new MatrixFault(404, 'M_UNKNOWN', "Can't join remote room because no servers that are in the room have been provided.");
    }
    changeMembership(house, room, who.user, who.user, 'join', reason(body));
    return { room_id: room.id };
  };
  const change = (membership: string, needsTarget: boolean): Route => ({ parts: [id = ''], who, body }) => {
    const target = needsTarget ? text(body, 'user_id') : who.user;
    changeMembership(house, house.room(id), who.user, target, membership, reason(body));
    return {};
  };
  return {
    'POST /join/{}': ({ parts: [name = ''], who, body }) => join(who, name, body),
    'POST /rooms/{}/join': ({ parts: [id = ''], who, body }) => join(who, id, body),
    'POST /rooms/{}/invite': change('invite', true),
    'POST /rooms/{}/kick': ({ parts: [id = ''], who, body }) => {
      const target = text(body, 'user_id');
      const room = house.room(id);
      if (room.membership(target) === 'ban') throw new MatrixFault(403, 'M_FORBIDDEN', 'The target user is not in the room');
      changeMembership(house, room, who.user, target, 'leave', reason(body));
      return {};
    },
    'POST /rooms/{}/ban': change('ban', true),
    'POST /rooms/{}/unban': change('leave', true),
    'POST /rooms/{}/leave': change('leave', false),
    'POST /rooms/{}/forget': () => ({}),
  };
}

function reason(body: JsonObject): JsonObject {
  const given = maybeText(body, 'reason');
  return given === undefined ? {} : { reason: given };
}
