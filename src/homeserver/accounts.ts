/** Ghosts' accounts on the homeserver: registered once, named as they should be. */

import { BoundedMap } from '../lib/bounded-map.js';
import type { Log } from '../lib/log.js';
import { SingleFlight } from '../lib/single-flight.js';
import { BridgeError, isFault } from '../model/errors.js';
import type { UserId } from '../model/ids.js';
import { domainOf, localpartOf } from '../model/ids.js';
import type { ClientServer } from './call.js';
import { displayNameText } from './content.js';
import type { Patience } from './patience.js';
import { textIn } from './raw.js';

/** Ghosts remembered as registered; a forgotten one costs one `M_USER_IN_USE` more. */
const MOST = 200_000;

export class Accounts {
  readonly #server: ClientServer;
  readonly #patience: Patience;
  readonly #log: Log;
  readonly #domain: string;
  /** Who is registered, with the name last set (or found), if known. */
  readonly #known = new BoundedMap<UserId, string | undefined>(MOST);
  readonly #registering = new SingleFlight<UserId, boolean>();
  readonly #naming = new SingleFlight<string, void>();

  constructor(server: ClientServer, patience: Patience, log: Log, domain: string) {
    this.#server = server;
    this.#patience = patience;
    this.#log = log;
    this.#domain = domain;
  }

  /**
   * See `Actor.ensureRegistered`. A name that the homeserver refuses is logged and left: talk goes on without it.
   * @throws BridgeError when the account cannot be had
   */
  async ensure(user: UserId, displayName?: string): Promise<void> {
    let fresh = false;
    if (!this.#known.has(user)) fresh = await this.#registering.do(user, () => this.#register(user));
    if (displayName === undefined) return;
    const name = displayNameText(displayName);
    if (name === '' || this.#known.get(user) === name) return;
    await this.#naming.do(`${user}\n${name}`, () => this.#setName(user, name, fresh));
  }

  /** How many are known to be registered. */
  get size(): number {
    return this.#known.size;
  }

  /** The homeserver says that it does not know this user after all (its database was put back). */
  forget(user: UserId): void {
    this.#known.delete(user);
  }

  /** Gives whether the account is new, so that its name is certainly not ours yet. */
  async #register(user: UserId): Promise<boolean> {
    if (domainOf(user) !== this.#domain) {
      throw new BridgeError('HOMESERVER_FORBIDDEN', `${user} is not of our homeserver`);
    }
    // `inhibit_login`: servers with MSC4190 refuse anything else, and we never need a token of a ghost's (AS-REGU).
    const wish = { type: 'm.login.application_service', username: localpartOf(user), inhibit_login: true };
    const call = { name: 'register', method: 'POST', path: '/v3/register', body: JSON.stringify(wish) } as const;
    let fresh = true;
    try {
      await this.#patience.through(user, () => this.#server.once(call));
    } catch (fault) {
      if (!isFault(fault, 'HOMESERVER_IN_USE')) throw fault;
      fresh = false;
    }
    this.#known.set(user, undefined);
    return fresh;
  }

  async #setName(user: UserId, name: string, fresh: boolean): Promise<void> {
    const path = `/v3/profile/${encodeURIComponent(user)}/displayname`;
    try {
      // Setting a name makes the homeserver write to every room of the ghost, so look first, once in our life.
      if (!fresh && this.#known.get(user) === undefined && (await this.#name(user, path)) === name) {
        this.#known.set(user, name);
        return;
      }
      const call = { name: 'setDisplayName', method: 'PUT', path, body: JSON.stringify({ displayname: name }) } as const;
      await this.#patience.through(user, () => this.#server.once(call, user));
    } catch (fault) {
      if (!(fault instanceof BridgeError) || fault.code === 'STOPPING') throw fault;
      this.#log.warn('display name refused', { user, fault });
    }
    this.#known.set(user, name);
  }

  async #name(user: UserId, path: string): Promise<string | undefined> {
    try {
      const call = { name: 'getDisplayName', method: 'GET', path } as const;
      return textIn(await this.#patience.through(user, () => this.#server.once(call, user)), 'displayname', 65_536);
    } catch (fault) {
      if (isFault(fault, 'HOMESERVER_NOT_FOUND')) return undefined;
      throw fault;
    }
  }
}
