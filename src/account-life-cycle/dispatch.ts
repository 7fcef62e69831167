/**
 * From what the homeserver tells of accounts to what follows on IRC: in order for each person, what came together taken
 * together; the one catch of this folder. An entry stays in the journal until its effects are through (SYN-14).
 */

import type { SyntheticEventsConfig } from '../config/accounts.js';
import type { Entry, EntryId, Journal } from '../journal/port.js';
import type { Clock } from '../lib/clock.js';
import { KeyedQueue } from '../lib/keyed-queue.js';
import { type Log, requestOfFault } from '../lib/log.js';
import type { Metrics } from '../metrics/port.js';
import type { AuditTrail } from '../store/port.js';
import { faultText, isFault } from '../model/errors.js';
import type { AccountNews, NewsType } from '../model/account.js';
import type { UserId } from '../model/ids.js';
import type { Accounts } from '../people/accounts.js';
import { afterChanges, type Arrival, type Deed, isFollowed, type Rules } from '../policy/after-changes.js';
import type { Effects } from './effects.js';

export interface DispatchNeeds {
  readonly journal: Pick<Journal, 'done'>;
  readonly metrics: Pick<Metrics, 'count'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly accounts: Accounts;
  readonly effects: Effects;
  readonly decode: (entry: Entry) => AccountNews;
  /** What the configuration says; `undefined`: nothing of it is obeyed. */
  readonly rules: () => SyntheticEventsConfig | undefined;
  /** `homeserver.dropMatrixMessagesAfterSecs`. */
  readonly dropAfterSecs: () => number;
  /** Types besides the four of MSC3395 that were asked for (SEED-000a). */
  readonly subscribed: ReadonlySet<NewsType>;
  /** Reads all gauges anew (SEED-000c). */
  readonly refresh: () => void;
  /** Keeps what was done (SYN-17). */
  readonly audit: Pick<AuditTrail, 'add'>;
  /** Tells the proxy room. */
  readonly relay: (type: NewsType, person: UserId, deeds: readonly Deed[]) => void;
}

interface Decision {
  readonly deeds: readonly Deed[];
  /** What became of each that came. */
  readonly outcomes: readonly string[];
}

interface Waiting extends Arrival {
  readonly entry: EntryId;
  readonly type: NewsType;
}

/** The journal's entries, for the log (MET-14). */
const requestsOf = (arrivals: readonly Waiting[]): string => arrivals.map(({ entry }) => entry).join(' ');

/** What failed is tried again so often while the process runs, and at the next start. */
const TRIES = 5;
const AGAIN_MS = 60_000;

export class AccountDispatch {
  readonly #needs: DispatchNeeds;
  readonly #lanes: KeyedQueue<UserId>;
  readonly #effects = new Set<Promise<void>>();
  /** What came for each person and is not settled. */
  readonly #waiting = new Map<UserId, Waiting[]>();

  constructor(needs: DispatchNeeds) {
    this.#needs = needs;
    this.#lanes = new KeyedQueue((person, fault) => needs.log.error('account event failed', { request: requestOfFault(fault), person, fault }));
  }

  /** Takes an accepted entry; never waits, never throws. `repeat`: it comes from an earlier life of the process. */
  take(entry: Entry, repeat = false): void {
    const { rules, decode, log, refresh, subscribed } = this.#needs;
    const config = rules();
    if (config === undefined) return this.#over(entry.id, 'other', 'off');
    const news = decode(entry);
    if (news.kind === 'figures') {
      refresh();
      return this.#over(entry.id, 'other', 'done');
    }
    if (news.kind === 'nothing') {
      log.debug('account event not used', { request: entry.id, type: news.type, outcome: news.outcome });
      return this.#over(entry.id, news.type, news.outcome);
    }
    const { type, change } = news;
    if (type === 'new_user' && !subscribed.has(type)) return this.#over(entry.id, type, 'ignored');
    if (!isFollowed(change.person, config.users)) return this.#over(entry.id, type, 'excluded');
    this.#await(change.person, [{ entry: entry.id, type, change, repeat }], 1);
  }

