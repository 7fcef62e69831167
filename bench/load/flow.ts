/** Sends numbered messages, at a rate or as fast as they arrive, and counts what comes of them. */

import { readFileSync } from 'node:fs';

/** How a flow went. Times in ms. */
export interface Went {
  readonly sent: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpuEach: number;
  readonly lost: number;
  readonly doubled: number;
  readonly reordered: number;
}

/** Messages under way at a time when there is no rate. */
const WINDOW = 256;
const PATIENCE_MS = 30_000;
/** /proc counts CPU in ticks of 10 ms. */
const TICK_MS = 10;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something holds; false when it did not in time. */
export async function until(holds: () => boolean, most = PATIENCE_MS): Promise<boolean> {
  const end = performance.now() + most;
  while (!holds()) {
    if (performance.now() > end) return false;
    await pause(5);
  }
  return true;
}

/** CPU time of a process so far, in ms, and its memory in KiB. Linux only. */
export function use(pid: number): { readonly cpu: number; readonly memory: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const memory = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  return { cpu: (Number(fields[11]) + Number(fields[12])) * TICK_MS, memory: Number(memory) };
}

/** One flow; its messages hold their number, which `text` writes and `arrived` reads. */
export class Flow {
  readonly #tag = `b${Math.random().toString(36).slice(2, 8)}`;
  readonly #lanes: number;
  readonly #sentAt: number[] = [];
  readonly #took: number[] = [];
  readonly #seen = new Set<number>();
  readonly #last = new Map<number, number>();
  #doubled = 0;
  #reordered = 0;
  #lastAt = 0;

  /** @param lanes messages whose numbers are equal by this modulus must keep their order */
  constructor(lanes: number) {
    this.#lanes = lanes;
  }

  get arrivals(): number {
    return this.#seen.size;
  }

  text(number: number): string {
    return `${this.#tag} ${number} the quick brown fox jumps over the lazy dog 0123456789`;
  }

  arrived(text: string): void {
    const [tag, written] = text.split(' ', 2);
    if (tag !== this.#tag) return;
    const number = Number(written);
    if (this.#seen.has(number)) {
      this.#doubled++;
      return;
    }
    this.#seen.add(number);
    this.#lastAt = performance.now();
    this.#took.push(this.#lastAt - (this.#sentAt[number] ?? this.#lastAt));
    const lane = number % this.#lanes;
    if (number < (this.#last.get(lane) ?? -1)) this.#reordered++;
    this.#last.set(lane, number);
  }

  /** Sends for `seconds`, or `total` messages at once, waits for all, and says how it went. */
  async run(
    pid: number,
    send: (number: number, text: string) => void,
    how: { readonly rate?: number; readonly seconds: number; readonly total?: number; readonly during?: (fraction: number) => void },
  ): Promise<Went> {
    const before = use(pid);
    const begun = performance.now();
    const end = begun + how.seconds * 1000;
    let sent = 0;
    const one = (): void => {
      this.#sentAt[sent] = performance.now();
      send(sent, this.text(sent));
      sent++;
    };
    while (how.total !== undefined && sent < how.total) one();
    while (how.total === undefined && performance.now() < end) {
      const due = how.rate === undefined ? this.#seen.size + WINDOW : ((performance.now() - begun) / 1000) * how.rate;
      for (let batch = 0; sent < due && batch < 64; batch++) one();
      how.during?.((performance.now() - begun) / (how.seconds * 1000));
      await (how.rate === undefined ? new Promise((resolve) => setImmediate(resolve)) : pause(2));
    }
    // As long as something arrives: on a slow machine a burst takes its time, and late is not lost.
    for (let seen = -1; seen < this.#seen.size && this.#seen.size < sent; ) {
      seen = this.#seen.size;
      await until(() => this.#seen.size >= sent, PATIENCE_MS);
    }
    const cpu = use(pid).cpu - before.cpu;
    this.#took.sort((one, other) => one - other);
    const at = (share: number): number => this.#took[Math.min(this.#took.length - 1, Math.floor(this.#took.length * share))] ?? NaN;
    return {
      sent,
      perSecond: (this.#seen.size * 1000) / (this.#lastAt - begun),
      p50: at(0.5),
      p99: at(0.99),
      cpuEach: cpu / Math.max(1, this.#seen.size),
      lost: sent - this.#seen.size,
      doubled: this.#doubled,
      reordered: this.#reordered,
    };
  }
}
