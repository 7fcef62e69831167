/** `!reconnect`: a new connection in the same channels (CMD-7). */

import type { IrcNetwork } from '../irc/port.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Connect } from '../people/connect.js';
import type { Links } from '../rooms/links.js';
import { type Command, usageOf } from './command.js';
import { type ConfigOf, whichNetwork } from './which-network.js';

export interface ReconnectNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'clientOf'>>;
  readonly configOf: ConfigOf;
  readonly connect: Connect;
  readonly links: Links;
}

const NAME = 'reconnect';
const USAGE = '[network]';

export function makeReconnect({ networks, configOf, connect, links }: ReconnectNeeds): Command {
  return {
    name: NAME,
    group: 'Your connection',
    usage: USAGE,
    summary: 'Connects you to IRC anew.',
    async run(call) {
      const settled = whichNetwork(configOf, call);
      if (!settled.ok) return `${settled.refusal.say} ${usageOf({ name: NAME, usage: USAGE })}`;
      const { network, called } = settled.value;
      const before = networks.get(network)?.clientOf(call.person);
      const channels = before?.channels ?? [];
      await before?.end('Reconnecting');
      const client = await connect(call.person, network);
      if (!client.ok) return `You are not connected to ${called}. ${client.refusal.say}`;
      const outcomes = await Promise.all(
        channels.map(async (channel) => {
          const key = links.ofChannel(network, channel).find((link) => link.key !== undefined)?.key;
          const joined = await client.value.join(channel, key === undefined ? {} : { key });
          return joined.ok ? [] : [`You did not get back into ${channel}. ${joined.refusal.say}`];
        }),
      );
      const begin = before ? 'You have a new connection' : 'You were not connected. You are connected now';
      return [`${begin} to ${called} as ${client.value.nick}.`, ...outcomes.flat()].join('\n');
    },
  };
}
