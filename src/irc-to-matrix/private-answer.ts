/** Tells somebody on IRC what became of a private line, by a NOTICE of the client to which it was said. */

import type { IrcNetwork } from '../irc/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';
import { type Log, requestOf } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { PrivateMessage } from '../model/irc-event.js';
import type { NetworkName } from '../model/irc-names.js';

export interface AnswerNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'bot' | 'clientOf' | 'fold' | 'ownerOf'>>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Answers once an hour at most for a person, client and topic. Resolves when that is done or cannot be; never throws. */
export type Answer = (line: PrivateMessage, topic: string, text: string) => Promise<void>;

const HOUR_MS = 3_600_000;

/** Makes `Answer`. A NOTICE is never answered (RFC 2812 §3.3.2), nor a server, nor a client of ours (INV-1). */
export function makeAnswer(needs: AnswerNeeds): Answer {
  const told = new BoundedMap<string, number>(10_000);
  return async (line, topic, text) => {
    const network = needs.networks.get(line.network);
    if (!network || line.how === 'notice' || !line.fromUser || network.ownerOf(line.from.nick) !== undefined) return;
    const key = `${line.network} ${line.to.owner} ${network.fold(line.from.nick)} ${topic}`;
    const now = needs.clock.elapsed();
    const last = told.get(key);
    if (last !== undefined && now - last < HOUR_MS) return;
    told.set(key, now);
    const client = line.to.owner === 'bot' ? network.bot : (network.clientOf(line.to.owner) ?? network.bot);
    try {
      const outcome = await client.say(line.from.nick, { how: 'notice', lines: [text] });
      if (outcome.ok) return;
      needs.log.warn('author not told', { request: requestOf(line), network: line.network, why: outcome.refusal.say });
    } catch (fault) {
      needs.log.error('author not told', { request: requestOf(line), network: line.network, why: faultText(fault) });
    }
    // Not heard: the next line tries again.
    told.delete(key);
  };
}
