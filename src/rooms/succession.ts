/**
 * A linked room was replaced by another (ROOM-17): the bot goes there, sees that it is the successor indeed, and takes the
 * links with it. Each step is stored before the next, and may be repeated, so that a kill between any two changes nothing.
 */

import type { Homeserver } from '../homeserver/port.js';
import { type Clock, within } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { SingleFlight } from '../lib/single-flight.js';
import { BridgeError, faultText, isFault } from '../model/errors.js';
import type { RoomId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Link, Replacement } from '../model/link.js';
import type { AdminRooms } from './admin-rooms.js';
import type { Links } from './links.js';
import type { PmRooms } from './pm-rooms.js';
import type { Replacements } from './replacements.js';
import type { MoveRest } from './succession-rest.js';

export interface SuccessionNeeds {
  readonly homeserver: Pick<Homeserver, 'bot' | 'isIn' | 'creationOf'>;
  readonly nameOf: (network: NetworkName) => string;
  readonly links: Links;
  readonly pmRooms: Pick<PmRooms, 'ofRoom'>;
  readonly adminRooms: Pick<AdminRooms, 'ofRoom'>;
  readonly replacements: Replacements;
  /** What follows once the links have gone over; may be repeated. */
  readonly moveRest: MoveRest;
  readonly clock: Clock;
  readonly log: Log;
}

/** Both throw `STOPPING`, `STORE_FAULT`, and what the homeserver lastingly refuses besides joining. */
export interface Succession {
  /** Goes on with a replacement from where it stands; resolves when the links are over, or it waits, or was refused. */
  follow(replacement: Replacement): Promise<void>;
  /** Puts links where they belong that a kill left behind; once at the start, before anything is said. */
  restore(): Promise<void>;
  /** Resolves when nothing is under way. */
  whenIdle(): Promise<void>;
}

/** A server that is away makes a join wait for as long as it is; what happens in the old room does not. */
const JOIN_MS = 60_000;

