/** A channel's own flood limit, once it was met: all our clients in it share one budget, and say anew what was thrown away. */

import type { Clock, Timer } from '../lib/clock.js';
import { CaseMap } from '../naming/case-map.js';
import type { CaseMapping } from '../naming/casefold.js';

/** Solanum lets a channel's members without voice say ten lines and then one a second between them (IRC-SERVERS §7). */
const BURST = 5;
const EVERY_MS = 1_100;
/** So long it takes nothing once the limit was passed: a second for each line of its count, and two in punishment. */
const QUIET_MS = 13_000;
/** Without another throttling for so long the limit is forgotten: voice may have been given. */
const FORGET_MS = 300_000;
/** Lines that may wait for one channel. */
const WAITING_MOST = 2_000;

/** Told once: true when the line may be pushed now, false when it never may. */
export type Turn = (granted: boolean) => void;

export class ChannelBudget {
  readonly #clock: Clock;
  readonly #waiting: { readonly owner: object; readonly turn: Turn; readonly ahead: boolean }[] = [];
  #tokens = BURST;
  #filledAt: number;
  #throttledAt: number;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#filledAt = this.#throttledAt = clock.elapsed();
    this.throttled();
  }

  /** The server threw a line to this channel away: silence, then a fresh start. */
  throttled(): void {
    this.#throttledAt = this.#clock.elapsed();
    this.#tokens = BURST;
    this.#filledAt = this.#throttledAt + QUIET_MS;
    this.#timer?.end();
    this.#timer = undefined;
    this.#serve();
  }

  /** Whether the limit was not met for so long that it need not be minded, and nobody waits. */
  get over(): boolean {
    return this.#waiting.length === 0 && this.#clock.elapsed() - this.#throttledAt > FORGET_MS;
  }

  /** Asks for a turn: behind all who wait, or `ahead` of all but those ahead already. @returns false when too many wait */
  ask(owner: object, turn: Turn, ahead = false): boolean {
    if (this.#waiting.length >= WAITING_MOST) return false;
    const place = ahead ? this.#waiting.findIndex((one) => !one.ahead) : -1;
    this.#waiting.splice(place < 0 ? this.#waiting.length : place, 0, { owner, turn, ahead });
    this.#serve();
    return true;
  }

  /** The owner's connection is gone: its turns will not come. */
  forget(owner: object): void {
    const gone = this.#waiting.filter((one) => one.owner === owner);
    const left = this.#waiting.filter((one) => one.owner !== owner);
    this.#waiting.splice(0, this.#waiting.length, ...left);
    for (const { turn } of gone) turn(false);
  }

  /** Ends the timer; nobody who waits is told. */
  end(): void {
    this.#timer?.end();
  }

  #serve(): void {
    const now = this.#clock.elapsed();
    while (this.#waiting.length > 0 && this.#take(now)) this.#waiting.shift()?.turn(true);
    if (this.#waiting.length === 0 || this.#timer) return;
    const wait = Math.max(1, this.#filledAt + (this.#tokens < 1 ? EVERY_MS : 0) - now);
    this.#timer = this.#clock.after(Math.ceil(wait), () => {
      this.#timer = undefined;
      this.#serve();
    });
  }

  #take(now: number): boolean {
    if (now < this.#filledAt) return false;
    const gained = Math.floor((now - this.#filledAt) / EVERY_MS);
    this.#tokens = Math.min(BURST, this.#tokens + gained);
    this.#filledAt = this.#tokens === BURST ? now : this.#filledAt + gained * EVERY_MS;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}

/** Channels with a limit of their own that are remembered for one network. */
const CHANNELS_MOST = 1_000;

/** The budgets of one network's channels. */
export class ChannelBudgets {
  readonly #clock: Clock;
  readonly #budgets = new CaseMap<ChannelBudget>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The channel's budget, when its limit was met and not forgotten since. */
  of(channel: string): ChannelBudget | undefined {
    if (this.#budgets.size === 0) return undefined;
    const budget = this.#budgets.get(channel);
    if (budget?.over !== true) return budget;
    this.#budgets.delete(channel);
    return undefined;
  }

  /** A line to the channel was thrown away for its limit. */
  throttled(channel: string): void {
    const known = this.#budgets.get(channel);
    if (known) known.throttled();
    else if (this.#budgets.size < CHANNELS_MOST) this.#budgets.set(channel, new ChannelBudget(this.#clock));
  }

  /** See `ChannelBudget.forget`. */
  forget(owner: object): void {
    for (const budget of this.#budgets.values()) budget.forget(owner);
  }

  /** CASEMAPPING changed. Channels that became one share the first one's budget; the lines that waited go their old way. */
  rekey(mapping: CaseMapping): void {
    this.#budgets.rekey(mapping);
  }

  end(): void {
    for (const budget of this.#budgets.values()) budget.end();
  }
}
