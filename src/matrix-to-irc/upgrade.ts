/** A room is replaced by another (`m.room.tombstone`): talk goes on there, of two (PM-2) as of a channel (ROOM-17). */

import type { Actor, Homeserver } from '../homeserver/port.js';
import type { Entry } from '../journal/port.js';
import type { Clock } from '../lib/clock.js';
import { isFault } from '../model/errors.js';
import { domainOf, type RoomId, type UserId } from '../model/ids.js';
import type { Replacement } from '../model/link.js';
import type { MemberEvent, TombstoneEvent } from '../model/matrix-event.js';
import type { AdminRooms } from '../rooms/admin-rooms.js';
import type { Links } from '../rooms/links.js';
import type { PmRooms } from '../rooms/pm-rooms.js';
import type { Replacements } from '../rooms/replacements.js';
import type { Succession } from '../rooms/succession.js';

export interface UpgradeNeeds {
  readonly homeserver: Pick<Homeserver, 'bot' | 'as'>;
  readonly links: Links;
  readonly pmRooms: PmRooms;
  readonly adminRooms: AdminRooms;
  readonly replacements: Replacements;
  readonly succession: Pick<Succession, 'follow'>;
  readonly clock: Clock;
}

type Carry = (event: MemberEvent) => Promise<void>;

/** Both throw `STOPPING`, `STORE_FAULT`, and what the homeserver lastingly refuses. */
export interface Upgrades {
  readonly tombstone: (event: TombstoneEvent, entry: Entry, repeat: boolean) => Promise<void>;
  /**
   * Somebody of ours is invited, perhaps to where he was waited for: the bot goes there by itself, and an invitation to a
   * talk that goes on is carried as a direct one, since clients say nothing of the kind when they upgrade.
   */
  readonly invited: (event: MemberEvent, carry: Carry) => Promise<void>;
}

const REPLACED = 'The room was replaced';

/** Makes both. */
export function makeUpgrades(needs: UpgradeNeeds): Upgrades {
  const { homeserver, links, pmRooms, adminRooms, replacements, succession } = needs;

  const say = async (actor: Actor, room: RoomId, words: string, txnId: string, repeat: boolean): Promise<void> => {
    try {
      const content = { msgtype: 'm.notice', body: words, 'm.mentions': {} };
      await actor.send(room, 'm.room.message', content, txnId, { repeat });
    } catch (fault) {
      // Nobody but those above may speak in a replaced room.
      if (!isFault(fault, 'HOMESERVER_FORBIDDEN') && !isFault(fault, 'HOMESERVER_NOT_FOUND')) throw fault;
    }
  };
  const actorOf = (user: UserId): Actor => (user === homeserver.bot.userId ? homeserver.bot : homeserver.as(user));

  return {
    async tombstone(event, entry, repeat) {
      const { room: from, replacement: to } = event;
      const known = replacements.of(from);
      const fresh: Replacement = { from, to, via: domainOf(event.sender), at: needs.clock.now(), stage: 'waiting' };
      const pm = pmRooms.ofRoom(from);
      const admin = adminRooms.ofRoom(from);
      if (pm) {
        await replacements.save({ ...fresh, talk: { ours: pm.ghost, person: pm.person } });
        const words = `This room was replaced. Invite me to the new one to go on; otherwise one opens when ${pm.nick} writes again.`;
        await say(homeserver.as(pm.ghost), from, words, `${entry.id}.t`, repeat);
        await pmRooms.drop(from);
        await homeserver.as(pm.ghost).leave(from, REPLACED);
      } else if (admin) {
        await replacements.save({ ...fresh, talk: { ours: homeserver.bot.userId, person: admin.person } });
        await say(homeserver.bot, from, 'This room was replaced. Invite me to the new one to go on.', `${entry.id}.t`, repeat);
        await adminRooms.drop(from);
        await homeserver.bot.leave(from, REPLACED);
      } else if (known?.to === to) {
        // A kill came between, or the tombstone came twice.
        if (known.talk) await actorOf(known.talk.ours).leave(from, REPLACED);
        else await succession.follow(known);
      } else if (links.ofRoom(from).length > 0) {
        await replacements.save(fresh);
        await succession.follow(fresh);
      }
    },
    async invited(event, carry) {
      const known = event.now === 'invite' ? replacements.by(event.room) : [];
      const talk = known.find((each) => each.talk?.ours === event.target && each.talk.person === event.sender);
      const linked = event.target === homeserver.bot.userId ? known.filter((each) => !each.talk) : [];
      if (talk) {
        await carry({ ...event, isDirect: true });
        await replacements.drop(talk.from);
      } else if (linked.length === 0) {
        await carry(event);
      }
      for (const each of linked) await succession.follow(each);
    },
  };
}
