/** Homeserver and Actor in memory: strict, remembers what was sent, refuses and delays what it is told to. */

import type { AccountSign, Actor, FoundEvent, Homeserver, Questions, RoomWish } from '../../src/homeserver/port.js';
import type { Entry } from '../../src/journal/port.js';
import type { AccountNews } from '../../src/model/account.js';
import { BridgeError, type FaultCode } from '../../src/model/errors.js';
import type { EventId, RoomAlias, RoomId, UserId } from '../../src/model/ids.js';
import type { JsonObject } from '../../src/model/matrix-content.js';
import type { MatrixEvent } from '../../src/model/matrix-event.js';
import { aliasId, eventId, roomId, userId } from './make.js';

export type Deed =
  | 'register'
  | 'join'
  | 'leave'
  | 'invite'
  | 'kick'
  | 'send'
  | 'redact'
  | 'readBack'
  | 'learnRoom'
  | 'joinedMembers'
  | 'createRoom'
  | 'setAlias'
  | 'dropAlias'
  | 'moveListing'
  | 'creationOf'
  | 'hasRoom'
  | 'resolveAlias';

export interface Sent {
  readonly id: EventId;
  readonly sender: UserId;
  readonly room: RoomId;
  readonly type: string;
  readonly content: JsonObject;
  readonly txnId: string;
}

/** What is refused: every field given must match. */
interface Refusing {
  readonly deed: Deed;
  readonly code: FaultCode;
  readonly user?: UserId;
  readonly room?: RoomId;
  times: number;
}

export class MemoryHomeserver implements Homeserver {
  readonly domain = 'hs.test';
  readonly bot: Actor;
  /** Events now in rooms, in order. */
  readonly sent: Sent[] = [];
  /** Every deed in order, `join @a:hs.test !r:hs.test`. */
  readonly deeds: string[] = [];
  readonly members = new Map<RoomId, Set<UserId>>();
  readonly accounts = new Map<UserId, string | undefined>();
  readonly aliases = new Map<RoomAlias, RoomId>();
  readonly rooms: { readonly id: RoomId; readonly wish: RoomWish }[] = [];
  readonly names = new Map<UserId, string>();
  readonly #actors = new Map<UserId, Actor>();
  readonly #refusing: Refusing[] = [];
  readonly #held = new Map<string, Promise<void>>();
  /** Transaction ids that the server remembers: gone after `forget`. */
  readonly #txns = new Map<string, EventId>();
  /** Who was in a room when this life of the bridge began, until it has asked or seen him come again. */
  readonly #before = new Map<RoomId, Set<UserId>>();
  #down: { readonly up: Promise<void>; readonly release: () => void } | undefined;
  #stopped = false;
  #events = 0;

  constructor() {
    this.bot = this.as(userId('@bot:hs.test'));
  }

  as(user: UserId): Actor {
    const known = this.#actors.get(user) ?? new MemoryActor(user, this);
    this.#actors.set(user, known);
    return known;
  }

  get reachable(): boolean {
    return this.#down === undefined;
  }

  /** What `lookUp` finds, by room and event; `viewers`: who could see it. */
  readonly found = new Map<string, { readonly found: FoundEvent; readonly viewers: readonly UserId[] }>();
  /** State events, by room, type and key. */
  readonly states = new Map<string, JsonObject>();

  async lookUp(room: RoomId, id: EventId, viewer: UserId): Promise<FoundEvent | undefined> {
    this.deeds.push(`lookUp ${viewer} ${room} ${id}`);
    const known = this.found.get(`${room} ${id}`);
    return known?.viewers.includes(viewer) ? known.found : undefined;
  }

  async stateOf(room: RoomId, type: string, stateKey: string): Promise<JsonObject | undefined> {
    this.deeds.push(`stateOf ${room} ${type} ${stateKey}`);
    const set = this.sent.filter((event) => event.room === room && event.type === type && event.txnId === `state ${type} ${stateKey}`);
    return set.at(-1)?.content ?? this.states.get(`${room} ${type} ${stateKey}`);
  }

  /** It has no files. */
  quarantine(mxc: string): Promise<void> {
    this.deeds.push(`quarantine ${mxc}`);
    return Promise.resolve();
  }

  download(): Promise<never> {
    return Promise.reject(new BridgeError('HOMESERVER_NOT_FOUND', 'download: 404'));
  }

  isIn(user: UserId, room: RoomId): boolean {
    return this.#before.get(room)?.has(user) !== true && (this.members.get(room)?.has(user) ?? false);
  }

  knowsRoom(room: RoomId): boolean {
    return !this.#before.has(room);
  }

  async learnRoom(room: RoomId): Promise<readonly UserId[]> {
    await this.act('learnRoom', this.bot.userId, room);
    const before = this.#before.get(room);
    this.#before.delete(room);
    return [...(before ?? [])].filter((user) => this.members.get(room)?.has(user) === true);
  }

  /** Makes a room in which these are, besides the bot. */
  room(id: string, ...users: readonly UserId[]): RoomId {
    const room = roomId(id);
    this.members.set(room, new Set([this.bot.userId, ...users]));
    return room;
  }

