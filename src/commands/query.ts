/** `!query`: opens the room of a private talk with a nick, or finds it (PM-13). */

import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Connect } from '../people/connect.js';
import { mayTalk } from '../policy/may-talk.js';
import type { OpenPmRoom } from '../rooms/pm-room.js';
import type { PmRooms } from '../rooms/pm-rooms.js';
import { type Command, usageOf } from './command.js';
import { type ConfigOf, whichNick } from './which-network.js';

export interface QueryNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold'>>;
  readonly configOf: ConfigOf;
  readonly homeserver: Pick<Homeserver, 'as' | 'domain'>;
  readonly connect: Connect;
  readonly pmRooms: Pick<PmRooms, 'find'>;
  readonly openPmRoom: OpenPmRoom;
}

const NAME = 'query';
const USAGE = '[network] <nick>';

export function makeQuery({ networks, configOf, homeserver, connect, pmRooms, openPmRoom }: QueryNeeds): Command {
  return {
    name: NAME,
    aliases: ['start-chat'],
    group: 'Channels and people',
    usage: USAGE,
    example: 'bob',
    summary: 'Opens a private chat with somebody on IRC.',
    async run(call) {
      const settled = whichNick(configOf, call);
      if (!settled.ok) return `${settled.refusal.say} ${usageOf({ name: NAME, usage: USAGE })}`;
      const { network, called, nick, used } = settled.value;
      const irc = networks.get(network);
      if (call.args.length > used || irc === undefined) return usageOf({ name: NAME, usage: USAGE });
      const { person } = call;
      const allowed = mayTalk(person, nick, configOf(network).privateMessages, irc, homeserver.domain);
      if (!allowed.ok) return allowed.refusal.say;
      const known = pmRooms.find(network, person, nick);
      if (known?.left === true) {
        await homeserver.as(known.ghost).invite(known.room, person);
        return `You are invited to your chat with ${nick} on ${called} again.`;
      }
      if (known) return `You have a chat with ${nick} on ${called}: https://matrix.to/#/${encodeURIComponent(known.room)}`;
      const client = await connect(person, network);
      const found = client.ok ? await client.value.whois(nick) : client;
      if (!found.ok) return `I could not ask ${called}. ${found.refusal.say}`;
      if (!found.value) return `Nobody is called ${nick} on ${called} now.`;
      const opened = await openPmRoom({ network, person, nick: found.value.nick });
      if (!opened.ok) return `No chat with ${nick} was opened. ${opened.refusal.say}`;
      return `You are invited to a chat with ${found.value.nick} on ${called}: accept the invitation and write there.`;
    },
  };
}
