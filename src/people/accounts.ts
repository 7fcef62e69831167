/** How it stands with people's accounts: written through to the store; of those who are leaving, or have left, in memory too. */

import type { Metrics } from '../metrics/port.js';
import type { AccountRecord, Place } from '../model/account.js';
import type { UserId } from '../model/ids.js';
import type { NetworkName, Nick } from '../model/irc-names.js';
import { standingOf } from '../policy/ledger.js';
import type { AccountStore } from '../store/port.js';

/** How somebody is marked on IRC who stays there without a device (`onLogout: away`). */
export const AWAY = 'Logged out of Matrix';

export class Accounts {
  readonly #store: AccountStore;
  readonly #metrics: Pick<Metrics, 'set'>;
  readonly #leaving = new Map<UserId, AccountRecord>();
  /** How many are held back from each network. */
  readonly #suspended = new Map<NetworkName, number>();
  /** Those whose accounts are closed. */
  readonly #closed = new Set<UserId>();
  /** Those of the disconnected who are there again since they said something. */
  readonly #returned = new Set<UserId>();
  /** The last change under way for each person. */
  readonly #turns = new Map<UserId, Promise<unknown>>();

  constructor(store: AccountStore, metrics: Pick<Metrics, 'set'>) {
    this.#store = store;
    this.#metrics = metrics;
  }

  /** Reads those who are leaving or have left, for a time or for good; once, before anybody connects. */
  async load(): Promise<void> {
    for (const record of await this.#store.leaving()) this.#remember(record);
  }

  /** Whether a person's account is closed: what comes of him leaves nothing here. */
  isClosed(person: UserId): boolean {
    return this.#closed.has(person);
  }

  /** `undefined`: nothing was ever told. */
  async of(person: UserId): Promise<AccountRecord | undefined> {
    return this.#leaving.get(person) ?? this.#store.account(person);
  }

  /**
   * Replaces what is known of a person by what `next` makes of it, one change after the other, so that none is lost to
   * another; `undefined`: it stays. Gives what is new, if anything is. Throws `STORE_FAULT`, and then nothing has changed.
   */
  change(person: UserId, next: (before: AccountRecord | undefined) => AccountRecord | undefined): Promise<AccountRecord | undefined> {
    const turn = (this.#turns.get(person) ?? Promise.resolve()).then(async () => {
      const before = await this.of(person);
      const after = next(before);
      if (after === undefined) return undefined;
      await this.#store.save(after);
      this.#remember(after);
      return after;
    });
    // Who waits for his turn is not told of the fault of another.
    const over = turn.catch(() => undefined);
    this.#turns.set(person, over);
    void over.then(() => {
      if (this.#turns.get(person) === over) this.#turns.delete(person);
    });
    return turn;
  }

  /** Those whose clients are to end, or have ended. */
  get leaving(): readonly AccountRecord[] {
    return [...this.#leaving.values()];
  }

  /** Whether a person was disconnected because no device of his is left: he is not brought back unasked. */
  isSuspended(person: UserId): boolean {
    const record = this.#leaving.get(person);
    return record !== undefined && suspends(record) && !this.#returned.has(person);
  }

  /** Somebody is on IRC since he asked for it himself, logged in or not. */
  returned(person: UserId): void {
    const record = this.#leaving.get(person);
    if (!record || !this.isSuspended(person)) return;
    this.#returned.add(person);
    this.#count(record.places, -1);
  }

  /** Whether he is marked away on IRC because no device of his is left. */
  isAway(person: UserId): boolean {
    const record = this.#leaving.get(person);
    return record?.ended === 'away' && standingOf(record.ledger) === 'gone';
  }

  /** The nick he had when he left. */
  nickOf(person: UserId, network: NetworkName): Nick | undefined {
    return this.#leaving.get(person)?.places.find((place) => place.network === network)?.nick;
  }

  #remember(record: AccountRecord): void {
    const { person } = record.ledger;
    if (standingOf(record.ledger) === 'deactivated') this.#closed.add(person);
    else this.#closed.delete(person);
    const before = this.#leaving.get(person);
    if (before && this.isSuspended(person)) this.#count(before.places, -1);
    this.#returned.delete(person);
    if (suspends(record)) this.#count(record.places, 1);
    if (record.endsAt === undefined && record.ended === undefined) this.#leaving.delete(person);
    else this.#leaving.set(person, record);
  }

  #count(places: readonly Place[], by: number): void {
    for (const server of new Set(places.map(({ network }) => network))) {
      const now = (this.#suspended.get(server) ?? 0) + by;
      this.#suspended.set(server, now);
      this.#metrics.set('bridge_synthetic_suspended_users', now, { server });
    }
  }
}

function suspends({ ended, ledger }: AccountRecord): boolean {
  return ended === 'disconnect' && standingOf(ledger) === 'gone';
}
