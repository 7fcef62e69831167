/** A network has given one of our people another nick, or he has his own back: told in his admin room (CONN-9, NICK-5). */

import type { NetworkConfig } from '../config/network.js';
import type { IrcNetwork } from '../irc/port.js';
import type { Clock, Timer } from '../lib/clock.js';
import { type Log, requestOf } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { UserId } from '../model/ids.js';
import type { IrcEventOf } from '../model/irc-event.js';
import type { NetworkName } from '../model/irc-names.js';
import type { TellPerson } from '../rooms/admin-room.js';

export interface OwnNickNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold' | 'ownerOf' | 'clientOf'>>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly tellPerson: TellPerson;
  readonly clock: Clock;
  readonly log: Log;
}

/** An answer to `!nick`, and a nick that comes right back, are known by then. */
const SETTLE_MS = 3_000;

/** Makes what looks after changes of our own clients' nicks; those that were asked for are no news. */
export function makeOwnNick(needs: OwnNickNeeds): (event: IrcEventOf<'nick'>) => void {
  const { clock, networks } = needs;
  /** Whose nick is looked at soon, and who was told that his is another. */
  const soon = new Map<string, Timer>();
  const forced = new Set<string>();
  let count = 0;

  const look = (person: UserId, event: IrcEventOf<'nick'>): void => {
    const { network } = event;
    const key = `${network} ${person}`;
    soon.delete(key);
    const irc = networks.get(network);
    const client = irc?.clientOf(person);
    if (!irc || client?.status !== 'ready') return void forced.delete(key);
    const config = needs.configOf(network);
    const name = config.name ?? network;
    const own = irc.fold(client.nick) === irc.fold(client.wish);
    if (own && !forced.delete(key)) return;
    if (!own) forced.add(key);
    if (!config.sendConnectionMessages) return;
    const text = own
      ? `You are ${client.nick} on ${name} again.`
      : `${name} has changed your nick to ${client.nick}. I ask for ${client.wish} again from time to time; !nick chooses another.`;
    needs.tellPerson(person, { text, txnId: `nick.${clock.now()}.${count++}`, openFor: name }).catch((fault: unknown) => {
      needs.log.warn('person not told of nick', { request: requestOf(event), owner: person, why: faultText(fault) });
    });
  };

  return (event) => {
    const { network, heardBy, to } = event;
    const { owner } = heardBy;
    if (owner === 'bot' || networks.get(network)?.ownerOf(to) !== owner) return;
    const key = `${network} ${owner}`;
    soon.get(key)?.end();
    soon.set(key, clock.after(SETTLE_MS, () => look(owner, event)));
  };
}
