/** Makes a bridge's clock run fast from its next start on, without its knowing. */

import type { Bridge } from './bridge.js';

const PRELOAD = new URL('fast-time.mjs', import.meta.url).href;

/**
 * @param factor how many of the bridge's seconds pass in one of ours; 1 for the usual
 * @param jumps of its wall clock in ms, one each half second
 */
export function runFast(bridge: Bridge, factor: number, jumps: readonly number[] = []): void {
  bridge.process.environment =
    factor === 1 && jumps.length === 0 ? {} : { SPEC_TIME_FACTOR: String(factor), SPEC_CLOCK_JUMPS: jumps.join(), NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${PRELOAD}`.trim() };
}
