/** Which rooms are for talking with the bot: kept in memory, written through to the store. */

import type { RoomId, UserId } from '../model/ids.js';
import type { AdminRoom } from '../model/link.js';
import type { AdminRoomStore } from '../store/port.js';

export class AdminRooms {
  readonly #store: AdminRoomStore;
  readonly #ofRoom = new Map<RoomId, AdminRoom>();
  readonly #ofPerson = new Map<UserId, AdminRoom>();
  /** Rooms that their person has left: he wants to hear nothing, until he comes back or opens another. */
  readonly #left = new Set<RoomId>();
  /** Whether its person is in a room, where that is known: an invitation may lie unread. */
  readonly #read = new Map<RoomId, boolean>();

  constructor(store: AdminRoomStore) {
    this.#store = store;
  }

  async load(): Promise<void> {
    for (const room of await this.#store.all()) this.#put(room);
  }

  ofRoom(room: RoomId): AdminRoom | undefined {
    return this.#ofRoom.get(room);
  }

  /** Everybody who has one. */
  get people(): readonly UserId[] {
    return [...this.#ofPerson.keys()];
  }

  of(person: UserId): AdminRoom | undefined {
    return this.#ofPerson.get(person);
  }

  /** Keeps a room; it takes the place of the person's former one (ADM-3). */
  async add(room: AdminRoom): Promise<void> {
    const before = this.#ofPerson.get(room.person);
    if (before) {
      this.#ofRoom.delete(before.room);
      this.#read.delete(before.room);
    }
    this.#put(room);
    await this.#store.add(room);
  }

  async drop(room: RoomId): Promise<void> {
    const known = this.#ofRoom.get(room);
    if (!known) return;
    this.#ofRoom.delete(room);
    this.#left.delete(room);
    this.#read.delete(room);
    if (this.#ofPerson.get(known.person)?.room === room) this.#ofPerson.delete(known.person);
    await this.#store.remove(room);
  }

  /** Whether the person has left it. */
  isLeft(room: RoomId): boolean {
    return this.#left.has(room);
  }

  /** The person left it, or came back. */
  setLeft(room: RoomId, left: boolean): void {
    if (left) this.#left.add(room);
    else this.#left.delete(room);
    this.setRead(room, !left);
  }

  /** Whether its person is in it and reads it; `undefined`: not known. */
  isRead(room: RoomId): boolean | undefined {
    return this.#read.get(room);
  }

  /** Its person is in it, or only invited. */
  setRead(room: RoomId, read: boolean): void {
    if (this.#ofRoom.has(room)) this.#read.set(room, read);
  }

  #put(room: AdminRoom): void {
    this.#ofRoom.set(room.room, room);
    this.#ofPerson.set(room.person, room);
    this.#left.delete(room.room);
  }
}
