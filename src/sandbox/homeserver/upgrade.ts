/** `POST /rooms/{roomId}/upgrade`, as Synapse does it: a new room after the old one, the tombstone, aliases, the old one shut. */

import type { JsonObject } from '../../model/matrix-content.js';
import type { Request } from './answer.js';
import { forbidden, text } from './answer.js';
import { checkIn } from './authority.js';
import { createRoom } from './create-room.js';
import type { House } from './house.js';
import { isObject, stringOr } from './json.js';
import type { Room } from './room.js';

/** State that Synapse takes into the new room; power levels besides. */
const COPIED = [
  'm.room.join_rules', 'm.room.name', 'm.room.topic', 'm.room.avatar', 'm.room.history_visibility', 'm.room.guest_access',
  'm.room.encryption', 'm.room.server_acl',
];

/** Replaces a room and says the new one's id. */
export function upgradeRoom(house: House, request: Request): JsonObject {
  const old = house.room(request.parts[0] ?? '');
  const { user } = request.who;
  checkIn(old, user);
  if (old.level(user) < old.levelToSend('m.room.tombstone', true)) throw forbidden("You don't have permission to upgrade the room");
  const version = text(request.body, 'new_version');
  const last = old.timeline.at(-1)?.event_id ?? '';
  const body = {
    room_version: version,
    // From version 12 on the predecessor is named without an event.
    creation_content: { predecessor: { room_id: old.id, ...(Number(version) >= 12 ? {} : { event_id: last }) } },
    initial_state: COPIED.flatMap((type) => {
      const content = old.state(type);
      return content === undefined ? [] : [{ type, state_key: '', content }];
    }),
    power_level_content_override: levelsFor(old, user, Number(version) >= 12),
  };
  const replacement = stringOr(createRoom(house, { ...request, body }).room_id, '');
  house.append(old, {
    type: 'm.room.tombstone',
    sender: user,
    stateKey: '',
    content: { body: 'This room has been replaced', replacement_room: replacement },
  });
  for (const [alias, room] of house.aliases) if (room === old.id) house.aliases.set(alias, replacement);
  shut(house, old, user);
  return { replacement_room: replacement };
}

function levelsFor(old: Room, creator: string, above: boolean): JsonObject {
  const levels = old.state('m.room.power_levels') ?? {};
  const users = isObject(levels.users ?? null) ? (levels.users as JsonObject) : {};
  const { [creator]: own, ...others } = users;
  return { ...levels, users: above ? others : { ...others, [creator]: own ?? 100 } };
}

/** Nobody but those with power talks in the old room, or invites there. */
function shut(house: House, old: Room, user: string): void {
  const levels = old.state('m.room.power_levels') ?? {};
  const least = Math.max(Number(levels.users_default ?? 0) + 1, 50);
  const content = { ...levels, events_default: Math.max(Number(levels.events_default ?? 0), least), invite: Math.max(Number(levels.invite ?? 0), least) };
  house.append(old, { type: 'm.room.power_levels', sender: user, stateKey: '', content });
}
