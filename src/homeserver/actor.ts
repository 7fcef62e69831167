/** One Matrix user that we control: its account, its rooms, what it says. Holds nothing itself, so it may be made anew. */

import { BridgeError, isFault } from '../model/errors.js';
import type { EventId, RoomId, UserId } from '../model/ids.js';
import type { JsonObject } from '../model/matrix-content.js';
import type { Accounts } from './accounts.js';
import type { Call, ClientServer } from './call.js';
import { contentText } from './content.js';
import { saysNotRegistered } from './matrix-errors.js';
import type { Membership } from './membership.js';
import type { Patience } from './patience.js';
import type { Actor } from './port.js';
import type { Raw } from './raw.js';
import { eventIdOf, type Parcel, type Sender } from './send.js';

/** What all actors share. */
export interface ActorParts {
  readonly bot: UserId;
  readonly server: ClientServer;
  readonly patience: Patience;
  readonly accounts: Accounts;
  readonly membership: Membership;
  readonly sender: Sender;
}

export class HomeserverActor implements Actor {
  readonly userId: UserId;
  readonly #parts: ActorParts;

  constructor(userId: UserId, parts: ActorParts) {
    this.userId = userId;
    this.#parts = parts;
  }

  ensureRegistered(displayName?: string): Promise<void> {
    return this.#parts.accounts.ensure(this.userId, displayName);
  }

  async join(room: RoomId, via: readonly string[] = []): Promise<void> {
    await this.#parts.membership.enter(this.userId, room, () => this.#join(room, via));
  }

