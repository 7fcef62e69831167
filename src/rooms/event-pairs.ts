/** Which event is which message on IRC, as both directions ask it (DB-10, CAP-2). */

import type { IrcNetwork } from '../irc/port.js';
import { copyKey, type EventPair, reactionKey, shortHash } from '../model/event-pair.js';
import type { EventId, RoomId } from '../model/ids.js';
import type { NetworkName, Nick } from '../model/irc-names.js';
import type { EventStore } from '../store/port.js';

/** What is to be remembered; `text` only as a hash. */
export interface NewPair extends Omit<EventPair, 'hash' | 'msgid'> {
  /** Without one there is nothing to remember. */
  readonly msgid: string | undefined;
  readonly text: string;
}

export class EventPairs {
  readonly #store: EventStore;
  readonly #networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold'>>;

  constructor(store: EventStore, networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold'>>) {
    this.#store = store;
    this.#networks = networks;
  }

  add({ msgid, text, ...pair }: NewPair): void {
    if (msgid !== undefined) this.#store.add({ ...pair, msgid, hash: shortHash(text) });
  }

  /** A message of a channel or private talk in a room: what a line there points at. */
  async inRoom(network: NetworkName, target: string, msgid: string, room: RoomId): Promise<EventPair | undefined> {
    return (await this.ofMessage(network, target, msgid)).find((pair) => pair.room === room);
  }

  /** A message of a channel or private talk, once for each of its rooms; of another place it is none (INV-6). */
  async ofMessage(network: NetworkName, target: string, msgid: string): Promise<readonly EventPair[]> {
    const said = await this.#at(network, target, msgid);
    const shown = await Promise.all(said.map(async (pair) => (await this.copiesOf(pair.event, network, target)).map((copy) => ({ ...pair, room: copy.room, event: copy.event }))));
    const same = [...said, ...shown.flat()];
    return same.filter((pair, at) => same.findIndex(({ room }) => room === pair.room) === at);
  }

  /** What an event is on IRC in a place: one message, or each of its lines, the first first. */
  async ofEvent(event: EventId, room: RoomId, network: NetworkName, target: string): Promise<readonly EventPair[]> {
    const found = (await this.#in(network, target, event)).filter((pair) => pair.room === room);
    const copies = found.filter(({ kind }) => kind === 'copy');
    // A copy is on IRC what its original is.
    const said = await Promise.all(copies.map(({ msgid }) => this.#in(network, target, msgid.slice(copyKey('' as EventId).length) as EventId)));
    return [...found.filter(({ kind }) => kind !== 'copy'), ...said.flat().filter(({ kind }) => kind === 'message').map((pair) => ({ ...pair, room, event }))];
  }

  /** Keeps that an event is shown in another room of its channel. */
  addCopy({ of, ...pair }: Omit<EventPair, 'hash' | 'msgid' | 'kind'> & { readonly of: EventId }): void {
    this.#store.add({ ...pair, kind: 'copy', msgid: copyKey(of), hash: '' });
  }

  /** The copies of an event in the other rooms of its channel, newest word for each room last. */
  copiesOf(event: EventId, network: NetworkName, target: string): Promise<readonly EventPair[]> {
    return this.#at(network, target, copyKey(event));
  }

  /** What an event of a room is in another room of the channel, as far as that is known. */
  async inOtherRoom(event: EventId, room: RoomId, other: RoomId, network: NetworkName, target: string): Promise<EventId | undefined> {
    const copy = (await this.copiesOf(event, network, target)).find((pair) => pair.room === other);
    if (copy) return copy.event;
    const [said] = (await this.ofEvent(event, room, network, target)).filter(({ kind }) => kind === 'message');
    return said && (await this.inRoom(network, target, said.msgid, other))?.event;
  }

  /** By what a reaction of somebody is remembered. */
  reactionKey(network: NetworkName, nick: Nick, msgid: string, key: string): string {
    return reactionKey(this.#fold(network, nick), msgid, key);
  }

  /** What is kept under a msgid, or what stands for one, in a place. */
  async #at(network: NetworkName, target: string, msgid: string): Promise<readonly EventPair[]> {
    const folded = this.#fold(network, target);
    return (await this.#store.ofMsgid(network, msgid)).filter((pair) => this.#fold(network, pair.target) === folded);
  }

  /** What is kept of an event in a place. */
  async #in(network: NetworkName, target: string, event: EventId): Promise<readonly EventPair[]> {
    const folded = this.#fold(network, target);
    return (await this.#store.ofEvent(event)).filter((pair) => pair.network === network && this.#fold(network, pair.target) === folded);
  }

  #fold(network: NetworkName, name: string): string {
    return this.#networks.get(network)?.fold(name) ?? name;
  }
}
