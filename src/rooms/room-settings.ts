/** What rooms say for themselves in `org.matrix.appservice-irc.config` (RC-3): read once, then as it changes. */

import type { Homeserver } from '../homeserver/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import { type Clock, within } from '../lib/clock.js';
import type { RoomId } from '../model/ids.js';
import type { ChannelName, NetworkName } from '../model/irc-names.js';
import type { RoomSettingsEvent } from '../model/matrix-event.js';
import { complaintsOf, readRoomWays } from '../policy/room-ways.js';
import { NO_ROOM_WAYS, type RoomWays } from '../policy/ways-of.js';

/** The state that holds them. */
export const ROOM_SETTINGS = 'org.matrix.appservice-irc.config';
/** A message waits no longer for a room's settings. */
const WAIT_MS = 2_000;
const MOST_ROOMS = 10_000;

/** Where a message goes; a private room has no channel, and no settings. */
interface Place {
  readonly room: RoomId;
  readonly network: NetworkName;
  readonly channel?: ChannelName;
}

export interface RoomSettingsNeeds {
  readonly homeserver: Pick<Homeserver, 'stateOf'>;
  readonly clock: Clock;
  /** `ircService.perRoomConfig`. */
  readonly config: () => { readonly enabled: boolean; readonly lineLimitMax?: number };
}

export class RoomSettings {
  readonly #needs: RoomSettingsNeeds;
  /** By room, then by state key; `undefined`: there is none. */
  readonly #known = new BoundedMap<RoomId, Map<string, RoomWays | undefined>>(MOST_ROOMS);

  constructor(needs: RoomSettingsNeeds) {
    this.#needs = needs;
  }

  /** The settings for a channel in a room; the key `<network> <channel>` wins over the empty one. */
  of(place: Place): RoomWays | Promise<RoomWays> {
    const { enabled } = this.#needs.config();
    if (!enabled || place.channel === undefined) return NO_ROOM_WAYS;
    const keys = [`${place.network} ${place.channel}`, ''];
    const known = this.#known.get(place.room);
    return known && keys.every((key) => known.has(key)) ? this.#read(place.room, keys) : this.#ask(place.room, keys);
  }

  /** Takes in a change. */
  changed({ room, stateKey, content }: RoomSettingsEvent): void {
    this.#known.get(room)?.set(stateKey, readRoomWays(content));
  }

  /** What is wrong with a change, a sentence for each place; nothing where rooms may not have settings of their own. */
  complaints({ content }: RoomSettingsEvent): readonly string[] {
    const { enabled, lineLimitMax } = this.#needs.config();
    return enabled ? complaintsOf(content, lineLimitMax) : [];
  }

  async #ask(room: RoomId, keys: readonly string[]): Promise<RoomWays> {
    const { homeserver, clock } = this.#needs;
    const known = this.#known.get(room) ?? new Map<string, RoomWays | undefined>();
    this.#known.set(room, known);
    const asked = Promise.all(
      keys.filter((key) => !known.has(key)).map(async (key) => {
        const content = await homeserver.stateOf(room, ROOM_SETTINGS, key);
        // A change that came while we asked is newer.
        if (!known.has(key)) known.set(key, content && readRoomWays(content));
      }),
    );
    await within(clock, WAIT_MS, asked.then(() => undefined, () => undefined), () => undefined);
    return this.#read(room, keys);
  }

  #read(room: RoomId, keys: readonly string[]): RoomWays {
    const known = this.#known.get(room);
    const [own, general] = keys.map((key) => known?.get(key));
    const ways = own && general ? { ...general, ...own } : (own ?? general ?? NO_ROOM_WAYS);
    const { lineLimitMax } = this.#needs.config();
    const { lineLimit } = ways;
    return lineLimit === undefined || lineLimitMax === undefined || lineLimit <= lineLimitMax ? ways : { ...ways, lineLimit: lineLimitMax };
  }
}
