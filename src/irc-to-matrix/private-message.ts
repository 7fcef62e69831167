/** A line said to a virtual client or to the bot: not carried yet, so its author is told, at most hourly. */

import type { IrcNetwork } from '../irc/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';
import type { IrcEventOf } from '../model/irc-event.js';
import type { NetworkName } from '../model/irc-names.js';

export interface PrivateMessageNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'bot' | 'clientOf' | 'ownerOf' | 'fold'>>;
  readonly clock: Clock;
}

const HOUR_MS = 3_600_000;

/**
 * Makes the answerer. Only what a person says is answered: a NOTICE must never be (RFC 2812 §3.3.2), nor a server, nor a
 * client of ours (INV-1).
 */
export function makePrivateMessage(needs: PrivateMessageNeeds): (event: IrcEventOf<'privateMessage'>) => Promise<void> {
  const told = new BoundedMap<string, number>(10_000);
  return async (event) => {
    const network = needs.networks.get(event.network);
    if (!network || event.how === 'notice' || !event.fromUser) return;
    if (network.ownerOf(event.from.nick) !== undefined) return;
    const key = `${event.network} ${event.to.owner} ${network.fold(event.from.nick)}`;
    const now = needs.clock.elapsed();
    const last = told.get(key);
    if (last !== undefined && now - last < HOUR_MS) return;
    told.set(key, now);
    const client = event.to.owner === 'bot' ? network.bot : network.clientOf(event.to.owner);
    const text =
      event.to.owner === 'bot'
        ? 'I am a bridge to Matrix. I carry what is said in channels; I do not take commands here.'
        : 'Your message was not delivered: I am on Matrix, and this bridge carries channels, not private messages.';
    const outcome = await client?.say(event.from.nick, { how: 'notice', lines: [text] });
    // Not told, so the next line is answered.
    if (!outcome?.ok) told.delete(key);
  };
}
