/** Ends the connections of people who have done nothing for `ircClients.idleTimeout`; they stay in their rooms (CONN-5). */

import type { NetworkConfig } from '../config/network.js';
import type { IrcNetwork } from '../irc/port.js';
import type { Clock, Timer } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import type { UserId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';

export interface IdleNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'people' | 'clientOf'>>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly clock: Clock;
  readonly log: Log;
}

/** How often it is looked who has been idle for too long. */
const LOOK_MS = 60_000;

export class Idle {
  readonly #needs: IdleNeeds;
  /** When each did something last, in ms of `elapsed`; whoever is met without it counts from then on. */
  #acted = new Map<UserId, number>();
  #timer: Timer | undefined;

  constructor(needs: IdleNeeds) {
    this.#needs = needs;
  }

  start(): void {
    this.#timer ??= this.#needs.clock.every(LOOK_MS, () => this.#look());
  }

  stop(): void {
    this.#timer?.end();
  }

  /** Somebody said or did something on Matrix, or says by `!active` that he is there. */
  acted(person: UserId): void {
    this.#acted.set(person, this.#needs.clock.elapsed());
  }

  #look(): void {
    const { networks, configOf, clock, log } = this.#needs;
    const now = clock.elapsed();
    const connected = new Map<UserId, number>();
    for (const [name, network] of networks) {
      const { ircClients, membershipLists: lists } = configOf(name);
      const most = ircClients.idleTimeout;
      // Where all of a room are to be on IRC from the start, nobody leaves it for being silent.
      const applies = most > 0 && !(lists.enabled && lists.global.matrixToIrc.initial);
      for (const person of network.people) {
        const since = this.#acted.get(person) ?? now;
        connected.set(person, since);
        if (!applies || now - since < most * 1000) continue;
        log.info('idle client ended', { network: name, person, seconds: Math.round((now - since) / 1000) });
        void network.clientOf(person)?.end(`Idle for ${spanOf(most)}`);
      }
    }
    // Those without a connection are of no interest.
    this.#acted = connected;
  }
}

function spanOf(seconds: number): string {
  if (seconds < 3600) return `${seconds} seconds`;
  return seconds < 7200 ? 'an hour' : `${Math.floor(seconds / 3600)} hours`;
}
