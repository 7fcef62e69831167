/** A connection of ours was made, lost or refused: said in the log, and to the person whose it is (CONN-9). */

import type { NetworkConfig } from '../config/network.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { Log } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { IrcEventOf } from '../model/irc-event.js';
import type { NetworkName } from '../model/irc-names.js';
import type { TellPerson } from '../rooms/admin-room.js';

export interface ClientStatusNeeds {
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly tellPerson: TellPerson;
  readonly log: Log;
}

type StatusEvent = IrcEventOf<'clientStatus'>;

/** Makes the reporter of connections. A refused bot is an operator's business (LIFE-3), a person's is his own. */
export function makeClientStatus(needs: ClientStatusNeeds): (event: StatusEvent) => Promise<void> {
  const { log, configOf, tellPerson } = needs;
  /** What was told last: each failed try to come back is a loss again, and one telling is enough. */
  const told = new BoundedMap<string, StatusEvent['status']>(20_000);
  let count = 0;
  return async (event) => {
    const { client, status, nick, why } = event;
    const fields = { network: client.network, owner: client.owner, nick, reason: why?.reason, why: why?.say };
    if (status === 'refused' && client.owner === 'bot') log.error('bot refused by network', fields);
    else if (status === 'lost' || status === 'refused') log.warn(`client ${status}`, fields);
    else log.info(`client ${status}`, fields);

    const config = configOf(client.network);
    const name = config.name ?? client.network;
    const text = textOf(event, name);
    if (client.owner === 'bot' || text === undefined || !config.sendConnectionMessages) return;
    const key = `${client.network} ${client.owner}`;
    if (told.get(key) === status) return;
    told.set(key, status);
    try {
      await tellPerson(client.owner, { text, txnId: `status.${event.at}.${count++}`, openFor: name });
    } catch (fault) {
      log.warn('person not told of connection', { owner: client.owner, why: faultText(fault) });
    }
  };
}

function textOf({ status, nick, why }: StatusEvent, network: string): string | undefined {
  const reason = why?.say ?? '';
  switch (status) {
    case 'ready':
      return `You are connected to ${network} as ${nick ?? 'somebody'}.`;
    case 'lost':
      return `You are not connected to ${network} now. ${reason} I try again by myself; what you say meanwhile waits.`;
    case 'refused':
      return `${network} does not let you in. ${reason} I do not try again by myself: send !reconnect when it may.`;
    case 'connecting':
    case 'ended':
      // The first says too little, the second was asked for.
      return undefined;
  }
}