  async leave(room: RoomId, reason?: string): Promise<void> {
    await this.#parts.membership.exit(this.userId, room, async () => {
      try {
        await this.#inRoom(room, 'leave', wish(reason));
      } catch (fault) {
        // Not in it, or the room is gone: that is what was wanted.
        if (!isFault(fault, 'HOMESERVER_FORBIDDEN') && !isFault(fault, 'HOMESERVER_NOT_FOUND')) throw fault;
      }
    });
  }

  async invite(room: RoomId, who: UserId, reason?: string): Promise<void> {
    try {
      await this.#inRoom(room, 'invite', { user_id: who, ...wish(reason) });
    } catch (fault) {
      const there = fault instanceof BridgeError && /already in the room|is already joined/iu.test(fault.message);
      if (!there) throw fault;
    }
  }

  async kick(room: RoomId, who: UserId, reason?: string): Promise<void> {
    await this.#inRoom(room, 'kick', { user_id: who, ...wish(reason) });
  }

  async send(
    room: RoomId,
    type: string,
    content: JsonObject,
    txnId: string,
    how: { readonly repeat?: boolean; readonly since?: number; readonly at?: number } = {},
  ): Promise<EventId> {
    const sender = this.userId;
    const parcel: Parcel = { sender, room, type, content, txnId, repeat: how.repeat ?? false, since: how.since, at: how.at };
    return this.#present(room, () => this.#parts.sender.send(parcel));
  }

  async redact(room: RoomId, event: EventId, txnId: string, reason?: string): Promise<EventId> {
    const path = `/v3/rooms/${encodeURIComponent(room)}/redact/${encodeURIComponent(event)}/${encodeURIComponent(txnId)}`;
    const call = { name: 'redact', method: 'PUT', path, body: contentText(wish(reason)) } as const;
    return eventIdOf(await this.#present(room, () => this.#call(call)));
  }

  async typing(room: RoomId, ms: number): Promise<void> {
    const path = `/v3/rooms/${encodeURIComponent(room)}/typing/${encodeURIComponent(this.userId)}`;
    const body = ms > 0 ? { typing: true, timeout: ms } : { typing: false };
    await this.#once({ name: 'typing', method: 'PUT', path, body: contentText(body) });
  }

  async presence(state: 'online' | 'unavailable', text?: string): Promise<void> {
    const path = `/v3/presence/${encodeURIComponent(this.userId)}/status`;
    const body = { presence: state, ...(text === undefined ? {} : { status_msg: text }) };
    await this.#once({ name: 'presence', method: 'PUT', path, body: contentText(body) });
  }

  async sendState(room: RoomId, type: string, stateKey: string, content: JsonObject): Promise<EventId> {
    const path = `/v3/rooms/${encodeURIComponent(room)}/state/${encodeURIComponent(type)}/${encodeURIComponent(stateKey)}`;
    const call = { name: 'sendState', method: 'PUT', path, body: contentText(content) } as const;
    return eventIdOf(await this.#present(room, () => this.#call(call)));
  }

  /**
   * Does `work` in a room. Refused, the actor comes (back) into the room once and does it again: an admin may have
   * removed it, or our memory was wrong. What is then still refused lasts.
   */
  async #present<T>(room: RoomId, work: () => Promise<T>): Promise<T> {
    const { accounts, membership } = this.#parts;
    try {
      return await work();
    } catch (fault) {
      if (!isFault(fault, 'HOMESERVER_FORBIDDEN')) throw fault;
      membership.drop(this.userId, room);
      if (saysNotRegistered(fault)) {
        accounts.forget(this.userId);
        await accounts.ensure(this.userId);
      }
      await this.#joinAgain(room, fault);
    }
    return work();
  }

  /** Not in its turn among the joins: talk does not wait behind ten thousand joins. */
  async #joinAgain(room: RoomId, why: BridgeError): Promise<void> {
    try {
      await this.#join(room, []);
    } catch (fault) {
      // The first refusal says more about what was wanted than that of the join.
      throw isFault(fault, 'HOMESERVER_FORBIDDEN') ? why : fault;
    }
  }

  async #join(room: RoomId, via: readonly string[]): Promise<void> {
    const { bot, membership } = this.#parts;
    const query = via.map((server) => `server_name=${encodeURIComponent(server)}&via=${encodeURIComponent(server)}`).join('&');
    const path = `/v3/join/${encodeURIComponent(room)}${query === '' ? '' : `?${query}`}`;
    const call = { name: 'join', method: 'POST', path, body: '{}' } as const;
    try {
      await this.#call(call);
    } catch (fault) {
      if (!isFault(fault, 'HOMESERVER_FORBIDDEN') || this.userId === bot) throw fault;
      await new HomeserverActor(bot, this.#parts).#inviteOrBlame(room, this.userId, fault);
      await this.#call(call);
    }
    membership.add(this.userId, room);
  }

  async #inviteOrBlame(room: RoomId, who: UserId, blame: BridgeError): Promise<void> {
    try {
      await this.invite(room, who);
    } catch (fault) {
      throw isFault(fault, 'HOMESERVER_FORBIDDEN') ? blame : fault;
    }
  }

  #inRoom(room: RoomId, verb: 'leave' | 'invite' | 'kick', body: JsonObject): Promise<Raw> {
    const path = `/v3/rooms/${encodeURIComponent(room)}/${verb}`;
    return this.#call({ name: verb, method: 'POST', path, body: contentText(body) });
  }

  /** A call whose news is old a moment later: not tried again. */
  async #once(call: Call): Promise<void> {
    await this.#parts.server.once(call, this.userId);
  }

  /** A call as this user; one that the homeserver has never seen is registered on the way. */
  async #call(call: Call): Promise<Raw> {
    const { patience, server, accounts, bot } = this.#parts;
    const user = this.userId === bot ? undefined : this.userId;
    const once = (): Promise<Raw> => patience.through(this.userId, () => server.once(call, user));
    try {
      return await once();
    } catch (fault) {
      if (!(fault instanceof BridgeError) || !saysNotRegistered(fault)) throw fault;
      accounts.forget(this.userId);
      await accounts.ensure(this.userId);
      return once();
    }
  }
}

function wish(reason: string | undefined): JsonObject {
  return reason === undefined ? {} : { reason: reason.slice(0, 500) };
}
