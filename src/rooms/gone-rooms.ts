/** Linked rooms that the homeserver does not have any more: unlinked, and marked so that the configuration's stay apart (H9). */

import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { SingleFlight } from '../lib/single-flight.js';
import type { Metrics } from '../metrics/port.js';
import type { RoomId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import type { GoneRoom } from '../model/link.js';
import type { RoomFateStore } from '../store/port.js';
import type { Links } from './links.js';

export interface GoneRoomsNeeds {
  readonly store: Pick<RoomFateStore, 'gone' | 'addGone' | 'removeGone'>;
  readonly homeserver: Pick<Homeserver, 'hasRoom'>;
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'unfollow'>>;
  readonly links: Links;
  readonly metrics: Pick<Metrics, 'count'>;
  readonly clock: Clock;
  readonly log: Log;
}

export class GoneRooms {
  readonly #needs: GoneRoomsNeeds;
  readonly #gone = new Map<RoomId, GoneRoom>();
  readonly #looking = new SingleFlight<RoomId, boolean>();

  constructor(needs: GoneRoomsNeeds) {
    this.#needs = needs;
  }

  async load(): Promise<void> {
    for (const each of await this.#needs.store.gone()) this.#gone.set(each.room, each);
  }

  /** Not one that was linked anew since: somebody found it again. */
  has(room: RoomId): boolean {
    return this.#gone.has(room) && this.#needs.links.ofRoom(room).length === 0;
  }

  /**
   * Asks whether a room is there at all; if not, it is unlinked, which an admin reads in the log: there is nobody left in
   * it to tell, and IRC has nothing to do with it. Gives whether it is gone. Throws what the homeserver lastingly refuses.
   */
  async look(room: RoomId): Promise<boolean> {
    return this.has(room) || this.#looking.do(room, () => this.#look(room));
  }

  async #look(room: RoomId): Promise<boolean> {
    const { links, networks, homeserver, store, clock, metrics, log } = this.#needs;
    if (await homeserver.hasRoom(room)) return false;
    const gone = { room, at: clock.now() };
    this.#gone.set(room, gone);
    const linked = links.ofRoom(room);
    const channels = linked.map(({ network, channel }) => `${channel} on ${network}`);
    const todo = linked.some(({ origin }) => origin === 'config') ? 'take the room out of the mappings' : undefined;
    log.error('linked room is gone from the homeserver, unlinked', { room, channels, ...(todo === undefined ? {} : { todo }) });
    metrics.count('bridge_rooms_gone_total');
    await store.addGone(gone);
    for (const link of linked) {
      await links.remove(link);
      if (links.ofChannel(link.network, link.channel).length === 0) networks.get(link.network)?.unfollow(link.channel);
    }
    return true;
  }

  /** Whether a room that was gone is there again, say after a homeserver's backup was put back: it may be linked again. */
  async isBack(room: RoomId): Promise<boolean> {
    if (!(await this.#needs.homeserver.hasRoom(room))) return false;
    this.#gone.delete(room);
    await this.#needs.store.removeGone(room);
    return true;
  }
}
