/** Looks at a running bridge from outside: its memory, its descriptors, what its log must never say. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

const FAULTS = /unhandled rejection|uncaught exception|irc event failed|event could not be handed on|\[object Object\]|request failed route/u;

/** Nothing was thrown past those who should catch it, in all lives of the process. */
export function assertNoFault(bridge: Bridge): void {
  assert.deepEqual(bridge.log.filter((line) => FAULTS.test(line)).slice(0, 5), []);
}

/** Waits until `what` is true; rejects after `withinMs` saying so. */
export async function until(why: string, what: () => boolean, withinMs = 60_000): Promise<void> {
  const late = performance.now() + withinMs;
  while (!what()) {
    if (performance.now() > late) throw new Error(`not within ${withinMs} ms: ${why}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Files of the bridge's store and journal in which a text stands, as it is or as JSON has it. */
export function filesWith(bridge: Bridge, text: string): string[] {
  const directory = join(bridge.process.directory, 'data');
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const spellings = [text, JSON.stringify(text).slice(1, -1)];
  return files
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => spellings.some((spelling) => readFileSync(path, 'latin1').includes(spelling)));
}
