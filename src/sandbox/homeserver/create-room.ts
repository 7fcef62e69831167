/** POST /createRoom, with Synapse's presets and the rules of room version 12. */

import { randomBytes } from 'node:crypto';
import type { Json, JsonObject } from '../../model/matrix-content.js';
import type { Request } from './answer.js';
import { forbidden, MatrixFault, maybeText } from './answer.js';
import { covers, owns } from './appservice.js';
import { checkPowerShape } from './authority.js';
import { checkAlias } from './checks.js';
import type { House } from './house.js';
import { isObject, list, stringOr } from './json.js';
import { changeMembership } from './membership.js';
import { Room } from './room.js';

const VERSIONS = ['6', '7', '8', '9', '10', '11', '12'];
/** Synapse's default since 1.137 or so (SYNAPSE.md "Rooms"). */
export const DEFAULT_VERSION = '12';

/** Makes a room and says its id. */
export function createRoom(house: House, { who, body }: Request): JsonObject {
  const version = maybeText(body, 'room_version') ?? DEFAULT_VERSION;
  if (!VERSIONS.includes(version)) {
    throw new MatrixFault(400, 'M_UNSUPPORTED_ROOM_VERSION', 'Your homeserver does not support this room version');
  }
  const alias = wantedAlias(house, who.service, maybeText(body, 'room_alias_name'));
  const isPublic = body.visibility === 'public';
  if (isPublic && who.service === undefined && !house.allowPublishing) throw forbidden('Not allowed to publish room');
  const preset = maybeText(body, 'preset') ?? (isPublic ? 'public_chat' : 'private_chat');
  const invited = list(body.invite).filter((user) => typeof user === 'string');
  const extra = isObject(body.creation_content ?? null) ? (body.creation_content as JsonObject) : {};
  const modern = Number(version) >= 12;
  const trusted = preset === 'trusted_private_chat';
  const others = [...list(extra.additional_creators), ...(trusted ? invited : [])].filter((user) => typeof user === 'string');
  const create: JsonObject = {
    ...extra,
    room_version: version,
    ...(modern && others.length > 0 ? { additional_creators: [...new Set(others)] } : {}),
    ...(Number(version) < 11 ? { creator: who.user } : {}),
  };
  const opaque = modern ? randomBytes(32).toString('base64url') : `${randomBytes(12).toString('base64url')}:${house.serverName}`;
  const room = new Room(`!${opaque}`, version, modern ? [who.user, ...others] : [who.user]);
  const levels = powerLevels(room, who.user, preset, invited, body.power_level_content_override);
  checkPowerShape(levels, modern ? room.creators : new Set());

  house.rooms.set(room.id, room);
  if (alias !== undefined) house.aliases.set(alias, room.id);
  if (isPublic) house.published.add(room.id);
  const state = (type: string, content: JsonObject, stateKey = ''): void => {
    house.append(room, { type, sender: who.user, content, stateKey });
  };
  state('m.room.create', create);
  changeMembership(house, room, who.user, who.user, 'join');
  const initial = list(body.initial_state).filter((item) => isObject(item));
  const given = (type: string): boolean => initial.some((item) => item.type === type && (item.state_key ?? '') === '');
  state('m.room.power_levels', levels);
  if (alias !== undefined) state('m.room.canonical_alias', { alias });
  if (!given('m.room.join_rules')) state('m.room.join_rules', { join_rule: preset === 'public_chat' ? 'public' : 'invite' });
  if (!given('m.room.history_visibility')) state('m.room.history_visibility', { history_visibility: 'shared' });
  if (preset !== 'public_chat' && !given('m.room.guest_access')) state('m.room.guest_access', { guest_access: 'can_join' });
  for (const item of initial) {
    state(stringOr(item.type, ''), isObject(item.content ?? null) ? (item.content as JsonObject) : {}, stringOr(item.state_key, ''));
  }
  const name = maybeText(body, 'name');
  const topic = maybeText(body, 'topic');
  if (name !== undefined) state('m.room.name', { name });
  if (topic !== undefined) state('m.room.topic', { topic });
  const direct = body.is_direct === true ? { is_direct: true } : {};
  for (const user of invited) changeMembership(house, room, who.user, user, 'invite', direct);
  return { room_id: room.id };
}

function wantedAlias(house: House, service: Request['who']['service'], localpart: string | undefined): string | undefined {
  if (localpart === undefined) return undefined;
  const alias = `#${localpart}:${house.serverName}`;
  checkAlias(alias);
  checkMayOwnAlias(house, service, alias);
  if (house.aliases.has(alias)) throw new MatrixFault(400, 'M_ROOM_IN_USE', 'Room alias already taken');
  return alias;
}

/** Refuses an alias outside the service's namespaces, or inside somebody else's. */
export function checkMayOwnAlias(house: House, service: Request['who']['service'], alias: string): void {
  if (service !== undefined && !covers(service.aliases, alias)) {
    throw new MatrixFault(400, 'M_EXCLUSIVE', 'This application service has not reserved this kind of alias.');
  }
  if (house.accounts.services.some((other) => other !== service && owns(other.aliases, alias))) {
    throw new MatrixFault(400, 'M_EXCLUSIVE', 'This alias is reserved by an application service.');
  }
}

function powerLevels(room: Room, creator: string, preset: string, invited: readonly string[], override: Json | undefined): JsonObject {
  const own = room.creatorsRule ? {} : { [creator]: 100 };
  const trusted = preset === 'trusted_private_chat' && !room.creatorsRule ? Object.fromEntries(invited.map((user) => [user, 100])) : {};
  return {
    users: { ...own, ...trusted },
    users_default: 0,
    events: {
      'm.room.name': 50, 'm.room.power_levels': 100, 'm.room.history_visibility': 100, 'm.room.canonical_alias': 50,
      'm.room.avatar': 50, 'm.room.tombstone': room.creatorsRule ? 150 : 100, 'm.room.server_acl': 100, 'm.room.encryption': 100,
    },
    events_default: 0,
    state_default: 50,
    ban: 50,
    kick: 50,
    redact: 50,
    invite: preset === 'public_chat' ? 50 : 0,
    historical: 100,
    ...(isObject(override ?? null) ? (override as JsonObject) : {}),
  };
}
