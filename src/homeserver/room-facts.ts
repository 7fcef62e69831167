/** What the homeserver says of a room from outside: whether there is one, who made it, by which names it is found. */

import { BridgeError, isFault } from '../model/errors.js';
import { parseRoomAlias, type RoomAlias, type RoomId, type UserId } from '../model/ids.js';
import type { JsonObject } from '../model/matrix-content.js';
import type { Call, ClientServer } from './call.js';
import type { Patience } from './patience.js';
import { textIn, type Raw } from './raw.js';

export interface RoomFactsParts {
  readonly bot: UserId;
  readonly server: ClientServer;
  readonly patience: Patience;
}

/** See the methods of the same names of `Homeserver`. All as the bot. */
export class RoomFacts {
  readonly #parts: RoomFactsParts;

  constructor(parts: RoomFactsParts) {
    this.#parts = parts;
  }

  async creationOf(room: RoomId): Promise<JsonObject> {
    return (await this.#call({ name: 'getState', method: 'GET', path: `${pathOf(room)}/state/m.room.create` })) as JsonObject;
  }

  /** Homeservers tell strangers of a room that they know with 403 as well, so that a join is what decides. */
  async hasRoom(room: RoomId): Promise<boolean> {
    try {
      await this.creationOf(room);
      return true;
    } catch (fault) {
      if (isGone(fault)) return false;
      if (!isFault(fault, 'HOMESERVER_FORBIDDEN')) throw fault;
    }
    try {
      await this.#call({ name: 'join', method: 'POST', path: `/v3/join/${encodeURIComponent(room)}`, body: '{}' });
    } catch (fault) {
      if (isGone(fault)) return false;
      if (!isFault(fault, 'HOMESERVER_FORBIDDEN')) throw fault;
    }
    return true;
  }

  async aliasesOf(room: RoomId): Promise<readonly RoomAlias[]> {
    const { aliases } = await this.#call({ name: 'getAliases', method: 'GET', path: `${pathOf(room)}/aliases` });
    return Array.isArray(aliases) ? (aliases as unknown[]).flatMap((alias) => parseRoomAlias(alias) ?? []) : [];
  }

  async dropAlias(alias: RoomAlias): Promise<void> {
    try {
      await this.#call({ name: 'dropAlias', method: 'DELETE', path: `/v3/directory/room/${encodeURIComponent(alias)}` });
    } catch (fault) {
      if (!isFault(fault, 'HOMESERVER_NOT_FOUND')) throw fault;
    }
  }

  async moveListing(from: RoomId, to: RoomId): Promise<void> {
    if (!(await this.#isListed(from)) || (await this.#isListed(to))) return;
    await this.#list(to, 'public');
    await this.#list(from, 'private');
  }

  async #isListed(room: RoomId): Promise<boolean> {
    return textIn(await this.#call({ name: 'getListing', method: 'GET', path: listingOf(room) }), 'visibility', 20) === 'public';
  }

  async #list(room: RoomId, visibility: 'public' | 'private'): Promise<void> {
    await this.#call({ name: 'setListing', method: 'PUT', path: listingOf(room), body: JSON.stringify({ visibility }) });
  }

  #call(call: Call): Promise<Raw> {
    const { patience, server, bot } = this.#parts;
    return patience.through(bot, () => server.once(call));
  }
}

function pathOf(room: RoomId): string {
  return `/v3/rooms/${encodeURIComponent(room)}`;
}

function listingOf(room: RoomId): string {
  return `/v3/directory/list/room/${encodeURIComponent(room)}`;
}

/** Synapse says 404 with `M_UNKNOWN` of a room that it cannot join for want of servers. */
function isGone(fault: unknown): boolean {
  return fault instanceof BridgeError && (fault.code === 'HOMESERVER_NOT_FOUND' || fault.status === 404);
}
