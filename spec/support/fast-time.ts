/** Makes a bridge's clock run fast, or its disk slow, from its next start on, without its knowing. */

import { systemClock, type Clock } from '../../src/lib/clock.js';
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

/** From its next start on, the bridge's disk takes so many ms to keep anything; its time is the usual one. */
export function slowDisk(bridge: Bridge, ms: number): void {
  const preload = new URL('slow-disk.mjs', import.meta.url).href;
  bridge.process.environment = { SPEC_SYNC_MS: String(ms), NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${preload}`.trim() };
}

/** From its next start on, files below `directory` find no room while the file `mark` is there. */
export function fullDisk(bridge: Bridge, directory: string, mark: string): void {
  const preload = new URL('full-disk.mjs', import.meta.url).href;
  bridge.process.environment = { SPEC_DISK: directory, SPEC_DISK_FULL: mark, NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${preload}`.trim() };
}

/** A clock for the world's servers that runs as fast as such a bridge's. */
export function fastClock(factor: number): Clock {
  return {
    now: () => systemClock.now() * factor,
    elapsed: () => systemClock.elapsed() * factor,
    after: (ms, job) => systemClock.after(ms / factor, job),
    every: (ms, job) => systemClock.every(ms / factor, job),
  };
}
