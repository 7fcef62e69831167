/** How a message is to be worded for one client of ours in one channel or private talk. */

import type { NetworkConfig } from '../config/network.js';
import type { MatrixHandlerConfig } from '../config/services.js';
import type { IrcNetwork, VirtualClient } from '../irc/port.js';
import type { RoomAlias, RoomId, UserId } from '../model/ids.js';
import type { ChannelName, NetworkName, Nick } from '../model/irc-names.js';
import { type RoomWays, waysOf } from '../policy/ways-of.js';
import type { Links } from '../rooms/links.js';
import { type Destination, targetOf } from './private-message.js';
import type { Relay } from './relay.js';
import type { Wording } from './wording.js';

export interface WordingNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'clientOf'>>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly form: () => MatrixHandlerConfig;
  readonly relay: Pick<Relay, 'lastNameOf'>;
  readonly links: Pick<Links, 'ofRoom'>;
  /** Which network's ghost an id is, and of which nick. */
  readonly nickOf: (user: UserId) => { readonly network: NetworkName; readonly nick: Nick } | undefined;
  readonly channelOf: (network: NetworkName, alias: string) => ChannelName | undefined;
}

/** `modes`: letters of the channel's modes, where they matter. */
export type WordingOf = (to: Destination, client: Pick<VirtualClient, 'budget'>, room: RoomWays, modes?: string) => Wording;

/** Makes `WordingOf`; cheap, since it is asked for every message. */
export function makeWordingOf(needs: WordingNeeds): WordingOf {
  return (to, client, room, modes = '') => {
    const { network } = to;
    const target = targetOf(to);
    return {
      ways: waysIn(modes, waysOf(room, needs.configOf(network), needs.form())),
      ...(modes.includes('T') ? { only: { notice: true } } : {}),
      form: needs.form(),
      budget: (how) => client.budget(target, how),
      nickOf(user) {
        const ghost = needs.nickOf(user);
        if (ghost?.network === network) return ghost.nick;
        return needs.networks.get(network)?.clientOf(user)?.nick ?? needs.relay.lastNameOf(user, network, to.room);
      },
      channelOf: (id) => channelOf(needs, network, id),
    };
  };
}

/**
 * +c refuses or takes out formatting, whatever the server (M2I-48). +T refuses notices (M2I-49). +C lets actions pass
 * (seen on InspIRCd and Ergo), and so does +S what it takes out itself, so they change nothing here.
 */
function waysIn(modes: string, ways: Wording['ways']): Wording['ways'] {
  return modes.includes('c') && ways.formatting !== 'markdown' ? { ...ways, formatting: 'plain', code: 'backticks' } : ways;
}

function channelOf({ links, channelOf: ofAlias }: WordingNeeds, network: NetworkName, id: RoomAlias | RoomId): string | undefined {
  if (id.startsWith('#')) return ofAlias(network, id);
  return links.ofRoom(id as RoomId).find((link) => link.network === network)?.channel;
}
