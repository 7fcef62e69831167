/** An IRC nick as a Matrix user: which one it is, registered, named, in the room. */

import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import { backoff } from '../lib/backoff.js';
import { BoundedMap } from '../lib/bounded-map.js';
import { type Clock, sleep } from '../lib/clock.js';
import { isFault } from '../model/errors.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { Folded, NetworkName, Nick } from '../model/irc-names.js';

/** How a network's ghosts are called, from `matrixClients` of its configuration. */
export interface GhostNames {
  idOf(nick: Nick): UserId;
  displayNameOf(nick: Nick): string;
  /** `matrixClients.joinAttempts`: tries at a room that refuses the ghost; -1: one, 0: without end (GHOST-7). */
  readonly joinAttempts: number;
}

/** One IRC user as seen from Matrix. */
export interface Ghost {
  readonly nick: Nick;
  readonly userId: UserId;
  readonly displayName: string;
  readonly joinAttempts: number;
}

/** Ghosts known at a time for each network; the longest unused is forgotten first and looked up anew. */
const REMEMBERED = 50_000;
/** Between tries at a room that refuses a ghost; the homeserver's own troubles are waited out elsewhere. */
const FIRST_WAIT_MS = 2_000;
const MOST_WAIT_MS = 300_000;

export class Ghosts {
  readonly #homeserver: Homeserver;
  readonly #names: ReadonlyMap<NetworkName, GhostNames>;
  readonly #known = new Map<NetworkName, BoundedMap<Folded, UserId>>();
  /** By nick as spelt: a look-up for each line instead of folding and filling templates. */
  readonly #spelt = new Map<NetworkName, BoundedMap<Nick, Ghost>>();
  /** Which spelling's name each ghost has at the homeserver, as far as we saw to it. */
  readonly #named = new BoundedMap<UserId, Ghost>(REMEMBERED);
  /** Who is being brought into a room, and until when. */
  readonly #coming = new Map<string, Promise<unknown>>();
  readonly #networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold' | 'onFold'>>;
  readonly #clock: Clock;
  readonly #stopping: AbortSignal;

  constructor(
    homeserver: Homeserver,
    networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold' | 'onFold'>>,
    names: ReadonlyMap<NetworkName, GhostNames>,
    times: { readonly clock: Clock; readonly stopping: AbortSignal },
  ) {
    this.#homeserver = homeserver;
    this.#names = names;
    this.#networks = networks;
    this.#clock = times.clock;
    this.#stopping = times.stopping;
    for (const [name, network] of networks) {
      const known = new BoundedMap<Folded, UserId>(REMEMBERED);
      this.#known.set(name, known);
      const spelt = new BoundedMap<Nick, Ghost>(REMEMBERED);
      this.#spelt.set(name, spelt);
      network.onFold(() => {
        known.clear();
        spelt.clear();
      });
    }
  }

  /**
   * The ghost of a nick. Spellings that the network holds equal are one ghost (GHOST-4): the spelling first heard gives
   * the MXID, the one heard now the display name.
   */
  of(network: NetworkName, nick: Nick): Ghost {
    const before = this.#spelt.get(network)?.get(nick);
    if (before) return before;
    const names = this.#names.get(network);
    const known = this.#known.get(network);
    const folded = this.#networks.get(network)?.fold(nick);
    if (!names || !known || folded === undefined) throw new Error(`no such network: ${network}`);
    const userId = known.get(folded) ?? names.idOf(nick);
    known.set(folded, userId);
    const ghost = { nick, userId, displayName: names.displayNameOf(nick), joinAttempts: names.joinAttempts };
    this.#spelt.get(network)?.set(nick, ghost);
    return ghost;
  }

  /** The id of a nick's ghost, for a word that may be none: nothing is remembered of it. */
  idOf(network: NetworkName, nick: Nick): UserId | undefined {
    const folded = this.#networks.get(network)?.fold(nick);
    return (folded && this.#known.get(network)?.get(folded)) ?? this.#names.get(network)?.idOf(nick);
  }

  /** A ghost by its id, which says nothing about how the nick is spelt on IRC and is not remembered. */
  named(network: NetworkName, nick: Nick, userId: UserId): Ghost {
    const names = this.#names.get(network);
    return { nick, userId, displayName: names?.displayNameOf(nick) ?? nick, joinAttempts: names?.joinAttempts ?? -1 };
  }

  /** Registers the ghost with its display name if that is still to be done. */
  async ensure(ghost: Ghost): Promise<void> {
    await this.#homeserver.as(ghost.userId).ensureRegistered(ghost.displayName);
  }

  /** Whether `ensureIn` has nothing left to do, as far as we know. */
  isIn(ghost: Ghost, room: RoomId): boolean {
    return this.#named.get(ghost.userId) === ghost && this.#homeserver.isIn(ghost.userId, room);
  }

  /**
   * Sees to it that the ghost is registered, named and in the room; tries again, ever more slowly, as often as
   * `joinAttempts` says where the room refuses it. Throws what the homeserver lastingly refuses, and `STOPPING`.
   */
  ensureIn(ghost: Ghost, room: RoomId): Promise<void> {
    const work = this.#bringIn(ghost, room);
    this.#note(ghost.userId, room, work);
    return work;
  }

  /** Takes a ghost from a room that was replaced into the new one; it leaves the old one whether it is let in or not. */
  async follow(user: UserId, from: RoomId, to: RoomId): Promise<void> {
    const actor = this.#homeserver.as(user);
    const work = actor.join(to);
    this.#note(user, to, work);
    try {
      await work;
    } finally {
      await actor.leave(from, 'The room was replaced');
    }
  }

  #note(user: UserId, room: RoomId, work: Promise<void>): void {
    const key = `${user} ${room}`;
    const all = Promise.allSettled([this.#coming.get(key), work]).then(() => {
      if (this.#coming.get(key) === all) this.#coming.delete(key);
    });
    this.#coming.set(key, all);
  }

  /** Resolves when nobody brings a ghost into a room any more; `undefined`: nobody does. */
  coming(user: UserId, room: RoomId): Promise<unknown> | undefined {
    return this.#coming.get(`${user} ${room}`);
  }

  async #bringIn(ghost: Ghost, room: RoomId): Promise<void> {
    const actor = this.#homeserver.as(ghost.userId);
    await actor.ensureRegistered(ghost.displayName);
    for (let failed = 0; ; ) {
      try {
        await actor.join(room);
        this.#named.set(ghost.userId, ghost);
        return;
      } catch (fault) {
        failed++;
        const enough = ghost.joinAttempts < 0 || (ghost.joinAttempts > 0 && failed >= ghost.joinAttempts);
        if (enough || !isFault(fault, 'HOMESERVER_FORBIDDEN')) throw fault;
      }
      // The latest of the range: many refused ghosts need not be spread, each waits for itself.
      await sleep(this.#clock, backoff(failed - 1, FIRST_WAIT_MS, MOST_WAIT_MS, 1), this.#stopping);
    }
  }

  /** Takes the ghost out of a room; harmless when it is not in. */
  async leave(ghost: Ghost, room: RoomId, reason?: string): Promise<void> {
    await this.#homeserver.as(ghost.userId).leave(room, reason);
  }
}
