/** PRIVMSG, NOTICE and ACTION in a channel: said by a ghost in every room that is linked with it. */

import type { Homeserver } from '../homeserver/port.js';
import type { Entry } from '../journal/port.js';
import { type Clock, within } from '../lib/clock.js';
import { KeyedQueue } from '../lib/keyed-queue.js';
import type { RoomId } from '../model/ids.js';
import type { ChannelMessage } from '../model/irc-event.js';
import type { Ghost, Ghosts } from '../people/ghosts.js';
import type { EventPairs } from '../rooms/event-pairs.js';
import { sendInParts } from './in-parts.js';
import { answering, remember } from './line-pairs.js';
import type { EventMemory } from '../rooms/event-memory.js';
import type { FindNickIn } from './find-nick.js';
import { toContent } from './to-content.js';

export interface MessageNeeds {
  readonly homeserver: Pick<Homeserver, 'as' | 'reachable'>;
  readonly ghosts: Ghosts;
  readonly pairs: EventPairs;
  readonly clock: Clock;
  readonly findNick: FindNickIn;
  readonly memory: Pick<EventMemory, 'moment' | 'remember'>;
}

/** One line for one room. */
export interface Carriage {
  readonly line: ChannelMessage;
  /** Lines after the first one that are in its text: each can be answered (I2M-13). */
  readonly also?: readonly Required<Pick<ChannelMessage, 'msgid' | 'text'>>[];
  readonly room: RoomId;
  readonly entry: Entry;
  /** The entry comes from an earlier life of the process, so it may have been sent already. */
  readonly repeat: boolean;
  /** Called once, when it has been sent, or with what the homeserver lastingly refused. */
  readonly ended: (fault?: unknown) => void;
}

/** A room waits this long for a ghost that cannot join; then the other ghosts' lines go on (I2M-14, RELIABILITY H11). */
export const PATIENCE_MS = 5_000;
/** While the homeserver does not answer at all nobody could go on, so the order of all is kept, but not for ever. */
const OUTAGE_MS = 60_000;

/**
 * Makes the carrier of lines. Called in turn for each room; a promise that settles when the room may go on, which is
 * before `ended` when the ghost is set aside. Lines of one ghost in one room never overtake each other, set aside or not.
 */
export function makeCarry(needs: MessageNeeds): (carriage: Carriage) => Promise<void> {
  // What is pushed tells of its faults itself.
  const aside = new KeyedQueue<string>(() => undefined);
  return async (carriage) => {
    const ghost = needs.ghosts.of(carriage.line.network, carriage.line.from.nick);
    // Nearly every line: nothing to wait for, so no timer and no promises but the sending's.
    if (aside.size === 0 && needs.ghosts.isIn(ghost, carriage.room)) {
      await say(needs, ghost, carriage).then(() => carriage.ended(), carriage.ended);
      return;
    }
    const lane = `${carriage.room} ${ghost.userId}`;
    const finish = (ready: Promise<void>): Promise<void> =>
      ready.then(() => say(needs, ghost, carriage)).then(() => carriage.ended(), carriage.ended);
    if (aside.sizeOf(lane) > 0) {
      aside.push(lane, () => finish(needs.ghosts.ensureIn(ghost, carriage.room)));
      return;
    }
    const ready = needs.ghosts.ensureIn(ghost, carriage.room);
    if (await isSoon(needs, ready)) await finish(ready);
    else aside.push(lane, () => finish(ready));
  };
}

/** Sends the line. */
async function say(needs: MessageNeeds, ghost: Ghost, { line, room, entry, repeat, also }: Carriage): Promise<void> {
  const { homeserver, pairs, memory } = needs;
  const said = toContent(line, needs.findNick(line, room));
  const order = repeat ? 0 : memory.moment();
  const content = line.replyTo === undefined ? said : await answering(pairs, { ...line, target: line.channel }, room, said);
  const how = line.sentAt === undefined ? { repeat, since: entry.at } : { repeat, since: entry.at, at: line.sentAt };
  const event = await sendInParts(homeserver.as(ghost.userId), room, content, entry.id, how);
  if (line.msgid !== undefined) remember(pairs, { ...line, target: line.channel }, room, event);
  if (also) for (const said of also) remember(pairs, { ...line, ...said, target: line.channel }, room, event);
  const body = { type: 'text', how: line.how, plain: said.body, mentions: [] } as const;
  memory.remember(room, event, { sender: ghost.userId, at: line.at, body, nick: line.from.nick }, order);
}

/** Whether the room should wait: `ready` has settled in time. */
async function isSoon({ clock, homeserver }: MessageNeeds, ready: Promise<void>): Promise<boolean> {
  const settled = ready.then(
    () => true,
    () => true,
  );
  for (let waited = 0; waited < OUTAGE_MS; waited += PATIENCE_MS) {
    if (await within(clock, PATIENCE_MS, settled, () => false)) return true;
    if (homeserver.reachable) return false;
  }
  return false;
}
