/** Which channels and rooms are joined: kept in memory, written through to the store. */

import type { IrcNetwork } from '../irc/port.js';
import type { RoomId } from '../model/ids.js';
import type { ChannelName, Folded, NetworkName } from '../model/irc-names.js';
import type { Link, LinkOrigin } from '../model/link.js';
import type { LinkStore } from '../store/port.js';
import type { Replacements } from './replacements.js';

const none: readonly Link[] = [];
type Networks = ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold' | 'onFold'>>;
type Joined = Pick<Link, 'network' | 'channel' | 'room'>;

export class Links {
  readonly #store: LinkStore;
  readonly #networks: Networks;
  /** As they stand in the store: a channel and a room in two spellings are two, whether those are equal now or not. */
  readonly #stored = new Map<NetworkName, Map<string, Link>>();
  /** By room, and by network and folded channel: both hold the same links, of equal ones the newest. */
  readonly #ofRoom = new Map<RoomId, readonly Link[]>();
  readonly #ofChannel = new Map<NetworkName, Map<Folded, readonly Link[]>>();
  readonly #onMoved: ((from: RoomId, to: RoomId) => void)[] = [];

  /** The room under which the configuration may know a room: the first one that was replaced on the way to it. */
  readonly configured: (room: RoomId) => RoomId;
  /** The room that has a room's links now: itself, or the last one on the way from it. */
  readonly now: (room: RoomId) => RoomId;

  constructor(store: LinkStore, networks: Networks, replaced?: Pick<Replacements, 'first' | 'now'>) {
    this.configured = (room) => replaced?.first(room) ?? room;
    this.now = (room) => replaced?.now(room) ?? room;
    this.#store = store;
    this.#networks = networks;
    for (const [name, network] of networks) {
      this.#stored.set(name, new Map());
      this.#ofChannel.set(name, new Map());
      network.onFold(() => this.#rekey(name));
    }
  }

  /** Reads all links; those of networks that the configuration does not have are left alone in the store. */
  async load(): Promise<void> {
    for (const link of await this.#store.all()) this.#put(link);
  }

  /** Links of a channel, in whatever spelling. */
  ofChannel(network: NetworkName, channel: ChannelName): readonly Link[] {
    const folded = this.#networks.get(network)?.fold(channel);
    return (folded !== undefined && this.#ofChannel.get(network)?.get(folded)) || none;
  }

  /** Links of a room. */
  ofRoom(room: RoomId): readonly Link[] {
    return this.#ofRoom.get(room) ?? none;
  }

  /** All links on a network. */
  onNetwork(network: NetworkName): readonly Link[] {
    return [...(this.#ofChannel.get(network)?.values() ?? [])].flat();
  }

  /**
   * Joins a channel and a room; doing it again replaces origin and key. In force at once: who was invited with the room
   * may be in it, and speak, before the store has it.
   */
  async add(link: Link): Promise<void> {
    const before = this.#equal(link);
    this.#put(link);
    try {
      await this.#store.add(link);
    } catch (fault) {
      this.#drop(link);
      for (const each of before) this.#put(each);
      throw fault;
    }
  }

  /** Takes a channel, in whatever spelling, and a room apart again. */
  async remove(link: Joined): Promise<void> {
    for (const each of this.#equal(link)) await this.#store.remove(each);
    this.#drop(link);
  }

  /** `moved` is called in the tick in which a room's links have gone over to another (ROOM-17); must not throw. */
  onMoved(moved: (from: RoomId, to: RoomId) => void): void {
    this.#onMoved.push(moved);
  }

  /** Gives all links of a room to its successor; one that it has already stays as it is. In force at once. */
  async moveRoom(from: RoomId, to: RoomId): Promise<void> {
    for (const stored of this.#stored.values()) {
      for (const link of [...stored.values()].filter(({ room }) => room === from)) {
        const moved = { ...link, room: to };
        this.#unindex(link);
        stored.delete(keyOf(link));
        if (!stored.has(keyOf(moved))) this.#put(moved);
      }
    }
    for (const moved of this.#onMoved) moved(from, to);
    await this.#store.moveRoom(from, to);
  }

  /**
   * Writes the configuration's links of a network anew: lines that are gone unlink (ROOM-6). Here it is done at once,
   * so that no message finds a linked room unlinked while the store is being written.
   */
  async replaceOrigin(network: NetworkName, origin: LinkOrigin, links: readonly Link[]): Promise<void> {
    const before = [...(this.#stored.get(network)?.values() ?? [])].filter((link) => link.origin === origin);
    for (const old of before) this.#drop(old, ({ origin: of }) => of === origin);
    for (const link of links) this.#put(link);
    await this.#store.removeOfOrigin(network, origin);
    for (const link of links) await this.#store.add(link);
  }

  #put(link: Link): void {
    this.#stored.get(link.network)?.set(keyOf(link), link);
    this.#index(link);
  }

  /** Forgets all spellings of a link that are `which`; one that is left takes their place. */
  #drop(link: Joined, which: (link: Link) => boolean = () => true): void {
    this.#unindex(link);
    for (const each of this.#equal(link)) {
      if (which(each)) this.#stored.get(link.network)?.delete(keyOf(each));
      else this.#index(each);
    }
  }

  /** What the store has of a channel and a room, in all spellings. */
  #equal({ network, channel, room }: Joined): readonly Link[] {
    const fold = (name: string): Folded | undefined => this.#networks.get(network)?.fold(name);
    const folded = fold(channel);
    const stored = this.#stored.get(network)?.values() ?? [];
    return [...stored].filter((each) => each.room === room && fold(each.channel) === folded);
  }

  #index(link: Link): void {
    const channels = this.#ofChannel.get(link.network);
    const folded = this.#networks.get(link.network)?.fold(link.channel);
    if (!channels || folded === undefined) return;
    this.#unindex(link);
    channels.set(folded, [...(channels.get(folded) ?? none), link]);
    this.#ofRoom.set(link.room, [...this.ofRoom(link.room), link]);
  }

  #unindex({ network, channel, room }: Joined): void {
    const fold = (name: string): Folded | undefined => this.#networks.get(network)?.fold(name);
    const folded = fold(channel);
    const channels = this.#ofChannel.get(network);
    if (!channels || folded === undefined) return;
    const others = (channels.get(folded) ?? none).filter((other) => other.room !== room);
    if (others.length === 0) channels.delete(folded);
    else channels.set(folded, others);
    this.#setOfRoom(room, (other) => other.network !== network || fold(other.channel) !== folded);
  }

  #setOfRoom(room: RoomId, keep: (link: Link) => boolean): void {
    const rest = this.ofRoom(room).filter(keep);
    if (rest.length === 0) this.#ofRoom.delete(room);
    else this.#ofRoom.set(room, rest);
  }

  /** Under a new CASEMAPPING names may be equal that were not, and the other way round. */
  #rekey(network: NetworkName): void {
    const stored = [...(this.#stored.get(network)?.values() ?? [])];
    this.#ofChannel.set(network, new Map());
    const rooms = new Set(stored.map((link) => link.room));
    for (const room of rooms) this.#setOfRoom(room, (link) => link.network !== network);
    for (const link of stored) this.#index(link);
  }
}

function keyOf({ channel, room }: Joined): string {
  return `${channel} ${room}`;
}
