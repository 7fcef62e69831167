/** Tells a person on Matrix what was not delivered, why, and what to do: in his admin room, or in reply to the message. */

import { createHash } from 'node:crypto';
import type { Actor, Homeserver } from '../homeserver/port.js';
import type { EntryId } from '../journal/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import { type Clock, sleep } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import type { Metrics } from '../metrics/port.js';
import { BridgeError, isFault } from '../model/errors.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { RoomEvent } from '../model/matrix-event.js';
import type { Refusal } from '../model/refusal.js';
import { notDelivered, perhapsNotDelivered } from './sentences.js';

export interface FailureNeeds {
  readonly homeserver: Pick<Homeserver, 'bot'>;
  /** Who tells in a room where the bot is not: the ghost of a private talk. */
  readonly speakerIn?: (room: RoomId) => Actor | undefined;
  /** Where a person reads what the bot tells him, if he does. */
  readonly adminRoomOf?: (person: UserId) => Promise<RoomId | undefined>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Set when the bridge stops: what was not told by then stays in the journal. */
  readonly stopping: AbortSignal;
}

/** What is told, about which event. `entry` makes the notice's transaction id. */
export interface Told {
  readonly event: Pick<RoomEvent, 'room' | 'id' | 'sender'>;
  readonly entry: EntryId;
  /** The entry comes from an earlier life of the process, which may have told it already. */
  readonly repeat: boolean;
  readonly refusal: Refusal;
  /** Where it was bound for, such as `#cats on irc.example.org`. */
  readonly target: string;
}

/** Both resolve when the author was told, and throw `STOPPING`, or what the homeserver lastingly refuses to the bot. */
export interface Failure {
  /**
   * A message was not delivered: counted, and told at most once a minute for a person and room. What comes within the
   * minute is told at its end, all in one notice, and waits for that: do not wait for it where others wait for you.
   */
  notDelivered(told: Told): Promise<void>;
  /** A message was delivered, but not all of it: told once for a person, room and topic. */
  hint(told: Omit<Told, 'refusal'>, topic: string, say: string): Promise<void>;
  /** Tells the author something about a message; `suffix` tells apart what is said of the same one. */
  notice(told: Omit<Told, 'refusal'>, say: string, suffix: string): Promise<void>;
}

/** What a person was last told of a room, and what waits for the end of that minute. */
interface Recent {
  at: number;
  waiting: number;
  latest: Told;
  flush: Promise<void> | undefined;
}

const MINUTE_MS = 60_000;

export function makeFailure(needs: FailureNeeds): Failure {
  const { clock, stopping } = needs;
  const recent = new BoundedMap<string, Recent>(10_000);
  const hinted = new BoundedMap<string, true>(10_000);

  const notice = async (told: Omit<Told, 'refusal'>, body: string, suffix: string): Promise<void> => {
    const { event, entry, repeat } = told;
    const words = { msgtype: 'm.notice', body, 'm.mentions': { user_ids: [event.sender] } };
    const admin = await needs.adminRoomOf?.(event.sender);
    if (admin !== undefined) {
      try {
        await needs.homeserver.bot.send(admin, 'm.room.message', words, `${entry}.${suffix}`, { repeat });
        return;
      } catch (fault) {
        // The bot was put out of it: then where the message was written.
        if (!isFault(fault, 'HOMESERVER_FORBIDDEN') && !isFault(fault, 'HOMESERVER_NOT_FOUND')) throw fault;
      }
    }
    const content = { ...words, 'm.relates_to': { 'm.in_reply_to': { event_id: event.id } } };
    const speaker = needs.speakerIn?.(event.room) ?? needs.homeserver.bot;
    await speaker.join(event.room);
    await speaker.send(event.room, 'm.room.message', content, `${entry}.${suffix}`, { repeat });
  };

  const tell = async (told: Told, others: number): Promise<void> => {
    const { event, refusal, target } = told;
    needs.log.info('told not delivered', { request: told.entry, person: event.sender, room: event.room, reason: refusal.reason, others });
    const sentence = refusal.reason === 'unconfirmed' ? perhapsNotDelivered : notDelivered;
    await notice(told, sentence(target, refusal.say, others), `f.${refusal.reason}.${digest(target)}`);
  };

  const atEndOfMinute = async (state: Recent): Promise<void> => {
    await untilStopped(sleep(clock, Math.max(0, state.at + MINUTE_MS - clock.elapsed()), stopping), stopping);
    const { latest, waiting } = state;
    Object.assign(state, { at: clock.elapsed(), waiting: 0, flush: undefined });
    await tell(latest, waiting - 1);
  };

  return {
    async notDelivered(told) {
      needs.metrics.count('bridge_dropped_total', { reason: told.refusal.reason });
      const key = `${told.event.sender} ${told.event.room}`;
      const now = clock.elapsed();
      const state = recent.get(key);
      if (state && (state.flush || now - state.at < MINUTE_MS)) {
        state.waiting++;
        state.latest = told;
        return (state.flush ??= atEndOfMinute(state));
      }
      recent.set(key, { at: now, waiting: 0, latest: told, flush: undefined });
      await tell(told, 0);
    },
    async hint(told, topic, say) {
      const key = `${told.event.sender} ${told.event.room} ${topic}`;
      if (hinted.has(key)) return;
      hinted.set(key, true);
      await notice(told, say, `h.${topic}`);
    },
    notice,
  };
}

/** What tells notices about one event apart, in their transaction ids: the channel, or what is said. */
export function digest(target: string): string {
  return createHash('sha256').update(target).digest('hex').slice(0, 8);
}

async function untilStopped(sleeping: Promise<void>, stopping: AbortSignal): Promise<void> {
  try {
    await sleeping;
  } catch (fault) {
    if (stopping.aborted) throw new BridgeError('STOPPING', 'the bridge is stopping');
    throw fault;
  }
}
