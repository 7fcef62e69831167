/** Everything the homeserver knows; it outlives a kill of the server's process, as a database does. */

import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../lib/clock.js';
import type { JsonObject } from '../../model/matrix-content.js';
import { Accounts } from './accounts.js';
import { forbidden } from './answer.js';
import type { Appservice } from './appservice.js';
import { ask, covers, mayActAs } from './appservice.js';
import { checkContent, checkJson, checkSize } from './checks.js';
import { Media } from './media.js';
import type { Room, RoomEvent } from './room.js';
import { TransactionSender } from './transactions.js';

/** What is still to become an event. */
export interface Draft {
  readonly type: string;
  readonly sender: string;
  readonly content: JsonObject;
  readonly stateKey?: string;
  readonly ts?: number;
  readonly transactionId?: string;
}

export class House {
  readonly serverName: string;
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly media: Media;
  readonly rooms = new Map<string, Room>();
  readonly aliases = new Map<string, string>();
  readonly published = new Set<string>();
  /** Ids of sends that named a device: these are in the database and survive a kill. */
  readonly deviceTransactions = new Map<string, string>();
  readonly senders = new Map<Appservice, TransactionSender>();
  readonly listeners = new Set<(event: RoomEvent) => void>();
  /** Whether ordinary requests may list rooms in the directory (Synapse: no). */
  allowPublishing = false;
  private readonly speed: number;
  private readonly feeds = new Map<Appservice, Promise<void>>();
  private readonly waiting = new Set<() => void>();
  position = 0;

  constructor(serverName: string, clock: Clock, backoffSpeed: number) {
    this.serverName = serverName;
    this.clock = clock;
    this.accounts = new Accounts(serverName);
    this.media = new Media(serverName, this.accounts);
    this.speed = backoffSpeed;
  }

  addService(service: Appservice): TransactionSender {
    const sender = new TransactionSender(service, this.clock, this.speed);
    this.accounts.services.push(service);
    this.senders.set(service, sender);
    return sender;
  }

  /** Tells of an account to those who asked for it (MSC3395); no stock homeserver does that by itself. */
  tellOfAccount(type: string, content: JsonObject): void {
    for (const [service, sender] of this.senders) {
      if (service.synthetic.has(type)) sender.addSynthetic({ type, content, ts: this.clock.now() });
    }
  }

  removeService(service: Appservice): void {
    this.senders.get(service)?.stop();
    this.senders.delete(service);
    const at = this.accounts.services.indexOf(service);
    if (at >= 0) this.accounts.services.splice(at, 1);
  }

  room(id: string): Room {
    const room = this.rooms.get(id);
    if (room === undefined) throw forbidden('Unknown room');
    return room;
  }

  /** Writes an event into a room and hands it to all who listen. Whether it may be sent was judged before. */
  append(room: Room, draft: Draft): RoomEvent {
    checkJson(draft.content);
    checkContent(draft.type, draft.content);
    const before = draft.stateKey === undefined ? undefined : room.stateEvent(draft.type, draft.stateKey);
    const seen = {
      room_id: room.id,
      type: draft.type,
      sender: draft.sender,
      content: draft.content,
      origin_server_ts: draft.ts ?? this.clock.now(),
      ...(draft.stateKey === undefined ? {} : { state_key: draft.stateKey }),
    };
    checkSize(seen);
    const event: RoomEvent = {
      ...seen,
      event_id: `$${createHash('sha256').update(randomBytes(16)).digest('base64url')}`,
      unsigned: {
        ...(before === undefined ? {} : { prev_content: before.content, replaces_state: before.event_id }),
        ...(draft.transactionId === undefined ? {} : { transaction_id: draft.transactionId }),
      },
      position: ++this.position,
    };
    const interested = this.accounts.services.filter((service) => this.concerns(service, room, event));
    room.add(event);
    for (const service of this.accounts.services) {
      if (interested.includes(service) || this.concerns(service, room, event)) this.feed(service, room, event);
    }
    for (const listener of this.listeners) listener(event);
    for (const wake of [...this.waiting]) wake();
    return event;
  }

  /** Synapse's interest: sender, target or a member in the namespaces, or the room's id or alias. */
  private concerns(service: Appservice, room: Room, event: RoomEvent): boolean {
    if (mayActAs(service, event.sender) || covers(service.rooms, room.id)) return true;
    if (event.type === 'm.room.member' && event.state_key !== undefined && mayActAs(service, event.state_key)) return true;
    if (room.joined().some((user) => mayActAs(service, user))) return true;
    return [...this.aliases].some(([alias, id]) => id === room.id && covers(service.aliases, alias));
  }

  /** In order; before the invite of an unknown ghost the service is asked, and the invite goes on whatever it answers. */
  private feed(service: Appservice, room: Room, event: RoomEvent): void {
    const target = event.state_key ?? '';
    const unknownGhost =
      event.type === 'm.room.member' && target !== service.sender && covers(service.users, target) && !this.accounts.byId.has(target);
    const asked = unknownGhost ? ask(service, 'users', target) : undefined;
    const before = this.feeds.get(service);
    const push = (): void => this.senders.get(service)?.add(this.forService(room, event));
    if (asked === undefined && before === undefined) return push();
    const now: Promise<void> = Promise.all([before, asked]).then(() => {
      if (this.feeds.get(service) === now) this.feeds.delete(service);
      push();
    });
    this.feeds.set(service, now);
  }

  private forService(room: Room, event: RoomEvent): JsonObject {
    const invite = event.type === 'm.room.member' && event.content.membership === 'invite';
    const seen = clientEvent(event, this.clock.now(), false);
    return {
      ...seen,
      user_id: event.sender,
      age: Math.max(0, this.clock.now() - event.origin_server_ts),
      ...(invite ? { unsigned: { ...(seen.unsigned as JsonObject), invite_room_state: strippedState(room) } } : {}),
    };
  }

  /** Resolves at the next event of any room, or after `ms`, or when the asker has gone. */
  nextChange(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        timer.end();
        this.waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = this.clock.after(ms, done);
      this.waiting.add(done);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  }

  /** Lets everybody go who waits for a change (the server stops). */
  wakeAll(): void {
    for (const wake of [...this.waiting]) wake();
  }
}

/** An event as clients get it; the transaction id only goes to its own sender. */
export function clientEvent(event: RoomEvent, now: number, own: boolean): JsonObject {
  const { position: _position, unsigned, ...seen } = event;
  const { transaction_id: id, ...rest } = unsigned;
  return {
    ...seen,
    unsigned: { ...rest, age: Math.max(0, now - event.origin_server_ts), ...(own && id !== undefined ? { transaction_id: id } : {}) },
  };
}

/** What an invited user may know of the room. */
export function strippedState(room: Room): JsonObject[] {
  const shown = ['m.room.create', 'm.room.name', 'm.room.join_rules', 'm.room.canonical_alias', 'm.room.topic', 'm.room.encryption'];
  return room
    .allState()
    .filter(({ type }) => shown.includes(type))
    .map(({ type, state_key, content, sender }) => ({ type, state_key: state_key ?? '', content, sender }));
}
