/** The deeds that follow from account events, each with what performs it. */

import type { EntryId } from '../journal/port.js';
import { type Clock, sleep } from '../lib/clock.js';
import { KeyedQueue } from '../lib/keyed-queue.js';
import type { Log } from '../lib/log.js';
import { Pace } from '../lib/pace.js';
import { faultText, isFault } from '../model/errors.js';
import type { AccountRecord } from '../model/account.js';
import type { UserId } from '../model/ids.js';
import type { Accounts } from '../people/accounts.js';
import type { Deed } from '../policy/after-changes.js';
import { standingOf } from '../policy/ledger.js';
import type { CleanUp } from './clean-up.js';
import type { ComeBack } from './come-back.js';
import type { End } from './end.js';
import type { Forget } from './forget.js';
import { Grace } from './grace.js';
import { placesOf, type Networks } from './places.js';
import type { Register } from './register.js';

export interface EffectsNeeds {
  readonly networks: Networks;
  readonly accounts: Accounts;
  readonly register: Register;
  readonly comeBack: ComeBack;
  readonly end: End;
  readonly forget: Forget;
  readonly cleanUp: CleanUp;
  readonly graceSecs: () => number;
  readonly disconnectsPerSecond: number;
  readonly clock: Clock;
  readonly stopping: AbortSignal;
  readonly log: Log;
}

/** Why something is done: the journal's entry, and whether an earlier life of the process may have done it. */
export interface Cause {
  readonly entry: EntryId;
  readonly repeat: boolean;
}

/** People who begin to come back in a second; their connections are paced besides, by the networks. */
const ARRIVALS_PER_SECOND = 50;

/** Between two tries to forget somebody. */
const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

export class Effects {
  readonly #needs: EffectsNeeds;
  readonly #grace: Grace;
  readonly #endings: Pace;
  readonly #arrivals: Pace;
  /** What may not overtake one another for a person: the beginning and the end of an account. */
  readonly #states: KeyedQueue<UserId>;

  constructor(needs: EffectsNeeds) {
    this.#needs = needs;
    this.#endings = new Pace(needs.clock, needs.disconnectsPerSecond);
    this.#arrivals = new Pace(needs.clock, ARRIVALS_PER_SECOND);
    this.#grace = new Grace(needs.clock, (person) => this.#end(person));
    this.#states = new KeyedQueue(() => undefined);
  }

  /** Those whose time ran when the process ended; once, at start. */
  resume(): void {
    for (const { ledger, endsAt } of this.#needs.accounts.leaving) {
      if (endsAt !== undefined) this.#grace.begin(ledger.person, endsAt - this.#needs.clock.now());
    }
  }

  /** The record with where the person is, and what the deeds are going to do; to be stored before they are done. */
  planned(record: AccountRecord, deeds: readonly Deed[]): AccountRecord {
    const { networks, clock, graceSecs } = this.#needs;
    if (standingOf(record.ledger) === 'deactivated') return record;
    const { endsAt, ...rest } = record;
    const now = { ...rest, places: placesOf(networks, record.ledger.person, record.places) };
    if (deeds.includes('stay')) return now;
    const end = deeds.includes('end later') ? clock.now() + graceSecs() * 1000 : endsAt;
    return end === undefined ? now : { ...now, endsAt: end };
  }

  /** Does it; resolves when it is through. Throws `STOPPING` and faults of store and homeserver. */
  async perform(person: UserId, deed: Deed, { entry, repeat }: Cause): Promise<void> {
    const { register, graceSecs } = this.#needs;
    switch (deed) {
      case 'end later':
        return this.#grace.begin(person, graceSecs() * 1000);
      case 'stay':
        return this.#grace.cancel(person);
      case 'teardown':
        this.#grace.cancel(person);
        return this.#inOrder(person, () => this.#tearDown(person));
      case 'open again':
        return this.#inOrder(person, () => register.openAgain(person));
      case 'prepare':
        return this.#inOrder(person, () => register.prepare(person));
      case 'welcome':
        return this.#inOrder(person, () => register.welcome(person, entry, repeat));
      case 'connect':
        return this.#arrival(person, () => register.connect(person));
      case 'come back':
      case 'come everywhere':
        return this.#arrival(person, () => this.#needs.comeBack(person, deed === 'come everywhere'));
      case 'unmark':
        return this.#unmark(person);
    }
  }

  stop(): void {
    this.#grace.end();
    this.#endings.end();
    this.#arrivals.end();
  }

  /** Each step as soon as it can be, whatever becomes of the others, until all are through: what begins anew waits for it. */
  async #tearDown(person: UserId): Promise<void> {
    const { forget, cleanUp, clock, log, stopping } = this.#needs;
    const quit = (): Promise<void> => (forget.hasClient(person) ? paced(this.#endings, 'urgent', () => forget.quit(person)) : forget.quit(person));
    for (let wait = FIRST_MS; ; wait = Math.min(2 * wait, LONGEST_MS)) {
      const faults: unknown[] = [];
      for (const step of [() => forget.mark(person), quit, () => cleanUp.after(person)]) await step().catch((fault: unknown) => faults.push(fault));
      if (faults.length === 0) return;
      if (faults.some((fault) => isFault(fault, 'STOPPING'))) throw faults[0];
      log.error('closed account not forgotten yet, tried again', { person, why: faults.map(faultText).join('; ') });
      await sleep(clock, wait, stopping);
    }
  }

  async #unmark(person: UserId): Promise<void> {
    const { accounts, networks } = this.#needs;
    await accounts.change(person, (record) => {
      if (record?.ended !== 'away' || standingOf(record.ledger) === 'gone') return undefined;
      const { ended: _, ...rest } = record;
      return rest;
    });
    if (accounts.isAway(person)) return;
    for (const network of networks.values()) network.clientOf(person)?.setAway(undefined);
  }

  #inOrder(person: UserId, work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => this.#states.push(person, () => work().then(resolve, reject)));
  }

  /** After what settles the state of the account, which came before it. */
  async #arrival(person: UserId, work: () => Promise<void>): Promise<void> {
    await this.#inOrder(person, () => Promise.resolve());
    await paced(this.#arrivals, 'in turn', work);
  }

  #end(person: UserId): void {
    const { end, log } = this.#needs;
    end(person, (work) => this.#endings.push(work)).catch((fault: unknown) => {
      if (isFault(fault, 'STOPPING')) return;
      log.error('clients not ended, tried again in a minute', { person, why: faultText(fault) });
      this.#grace.begin(person, 60_000);
    });
  }
}

function paced(pace: Pace, hurry: 'urgent' | 'in turn', work: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => pace.push(() => void work().then(resolve, reject), hurry));
}
