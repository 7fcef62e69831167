/** Who may do what in a room: the authorisation rules that a bridge meets. */

import type { Json, JsonObject } from '../../model/matrix-content.js';
import { forbidden, MatrixFault, unknown } from './answer.js';
import { isObject } from './json.js';
import type { Room } from './room.js';

/** Refuses a sender that is not in the room, or has not the power for the type. */
export function checkMaySend(room: Room, sender: string, type: string, stateKey: string | undefined): void {
  checkIn(room, sender);
  const have = room.level(sender);
  const need = room.levelToSend(type, stateKey !== undefined);
  if (have < need) {
    throw forbidden(`You don't have permission to post that to the room. user_level (${have}) < send_level (${need})`);
  }
  if (stateKey?.startsWith('@') === true && stateKey !== sender) {
    throw forbidden('You are not allowed to set others state');
  }
}

export function checkIn(room: Room, user: string): void {
  if (room.membership(user) !== 'join') throw forbidden(`User ${user} not in room ${room.id}`);
}

/** Refuses a change of membership; `target` is whose membership changes to `wanted`. */
export function checkMembership(room: Room, sender: string, target: string, wanted: string): void {
  const has = room.membership(target);
  const power = room.level(sender);
  switch (wanted) {
    case 'join':
      if (sender !== target) throw forbidden('Cannot force another user to join.');
      if (has === 'ban') throw forbidden('You are banned from this room');
      if (has === 'join' || has === 'invite' || room.joinRule === 'public') return;
      if (room.timeline.length <= 1 && room.creators.has(sender)) return;
      throw forbidden('You are not invited to this room.');
    case 'invite':
      checkIn(room, sender);
      if (has === 'join') throw forbidden(`${target} is already in the room.`);
      if (has === 'ban') throw forbidden(`${target} is banned from the room`);
      if (power < room.levelTo('invite')) throw forbidden("You don't have permission to invite users");
      return;
    case 'ban':
      checkIn(room, sender);
      if (power < room.levelTo('ban') || power <= room.level(target)) throw forbidden("You don't have permission to ban");
      return;
    case 'leave':
      if (sender === target) {
        if (has === 'join' || has === 'invite' || has === 'knock' || has === 'leave') return;
        throw forbidden(has === 'ban' ? 'You are banned from this room' : `User ${target} not in room ${room.id}`);
      }
      checkIn(room, sender);
      if (has === 'ban') {
        if (power < room.levelTo('ban')) throw forbidden("You cannot unban user");
        return;
      }
      if (has !== 'join' && has !== 'invite') throw forbidden('The target user is not in the room');
      if (power < room.levelTo('kick') || power <= room.level(target)) throw forbidden(`You cannot kick user ${target}.`);
      return;
    default:
      throw unknown(`Invalid membership: ${wanted}`);
  }
}

/** Refuses new power levels: wrong shape, a creator listed (version 12), or what is above the sender. */
export function checkPowerLevels(room: Room, sender: string, wanted: JsonObject): void {
  checkPowerShape(wanted, room.creatorsRule ? room.creators : new Set());
  const before = room.state('m.room.power_levels');
  if (before === undefined) return;
  const power = room.level(sender);
  const changes = [
    ...changed(before, wanted),
    ...changed(part(before, 'events'), part(wanted, 'events')),
    ...changed(part(before, 'users'), part(wanted, 'users')),
  ];
  if (changes.some(({ from, to }) => (from ?? 0) > power || (to ?? 0) > power)) {
    throw forbidden("You don't have permission to add ops level greater than your own");
  }
  for (const { key, from } of changed(part(before, 'users'), part(wanted, 'users'))) {
    if (key !== sender && from !== undefined && from >= power) {
      throw forbidden("You don't have permission to remove ops level equal to your own");
    }
  }
}

/** The shape alone, as at the making of a room. */
export function checkPowerShape(levels: JsonObject, creators: ReadonlySet<string>): void {
  const groups = [levels, part(levels, 'users'), part(levels, 'events'), part(levels, 'notifications')];
  for (const group of groups) {
    for (const [key, value] of Object.entries(group)) {
      if (['users', 'events', 'notifications'].includes(key) && isObject(value)) continue;
      if (typeof value !== 'number') throw new MatrixFault(400, 'M_BAD_JSON', `'${JSON.stringify(value)}' is not an integer`);
    }
  }
  for (const user of Object.keys(part(levels, 'users'))) {
    if (creators.has(user)) throw unknown(`Creator user ${user} must not appear in content.users`);
  }
}

function part(levels: JsonObject, key: string): JsonObject {
  const value: Json = levels[key] ?? null;
  return isObject(value) ? value : {};
}

function changed(before: JsonObject, after: JsonObject): { key: string; from: number | undefined; to: number | undefined }[] {
  const number = (value: Json | undefined): number | undefined => (typeof value === 'number' ? value : undefined);
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((key) => ({ key, from: number(before[key]), to: number(after[key]) }))
    .filter(({ from, to }) => from !== to);
}