  /** Refuses a deed from now on, or so many times. */
  deny(deed: Deed, code: FaultCode, which: { user?: UserId; room?: RoomId; times?: number } = {}): void {
    this.#refusing.push({ deed, code, times: Infinity, ...which });
  }

  /** Lets everything pass again. */
  relent(): void {
    this.#refusing.length = 0;
  }

  /** A deed of a user does not come to an end until the function given back is called. */
  hold(deed: Deed, user: UserId): () => void {
    const { promise, release } = gate();
    this.#held.set(`${deed} ${user}`, promise);
    return () => {
      this.#held.delete(`${deed} ${user}`);
      release();
    };
  }

  /** Nothing is answered until `comeUp`. */
  goDown(): void {
    const { promise, release } = gate();
    this.#down ??= { up: promise, release };
  }

  comeUp(): void {
    this.#down?.release();
    this.#down = undefined;
  }

  /** Forgets its transaction ids, as a real one does at each restart (H14). */
  forget(): void {
    this.#txns.clear();
  }

  /** The bridge stops: everything waiting, and everything from now on, is `STOPPING`. */
  stop(): void {
    this.#stopped = true;
    this.comeUp();
  }

  /** The same rooms and accounts, met by a new life of the bridge. */
  nextLife(): void {
    this.#stopped = false;
    this.#held.clear();
    this.comeUp();
    for (const [room, users] of this.members) this.#before.set(room, new Set(users));
  }

  /** Bodies of what was said in a room, in order. */
  said(room: RoomId): unknown[] {
    return this.sent.filter((event) => event.room === room).map(({ content }) => content['body']);
  }

  /** @internal what an actor does: refused, held, or done. */
  async act(deed: Deed, user: UserId, room?: RoomId): Promise<void> {
    await Promise.resolve();
    while (this.#down && !this.#stopped) await this.#down.up;
    await this.#held.get(`${deed} ${user}`);
    if (this.#stopped) throw new BridgeError('STOPPING', 'stopping');
    this.deeds.push([deed, user, room].filter((part) => part !== undefined).join(' '));
    this.#refuse(deed, user, room);
  }

  #refuse(deed: Deed, user: UserId, room: RoomId | undefined): void {
    const refusing = this.#refusing.find(
      (each) =>
        each.deed === deed && each.times > 0 && (each.user ?? user) === user && (each.room ?? room) === room,
    );
    if (!refusing) return;
    refusing.times--;
    throw new BridgeError(refusing.code, `${deed} refused`);
  }

  /** @internal an event that is there, by the mark that its transaction id left in it. */
  find(sender: UserId, room: RoomId, txnId: string): EventId | undefined {
    return this.sent.find((event) => event.sender === sender && event.room === room && event.txnId === txnId)?.id;
  }

  /** @internal a user was seen to come, so that he is known to be in. */
  joined(user: UserId, room: RoomId): void {
    this.#before.get(room)?.delete(user);
  }

  /** @internal stores an event, or gives the one of the same transaction id, if that is remembered. */
  store(event: Omit<Sent, 'id'>): EventId {
    const key = `${event.sender} ${event.room} ${event.txnId}`;
    const known = this.#txns.get(key);
    if (known !== undefined) return known;
    const id = eventId(`$sent${this.#events++}`);
    this.#txns.set(key, id);
    this.sent.push({ ...event, id });
    return id;
  }

  async createRoom(by: Actor, wish: RoomWish): Promise<RoomId> {
    await this.act('createRoom', by.userId);
    const alias = wish.aliasLocalpart === undefined ? undefined : aliasId(`#${wish.aliasLocalpart}:${this.domain}`);
    if (alias && this.aliases.has(alias)) throw new BridgeError('HOMESERVER_IN_USE', 'alias in use');
    const id = roomId(`!made${this.rooms.length}:${this.domain}`);
    this.rooms.push({ id, wish });
    this.members.set(id, new Set([by.userId]));
    if (alias) this.aliases.set(alias, id);
    return id;
  }

  async resolveAlias(alias: RoomAlias): Promise<RoomId | undefined> {
    await this.act('resolveAlias', this.bot.userId);
    return this.aliases.get(alias);
  }

  async setAlias(alias: RoomAlias, room: RoomId): Promise<void> {
    await this.act('setAlias', this.bot.userId, room);
    const now = this.aliases.get(alias);
    if (now !== undefined && now !== room) throw new BridgeError('HOMESERVER_IN_USE', 'alias in use');
    this.aliases.set(alias, room);
  }

  async creationOf(room: RoomId): Promise<JsonObject> {
    await this.act('creationOf', this.bot.userId, room);
    return this.states.get(`${room} m.room.create `) ?? {};
  }

  async hasRoom(room: RoomId): Promise<boolean> {
    await this.act('hasRoom', this.bot.userId, room);
    return this.members.has(room);
  }

  async aliasesOf(room: RoomId): Promise<readonly RoomAlias[]> {
    await Promise.resolve();
    return [...this.aliases].filter(([, at]) => at === room).map(([alias]) => alias);
  }

