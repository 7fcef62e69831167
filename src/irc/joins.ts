/** The channels one client is in or wants to be in: asks, knows the outcome, comes back after a loss. */

import type { Clock, Timer } from '../lib/clock.js';
import type { ChannelName } from '../model/irc-names.js';
import { done, refused, type Outcome, type Refusal } from '../model/refusal.js';
import { CaseMap } from '../naming/case-map.js';
import type { CaseMapping } from '../naming/casefold.js';
import { isChannel } from './wire/clean-line.js';
import { isJoinError, joinRefusal } from './wire/irc-errors.js';
import { joinLines } from './join-lines.js';

/** How long a JOIN may go unanswered, how long a registration is waited for (CONN-11, IRC R16). */
const ANSWER_MS = 25_000;
const READY_MS = 60_000;
const AGAIN_MS = 15_000;
const TRIES = 5;

interface Want {
  readonly channel: ChannelName;
  key: string | undefined;
  state: 'out' | 'asked' | 'in';
  patient: boolean;
  /** Was in it before a loss: nobody waits, so a failure has to be told. */
  back: boolean;
  tries: number;
  timer: Timer | undefined;
  waiting: ((outcome: Outcome) => void)[];
  /** The server's time of our JOIN, ms, where it tells one: what is older is replayed history (RELIABILITY R33). */
  since: number | undefined;
}

export interface JoinsNeeds {
  readonly clock: Clock;
  /** Sends a line ahead of what is said. */
  send(line: string): void;
  /** A channel we were in could not be joined again after a loss. */
  gaveUp(channel: ChannelName, refusal: Refusal): void;
}

export class Joins {
  readonly #needs: JoinsNeeds;
  readonly #wants = new CaseMap<Want, ChannelName>();
  /** PARTs sent and not yet answered: a JOIN echo before their answer is of an older request. */
  readonly #leaving = new CaseMap<number>();
  #batch: Want[] = [];
  #ready = false;
  #targets: number | undefined;
  #lineBytes: number | undefined;

  constructor(needs: JoinsNeeds) {
    this.#needs = needs;
  }

