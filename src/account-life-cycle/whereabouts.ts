/**
 * Keeps in the store where people are on IRC whose devices are known, so that a login brings them back there even when
 * the bridge was killed before it heard of their logout.
 */

import type { IrcNetwork } from '../irc/port.js';
import { type Clock, sleep, type Timer } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { UserId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Accounts } from '../people/accounts.js';
import { placesOf } from './places.js';

export interface WhereaboutsNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'people' | 'clientOf'>>;
  readonly accounts: Pick<Accounts, 'change' | 'isSuspended'>;
  readonly clock: Clock;
  readonly log: Log;
}

const EVERY_MS = 5_000;
/** Clients looked at before others get their turn. */
const TOGETHER = 500;

export class Whereabouts {
  readonly #needs: WhereaboutsNeeds;
  /** As it was last seen, for each network and person: only what differs costs anything. */
  readonly #seen = new Map<NetworkName, Map<UserId, string>>();
  #timer: Timer | undefined;
  #looking: Promise<void> | undefined;

  constructor(needs: WhereaboutsNeeds) {
    this.#needs = needs;
  }

  start(): void {
    this.#timer = this.#needs.clock.every(EVERY_MS, () => void this.look());
  }

  stop(): void {
    this.#timer?.end();
  }

  /** Stores what has changed; resolves when that is done, and never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch((fault: unknown) => this.#needs.log.warn('places on IRC not stored', { why: faultText(fault) }))
      .finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(): Promise<void> {
    for (const name of this.#needs.networks.keys()) await this.#lookAt(name);
  }

  async #lookAt(name: NetworkName): Promise<void> {
    const network = this.#needs.networks.get(name);
    const before = this.#seen.get(name) ?? new Map<UserId, string>();
    this.#seen.set(name, before);
    let count = 0;
    for (const person of network?.people ?? []) {
      if (++count % TOGETHER === 0) await sleep(this.#needs.clock, 0);
      const client = network?.clientOf(person);
      if (!client) continue;
      const now = `${client.wish} ${client.channels.join(' ')}`;
      if (before.get(person) === now) continue;
      await this.#store(person);
      before.set(person, now);
    }
    for (const person of before.keys()) {
      if (network?.clientOf(person)) continue;
      before.delete(person);
      // Who left IRC of himself is not to be there again because of a logout and a login.
      if (!this.#needs.accounts.isSuspended(person)) await this.#store(person, name);
    }
  }

  async #store(person: UserId, left?: NetworkName): Promise<void> {
    const { networks, accounts } = this.#needs;
    await accounts.change(person, (record) => {
      // Of others, what comes of them first stores it.
      if (!record?.ledger.known || record.ended === 'disconnect') return undefined;
      const places = placesOf(networks, person, record.places.filter(({ network }) => network !== left));
      return JSON.stringify(places) === JSON.stringify(record.places) ? undefined : { ...record, places };
    });
  }
}