  async dropAlias(alias: RoomAlias): Promise<void> {
    await this.act('dropAlias', this.bot.userId);
    this.aliases.delete(alias);
  }

  async moveListing(_from: RoomId, to: RoomId): Promise<void> {
    await this.act('moveListing', this.bot.userId, to);
  }

  async joinedMembers(room: RoomId): Promise<readonly UserId[]> {
    this.#refuse('joinedMembers', this.bot.userId, room);
    return [...(this.members.get(room) ?? [])];
  }

  /** What is said of accounts (SYN-21). */
  readonly signs = new Map<UserId, AccountSign>();

  async accountSign(user: UserId): Promise<AccountSign> {
    return this.signs.get(user) ?? 'unknown';
  }

  injectAccount(): Promise<undefined> {
    throw new Error('there is no intake here');
  }

  async joinedRooms(): Promise<readonly RoomId[]> {
    return [...this.members].filter(([, users]) => users.has(this.bot.userId)).map(([room]) => room);
  }

  async displayName(user: UserId): Promise<string | undefined> {
    return this.names.get(user);
  }

  async whoAmI(): Promise<UserId> {
    return this.bot.userId;
  }

  async listen(_questions: Questions): Promise<{ readonly port: number }> {
    return { port: 0 };
  }

  /** Tests keep the news itself as the body of an entry. */
  decodeAccount(entry: Entry): AccountNews {
    return entry.body as unknown as AccountNews;
  }

  /** Tests keep the event itself as the body of an entry. */
  decodeEntry(entry: Entry): MatrixEvent | undefined {
    return entry.body as unknown as MatrixEvent;
  }

  async ping(): Promise<void> {
    await Promise.resolve();
  }

  refuse(): void {
    this.stop();
  }

  async close(): Promise<void> {
    this.stop();
  }
}

class MemoryActor implements Actor {
  readonly userId: UserId;
  readonly #server: MemoryHomeserver;

  constructor(user: UserId, server: MemoryHomeserver) {
    this.userId = user;
    this.#server = server;
  }

  async ensureRegistered(displayName?: string): Promise<void> {
    const { accounts } = this.#server;
    if (accounts.has(this.userId) && (displayName === undefined || accounts.get(this.userId) === displayName)) return;
    await this.#server.act('register', this.userId);
    accounts.set(this.userId, displayName);
  }

  async join(room: RoomId, via: readonly string[] = []): Promise<void> {
    const server = this.#server;
    if (server.isIn(this.userId, room)) return;
    await server.act('join', this.userId, room);
    if (via.length > 0) server.deeds.push(`join ${this.userId} ${room} via ${via.join(' ')}`);
    if (this.userId !== server.bot.userId && !server.accounts.has(this.userId)) {
      throw new BridgeError('HOMESERVER_FORBIDDEN', 'not registered');
    }
    const users = server.members.get(room);
    if (!users) throw new BridgeError('HOMESERVER_NOT_FOUND', 'no such room');
    users.add(this.userId);
    server.joined(this.userId, room);
  }

  async redact(room: RoomId, event: EventId, txnId: string, reason = ''): Promise<EventId> {
    await this.#server.act('redact', this.userId, room);
    return this.#server.store({ sender: this.userId, room, type: 'm.room.redaction', content: { redacts: event, reason }, txnId });
  }

  async typing(room: RoomId, ms: number): Promise<void> {
    await Promise.resolve();
    this.#server.deeds.push(`typing ${this.userId} ${room} ${ms}`);
  }

  async presence(state: string, text = ''): Promise<void> {
    await Promise.resolve();
    this.#server.deeds.push(`presence ${this.userId} ${state} ${text}`.trim());
  }

  async leave(room: RoomId): Promise<void> {
    await this.#server.act('leave', this.userId, room);
    this.#server.members.get(room)?.delete(this.userId);
  }

  async invite(room: RoomId, who: UserId): Promise<void> {
    await this.#server.act('invite', who, room);
  }

  async kick(room: RoomId, who: UserId): Promise<void> {
    await this.#server.act('kick', who, room);
    this.#server.members.get(room)?.delete(who);
  }

  async send(
    room: RoomId,
    type: string,
    content: JsonObject,
    txnId: string,
    how: { readonly repeat?: boolean } = {},
  ): Promise<EventId> {
    if (how.repeat) {
      await this.#server.act('readBack', this.userId, room);
      const found = this.#server.find(this.userId, room, txnId);
      if (found !== undefined) return found;
    }
    await this.#server.act('send', this.userId, room);
    if (this.#server.members.get(room)?.has(this.userId) !== true) throw new BridgeError('HOMESERVER_FORBIDDEN', `${this.userId} is not in ${room}`);
    return this.#server.store({ sender: this.userId, room, type, content, txnId });
  }

  sendState(room: RoomId, type: string, stateKey: string, content: JsonObject): Promise<EventId> {
    return this.send(room, type, content, `state ${type} ${stateKey}`);
  }
}

function gate(): { promise: Promise<void>; release: () => void } {
  let release: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => (release = resolve));
  return { promise, release };
}
