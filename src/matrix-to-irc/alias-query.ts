/** Does `#irc_...` exist? The homeserver asks when somebody joins it; the channel's room is opened then. */

import type { NetworkConfig } from '../config/network.js';
import type { IrcNetwork } from '../irc/port.js';
import { type Log, requestOf } from '../lib/log.js';
import type { RoomAlias } from '../model/ids.js';
import type { ChannelName, NetworkName } from '../model/irc-names.js';
import { mayLinkByAlias } from '../policy/may-link.js';
import type { OpenChannelRoom } from '../rooms/channel-room.js';

export interface AliasQueryNeeds {
  readonly networks: ReadonlyMap<NetworkName, IrcNetwork>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  /** Takes an alias apart by a network's template; `undefined`: it is none of that network's. */
  readonly channelOf: (network: NetworkName, alias: RoomAlias) => ChannelName | undefined;
  readonly openChannelRoom: OpenChannelRoom;
  readonly log: Log;
}

/** Makes the answer to `GET /rooms/{alias}`: true once the room is there (AS-3, ROOM-1). */
export function makeAliasQuery(needs: AliasQueryNeeds): (alias: RoomAlias, request?: object) => Promise<boolean> {
  return async (alias, request) => {
    for (const network of needs.networks.values()) {
      const channel = needs.channelOf(network.name, alias);
      if (channel === undefined) continue;
      const config = needs.configOf(network.name);
      const allowed = mayLinkByAlias(channel, config.dynamicChannels, network);
      const outcome = allowed.ok ? await needs.openChannelRoom({ network, config, channel, alias }) : allowed;
      if (outcome.ok) return true;
      const { reason, say } = outcome.refusal;
      needs.log.info('alias refused', { request: request && requestOf(request), alias, network: network.name, reason, why: say });
      return false;
    }
    return false;
  };
}