  /** Resolves when nothing is under way, the effects included. */
  async whenIdle(): Promise<void> {
    while (this.#lanes.size + this.#effects.size > 0) {
      await this.#lanes.whenIdle();
      await Promise.all(this.#effects);
    }
  }

  #await(person: UserId, arrivals: readonly Waiting[], tries: number): void {
    const list = this.#waiting.get(person);
    if (list) return void list.push(...arrivals);
    this.#waiting.set(person, [...arrivals]);
    this.#lanes.push(person, () => this.#settle(person, tries));
  }

  /** All that came for a person by now, so that a logout and a login of one transaction end in the login (M5). */
  async #settle(person: UserId, tries: number): Promise<void> {
    await Promise.resolve();
    const arrivals = this.#waiting.get(person) ?? [];
    this.#waiting.delete(person);
    try {
      const { deeds, outcomes } = await this.#decide(person, arrivals);
      this.#act(person, arrivals, { deeds, outcomes }, tries);
    } catch (fault) {
      this.#failed(person, arrivals, fault, tries);
    }
  }

  async #decide(person: UserId, arrivals: readonly Waiting[]): Promise<Decision> {
    const { accounts, effects, rules, clock, dropAfterSecs } = this.#needs;
    const config = rules();
    if (config === undefined) return { deeds: [], outcomes: arrivals.map(() => 'ignored') };
    const all: Rules = { ...config, now: clock.now(), dropAfterSecs: dropAfterSecs() };
    let deeds: readonly Deed[] = [];
    let outcomes: readonly string[] = [];
    // Stored before anything is done: who is killed in between does it at the next start.
    await accounts.change(person, (before) => {
      const after = afterChanges(before, arrivals, all);
      ({ deeds, outcomes } = after);
      return outcomes.every((outcome) => outcome === 'ignored') ? undefined : effects.planned(after.record, deeds);
    });
    return { deeds, outcomes };
  }

  #act(person: UserId, arrivals: readonly Waiting[], { deeds, outcomes }: Decision, tries: number): void {
    const { effects, relay, audit, clock, log } = this.#needs;
    const last = arrivals.at(-1);
    if (!last) return;
    const types = arrivals.map(({ type }) => type);
    const request = requestsOf(arrivals);
    log.info('account event', { request, person, types: types.join(' '), outcomes: outcomes.join(' '), deeds: deeds.join(', ') });
    // What comes late of a closed account does nothing, and is to leave nothing (SYN-10).
    if (deeds.length > 0) audit.add({ at: new Date(clock.now()).toISOString(), person, request, deeds });
    if (outcomes.some((outcome) => outcome !== 'ignored')) relay(last.type, person, deeds);
    const cause = { entry: last.entry, repeat: arrivals.some(({ repeat }) => repeat) };
    const work = Promise.all(deeds.map((deed) => effects.perform(person, deed, cause))).then(
      () => arrivals.forEach(({ entry, type }, at) => this.#over(entry, type, outcomes[at] ?? 'done')),
      (fault: unknown) => this.#failed(person, arrivals, fault, tries),
    );
    this.#effects.add(work);
    void work.then(() => this.#effects.delete(work));
  }

  #failed(person: UserId, arrivals: readonly Waiting[], fault: unknown, tries: number): void {
    if (isFault(fault, 'STOPPING')) return;
    const { log, metrics, clock } = this.#needs;
    log.error('account event not done', { request: requestsOf(arrivals), person, why: faultText(fault) });
    for (const { type } of arrivals) metrics.count('bridge_synthetic_events', { type, outcome: 'failed' });
    if (tries >= TRIES) return;
    clock.after(AGAIN_MS, () => this.#await(person, arrivals.map((arrival) => ({ ...arrival, repeat: true })), tries + 1));
  }

  #over(entry: EntryId, type: NewsType, outcome: string): void {
    this.#needs.metrics.count('bridge_synthetic_events', { type, outcome });
    this.#needs.journal.done(entry);
  }
}
