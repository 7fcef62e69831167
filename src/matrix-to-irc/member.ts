/** Joins and leaves on Matrix: who comes or goes on IRC with them (MEM-1, 2, 14), and what becomes of private rooms. */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import type { Entry } from '../journal/port.js';
import type { Log } from '../lib/log.js';
import { faultText, isFault } from '../model/errors.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Link, PmRoom } from '../model/link.js';
import type { MemberEvent } from '../model/matrix-event.js';
import { mirrorsToIrc } from '../policy/mirrors.js';
import type { TellPerson } from '../rooms/admin-room.js';
import type { AdminRooms } from '../rooms/admin-rooms.js';
import type { Bring } from '../rooms/bring.js';
import type { Departure } from '../rooms/departure.js';
import type { CountPeople } from '../rooms/functional-members.js';
import type { Links } from '../rooms/links.js';
import type { PmRooms } from '../rooms/pm-rooms.js';
import type { Removal } from '../rooms/removal.js';

/** Runs a job behind what a person still has to say in a linked channel, so that nobody is back for an old message. */
export type BehindTalk = (person: UserId, link: Link, job: () => Promise<void>) => void;

export interface MemberNeeds {
  readonly homeserver: Pick<Homeserver, 'bot' | 'as' | 'joinedMembers'>;
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'clientOf'>>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly isOurs: (user: string) => boolean;
  readonly bring: Bring;
  readonly links: Links;
  readonly pmRooms: PmRooms;
  readonly adminRooms: AdminRooms;
  readonly countPeople: CountPeople;
  readonly departure: Departure;
  readonly removal: Pick<Removal, 'fromChannel'>;
  readonly tellPerson: TellPerson;
  /** A ghost or the bot is invited. */
  readonly invited: (event: MemberEvent, entry: Entry, repeat: boolean) => Promise<void>;
  /** A person's display name changed (NICK-7). */
  readonly renamed: (event: MemberEvent, network: NetworkName) => Promise<void>;
  readonly log: Log;
}

export type TakeMember = (event: MemberEvent, entry: Entry, repeat: boolean, behind: BehindTalk) => Promise<void>;

const CROWD =
  'Three cannot talk in private with somebody on IRC, so I leave. Start a direct chat with me for a talk of two.';
const ADMIN_CROWD =
  'This room is for one person and me alone, so I leave. Invite me to a room of two to give me commands.';

