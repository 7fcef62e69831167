/** Tells people that what they said waits for IRC, and when it is through (M2I-50). */

import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { Failure, Told } from './failure.js';
import { nowDelivered, stillWaits } from './sentences.js';

export interface WaitingNeeds {
  readonly failure: Pick<Failure, 'notice'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** One message under way; called once, when it was said (`true`) or given up, which is told elsewhere. */
export type Arrived = (said: boolean) => void;
/** Begins to wait. `since`: when the message was taken, in ms of the clock's `elapsed`. */
export type Await = (told: Omit<Told, 'refusal'>, since: number) => Arrived;

/** What an author waits for in one place. */
interface Queue {
  waiting: number;
  /** Messages since the telling; 0: nothing was told. */
  told: number;
}

const SLOW_MS = 10_000;
const MINUTE_MS = 60_000;

/** Makes `Await`. At most one telling a minute for an author and place, and one when all that waited is through. */
export function makeAwait({ failure, clock, log }: WaitingNeeds): Await {
  const queues = new Map<string, Queue>();
  const last = new BoundedMap<string, number>(10_000);
  const tell = (told: Omit<Told, 'refusal'>, say: string, suffix: string): void => {
    failure.notice(told, say, suffix).catch((fault: unknown) => {
      log.warn('author not told of waiting', { room: told.event.room, why: faultText(fault) });
    });
  };
  return (told, since) => {
    const key = `${told.event.sender} ${told.event.room} ${told.target}`;
    const queue = queues.get(key) ?? { waiting: 0, told: 0 };
    queues.set(key, queue);
    queue.waiting++;
    let slow = false;
    const timer = clock.after(Math.max(0, since + SLOW_MS - clock.elapsed()), () => {
      slow = true;
      const before = last.get(key);
      if (queue.told === 0 && before !== undefined && clock.elapsed() - before < MINUTE_MS) return;
      if (queue.told++ > 0) return;
      last.set(key, clock.elapsed());
      tell(told, stillWaits(told.target), 'w');
    });
    return (said) => {
      timer.end();
      if (--queue.waiting === 0) queues.delete(key);
      if (!said && slow && queue.told > 0) queue.told--;
      if (!said || queue.told === 0 || queue.waiting > 0) return;
      tell(told, nowDelivered(told.target, queue.told), 'wd');
      queue.told = 0;
    };
  };
}
