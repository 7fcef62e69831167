/** NICK of somebody in private talk: the talk goes on with the new ghost, in the same room (PM-8, MEM-19). */

import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import { type Log, requestOf } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { UserId } from '../model/ids.js';
import type { IrcEventOf } from '../model/irc-event.js';
import type { NetworkName, Nick } from '../model/irc-names.js';
import type { PmRoom } from '../model/link.js';
import type { Ghosts } from '../people/ghosts.js';
import type { PmRooms } from '../rooms/pm-rooms.js';
import type { PrivateLines } from './private-lines.js';

export interface PmNickNeeds {
  readonly homeserver: Pick<Homeserver, 'as' | 'isIn'>;
  readonly ghosts: Ghosts;
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold'>>;
  readonly pmRooms: PmRooms;
  readonly privateLines: Pick<PrivateLines, 'behind'>;
  readonly log: Log;
}

/** Makes the carrier: behind the lines of the old nick, and before those of the new one. */
export function makePmNick(needs: PmNickNeeds): (event: IrcEventOf<'nick'>) => void {
  const { pmRooms, ghosts, homeserver, networks } = needs;
  /** People whose talks are on their way to a nick, and how many of them: a second change may come before the first is through. */
  const coming = new Map<string, Map<UserId, number>>();
  const move = async (before: PmRoom, event: IrcEventOf<'nick'>): Promise<void> => {
    const { room, person } = before;
    const after = ghosts.of(event.network, event.to);
    const said = `${event.from.nick} is now called ${event.to}.`;
    const txnId = `nick.${event.at}.${room}.${event.to}`;
    const old = homeserver.as(before.ghost);
    const other = pmRooms.find(event.network, person, event.to);
    if (other && other.room !== room) {
      const body = `${said} You have a room with ${event.to} already: go on there.`;
      await old.send(room, 'm.room.message', notice(body), txnId);
      return;
    }
    if (after.userId !== before.ghost) {
      await ghosts.ensure(after);
      await old.invite(room, after.userId);
      await ghosts.ensureIn(after, room);
    }
    await pmRooms.add({ ...before, nick: event.to, ghost: after.userId });
    await homeserver.as(after.userId).send(room, 'm.room.message', notice(`${said} This talk goes on.`), txnId);
    if (after.userId !== before.ghost) await old.leave(room, `now called ${event.to}`);
  };
  const moveIfAny = async (person: UserId, event: IrcEventOf<'nick'>): Promise<void> => {
    // Only now: what an earlier change of nick made of it is known.
    const room = pmRooms.find(event.network, person, event.from.nick);
    try {
      if (room) await move(room, event);
    } catch (fault) {
      needs.log.warn('private talk not moved to the new nick', { request: requestOf(event), room: room?.room, why: faultText(fault) });
    }
  };
  const count = (key: string, person: UserId, by: number): void => {
    const people = coming.get(key) ?? new Map<UserId, number>();
    const now = (people.get(person) ?? 0) + by;
    if (now > 0) people.set(person, now);
    else people.delete(person);
    if (people.size > 0) coming.set(key, people);
    else coming.delete(key);
  };
  return (event) => {
    const { network, from, to } = event;
    const keyOf = (nick: Nick): string => `${network} ${networks.get(network)?.fold(nick) ?? nick}`;
    const known = pmRooms.withNick(network, from.nick).map(({ person }) => person);
    for (const person of new Set([...known, ...(coming.get(keyOf(from.nick))?.keys() ?? [])])) {
      let moved: () => void = () => undefined;
      const whenMoved = new Promise<void>((resolve) => (moved = resolve));
      count(keyOf(to), person, 1);
      needs.privateLines.behind(network, person, from.nick, () => moveIfAny(person, event).finally(moved));
      needs.privateLines.behind(network, person, to, () => whenMoved.finally(() => count(keyOf(to), person, -1)));
    }
  };
}

function notice(body: string): { msgtype: string; body: string; 'm.mentions': Record<string, never> } {
  return { msgtype: 'm.notice', body, 'm.mentions': {} };
}
