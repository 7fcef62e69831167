/** Looks at a running bridge from outside: its memory, its descriptors, what its log must never say. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { Bridge } from './bridge.js';

/** Resident memory in MiB. */
export function residentMiB(bridge: Bridge): number {
  const status = readFileSync(`/proc/${String(bridge.process.pid)}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/mu.exec(status)?.[1]) / 1024;
}

/** Open descriptors. */
export function descriptors(bridge: Bridge): number {
  return readdirSync(`/proc/${String(bridge.process.pid)}/fd`).length;
}

/** Nothing was thrown past those who should catch it. */
export function assertNoFault(bridge: Bridge): void {
  const bad = bridge.log.filter((line) => /unhandled rejection|uncaught exception|irc event failed|event could not be handed on/u.test(line));
  assert.deepEqual(bad.slice(0, 5), []);
  assert.ok(bridge.process.running, 'the bridge has ended');
}

/** Waits until `what` is true; rejects after `withinMs` saying so. */
export async function until(why: string, what: () => boolean, withinMs = 10_000): Promise<void> {
  const late = performance.now() + withinMs;
  while (!what()) {
    if (performance.now() > late) throw new Error(`not within ${withinMs} ms: ${why}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
