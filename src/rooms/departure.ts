/** Who is in no bridged and no private room any more is not left idling on IRC: his client quits after a grace. */

import type { IrcNetwork } from '../irc/port.js';
import type { Clock, Timer } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { UserId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import type { PmRooms } from './pm-rooms.js';

export interface DepartureNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'clientOf'>>;
  readonly pmRooms: PmRooms;
  readonly clock: Clock;
  readonly log: Log;
}

/** Somebody who goes from one room to another is not to reconnect for it. */
const GRACE_MS = 10_000;

export class Departure {
  readonly #needs: DepartureNeeds;
  /** One for each person and network at most. */
  readonly #timers = new Map<string, Timer>();

  constructor(needs: DepartureNeeds) {
    this.#needs = needs;
  }

  /** A person has left a room: looks after the grace whether anything is left for him on the network. */
  consider(network: NetworkName, person: UserId): void {
    const key = `${network} ${person}`;
    if (this.#timers.has(key) || !this.#isIdle(network, person)) return;
    const timer = this.#needs.clock.after(GRACE_MS, () => {
      this.#timers.delete(key);
      this.#end(network, person);
    });
    this.#timers.set(key, timer);
  }

  #isIdle(network: NetworkName, person: UserId): boolean {
    const client = this.#needs.networks.get(network)?.clientOf(person);
    if (!client || client.channels.length > 0) return false;
    return this.#needs.pmRooms.ofPerson(network, person).every(({ left }) => left === true);
  }

  #end(network: NetworkName, person: UserId): void {
    if (!this.#isIdle(network, person)) return;
    this.#needs.log.info('person has left all rooms, client quits', { network, person });
    this.#needs.networks
      .get(network)
      ?.clientOf(person)
      ?.end('Left all bridged rooms')
      .catch((fault: unknown) => this.#needs.log.error('client not ended', { network, person, why: faultText(fault) }));
  }
}
