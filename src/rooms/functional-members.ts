/** Bots and bridges that a room names as such: where that is wished they do not make a crowd of a talk of two (ADM-2). */

import type { Homeserver } from '../homeserver/port.js';
import type { RoomId, UserId } from '../model/ids.js';

/** What clients write today (MSC4171's unstable name), and what they may write one day. */
const TYPES = ['io.element.functional_members', 'm.room.functional_members'];

export interface FunctionalNeeds {
  readonly homeserver: Pick<Homeserver, 'stateOf'>;
  /** `matrixHandler.ignoreFunctionalMembersInAdminRooms` */
  readonly ignored: () => boolean;
}

/** Leaves out of `members` those that the room declares to be functional; all stay where they are to be counted. */
export type CountPeople = (room: RoomId, members: readonly UserId[]) => Promise<readonly UserId[]>;

/** Makes `CountPeople`. What the homeserver cannot say counts as nobody declared: the bot would rather leave than stay. */
export function makeCountPeople({ homeserver, ignored }: FunctionalNeeds): CountPeople {
  return async (room, members) => {
    if (!ignored()) return members;
    const declared = new Set<unknown>();
    for (const type of TYPES) {
      const named = (await homeserver.stateOf(room, type, ''))?.['service_members'];
      for (const one of Array.isArray(named) ? (named as readonly unknown[]) : []) declared.add(one);
    }
    return members.filter((member) => !declared.has(member));
  };
}
