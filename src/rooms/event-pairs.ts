/** Which event is which message on IRC, as both directions ask it (DB-10, CAP-2). */

import type { IrcNetwork } from '../irc/port.js';
import { type EventPair, reactionKey, shortHash } from '../model/event-pair.js';
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
    const same = (await this.#store.ofMsgid(network, msgid)).filter((pair) => this.#fold(network, pair.target) === this.#fold(network, target));
    return same.filter((pair, at) => same.findIndex(({ room }) => room === pair.room) === at);
  }

  /** What an event is on IRC in a place: one message, or each of its lines, the first first. */
  async ofEvent(event: EventId, room: RoomId, network: NetworkName, target: string): Promise<readonly EventPair[]> {
    const folded = this.#fold(network, target);
    const pairs = await this.#store.ofEvent(event);
    return pairs.filter((pair) => pair.room === room && pair.network === network && this.#fold(network, pair.target) === folded);
  }

  /** By what a reaction of somebody is remembered. */
  reactionKey(network: NetworkName, nick: Nick, msgid: string, key: string): string {
    return reactionKey(this.#fold(network, nick), msgid, key);
  }

  #fold(network: NetworkName, name: string): string {
    return this.#networks.get(network)?.fold(name) ?? name;
  }
}
