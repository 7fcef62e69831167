/** `!nick`: shows or changes one's nick; the wish is kept for ever (CMD-10, NICK-7). */

import type { IrcNetwork } from '../irc/port.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Rename } from '../people/rename.js';
import { type Call, type Command, usageOf } from './command.js';
import { calledOf, type ConfigOf, networkNamed } from './which-network.js';

export interface NickNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'clientOf'>>;
  readonly configOf: ConfigOf;
  readonly rename: Rename;
}

const NAME = 'nick';
const USAGE = '[network] <new nick>';

export function makeNick({ networks, configOf, rename }: NickNeeds): Command {
  const present = ({ person, networks: names }: Call): string =>
    names
      .map((name) => {
        const nick = networks.get(name)?.clientOf(person)?.nick;
        const called = calledOf(configOf, name);
        return nick === undefined ? `You are not connected to ${called}.` : `You are ${nick} on ${called}.`;
      })
      .join('\n');
  const change = async ({ person }: Call, name: NetworkName, wish: string): Promise<string> => {
    const called = calledOf(configOf, name);
    const outcome = await rename.asWished(person, name, wish);
    if (!outcome.ok) return `Your nick on ${called} was not changed. ${outcome.refusal.say}`;
    const { before, now } = outcome.value;
    return before === now
      ? `You are ${now} on ${called} already. I keep that as your wish.`
      : `Your nick on ${called} was ${before} and is ${now} now. I keep it for you.`;
  };
  return {
    name: NAME,
    group: 'Your connection',
    usage: USAGE,
    example: 'Oolong',
    summary: 'Changes your nick on IRC, or shows it.',
    inRooms: true,
    async run(call) {
      const named = networkNamed(configOf, call.networks, call.args[0] ?? '');
      const [wish, ...more] = named === undefined ? call.args : call.args.slice(1);
      const about = named === undefined ? call.networks : [named];
      const usage = usageOf({ name: NAME, usage: USAGE });
      if (wish === undefined) return `${present({ ...call, networks: about })}\n${usage}`;
      if (more.length > 0) return `A nick is one word. ${usage}\n${present(call)}`;
      return (await Promise.all(about.map((name) => change(call, name, wish)))).join('\n');
    },
  };
}
