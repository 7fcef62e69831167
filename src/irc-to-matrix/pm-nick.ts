/** NICK of somebody in private talk: the talk goes on with the new ghost, in the same room (PM-8, MEM-19). */

import type { Homeserver } from '../homeserver/port.js';
import type { Log } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { IrcEventOf } from '../model/irc-event.js';
import type { PmRoom } from '../model/link.js';
import type { Ghosts } from '../people/ghosts.js';
import type { PmRooms } from '../rooms/pm-rooms.js';
import type { PrivateLines } from './private-lines.js';

export interface PmNickNeeds {
  readonly homeserver: Pick<Homeserver, 'as' | 'isIn'>;
  readonly ghosts: Ghosts;
  readonly pmRooms: PmRooms;
  readonly privateLines: Pick<PrivateLines, 'behind'>;
  readonly log: Log;
}

/** Makes the carrier: behind the lines of the old nick, and before those of the new one. */
export function makePmNick(needs: PmNickNeeds): (event: IrcEventOf<'nick'>) => void {
  const { pmRooms, ghosts, homeserver } = needs;
  const move = async (room: PmRoom, event: IrcEventOf<'nick'>): Promise<void> => {
    const before = pmRooms.ofRoom(room.room);
    if (!before) return;
    const after = ghosts.of(event.network, event.to);
    const said = `${event.from.nick} is now called ${event.to}.`;
    const txnId = `nick.${event.at}.${room.room}`;
    const old = homeserver.as(before.ghost);
    const other = pmRooms.find(event.network, room.person, event.to);
    if (other && other.room !== room.room) {
      const body = `${said} You have a room with ${event.to} already: go on there.`;
      await old.send(room.room, 'm.room.message', notice(body), txnId);
      return;
    }
    if (after.userId !== before.ghost) {
      await ghosts.ensure(after);
      await old.invite(room.room, after.userId);
      await ghosts.ensureIn(after, room.room);
    }
    await pmRooms.add({ ...before, nick: event.to, ghost: after.userId });
    await homeserver.as(after.userId).send(room.room, 'm.room.message', notice(`${said} This talk goes on.`), txnId);
    if (after.userId !== before.ghost) await old.leave(room.room, `now called ${event.to}`);
  };
  const notMoved = (room: PmRoom, fault: unknown): void =>
    needs.log.warn('private talk not moved to the new nick', { room: room.room, why: faultText(fault) });
  return (event) => {
    for (const room of pmRooms.withNick(event.network, event.from.nick)) {
      let moved: () => void = () => undefined;
      const whenMoved = new Promise<void>((resolve) => (moved = resolve));
      needs.privateLines.behind(event.network, room.person, event.from.nick, () =>
        move(room, event)
          .catch((fault: unknown) => notMoved(room, fault))
          .finally(moved),
      );
      needs.privateLines.behind(event.network, room.person, event.to, () => whenMoved);
    }
  };
}

function notice(body: string): { msgtype: string; body: string; 'm.mentions': Record<string, never> } {
  return { msgtype: 'm.notice', body, 'm.mentions': {} };
}
