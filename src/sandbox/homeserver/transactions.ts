/** Pushes events to an application service exactly as Synapse does (SYNAPSE.md "Transactions to us"). */

import type { Clock, Timer } from '../../lib/clock.js';
import type { JsonObject } from '../../model/matrix-content.js';
import type { Appservice } from './appservice.js';

/** Events of one transaction at most. */
const BATCH = 100;
const LONGEST_MS = 512_000;
/** An answer later than this counts as none (`synapse/http/client.py`). */
const ANSWER_MS = 60_000;

interface Transaction {
  readonly id: string;
  readonly events: readonly JsonObject[];
  /** What happened to accounts (MSC3395). */
  readonly synthetic: readonly JsonObject[];
}
/** One try, for tests to look at: `status` 0 when there was no answer. */
export interface Delivery {
  readonly id: string;
  readonly events: readonly JsonObject[];
  readonly status: number;
  readonly at: number;
}

/** One transaction in flight; what gathers meanwhile goes together; after a refusal each event goes alone. */
export class TransactionSender {
  readonly deliveries: Delivery[] = [];
  private readonly service: Appservice;
  private readonly clock: Clock;
  private readonly speed: number;
  private readonly gathered: JsonObject[] = [];
  private readonly synthetic: JsonObject[] = [];
  private readonly stored: Transaction[] = [];
  private lastId = 0;
  private failures = 0;
  private running = false;
  private stopped = false;
  private wait: { readonly timer: Timer; readonly go: () => void } | undefined;
  private inFlight: AbortController | undefined;

  /** @param speed divides the back-off's times: 1 is Synapse's own */
  constructor(service: Appservice, clock: Clock, speed: number) {
    this.service = service;
    this.clock = clock;
    this.speed = speed;
  }

  /** What has not been taken yet. */
  get backlog(): number {
    const stored = this.stored.reduce((sum, { events, synthetic }) => sum + events.length + synthetic.length, 0);
    return this.gathered.length + this.synthetic.length + stored;
  }

  /** Whether it waits for the time of its next try. */
  get waiting(): boolean {
    return this.wait !== undefined;
  }

  get down(): boolean {
    return this.failures > 0;
  }

  add(event: JsonObject): void {
    if (this.service.url === undefined) return;
    this.gathered.push(event);
    if (!this.running && !this.stopped) void this.run();
  }

  /** Tells what happened to an account, with the next transaction. */
  addSynthetic(event: JsonObject): void {
    if (this.service.url === undefined) return;
    this.synthetic.push(event);
    if (!this.running && !this.stopped) void this.run();
  }

  /** Tries at once what waits for its next try, as Synapse does after a good ping. */
  retryNow(): void {
    this.wait?.go();
  }

  /** The process of the homeserver ends: nothing more goes out, and what is stored stays. */
  stop(): void {
    this.stopped = true;
    this.wait?.go();
    this.inFlight?.abort(new Error('homeserver stopped'));
  }

  /** It is there again. */
  start(): void {
    this.stopped = false;
    if (!this.running && this.backlog > 0) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    try {
      while (!this.stopped && this.backlog > 0) {
        this.store();
        const [next] = this.stored;
        if (next === undefined) return;
        const status = await this.push(next);
        if (status >= 200 && status < 300) {
          this.stored.shift();
          this.failures = 0;
        } else if (!this.ended()) {
          this.failures += 1;
          await this.backOff();
        }
      }
    } finally {
      this.running = false;
    }
    if (!this.ended() && this.backlog > 0) void this.run();
  }

  /** Asked after a wait, where the flag may have changed. */
  private ended(): boolean {
    return this.stopped;
  }

  /** While up the whole gathering becomes one transaction; while down each event its own (synapse#8704). */
  private store(): void {
    if (this.stored.length > 0 && this.failures === 0) return;
    while (this.gathered.length + this.synthetic.length > 0) {
      const events = this.gathered.splice(0, this.failures > 0 ? 1 : BATCH);
      this.stored.push({ id: String(++this.lastId), events, synthetic: this.synthetic.splice(0) });
      if (this.failures === 0) return;
    }
  }

  private async push({ id, events, synthetic }: Transaction): Promise<number> {
    const told = synthetic.length === 0 ? {} : { 'uk.half-shot.msc3395.synthetic_events': [...synthetic] };
    const status = await this.put(id, { events: [...events], ephemeral: [], 'de.sorunome.msc2409.to_device': [], ...told });
    this.deliveries.push({ id, events, status, at: this.clock.elapsed() });
    return status;
  }

  private async put(id: string, body: JsonObject): Promise<number> {
    const abort = new AbortController();
    this.inFlight = abort;
    const late = this.clock.after(ANSWER_MS, () => abort.abort(new Error('no answer')));
    try {
      const answer = await fetch(`${this.service.url ?? ''}/_matrix/app/v1/transactions/${encodeURIComponent(id)}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${this.service.hsToken}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: abort.signal,
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch (fault) {
      if (fault instanceof Error) return 0;
      throw fault;
    } finally {
      late.end();
    }
  }

  private backOff(): Promise<void> {
    const ms = Math.min(LONGEST_MS, 1000 * 2 ** this.failures) / this.speed;
    return new Promise((resolve) => {
      const go = (): void => {
        this.wait?.timer.end();
        this.wait = undefined;
        resolve();
      };
      this.wait = { timer: this.clock.after(ms, go), go };
    });
  }
}
