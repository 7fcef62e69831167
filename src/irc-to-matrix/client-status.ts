/** A connection of ours was made, lost or refused: said in the log. */

import type { Log } from '../lib/log.js';
import type { IrcEventOf } from '../model/irc-event.js';

export interface ClientStatusNeeds {
  readonly log: Log;
}

/** Makes the reporter of connections. A refused bot is an operator's business (LIFE-3), a person's is his own. */
export function makeClientStatus({ log }: ClientStatusNeeds): (event: IrcEventOf<'clientStatus'>) => void {
  return ({ client, status, nick, why }) => {
    const fields = { network: client.network, owner: client.owner, nick, reason: why?.reason, why: why?.say };
    if (status === 'refused' && client.owner === 'bot') log.error('bot refused by network', fields);
    else if (status === 'lost' || status === 'refused') log.warn(`client ${status}`, fields);
    else log.info(`client ${status}`, fields);
  };
}
