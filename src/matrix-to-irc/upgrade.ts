/** A room is replaced by another (`m.room.tombstone`): a private talk goes on where its person invites the other side (PM-2). */

import type { Actor, Homeserver } from '../homeserver/port.js';
import type { Entry } from '../journal/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import { isFault } from '../model/errors.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { MemberEvent, TombstoneEvent } from '../model/matrix-event.js';
import type { AdminRooms } from '../rooms/admin-rooms.js';
import type { PmRooms } from '../rooms/pm-rooms.js';

export interface UpgradeNeeds {
  readonly homeserver: Pick<Homeserver, 'bot' | 'as'>;
  readonly pmRooms: PmRooms;
  readonly adminRooms: AdminRooms;
}

export interface Upgrades {
  /** Throws `STOPPING` and what the homeserver lastingly refuses. */
  readonly tombstone: (event: TombstoneEvent, entry: Entry, repeat: boolean) => Promise<void>;
  /** Clients invite to the new room without a word that it is for two: such an invitation is made a direct one. */
  readonly asDirect: (event: MemberEvent) => MemberEvent;
}

/** Replacements that are waited for; a forgotten one is refused as a group chat is, and can be asked for by a direct chat. */
const MOST = 10_000;

const REPLACED = 'The room was replaced';

/** Makes both. */
export function makeUpgrades({ homeserver, pmRooms, adminRooms }: UpgradeNeeds): Upgrades {
  const expected = new BoundedMap<RoomId, { readonly who: UserId; readonly by: UserId }>(MOST);

  const say = async (actor: Actor, { room }: TombstoneEvent, words: string, txnId: string, repeat: boolean): Promise<void> => {
    try {
      const content = { msgtype: 'm.notice', body: words, 'm.mentions': {} };
      await actor.send(room, 'm.room.message', content, txnId, { repeat });
    } catch (fault) {
      // Nobody but those above may speak in a replaced room.
      if (!isFault(fault, 'HOMESERVER_FORBIDDEN') && !isFault(fault, 'HOMESERVER_NOT_FOUND')) throw fault;
    }
  };

  return {
    async tombstone(event, entry, repeat) {
      const pm = pmRooms.ofRoom(event.room);
      const admin = adminRooms.ofRoom(event.room);
      const txnId = `${entry.id}.t`;
      if (pm) {
        expected.set(event.replacement, { who: pm.ghost, by: pm.person });
        const words = `This room was replaced. Invite me to the new one to go on; otherwise one opens when ${pm.nick} writes again.`;
        await say(homeserver.as(pm.ghost), event, words, txnId, repeat);
        await pmRooms.drop(pm.room);
        await homeserver.as(pm.ghost).leave(pm.room, REPLACED);
      } else if (admin) {
        expected.set(event.replacement, { who: homeserver.bot.userId, by: admin.person });
        await say(homeserver.bot, event, 'This room was replaced. Invite me to the new one to go on.', txnId, repeat);
        await adminRooms.drop(admin.room);
        await homeserver.bot.leave(admin.room, REPLACED);
      }
    },
    asDirect(event) {
      const one = event.now === 'invite' ? expected.get(event.room) : undefined;
      return one?.who === event.target && one.by === event.sender ? { ...event, isDirect: true } : event;
    },
  };
}
