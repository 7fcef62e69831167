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

  /** Throws `STORE_FAULT`, and then nothing has changed. */
  async save(record: AccountRecord): Promise<void> {
    await this.#store.save(record);
    this.#remember(record);
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
