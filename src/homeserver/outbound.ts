/** What we ask of the homeserver, brought together: requests, patience, accounts, senders, actors, rooms. */

import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { SingleFlight } from '../lib/single-flight.js';
import type { Metrics } from '../metrics/port.js';
import type { UserId } from '../model/ids.js';
import { parseUserId } from '../model/ids.js';
import { Accounts } from './accounts.js';
import { HomeserverActor } from './actor.js';
import type { ActorParts } from './actor.js';
import { ClientServer } from './call.js';
import { NoAnswer } from './matrix-errors.js';
import { Membership } from './membership.js';
import type { Limits, RegistrationFacts } from './options.js';
import { Patience } from './patience.js';
import type { Actor } from './port.js';
import { HomeserverRequests } from './request.js';
import { Rooms } from './rooms.js';
import { Sender } from './send.js';
import { Slots } from './slots.js';

export interface OutboundParts {
  readonly bot: UserId;
  readonly domain: string;
  readonly registration: RegistrationFacts;
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly limits: Limits;
  readonly chance: () => number;
  readonly stopping: AbortSignal;
}

/** Joins and leaves under way at a time: a quarter of the connections, so that talk always finds one. */
const MEMBERSHIP_SLOTS = 8;
const MOST_ACTORS = 50_000;

export class Outbound {
  readonly membership = new Membership();
  readonly rooms: Rooms;
  readonly parts: ActorParts;
  readonly #requests: HomeserverRequests;
  readonly #actors = new BoundedMap<UserId, Actor>(MOST_ACTORS);

  constructor({ bot, domain, registration, url, clock, log, metrics, limits, chance, stopping }: OutboundParts) {
    this.#requests = new HomeserverRequests(url, registration.asToken, metrics, limits);
    const server = new ClientServer(this.#requests, clock);
    const patience = new Patience(clock, chance, log, stopping);
    this.parts = {
      bot,
      server,
      patience,
      membership: this.membership,
      accounts: new Accounts(server, patience, log, domain),
      sender: new Sender({ server, patience, clock, log, metrics, poisonMs: limits.poisonMs }),
      membershipSlots: new Slots(MEMBERSHIP_SLOTS),
      joining: new SingleFlight(),
    };
    this.rooms = new Rooms({ bot, domain, server, patience, membership: this.membership });
  }

  actor(user: UserId): Actor {
    const known = this.#actors.get(user);
    if (known) return known;
    const actor = new HomeserverActor(user, this.parts);
    this.#actors.set(user, actor);
    return actor;
  }

  async whoAmI(): Promise<UserId> {
    const { patience, server, bot } = this.parts;
    return patience.through(bot, async () => {
      const user = parseUserId((await server.once({ name: 'whoami', method: 'GET', path: '/v3/account/whoami' }))['user_id']);
      if (!user) throw new NoAnswer('whoami: answer without a user id', false);
      return user;
    });
  }

  close(): Promise<void> {
    return this.#requests.close();
  }
}
