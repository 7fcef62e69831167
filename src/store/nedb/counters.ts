/** Counters that only grow, as mairc's document `{type: "remote", id: "config"}` of users.db (DB-4). */

import type { NetworkName } from '../../model/irc-names.js';
import type { Json } from '../../model/matrix-content.js';
import type { CounterStore } from '../port.js';
import { objectIn } from './doc-fields.js';
import type { Documents } from './documents.js';
import { dotless } from './network-keys.js';

export class NedbCounters implements CounterStore {
  readonly #users: Documents;
  readonly #networks: readonly NetworkName[];
  readonly #keyOf: (network: NetworkName) => string;

  constructor(users: Documents, networks: readonly NetworkName[], keyOf: (network: NetworkName) => string) {
    this.#users = users;
    this.#networks = networks;
    this.#keyOf = keyOf;
  }

  async next(network: NetworkName, scope: string): Promise<number> {
    const field = this.#field(network);
    const key = dotless(scope);
    let next = 1;
    await this.#users.change(async () => {
      const [doc = { type: 'remote', id: 'config' }] = await this.#users.find({ type: 'remote', id: 'config' });
      const data = this.#withOldCounter(objectIn(doc['data']));
      const counters = objectIn(data[field]);
      const last = counters[key];
      next = (typeof last === 'number' && Number.isSafeInteger(last) ? last : 0) + 1;
      return { put: [{ ...doc, data: { ...data, [field]: { '*': 0, ...counters, [key]: next } } }] };
    });
    return next;
  }

  #field(network: NetworkName): string {
    return `ipv6_counter_${this.#keyOf(network)}`;
  }

  /** Early releases of mairc had one counter for all networks: each goes on from there, as mairc itself does it. */
  #withOldCounter(data: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
    const old = data['ipv6_counter'];
    if (typeof old !== 'number') return data;
    const moved: Record<string, Json> = { ...data, ipv6_counter: null };
    for (const network of this.#networks) moved[this.#field(network)] = { '*': old, ...objectIn(data[this.#field(network)]) };
    return moved;
  }
}
