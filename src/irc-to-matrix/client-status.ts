/** A connection of ours is made, lost or refused: said in the log, and once to the person whose it is (CONN-9). */

import type { NetworkConfig } from '../config/network.js';
import type { IrcNetwork } from '../irc/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock, Timer } from '../lib/clock.js';
import { type Log, requestOf } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { IrcEventOf } from '../model/irc-event.js';
import type { NetworkName } from '../model/irc-names.js';
import type { TellPerson } from '../rooms/admin-room.js';

export interface ClientStatusNeeds {
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'standingOf'>>;
  readonly tellPerson: TellPerson;
  readonly clock: Clock;
  readonly log: Log;
}

type StatusEvent = IrcEventOf<'clientStatus'>;

/** Connecting is told of only when it takes so long: mostly the next word is that it is done. */
const SLOW_MS = 10_000;
/** What modes the server has given is known by then, and a connection that is lost again at once is not told as made. */
const SETTLE_MS = 2_000;

/** Of one person's connection: what was told last, and what is told soon. */
interface Told {
  last?: StatusEvent['status'];
  soon?: Timer;
}

/** Makes the reporter of connections. A refused bot is an operator's business (LIFE-3), a person's is his own. */
export function makeClientStatus(needs: ClientStatusNeeds): (event: StatusEvent) => Promise<void> {
  const { log, clock, configOf, networks, tellPerson } = needs;
  /** Each failed try to come back is a loss again, and one telling is enough. */
  const told = new BoundedMap<string, Told>(20_000);
  let count = 0;

  const tell = async (event: StatusEvent, before: Told): Promise<void> => {
    const { client, status, at } = event;
    const config = configOf(client.network);
    if (client.owner === 'bot' || before.last === status || !config.sendConnectionMessages) return;
    before.last = status;
    const name = config.name ?? client.network;
    const text = textOf(event, name, networks.get(client.network)?.standingOf(client.owner));
    try {
      await tellPerson(client.owner, { text, txnId: `status.${at}.${count++}`, openFor: name });
    } catch (fault) {
      log.warn('person not told of connection', { request: requestOf(event), owner: client.owner, why: faultText(fault) });
    }
  };

  return async (event) => {
    const { client, status, nick, why } = event;
    const fields = { request: requestOf(event), network: client.network, owner: client.owner, nick, reason: why?.reason, why: why?.say };
    if (status === 'refused' && client.owner === 'bot') log.error('bot refused by network', fields);
    else if (status === 'lost' || status === 'refused') log.warn(`client ${status}`, fields);
    else log.info(`client ${status}`, fields);
    if (client.owner === 'bot') return;

    const key = `${client.network} ${client.owner}`;
    const state: Told = told.get(key) ?? {};
    told.set(key, state);
    state.soon?.end();
    const soon = (ms: number): void => {
      state.soon = clock.after(ms, () => void tell(event, state));
    };
    if (status === 'ready') soon(SETTLE_MS);
    // That it is tried again stands in what was told of the loss; that it ended was asked for.
    else if (status === 'connecting' && state.last !== 'lost') soon(SLOW_MS);
    else if (status === 'lost' || status === 'refused') await tell(event, state);
  };
}

function textOf({ status, nick, why }: StatusEvent, network: string, standing: ReturnType<IrcNetwork['standingOf']>): string {
  const reason = why?.say ?? '';
  switch (status) {
    case 'connecting':
      return `I am connecting you to ${network} as ${nick ?? 'somebody'}. It takes a while; what you say meanwhile waits.`;
    case 'ready': {
      const { modes = '', account } = standing ?? {};
      const as = [nick ?? 'somebody', ...(modes === '' ? [] : [`with modes +${modes}`]), ...(account === undefined ? [] : [`logged in as ${account}`])];
      return `You are connected to ${network} as ${as.join(', ')}.`;
    }
    case 'lost':
      return `You are not connected to ${network} now. ${reason} I try again by myself; what you say meanwhile waits.`;
    case 'refused':
      return `${network} does not let you in. ${reason} I do not try again by myself: send !reconnect when it may.`;
    case 'ended':
      return `You have left ${network}.`;
  }
}
