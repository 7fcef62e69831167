/** Tells people that what they said waits for IRC, and when it is through (M2I-50). */

import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { EventId } from '../model/ids.js';
import type { Failure, Told } from './failure.js';
import { nowDelivered, stillWaits } from './sentences.js';

export interface WaitingNeeds {
  readonly failure: Pick<Failure, 'notice'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** One message under way to one place; called once, when it was said (`true`) or given up, which is told elsewhere. */
export type Arrived = (said: boolean) => void;
/** Begins to wait. `since`: when the message was taken, in ms of the clock's `elapsed`. */
export type Await = (told: Omit<Told, 'refusal'>, since: number) => Arrived;

/** What an author waits for in one room, however many places it is linked with. */
interface Queue {
  waiting: number;
  /** He was told that something waits. */
  told: boolean;
  /** What was late since then and is through, and where. */
  readonly messages: Set<EventId>;
  readonly targets: Set<string>;
}

const SLOW_MS = 10_000;
const MINUTE_MS = 60_000;

/** Makes `Await`. At most one telling a minute for an author and room, and one when all that waited is through. */
export function makeAwait({ failure, clock, log }: WaitingNeeds): Await {
  const queues = new Map<string, Queue>();
  const last = new BoundedMap<string, number>(10_000);
  const tell = (told: Omit<Told, 'refusal'>, say: string, suffix: string): void => {
    failure.notice(told, say, suffix).catch((fault: unknown) => {
      log.warn('author not told of waiting', { request: told.entry, room: told.event.room, why: faultText(fault) });
    });
  };
  return (told, since) => {
    const key = `${told.event.sender} ${told.event.room}`;
    const queue = queues.get(key) ?? { waiting: 0, told: false, messages: new Set(), targets: new Set() };
    queues.set(key, queue);
    queue.waiting++;
    let slow = false;
    const timer = clock.after(Math.max(0, since + SLOW_MS - clock.elapsed()), () => {
      slow = true;
      if (queue.told || clock.elapsed() - (last.get(key) ?? -MINUTE_MS) < MINUTE_MS) return;
      queue.told = true;
      last.set(key, clock.elapsed());
      tell(told, stillWaits(told.target), 'w');
    });
    return (said) => {
      timer.end();
      if (said && slow) {
        queue.messages.add(told.event.id);
        queue.targets.add(told.target);
      }
      if (--queue.waiting > 0) return;
      queues.delete(key);
      if (queue.told && queue.messages.size > 0) tell(told, nowDelivered([...queue.targets].join(' and '), queue.messages.size), 'wd');
    };
  };
}
