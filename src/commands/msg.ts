/** `!msg`: says something to a nick; what he answers comes into a room of its own (PM-13). */

import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Connect } from '../people/connect.js';
import { mayTalk } from '../policy/may-talk.js';
import type { TellPerson } from '../rooms/admin-room.js';
import { plainToIrc } from '../text/plain-to-irc.js';
import { splitLines } from '../text/split.js';
import { type Command, usageOf } from './command.js';
import { type ConfigOf, whichNick } from './which-network.js';

export interface MsgNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold'>>;
  readonly configOf: ConfigOf;
  readonly homeserver: Pick<Homeserver, 'domain'>;
  readonly connect: Connect;
  readonly tellPerson: TellPerson;
  readonly clock: Clock;
  readonly log: Log;
}

const NAME = 'msg';
const USAGE = '[network] <nick> <text>';

export function makeMsg({ networks, configOf, homeserver, connect, tellPerson, clock, log }: MsgNeeds): Command {
  let count = 0;
  return {
    name: NAME,
    group: 'Channels and people',
    usage: USAGE,
    example: 'bob Is the kettle on?',
    summary: 'Says something to somebody on IRC in private.',
    async run(call) {
      const settled = whichNick(configOf, call);
      if (!settled.ok) return `${settled.refusal.say} ${usageOf({ name: NAME, usage: USAGE })}`;
      const { network, called, nick, used } = settled.value;
      const text = plainToIrc(call.behind(used));
      const irc = networks.get(network);
      if (text === '' || irc === undefined) return usageOf({ name: NAME, usage: USAGE });
      const { person } = call;
      const allowed = mayTalk(person, nick, configOf(network).privateMessages, irc, homeserver.domain);
      if (!allowed.ok) return allowed.refusal.say;
      const client = await connect(person, network);
      if (!client.ok) return `You are not connected to ${called}. ${client.refusal.say}`;
      const found = await client.value.whois(nick);
      if (found.ok && found.value === undefined) return `Nobody is called ${nick} on ${called} now. Nothing was said.`;
      // The server may say no a while after it was said, when this order has long been answered.
      const refused = (why: string): void => {
        const notice = { text: `What you said to ${nick} on ${called} did not reach them. ${why}`, txnId: `msg.${clock.now()}.${count++}` };
        tellPerson(person, notice).catch((fault: unknown) => log.warn('person not told of message', { request: call.request, person, why: faultText(fault) }));
      };
      const lines = splitLines(text, client.value.budget(nick, 'say'));
      const said = await client.value.say(nick, { how: 'say', lines }, { from: 0, said: () => undefined, refused: ({ say }) => refused(say) });
      if (!said.ok) return `It was not said to ${nick}. ${said.refusal.say}`;
      const away = found.ok ? found.value?.away : undefined;
      return `Said to ${nick} on ${called}${away === undefined ? '' : `, who is away (${away})`}. An answer comes into a room of its own.`;
    },
  };
}