/** Makes what carries members. Throws `STOPPING` and what the homeserver lastingly refuses. */
export function makeMember(needs: MemberNeeds): TakeMember {
  const { homeserver, pmRooms, adminRooms } = needs;
  const gone = ({ now }: MemberEvent): boolean => now === 'leave' || now === 'ban';

  const ours = async (event: MemberEvent, entry: Entry, repeat: boolean): Promise<void> => {
    if (event.now === 'invite') return needs.invited(event, entry, repeat);
    if (!gone(event)) return;
    const pm = pmRooms.ofRoom(event.room);
    if (pm?.ghost === event.target) {
      await pmRooms.drop(event.room);
      needs.departure.consider(pm.network, pm.person);
    }
    if (event.target === homeserver.bot.userId) await adminRooms.drop(event.room);
  };

  const inPrivate = async (event: MemberEvent, pm: PmRoom, entry: Entry, repeat: boolean): Promise<void> => {
    if (event.target === pm.person) {
      const { left: _, ...rest } = pm;
      if (gone(event)) await pmRooms.add({ ...pm, left: true });
      else if (event.now === 'join') await pmRooms.add(rest);
    } else if (!gone(event)) {
      const actor = homeserver.as(pm.ghost);
      await actor.send(pm.room, 'm.room.message', notice(CROWD), `${entry.id}.c`, { repeat });
      await actor.leave(pm.room, 'No group chat with people on IRC');
      await pmRooms.drop(pm.room);
    }
    needs.departure.consider(pm.network, pm.person);
  };

  const inAdminRoom = async (event: MemberEvent, person: UserId, entry: Entry, repeat: boolean): Promise<void> => {
    if (event.target === person) {
      if (event.now !== 'invite') adminRooms.setLeft(event.room, gone(event));
    } else if (!gone(event) && (await needs.countPeople(event.room, [event.target])).length > 0) {
      await homeserver.bot.send(event.room, 'm.room.message', notice(ADMIN_CROWD), `${entry.id}.c`, { repeat });
      await homeserver.bot.leave(event.room);
      await adminRooms.drop(event.room);
    }
  };

  /** Who is being brought to which channel. */
  const coming = new Map<string, symbol>();
  const keyOf = (person: UserId, { network, channel }: Link): string => `${network} ${channel} ${person}`;

  const isThere = async (person: UserId, room: RoomId): Promise<boolean> => {
    try {
      return (await homeserver.joinedMembers(room)).includes(person);
    } catch (fault) {
      // The bot was put out of it, or it is gone: then it holds nobody on IRC.
      if (!isFault(fault, 'HOMESERVER_FORBIDDEN') && !isFault(fault, 'HOMESERVER_NOT_FOUND')) throw fault;
      return false;
    }
  };

  const brought = async (person: UserId, link: Link, still: () => boolean, entry: Entry): Promise<void> => {
    const outcome = await needs.bring(person, link, still);
    if (!still()) {
      // He left meanwhile; a connection that came of it is not left idling.
      if (outcome.ok) needs.networks.get(link.network)?.clientOf(person)?.part(link.channel, 'User left');
      return needs.departure.consider(link.network, person);
    }
    if (outcome.ok || outcome.refusal.reason === 'shutting-down') return;
    const { say } = outcome.refusal;
    needs.log.info('join not carried', { request: entry.id, person, channel: link.channel, why: say });
    if (needs.removal.fromChannel(person, link.network, link.channel, outcome.refusal)) return;
    const { name = link.network, sendConnectionMessages } = needs.configOf(link.network);
    if (!sendConnectionMessages || outcome.refusal.reason === 'logged-out') return;
    const text = `You are in the room of ${link.channel} on ${name}, but not in the channel. ${say}`;
    await needs.tellPerson(person, { text, txnId: `${entry.id}.j`, openFor: name });
  };

  const bringIn = (person: UserId, link: Link, entry: Entry): void => {
    const key = keyOf(person, link);
    const mark = Symbol(key);
    coming.set(key, mark);
    const still = (): boolean => coming.get(key) === mark;
    void brought(person, link, still, entry)
      .catch((fault: unknown) => needs.log.warn('join not carried', { request: entry.id, person, channel: link.channel, why: faultText(fault) }))
      .finally(() => still() && coming.delete(key));
  };

  const comes = async (event: MemberEvent, link: Link, entry: Entry): Promise<void> => {
    const config = needs.configOf(link.network);
    const rule = config.excludedUsers.find(({ regex }) => regex.test(event.target));
    if (rule) {
      // Who is in a mapped room is the business of those who mapped it.
      const reason = rule.kickReason ?? 'You are not allowed on this network.';
      if (link.origin !== 'config') await homeserver.bot.kick(event.room, event.target, reason);
      return;
    }
    if (!mirrorsToIrc(config.membershipLists, needs.links.configured(event.room), 'incremental')) return;
    // What he says meanwhile does not wait for it, and makes haste.
    bringIn(event.target, link, entry);
  };

  const goes = async (event: MemberEvent, link: Link): Promise<void> => {
    const client = needs.networks.get(link.network)?.clientOf(event.target);
    const key = keyOf(event.target, link);
    if (!client && !coming.has(key)) return;
    // Another room of the channel may hold him there.
    for (const other of needs.links.ofChannel(link.network, link.channel)) {
      if (other.room !== event.room && (await isThere(event.target, other.room))) return;
    }
    coming.delete(key);
    if (!client) return;
    const put = event.sender === event.target ? 'User left' : 'Removed from the Matrix room';
    client.part(link.channel, event.reason ?? put);
    needs.departure.consider(link.network, event.target);
  };

  return async (event, entry, repeat, behind) => {
    if (needs.isOurs(event.target)) return ours(event, entry, repeat);
    const pm = pmRooms.ofRoom(event.room);
    if (pm) return inPrivate(event, pm, entry, repeat);
    const admin = adminRooms.ofRoom(event.room);
    if (admin) return inAdminRoom(event, admin.person, entry, repeat);
    // Who leaves a room that was replaced, and is not in the new one, is in the channel no more.
    const room = gone(event) ? needs.links.now(event.room) : event.room;
    const links = needs.links.ofRoom(room);
    for (const link of links) {
      if (gone(event)) behind(event.target, link, () => goes(event, link));
      else if (event.now === 'join' && event.before !== 'join') behind(event.target, link, () => comes(event, link, entry));
    }
    if (event.now !== 'join' || event.before !== 'join') return;
    for (const network of new Set(links.map((link) => link.network))) await needs.renamed(event, network);
  };
}

function notice(body: string): { msgtype: string; body: string; 'm.mentions': Record<string, never> } {
  return { msgtype: 'm.notice', body, 'm.mentions': {} };
}
