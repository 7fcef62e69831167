/** Pure: how long to wait before the next try. */

/**
 * Doubles from `first` to `most` milliseconds, with jitter.
 * @param attempt 0 for the wait after the first failure
 * @param chance a number in [0, 1), passed in so that tests know it; the result lies in [½, 1] of the full wait
 */
export function backoff(attempt: number, first: number, most: number, chance: number): number {
  const full = Math.min(most, first * 2 ** Math.min(attempt, 30));
  return Math.round(full * (0.5 + chance / 2));
}
