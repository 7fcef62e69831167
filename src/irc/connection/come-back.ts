/** Pure: whether and when a client whose connection ended comes back (CONN-6, CONN-8, CONN-20, RELIABILITY R8–R13). */

import { backoff } from '../../lib/backoff.js';
import type { Refusal } from '../../model/refusal.js';
import type { Ending } from '../wire/irc-errors.js';

const MINUTE = 60_000;
const FIRST_MS = 1000;
const MOST_MS = 10 * MINUTE;
/** The bot shows the others the way: it is back soon after whatever kept it off is over (F10). */
const BOT_MOST_MS = 10_000;
const THROTTLED_MS = 20_000;
/** After "too many connections", a kill, or when every nick was taken. */
const LONG_MS = 5 * MINUTE;
/** Refused logins, and kills, in a row after which a person has to ask again. */
const STRIKES = 3;

export interface Ended {
  readonly ending: Ending;
  readonly why: Refusal;
  /** Endings in a row without a connection that lasted, this one included; 1 for the first. */
  readonly count: number;
  /** The bot never gives up: without it nobody listens. */
  readonly bot: boolean;
  /** The whole host seems banned (`ConnectQueue.probing`): then a ban says nothing about the person. */
  readonly hostBanned: boolean;
  /** In [0, 1). */
  readonly chance: number;
}

/** Milliseconds to wait, or `never`. */
export function comeBackAfter({ ending, why, count, bot, hostBanned, chance }: Ended): number | 'never' {
  const slow = backoff(count - 1, LONG_MS, 60 * MINUTE, chance);
  switch (ending) {
    case 'secured':
      return 0;
    case 'banned':
      return bot || hostBanned ? slow : 'never';
    case 'auth':
      if (!why.permanent) return slow;
      if (count < STRIKES) return quick(count, chance);
      return bot ? slow : 'never';
    case 'killed':
      return !bot && count >= STRIKES ? 'never' : slow;
    case 'full':
      return slow;
    case 'throttled':
      return THROTTLED_MS + quick(count, chance);
    case 'unreachable':
      // Nobody is there to be bothered.
      return backoff(count - 1, FIRST_MS, bot ? BOT_MOST_MS : MINUTE, chance);
    case 'lost':
      // Something in front of a server that is down may let in and reset.
      if (why.reason === 'nick-taken') return slow;
      return bot ? backoff(count - 1, FIRST_MS, BOT_MOST_MS, chance) : quick(count, chance);
  }
}

function quick(count: number, chance: number): number {
  return backoff(count - 1, FIRST_MS, MOST_MS, chance);
}