export function makeSuccession(needs: SuccessionNeeds): Succession {
  const { homeserver, links, replacements, log } = needs;
  const { bot } = homeserver;
  const following = new SingleFlight<RoomId, void>();
  const running = new Set<Promise<void>>();

  const notFollowed = (from: RoomId, fault: unknown): void => {
    if (!isFault(fault, 'STOPPING')) log.error('replaced room not followed to the end', { from, why: faultText(fault) });
  };
  const say = async (room: RoomId, body: string, txnId: string): Promise<void> => {
    try {
      // Looked for first: it may have been said in an earlier life.
      await bot.send(room, 'm.room.message', { msgtype: 'm.notice', body, 'm.mentions': {} }, txnId, { repeat: true });
    } catch (fault) {
      if (!(fault instanceof BridgeError) || fault.code === 'STOPPING') throw fault;
      // In a room that was replaced hardly anybody may speak.
      log.info('not told of a replaced room', { room, why: fault.message });
    }
  };
  const placesOf = (linked: readonly Link[]): string =>
    linked.map(({ network, channel }) => `${channel} on ${needs.nameOf(network)}`).join(', ');

  /** Why a room cannot be the successor, by what we know of it ourselves. */
  const isOther = ({ from, to }: Replacement): string | undefined => {
    if (from === to) return 'by itself';
    if (links.ofRoom(to).length > 0) return 'by one that is linked already';
    if (needs.adminRooms.ofRoom(to) ?? needs.pmRooms.ofRoom(to)) return 'by a private room of the bridge';
    return undefined;
  };

  const refuse = async (replacement: Replacement, why: string): Promise<void> => {
    const { from, to } = replacement;
    log.warn('replacement of a linked room refused', { from, to, why: `replaced ${why}` });
    const where = placesOf(links.ofRoom(from));
    await replacements.drop(from);
    await say(from, `This room was replaced ${why}, so I do not go there: ${where} stays linked with this one.`, `replaced.no.${to}`);
  };

  /** Whether the bot is in the new room; where it is not let in, it waits for an invitation. */
  const enter = async (replacement: Replacement): Promise<boolean> => {
    const { from, to, via } = replacement;
    const joining = bot.join(to, [via]);
    let why = 'its server does not answer';
    try {
      if (await within(needs.clock, JOIN_MS, joining.then(() => true), () => false)) return true;
      // It is tried on, and the old room goes on meanwhile.
      joining.then(() => follow(replacement)).catch((fault: unknown) => notFollowed(from, fault));
    } catch (fault) {
      if (!(fault instanceof BridgeError) || fault.code === 'STOPPING') throw fault;
      why = fault.message;
    }
    log.warn('linked room was replaced, and the bot cannot go there yet', { from, to, why, todo: `invite ${bot.userId} there` });
    const where = placesOf(links.ofRoom(from));
    const words = `This room was replaced, and I cannot join the new one. Invite ${bot.userId} there; until then ${where} stays linked with this one.`;
    await say(from, words, `replaced.wait.${to}`);
    return false;
  };

  /** Whether the new room itself says that it comes after the old one: else anybody could take a link away. */
  const namesUs = async ({ from, to }: Replacement): Promise<boolean> => {
    const { predecessor } = await homeserver.creationOf(to);
    return typeof predecessor === 'object' && predecessor !== null && 'room_id' in predecessor && predecessor['room_id'] === from;
  };

  /** Gives the replacement as it is once it is found good; `undefined`: it waits, or was refused. */
  const judge = async (replacement: Replacement): Promise<Replacement | undefined> => {
    const other = isOther(replacement);
    if (other !== undefined) {
      await refuse(replacement, other);
      return undefined;
    }
    const wasThere = homeserver.isIn(bot.userId, replacement.to);
    if (!(await enter(replacement))) return undefined;
    if (!(await namesUs(replacement))) {
      // Unless it is the right one for another.
      if (!wasThere && replacements.by(replacement.to).length < 2) await bot.leave(replacement.to);
      await refuse(replacement, 'by one that does not name it as the room before');
      return undefined;
    }
    // Something may have been linked with it meanwhile.
    if (isOther(replacement) !== undefined) return judge(replacement);
    const good: Replacement = { ...replacement, stage: 'moving' };
    await replacements.save(good);
    return good;
  };

  const finish = async (replacement: Replacement): Promise<void> => {
    try {
      await needs.moveRest(replacement);
      await replacements.save({ ...replacement, stage: 'moved' });
      log.info('replaced room is followed', { from: replacement.from, to: replacement.to });
    } catch (fault) {
      // The next start goes on with it.
      notFollowed(replacement.from, fault);
    }
  };

  const goOn = async (replacement: Replacement): Promise<void> => {
    if (replacement.stage === 'moved') return;
    const good = replacement.stage === 'moving' ? replacement : await judge(replacement);
    if (!good) return;
    const { from, to } = good;
    if (links.ofRoom(from).length > 0) await links.moveRoom(from, to);
    const where = placesOf(links.ofRoom(to));
    log.info('links moved to the new room', { from, to, channels: where });
    await say(to, `This room is linked with ${where} now, as the one before it was.`, `replaced.new.${from}`);
    await say(from, `${where} is linked with the new room now: go on there.`, `replaced.old.${to}`);
    const rest = finish(good);
    running.add(rest);
    void rest.then(() => running.delete(rest));
  };

  // An invitation, the tombstone's own entry and the start may all ask for it at once.
  const follow: Succession['follow'] = ({ from, to }) =>
    following.do(from, async () => {
      const now = replacements.of(from);
      if (now?.to === to) await goOn(now);
    });

  return {
    follow,
    async restore() {
      for (const { from, to, stage } of replacements.open) {
        if (stage === 'moving' && links.ofRoom(from).length > 0) await links.moveRoom(from, to);
      }
    },
    async whenIdle() {
      await Promise.all(running);
    },
  };
}
