/** Which rooms are private talks between a person and a nick: kept in memory, written through to the store. */

import type { IrcNetwork } from '../irc/port.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { NetworkName, Nick } from '../model/irc-names.js';
import type { PmRoom } from '../model/link.js';
import type { PmRoomStore } from '../store/port.js';

type Networks = ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold' | 'onFold'>>;

export class PmRooms {
  readonly #store: PmRoomStore;
  readonly #networks: Networks;
  readonly #rooms = new Map<RoomId, PmRoom>();
  /** Those of networks that the configuration does not have: only to be forgotten with their people. */
  readonly #others = new Map<RoomId, PmRoom>();
  /** By network and folded nick, then by person: a person has one room for each nick, however it is written (PM-9). */
  #talks = new Map<string, Map<UserId, PmRoom>>();

  constructor(store: PmRoomStore, networks: Networks) {
    this.#store = store;
    this.#networks = networks;
    for (const network of networks.values()) network.onFold(() => this.#rekey());
  }

  /** Reads all rooms; those of networks that the configuration does not have are left alone in the store. */
  async load(): Promise<void> {
    for (const room of await this.#store.all()) {
      if (this.#networks.has(room.network)) this.#index(room);
      else this.#others.set(room.room, room);
    }
  }

  ofRoom(room: RoomId): PmRoom | undefined {
    return this.#rooms.get(room);
  }

  /** The talk of a person with a nick, in whatever spelling. */
  find(network: NetworkName, person: UserId, nick: Nick): PmRoom | undefined {
    return this.#talks.get(this.#key(network, nick))?.get(person);
  }

  /** Everybody's talks with a nick. */
  withNick(network: NetworkName, nick: Nick): readonly PmRoom[] {
    return [...(this.#talks.get(this.#key(network, nick))?.values() ?? [])];
  }

  /** A person's talks on a network. */
  ofPerson(network: NetworkName, person: UserId): readonly PmRoom[] {
    return [...this.#rooms.values()].filter((room) => room.network === network && room.person === person);
  }

  /** Everybody who has one. */
  get people(): readonly UserId[] {
    return [...new Set([...this.#rooms.values(), ...this.#others.values()].map(({ person }) => person))];
  }

  /** All talks of these people, also on networks that the configuration does not have. */
  ofPeople(people: ReadonlySet<UserId>): readonly PmRoom[] {
    return [...this.#rooms.values(), ...this.#others.values()].filter(({ person }) => people.has(person));
  }

  /** Keeps a room; another room of the same talk is forgotten, since the talk goes on here. */
  async add(room: PmRoom): Promise<void> {
    const before = this.find(room.network, room.person, room.nick);
    const same = this.#rooms.get(room.room);
    if (same) this.#unindex(same);
    if (before && before.room !== room.room) this.#unindex(before);
    this.#index(room);
    // Documents are one for each person and ghost, so an old one under another ghost would stay.
    if (same && same.ghost !== room.ghost) await this.#store.remove(same.room);
    if (before && before.room !== room.room) await this.#store.remove(before.room);
    await this.#store.add(room);
  }

  /** Forgets a room. */
  async drop(room: RoomId): Promise<void> {
    const known = this.#rooms.get(room);
    if (known) this.#unindex(known);
    else if (!this.#others.delete(room)) return;
    await this.#store.remove(room);
  }

  #index(room: PmRoom): void {
    this.#rooms.set(room.room, room);
    const key = this.#key(room.network, room.nick);
    const talks = this.#talks.get(key) ?? new Map<UserId, PmRoom>();
    this.#talks.set(key, talks.set(room.person, room));
  }

  #unindex(room: PmRoom): void {
    this.#rooms.delete(room.room);
    const key = this.#key(room.network, room.nick);
    const talks = this.#talks.get(key);
    if (talks?.get(room.person)?.room === room.room) talks.delete(room.person);
    if (talks?.size === 0) this.#talks.delete(key);
  }

  #rekey(): void {
    this.#talks = new Map();
    for (const room of this.#rooms.values()) this.#index(room);
  }

  #key(network: NetworkName, nick: Nick): string {
    return `${network} ${this.#networks.get(network)?.fold(nick) ?? nick}`;
  }
}
