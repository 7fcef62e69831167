/** Tells a person on Matrix what was not delivered, why, and what to do: a bot's notice in reply to the message. */

import type { Homeserver } from '../homeserver/port.js';
import type { EntryId } from '../journal/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import type { Metrics } from '../metrics/port.js';
import type { RoomEvent } from '../model/matrix-event.js';
import type { Refusal } from '../model/refusal.js';

export interface FailureNeeds {
  readonly homeserver: Pick<Homeserver, 'bot'>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** What is told, about which event. `entry` makes the notice's transaction id. */
export interface Told {
  readonly event: Pick<RoomEvent, 'room' | 'id' | 'sender'>;
  readonly entry: EntryId;
  readonly refusal: Refusal;
  /** Where it was bound for, such as `#cats on irc.example.org`. */
  readonly target: string;
}

export interface Failure {
  /** A message was not delivered: counted always, told at most once a minute for a person and reason. */
  notDelivered(told: Told): Promise<void>;
  /** A message was delivered, but not all of it: told once for a person, room and reason. */
  hint(told: Omit<Told, 'refusal'>, topic: string, say: string): Promise<void>;
}

const MINUTE_MS = 60_000;

export function makeFailure(needs: FailureNeeds): Failure {
  /** When a person was last told of a reason, and how many messages went untold since. */
  const told = new BoundedMap<string, { at: number; untold: number }>(10_000);
  const hinted = new BoundedMap<string, true>(10_000);

  const notice = async ({ event, entry }: Pick<Told, 'event' | 'entry'>, body: string, suffix: string): Promise<void> => {
    const content = {
      msgtype: 'm.notice',
      body,
      'm.mentions': { user_ids: [event.sender] },
      'm.relates_to': { 'm.in_reply_to': { event_id: event.id } },
    };
    await needs.homeserver.bot.join(event.room);
    await needs.homeserver.bot.send(event.room, 'm.room.message', content, `${entry}.${suffix}`);
  };

  return {
    async notDelivered({ event, entry, refusal, target }) {
      needs.metrics.count('bridge_dropped_total', { reason: refusal.reason });
      const key = `${event.sender} ${refusal.reason}`;
      const now = needs.clock.elapsed();
      const last = told.get(key);
      if (last && now - last.at < MINUTE_MS) {
        last.untold++;
        return;
      }
      told.set(key, { at: now, untold: 0 });
      const more = last && last.untold > 0 ? ` (and ${last.untold} more before it)` : '';
      needs.log.info('told not delivered', { person: event.sender, room: event.room, reason: refusal.reason });
      await notice({ event, entry }, `Your message${more} was not delivered to ${target}. ${refusal.say}`, 'f');
    },
    async hint({ event, entry }, topic, say) {
      const key = `${event.sender} ${event.room} ${topic}`;
      if (hinted.has(key)) return;
      hinted.set(key, true);
      await notice({ event, entry }, say, 'h');
    },
  };
}
