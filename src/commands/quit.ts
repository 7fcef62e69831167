/** `!quit`: ends one's connection; it comes back with the next message or `!reconnect` (CMD-12). */

import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import type { Log } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { RoomId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Links } from '../rooms/links.js';
import type { Call, Command } from './command.js';
import { calledOf, type ConfigOf, networkNamed } from './which-network.js';

export interface QuitNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'clientOf'>>;
  readonly configOf: ConfigOf;
  readonly links: Links;
  readonly homeserver: Pick<Homeserver, 'bot'>;
  readonly log: Log;
}

export function makeQuit({ networks, configOf, links, homeserver, log }: QuitNeeds): Command {
  /** The rooms of the channels he was in: who has left IRC cannot be heard there (`kickOn.userQuit`). */
  const kick = async ({ person, request }: Call, rooms: ReadonlySet<RoomId>): Promise<void> => {
    for (const room of rooms) {
      try {
        await homeserver.bot.kick(room, person, 'You left IRC by !quit');
      } catch (fault) {
        log.info('person not kicked after quitting', { request, person, room, why: faultText(fault) });
      }
    }
  };
  const quit = async (call: Call, name: NetworkName): Promise<string> => {
    const { person } = call;
    const called = calledOf(configOf, name);
    const client = networks.get(name)?.clientOf(person);
    if (!client) return `You are not connected to ${called}.`;
    const rooms = client.channels.flatMap((channel) => links.ofChannel(name, channel).map(({ room }) => room));
    await client.end('Left IRC');
    if (configOf(name).ircClients.kickOn.userQuit) await kick(call, new Set(rooms));
    return `You have left ${called}. You are connected again when you next speak, or by !reconnect.`;
  };
  return {
    name: 'quit',
    group: 'Your connection',
    usage: '[network]',
    summary: 'Ends your connection to IRC.',
    async run(call) {
      const { networks: all, args } = call;
      const named = networkNamed(configOf, all, args[0] ?? '');
      if (args[0] !== undefined && named === undefined) {
        const known = all.map((name) => calledOf(configOf, name)).join(', ');
        return `There is no network ${args[0].slice(0, 60)} here. There are: ${known}.`;
      }
      const about = named === undefined ? all : [named];
      return (await Promise.all(about.map((name) => quit(call, name)))).join('\n');
    },
  };
}
