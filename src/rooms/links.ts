/** Which channels and rooms are joined: kept in memory, written through to the store. */

import type { IrcNetwork } from '../irc/port.js';
import type { RoomId } from '../model/ids.js';
import type { ChannelName, Folded, NetworkName } from '../model/irc-names.js';
import type { Link, LinkOrigin } from '../model/link.js';
import type { LinkStore } from '../store/port.js';

const none: readonly Link[] = [];
type Networks = ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold' | 'onFold'>>;

export class Links {
  readonly #store: LinkStore;
  readonly #networks: Networks;
  /** By room, and by network and folded channel: both hold the same links. */
  readonly #ofRoom = new Map<RoomId, readonly Link[]>();
  readonly #ofChannel = new Map<NetworkName, Map<Folded, readonly Link[]>>();

  constructor(store: LinkStore, networks: Networks) {
    this.#store = store;
    this.#networks = networks;
    for (const [name, network] of networks) {
      this.#ofChannel.set(name, new Map());
      network.onFold(() => this.#rekey(name));
    }
  }

  /** Reads all links; those of networks that the configuration does not have are left alone in the store. */
  async load(): Promise<void> {
    for (const link of await this.#store.all()) this.#index(link);
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

  /** Joins a channel and a room; doing it again replaces origin and key. */
  async add(link: Link): Promise<void> {
    await this.#store.add(link);
    this.#index(link);
  }

  /** Takes them apart again. */
  async remove(link: Link): Promise<void> {
    await this.#store.remove(link);
    this.#unindex(link);
  }

  /** Writes the configuration's links of a network anew: lines that are gone unlink (ROOM-6). */
  async replaceOrigin(network: NetworkName, origin: LinkOrigin, links: readonly Link[]): Promise<void> {
    await this.#store.removeOfOrigin(network, origin);
    for (const old of this.onNetwork(network)) if (old.origin === origin) this.#unindex(old);
    for (const link of links) await this.add(link);
  }

  #index(link: Link): void {
    const channels = this.#ofChannel.get(link.network);
    const folded = this.#networks.get(link.network)?.fold(link.channel);
    if (!channels || folded === undefined) return;
    this.#unindex(link);
    channels.set(folded, [...(channels.get(folded) ?? none), link]);
    this.#ofRoom.set(link.room, [...this.ofRoom(link.room), link]);
  }

  #unindex(link: Link): void {
    const fold = (name: string): Folded | undefined => this.#networks.get(link.network)?.fold(name);
    const folded = fold(link.channel);
    const channels = this.#ofChannel.get(link.network);
    if (!channels || folded === undefined) return;
    const others = (channels.get(folded) ?? none).filter(({ room }) => room !== link.room);
    if (others.length === 0) channels.delete(folded);
    else channels.set(folded, others);
    const rest = this.ofRoom(link.room).filter(
      (other) => other.network !== link.network || fold(other.channel) !== folded,
    );
    if (rest.length === 0) this.#ofRoom.delete(link.room);
    else this.#ofRoom.set(link.room, rest);
  }

  /** Under a new CASEMAPPING the same names may be other keys. */
  #rekey(network: NetworkName): void {
    const links = this.onNetwork(network);
    const fresh = new Map<Folded, readonly Link[]>();
    this.#ofChannel.set(network, fresh);
    for (const link of links) {
      const folded = this.#networks.get(network)?.fold(link.channel);
      if (folded !== undefined) fresh.set(folded, [...(fresh.get(folded) ?? none), link]);
    }
  }
}
