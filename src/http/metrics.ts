/** GET /metrics on a port of its own, answered by a thread of its own: it answers however busy the bridge is (MET-1). */

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type Clock, type Timer, within } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { BridgeError, faultText } from '../model/errors.js';
import type { ReadFigures } from '../metrics/port.js';
import type { FromThread, Place, ToThread } from './metrics-talk.js';

export interface MetricsNeeds {
  /** Asked when somebody wants the figures; one reading at a time. */
  readonly read: ReadFigures;
  readonly clock: Clock;
  readonly log: Log;
}

/** A thread that has ended by a fault is started again after so long, in ms; one that does not end is ended after so long. */
const AGAIN_MS = 10_000;
const END_MS = 1_000;
/** Options of Node's are none of its business. */
const THREAD = { name: 'metrics', execArgv: [] };

export class MetricsListener {
  readonly #needs: MetricsNeeds;
  #thread: Worker | undefined;
  #ended: Promise<void> = Promise.resolve();
  #again: Timer | undefined;
  #giving = false;
  #closed = false;

  constructor(needs: MetricsNeeds) {
    this.#needs = needs;
  }

  /**
   * Starts the thread and has it open the port; gives the port, which differs only where 0 was asked for.
   * @throws BridgeError `PORT_FAULT`
   */
  async listen(port: number, host: string): Promise<{ readonly port: number }> {
    const { thread, ended, first, fault } = start({ port, host }, () => this.#give());
    this.#thread = thread;
    this.#ended = ended;
    const said = await first;
    if (said?.kind !== 'listening') {
      await ended;
      const why = said?.kind === 'deaf' ? said.why : `metrics cannot listen on ${host}, port ${port}: ${fault() ?? 'the thread ended'}`;
      throw new BridgeError('PORT_FAULT', why);
    }
    void ended.then(() => this.#closed || this.#restart({ port: said.port, host }, fault()));
    // So that there is something to show if the bridge is busy when the first one asks.
    this.#give();
    return { port: said.port };
  }

  /** Ends the listener, all its connections and the thread. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#again?.end();
    this.#tell({ kind: 'close' });
    const inTime = await within(this.#needs.clock, END_MS, this.#ended.then(() => true), () => false);
    if (!inTime) await this.#thread?.terminate();
  }

  /** What is asked for during a reading gets that one. */
  #give(): void {
    if (this.#giving) return;
    this.#giving = true;
    void this.#needs
      .read()
      .then(
        (figures) => this.#tell({ kind: 'figures', figures }),
        (fault: unknown) => this.#tell({ kind: 'none', why: faultText(fault) }),
      )
      .finally(() => (this.#giving = false));
  }

  #tell(message: ToThread): void {
    this.#thread?.postMessage(message);
  }

  #restart(place: Place, why: string | undefined): void {
    const { clock, log } = this.#needs;
    log.error('metrics listener ended, started again', { why, seconds: AGAIN_MS / 1000 });
    this.#again = clock.after(AGAIN_MS, () => {
      this.listen(place.port, place.host).catch((fault: unknown) => this.#closed || this.#restart(place, faultText(fault)));
    });
  }
}

interface Started {
  readonly thread: Worker;
  /** What it says first; `undefined`: it has ended before. */
  readonly first: Promise<FromThread | undefined>;
  readonly ended: Promise<void>;
  /** Why it ended, if that was a fault. */
  readonly fault: () => string | undefined;
}

function start(place: Place, onWanted: () => void): Started {
  const raw = import.meta.url.endsWith('.ts');
  const thread = raw ? fromSource(place) : new Worker(new URL('./metrics-thread.js', import.meta.url), { ...THREAD, workerData: place });
  let fault: string | undefined;
  thread.on('error', (why) => (fault = faultText(why)));
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  thread.on('message', ({ kind }: FromThread) => {
    if (kind === 'wanted') onWanted();
  });
  const said = new Promise<FromThread>((resolve) => thread.once('message', resolve));
  return { thread, ended, first: Promise.race([said, ended.then(() => undefined)]), fault: () => fault };
}

/** Node 20 hands what reads TypeScript on to no thread; as CommonJS it can be asked for. What was built needs nothing. */
function fromSource(place: Place): Worker {
  const file = fileURLToPath(new URL('./metrics-thread.ts', import.meta.url));
  const reader = createRequire(import.meta.url).resolve('tsx/cjs');
  return new Worker(`require(${JSON.stringify(file)})`, { ...THREAD, eval: true, execArgv: ['--require', reader], workerData: place });
}
