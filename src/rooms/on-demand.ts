/** A channel's rooms for somebody who sends `!join` or is invited on IRC; made when there are none (ROOM-5). */

import type { NetworkConfig } from '../config/network.js';
import type { IrcNetwork } from '../irc/port.js';
import type { RoomAlias, RoomId, UserId } from '../model/ids.js';
import type { ChannelName, NetworkName } from '../model/irc-names.js';
import { granted, type Outcome, refused } from '../model/refusal.js';
import { mayLinkByJoin } from '../policy/may-link.js';
import type { OpenChannelRoom } from './channel-room.js';
import type { Links } from './links.js';

export interface OnDemandNeeds {
  readonly networks: ReadonlyMap<NetworkName, IrcNetwork>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly links: Links;
  readonly openChannelRoom: OpenChannelRoom;
  /** The channel's alias; `undefined` when it can have none. */
  readonly aliasOf: (network: NetworkName, channel: ChannelName) => RoomAlias | undefined;
}

export interface DemandWish {
  readonly network: NetworkName;
  readonly person: UserId;
  readonly channel: string;
  readonly key?: string;
  /** A room that is made is made without an invitation: who asks for it gives one himself. */
  readonly uninvited?: true;
}

/** The channel and its rooms. `invited`: the room was made just now, with an invitation for the person. */
export interface Demanded {
  readonly channel: ChannelName;
  readonly rooms: readonly RoomId[];
  readonly invited: boolean;
}

export type OpenOnDemand = (wish: DemandWish) => Promise<Outcome<Demanded>>;

/** Makes `OpenOnDemand`; refuses what the person may not have. Throws what the homeserver lastingly refuses. */
export function makeOpenOnDemand(needs: OnDemandNeeds): OpenOnDemand {
  /** Who is opening a channel now: only he is invited with the room. */
  const opening = new Set<string>();
  return async ({ network: name, person, channel: text, key, uninvited }) => {
    const network = needs.networks.get(name);
    if (!network) return refused('network-unreachable', `There is no network called ${name} here.`, true);
    const config = needs.configOf(name);
    const allowed = mayLinkByJoin(person, text, config.dynamicChannels, network);
    if (!allowed.ok) return allowed;
    const channel = allowed.value;
    const rooms = needs.links.ofChannel(name, channel).map(({ room }) => room);
    if (rooms.length > 0) return granted({ channel, rooms, invited: false });
    const flight = `${name} ${network.fold(channel)}`;
    const first = !opening.has(flight);
    opening.add(flight);
    try {
      const alias = config.dynamicChannels.createAlias ? needs.aliasOf(name, channel) : undefined;
      const more = { ...(alias === undefined ? {} : { alias }), ...(key === undefined ? {} : { key }) };
      const made = { origin: 'join', ...(uninvited ? {} : { invite: [person] }), ...more } as const;
      const opened = await needs.openChannelRoom({ network, config, channel, ...made });
      return opened.ok ? granted({ channel, rooms: [opened.value], invited: first && uninvited === undefined }) : opened;
    } finally {
      if (first) opening.delete(flight);
    }
  };
}
