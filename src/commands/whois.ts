/** `!whois`: who a nick is on IRC, or as whom a Matrix user is connected (CMD-6). */

import type { IrcNetwork, Whois } from '../irc/port.js';
import { parseUserId, type UserId } from '../model/ids.js';
import { type NetworkName, parseNick } from '../model/irc-names.js';
import type { Connect } from '../people/connect.js';
import { type Command, usageOf } from './command.js';
import { calledOf, type ConfigOf, networkNamed, whichNetwork } from './which-network.js';

export interface WhoisNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'clientOf' | 'ownerOf'>>;
  readonly configOf: ConfigOf;
  readonly connect: Connect;
}

const NAME = 'whois';
const USAGE = '[network] <nick or @user:server>';

export function makeWhois({ networks, configOf, connect }: WhoisNeeds): Command {
  /** As whom one of ours is connected. */
  const onMatrix = (user: UserId, about: readonly NetworkName[], named: NetworkName | undefined): string => {
    const where = about.flatMap((name) => {
      const nick = networks.get(name)?.clientOf(user)?.nick;
      return nick === undefined ? [] : [`${user} is ${nick} on ${calledOf(configOf, name)}.`];
    });
    const irc = named === undefined ? 'IRC' : calledOf(configOf, named);
    return where.length === 0 ? `${user} is not connected to ${irc} by this bridge.` : where.join('\n');
  };
  return {
    name: NAME,
    group: 'Channels and people',
    usage: USAGE,
    example: 'bob',
    summary: 'Shows who somebody is on IRC.',
    async run(call) {
      const named = call.args.length === 2 ? networkNamed(configOf, call.networks, call.args[0] ?? '') : undefined;
      const user = call.args.length === 1 || named !== undefined ? parseUserId(call.args.at(-1)) : undefined;
      if (user) return onMatrix(user, named === undefined ? call.networks : [named], named);
      const settled = whichNetwork(configOf, call);
      if (!settled.ok) return `${settled.refusal.say} ${usageOf({ name: NAME, usage: USAGE })}`;
      const { network, called, args } = settled.value;
      const nick = args.length === 1 ? parseNick(args[0]) : undefined;
      if (!nick) return usageOf({ name: NAME, usage: USAGE });
      const client = await connect(call.person, network);
      const found = client.ok ? await client.value.whois(nick) : client;
      if (!found.ok) return `I could not ask ${called}. ${found.refusal.say}`;
      if (!found.value) return `Nobody is called ${nick} on ${called} now.`;
      const owner = networks.get(network)?.ownerOf(found.value.nick);
      const ours = owner === undefined ? [] : [owner === 'bot' ? 'This is me, the bridge.' : `On Matrix: ${owner}`];
      return [...describe(found.value, called), ...ours].join('\n');
    },
  };
}

function describe(who: Whois, called: string): readonly string[] {
  const { nick, user, host, realname, channels, server, account, idleSecs, away } = who;
  const marks = [
    ...(who.operator ? ['is a network operator'] : []),
    ...(who.bot ? ['is a bot'] : []),
    ...(who.secure ? ['uses an encrypted connection'] : []),
  ];
  return [
    `${nick} on ${called}: ${user ?? '?'}@${host ?? '?'} (${realname ?? 'no real name'})`,
    ...(account === undefined ? [] : [`Account: ${account}`]),
    ...(channels === undefined ? [] : [`Channels: ${channels.join(' ')}`]),
    ...(server === undefined ? [] : [`Server: ${server}`]),
    ...(idleSecs === undefined ? [] : [`Silent for ${idleSecs} seconds`]),
    ...(away === undefined ? [] : [`Away: ${away}`]),
    ...(marks.length === 0 ? [] : [`${nick} ${marks.join(', ')}.`]),
  ];
}
