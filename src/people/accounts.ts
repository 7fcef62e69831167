/** How it stands with people's accounts: written through to the store; of those who are leaving, or have left, in memory too. */

import type { Metrics } from '../metrics/port.js';
import type { AccountRecord, Place } from '../model/account.js';
import type { UserId } from '../model/ids.js';
import type { NetworkName, Nick } from '../model/irc-names.js';
import { standingOf } from '../policy/ledger.js';
import type { AccountStore } from '../store/port.js';

export class Accounts {
  readonly #store: AccountStore;
  readonly #metrics: Pick<Metrics, 'set'>;
  readonly #leaving = new Map<UserId, AccountRecord>();
  /** How many are held back from each network. */
  readonly #suspended = new Map<NetworkName, number>();
  /** The last change under way for each person. */
  readonly #turns = new Map<UserId, Promise<unknown>>();

  constructor(store: AccountStore, metrics: Pick<Metrics, 'set'>) {
    this.#store = store;
    this.#metrics = metrics;
  }

  /** Reads those who are leaving or have left; once, before anybody connects. */
  async load(): Promise<void> {
    for (const record of await this.#store.leaving()) this.#remember(record);
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
    return record !== undefined && suspends(record);
  }

  /** The nick he had when he left. */
  nickOf(person: UserId, network: NetworkName): Nick | undefined {
    return this.#leaving.get(person)?.places.find((place) => place.network === network)?.nick;
  }

  #remember(record: AccountRecord): void {
    const { person } = record.ledger;
    const before = this.#leaving.get(person);
    if (before && suspends(before)) this.#count(before.places, -1);
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
