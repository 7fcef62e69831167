/** `!listrooms`: the channels one is in, and their rooms (CMD-11). */

import type { IrcNetwork } from '../irc/port.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Links } from '../rooms/links.js';
import { type Command, usageOf } from './command.js';
import { type ConfigOf, whichNetwork } from './which-network.js';

export interface ListRoomsNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'clientOf'>>;
  readonly configOf: ConfigOf;
  readonly links: Links;
}

const NAME = 'listrooms';
const USAGE = '[network]';
/** Channels shown; a message has its limits. */
const MOST = 200;

export function makeListRooms({ networks, configOf, links }: ListRoomsNeeds): Command {
  return {
    name: NAME,
    group: 'Your connection',
    usage: USAGE,
    summary: 'Lists the channels you are in, with their rooms.',
    async run(call) {
      const settled = whichNetwork(configOf, call);
      if (!settled.ok) return `${settled.refusal.say} ${usageOf({ name: NAME, usage: USAGE })}`;
      const { network, called } = settled.value;
      const client = networks.get(network)?.clientOf(call.person);
      if (!client) return `You are not connected to ${called}. You are when you speak, or by !reconnect.`;
      const channels = [...client.channels].sort();
      if (channels.length === 0) return `You are in no channel on ${called}. Send !join to go to one.`;
      const lines = channels.slice(0, MOST).map((channel) => {
        const linked = links.ofChannel(network, channel);
        const rooms = linked.map(({ room }) => `https://matrix.to/#/${encodeURIComponent(room)}`);
        return `${channel}: ${rooms.length === 0 ? 'no room' : rooms.join(' ')}`;
      });
      const more = channels.length > MOST ? [`and ${channels.length - MOST} more`] : [];
      return [`You are in these channels on ${called}:`, ...lines, ...more].join('\n');
    },
  };
}
