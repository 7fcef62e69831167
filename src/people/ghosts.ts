/** An IRC nick as a Matrix user: which one it is, registered, named, in the room. */

import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { Folded, NetworkName, Nick } from '../model/irc-names.js';

/** How a network's ghosts are called, from `matrixClients` of its configuration. */
export interface GhostNames {
  idOf(nick: Nick): UserId;
  displayNameOf(nick: Nick): string;
}

/** One IRC user as seen from Matrix. */
export interface Ghost {
  readonly nick: Nick;
  readonly userId: UserId;
  readonly displayName: string;
}

/** Ghosts known at a time for each network; the longest unused is forgotten first and looked up anew. */
const REMEMBERED = 50_000;

export class Ghosts {
  readonly #homeserver: Homeserver;
  readonly #names: ReadonlyMap<NetworkName, GhostNames>;
  readonly #known = new Map<NetworkName, BoundedMap<Folded, UserId>>();
  readonly #networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold' | 'onFold'>>;

  constructor(
    homeserver: Homeserver,
    networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold' | 'onFold'>>,
    names: ReadonlyMap<NetworkName, GhostNames>,
  ) {
    this.#homeserver = homeserver;
    this.#names = names;
    this.#networks = networks;
    for (const [name, network] of networks) {
      const known = new BoundedMap<Folded, UserId>(REMEMBERED);
      this.#known.set(name, known);
      network.onFold(() => known.clear());
    }
  }

  /**
   * The ghost of a nick. Spellings that the network holds equal are one ghost (GHOST-4): the spelling first heard gives
   * the MXID, the one heard now the display name.
   */
  of(network: NetworkName, nick: Nick): Ghost {
    const names = this.#names.get(network);
    const known = this.#known.get(network);
    const folded = this.#networks.get(network)?.fold(nick);
    if (!names || !known || folded === undefined) throw new Error(`no such network: ${network}`);
    const userId = known.get(folded) ?? names.idOf(nick);
    known.set(folded, userId);
    return { nick, userId, displayName: names.displayNameOf(nick) };
  }

  /** A ghost by its id, which says nothing about how the nick is spelt on IRC and is not remembered. */
  named(network: NetworkName, nick: Nick, userId: UserId): Ghost {
    return { nick, userId, displayName: this.#names.get(network)?.displayNameOf(nick) ?? nick };
  }

  /** Registers the ghost with its display name if that is still to be done. */
  async ensure(ghost: Ghost): Promise<void> {
    await this.#homeserver.as(ghost.userId).ensureRegistered(ghost.displayName);
  }

  /** Sees to it that the ghost is registered, named and in the room; throws what the homeserver lastingly refuses. */
  async ensureIn(ghost: Ghost, room: RoomId): Promise<void> {
    const actor = this.#homeserver.as(ghost.userId);
    await actor.ensureRegistered(ghost.displayName);
    await actor.join(room);
  }

  /** Takes the ghost out of a room; harmless when it is not in. */
  async leave(ghost: Ghost, room: RoomId, reason?: string): Promise<void> {
    await this.#homeserver.as(ghost.userId).leave(room, reason);
  }
}