  /** All channels wanted or joined, as first written. */
  get channels(): ChannelName[] {
    return [...this.#wants.values()].map((want) => want.channel);
  }

  /** Those the server has confirmed. */
  get joined(): ChannelName[] {
    return [...this.#wants.values()].filter((want) => want.state === 'in').map((want) => want.channel);
  }

  isIn(channel: string): boolean {
    return this.#wants.get(channel)?.state === 'in';
  }

  /** The server's time of our JOIN; `undefined` when not in it or not told. */
  since(channel: string): number | undefined {
    return this.#wants.get(channel)?.since;
  }

  /** See the port's `VirtualClient.join`. */
  join(channel: ChannelName, key: string | undefined, patient: boolean): Promise<Outcome> {
    if (!isChannel(channel)) return Promise.resolve(refused('not-a-channel', 'This is no name of an IRC channel.', true));
    let want = this.#wants.get(channel);
    if (want?.state === 'in') return Promise.resolve(done);
    if (want === undefined) {
      const fresh = { channel, key, patient, state: 'out', back: false, tries: 0, timer: undefined, since: undefined } as const;
      this.#wants.set(channel, (want = { ...fresh, waiting: [] }));
      if (this.#ready) this.#ask(want);
    } else {
      want.key = key ?? want.key;
      want.patient ||= patient;
    }
    if (!this.#ready && want.timer === undefined) this.#wait(want, READY_MS);
    const { waiting } = want;
    return new Promise((resolve) => waiting.push(resolve));
  }

  /** Forgets a channel. @returns whether a PART has to be sent */
  part(channel: ChannelName): boolean {
    const want = this.#wants.get(channel);
    if (want === undefined) return false;
    const there = this.#ready && want.state !== 'out';
    this.#drop(want, refused('server-said-no', 'The channel was left again.').refusal);
    if (there) this.#leaving.set(channel, (this.#leaving.get(channel) ?? 0) + 1);
    return there;
  }

  /** Our own JOIN came back. @returns false when nobody asked for it: the channel has to be left (470, SAJOIN) */
  onJoined(channel: ChannelName, serverTime: number | undefined): boolean {
    if (this.#leaving.has(channel)) return true;
    const want = this.#wants.get(channel);
    if (want === undefined) return false;
    this.#settle(want, done);
    Object.assign(want, { state: 'in', back: false, tries: 0, since: serverTime });
    return true;
  }

  /** Our own PART, or the answer that there was nothing to part (403, 442). @returns whether we had sent it */
  onParted(channel: ChannelName): boolean {
    const sent = this.#leaving.get(channel);
    if (sent !== undefined) {
      if (sent > 1) this.#leaving.set(channel, sent - 1);
      else this.#leaving.delete(channel);
      return true;
    }
    this.onRemoved(channel);
    return false;
  }

  /** We were put out of the channel: it is not joined again by itself. */
  onRemoved(channel: ChannelName): void {
    const want = this.#wants.get(channel);
    if (want) this.#drop(want, refused('server-said-no', 'You were removed from the IRC channel.').refusal);
  }

  /** Takes an error numeric with all its parameters. @returns whether it was about a JOIN of ours */
  onNumeric(numeric: string, params: readonly string[]): boolean {
    const channel = params[1];
    if (channel === undefined) return false;
    if ((numeric === '442' || numeric === '403') && this.#leaving.has(channel)) return this.onParted(channel as ChannelName);
    const want = isJoinError(numeric) ? this.#wants.get(channel) : undefined;
    if (want?.state !== 'asked') return false;
    this.#refused(want, joinRefusal(numeric, params.at(-1)));
    return true;
  }

  /** Registered: asks for everything wanted. @param targets channels one JOIN may name, where known. @param lineBytes see `joinLines` */
  onReady(targets: number | undefined, lineBytes?: number): void {
    this.#ready = true;
    this.#targets = targets;
    this.#lineBytes = lineBytes;
    for (const want of this.#wants.values()) this.#ask(want);
  }

  /** The connection is gone; what was joined will be asked for again. */
  onLost(): void {
    this.#ready = false;
    this.#leaving.clear();
    this.#batch = [];
    for (const want of this.#wants.values()) {
      want.timer?.end();
      want.timer = undefined;
      Object.assign(want, { back: want.back || want.state === 'in', state: 'out', tries: 0, since: undefined });
      if (!want.back || want.waiting.length > 0) this.#wait(want, READY_MS);
    }
  }

  /** Ends every timer and answers everybody. */
  end(why: Refusal): void {
    for (const want of [...this.#wants.values()]) this.#drop(want, why);
  }

  rekey(mapping: CaseMapping): void {
    this.#leaving.rekey(mapping);
    for (const [, want] of this.#wants.rekey(mapping)) {
      want.timer?.end();
      this.#settle(want, refused('server-said-no', 'The network takes two of your channels for one.'));
    }
  }

  #ask(want: Want): void {
    want.state = 'asked';
    want.tries++;
    this.#wait(want, ANSWER_MS);
    // What is asked for in one go travels in as few lines as may be.
    if (this.#batch.push(want) === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const batch = this.#batch.filter((want) => want.state === 'asked' && this.#wants.get(want.channel) === want);
    this.#batch = [];
    for (const line of joinLines(batch, this.#targets, this.#lineBytes)) this.#needs.send(line);
  }

  #wait(want: Want, ms: number): void {
    want.timer?.end();
    want.timer = this.#needs.clock.after(ms, () =>
      this.#refused(want, refused('timed-out', 'The IRC network gave no answer to the join.').refusal),
    );
  }

  #refused(want: Want, refusal: Refusal): void {
    if (this.#ready && !refusal.permanent && (want.patient || want.back) && want.tries < TRIES) {
      want.state = 'out';
      want.timer?.end();
      want.timer = this.#needs.clock.after(AGAIN_MS, () => this.#ask(want));
      return;
    }
    if (!this.#ready && want.back) {
      // Nobody waits any longer, but we still come back when the connection does.
      this.#settle(want, { ok: false, refusal });
      return;
    }
    const { back } = want;
    this.#drop(want, refusal);
    if (back) this.#needs.gaveUp(want.channel, refusal);
  }

  #drop(want: Want, refusal: Refusal): void {
    this.#wants.delete(want.channel);
    this.#settle(want, { ok: false, refusal });
  }

  #settle(want: Want, outcome: Outcome): void {
    want.timer?.end();
    want.timer = undefined;
    const { waiting } = want;
    want.waiting = [];
    for (const resolve of waiting) resolve(outcome);
  }
}
