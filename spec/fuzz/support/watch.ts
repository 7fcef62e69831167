/** What a fuzzed bridge must go on doing: answer, carry talk elsewhere, stay small. */

import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertNoFault, residentMiB } from '../../support/look.js';
import type { IrcPerson, MatrixPerson } from '../../support/people.js';
import type { Pusher } from '../../support/push.js';
import type { Stage } from '../../support/stage.js';

/** How long to fuzz; the environment may say. */
export const SECONDS = Number(process.env['CAUSEWAY_FUZZ_SECONDS'] ?? 60);

/** A seed that is told, so that a run can be had again. */
export function theSeed(): number {
  const seed = Number(process.env['CAUSEWAY_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`    seed ${seed}, ${SECONDS} s (CAUSEWAY_FUZZ_SEED, CAUSEWAY_FUZZ_SECONDS)`);
  return seed;
}

/** A good channel through which a line goes both ways every second. */
export interface Good {
  readonly alice: MatrixPerson;
  readonly bob: IrcPerson;
  readonly room: string;
  readonly channel: string;
}

export interface Watched {
  readonly probes: number;
  /** Longest way of a probe in ms, and longest answer to a ping. */
  readonly slowestMs: number;
  readonly slowestPingMs: number;
  readonly pingsOver100: number;
  readonly pings: number;
  readonly ownBlockMs: number;
  readonly mostMiB: number;
}

/** How long a probe may take while everything else goes wrong. */
const PROBE_MS = 15_000;

/** Watches until `signal` is aborted; throws at the first thing that is not as it should be. */
export async function watch(stage: Stage, pusher: Pusher, good: Good, signal: AbortSignal): Promise<Watched> {
  const { alice, bob, room, channel } = good;
  let [probes, slowestMs, slowestPingMs, pingsOver100, pings, mostMiB] = [0, 0, 0, 0, 0, 0];
  // What this process itself was held up by: a slow answer may be its own fault.
  const ownDelay = monitorEventLoopDelay({ resolution: 10 });
  ownDelay.enable();
  const ping = async (): Promise<void> => {
    while (!signal.aborted) {
      const { status, ms } = await pusher.ask('/_matrix/app/v1/ping', { method: 'POST', body: '{}' });
      assert.equal(status, 200);
      slowestPingMs = Math.max(slowestPingMs, ms);
      pings += 1;
      if (ms > 100) pingsOver100 += 1;
      await sleep(25);
    }
  };
  const probe = async (): Promise<void> => {
    while (!signal.aborted) {
      const begun = performance.now();
      probes += 1;
      bob.says(channel, `up ${probes}`);
      await alice.sees(`up ${probes}`, { room, withinMs: PROBE_MS });
      await alice.says(room, `down ${probes}`);
      await bob.sees(`down ${probes}`, { to: channel, withinMs: PROBE_MS });
      slowestMs = Math.max(slowestMs, performance.now() - begun);
      assertNoFault(stage.bridge);
      assert.ok(stage.bridge.process.running, 'the bridge has ended');
      mostMiB = Math.max(mostMiB, residentMiB(stage.bridge));
      await sleep(1000);
    }
  };
  await Promise.all([ping(), probe()]);
  ownDelay.disable();
  const ownBlockMs = Math.round(ownDelay.max / 1e6);
  const watched = { ownBlockMs, probes, slowestMs: Math.round(slowestMs), slowestPingMs: Math.round(slowestPingMs), pingsOver100, pings, mostMiB: Math.round(mostMiB) };
  console.log(`    ${JSON.stringify(watched)}`);
  return watched;
}
