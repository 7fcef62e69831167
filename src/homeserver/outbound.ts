/** What we ask of the homeserver, brought together: requests, patience, accounts, senders, actors, rooms. */

import { BoundedMap } from '../lib/bounded-map.js';
import type { UserId } from '../model/ids.js';
import { Accounts } from './accounts.js';
import { HomeserverActor, type ActorParts } from './actor.js';
import { ClientServer } from './call.js';
import { Downloads } from './download.js';
import { Membership } from './membership.js';
import type { HomeserverOptions, Limits } from './options.js';
import { Patience } from './patience.js';
import type { Actor } from './port.js';
import { HomeserverRequests } from './request.js';
import { Rooms } from './rooms.js';
import { Sender } from './send.js';

type FromOptions = Pick<HomeserverOptions, 'domain' | 'registration' | 'url' | 'clock' | 'log' | 'metrics'>;

export interface OutboundParts extends FromOptions {
  readonly bot: UserId;
  readonly limits: Limits;
  readonly chance: () => number;
  /** Ends every wait. */
  readonly stopping: AbortSignal;
}

const MOST_ACTORS = 50_000;

export class Outbound {
  readonly membership = new Membership();
  readonly rooms: Rooms;
  readonly downloads: Downloads;
  readonly parts: ActorParts;
  readonly #requests: HomeserverRequests;
  readonly #actors = new BoundedMap<UserId, Actor>(MOST_ACTORS);

  constructor({ bot, domain, registration, url, clock, log, metrics, limits, chance, stopping }: OutboundParts) {
    this.#requests = new HomeserverRequests(url, registration.asToken, metrics, limits);
    this.downloads = new Downloads(url, registration.asToken, metrics, () => clock.now());
    const server = new ClientServer(this.#requests, clock);
    const patience = new Patience(clock, chance, log, stopping);
    this.parts = {
      bot,
      server,
      patience,
      membership: this.membership,
      accounts: new Accounts(server, patience, log, domain),
      sender: new Sender({ server, patience, clock, log, metrics, poisonMs: limits.poisonMs }),
    };
    this.rooms = new Rooms({ bot, domain, server, patience, membership: this.membership, log });
  }

  get reachable(): boolean {
    return this.parts.server.reachable;
  }

  actor(user: UserId): Actor {
    const known = this.#actors.get(user);
    if (known) return known;
    const actor = new HomeserverActor(user, this.parts);
    this.#actors.set(user, actor);
    return actor;
  }

  async close(): Promise<void> {
    await Promise.all([this.#requests.close(), this.downloads.close()]);
  }
}
