/** The end of the grace time: the person's clients quit, or are marked away (SYN-9). */

import type { SyntheticEventsConfig } from '../config/accounts.js';
import type { IrcNetwork } from '../irc/port.js';
import type { Log } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { UserId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import { type Accounts, AWAY } from '../people/accounts.js';
import { standingOf } from '../policy/ledger.js';
import { placesOf, quitAll } from './places.js';

export interface EndNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'clientOf'>>;
  readonly accounts: Accounts;
  readonly rules: () => Pick<SyntheticEventsConfig, 'onLogout'>;
  readonly log: Log;
}

const QUIT = 'Logged out';

/**
 * Ends a person's clients unless he is back; harmless when repeated. Throws `STORE_FAULT`.
 * @param inTurn begins the QUITs when it is their turn; who has no client takes nobody's
 */
export type End = (person: UserId, inTurn: (work: () => void) => void) => Promise<void>;

/** Makes `End`. It is stored first: who is killed in between finds the person marked, and his clients gone with the process. */
export function makeEnd({ networks, accounts, rules, log }: EndNeeds): End {
  return async (person, inTurn) => {
    const { onLogout } = rules();
    if (onLogout === 'none') return;
    const ends = await accounts.change(person, (record) => {
      if (record?.endsAt === undefined || standingOf(record.ledger) !== 'gone') return undefined;
      const { endsAt: _, ...rest } = record;
      return { ...rest, ended: onLogout, places: placesOf(networks, person, record.places) };
    });
    if (!ends) return;
    log.info(onLogout === 'away' ? 'logged out everywhere, clients are away' : 'logged out everywhere, clients quit', { person });
    const clients = [...networks.values()].flatMap((network) => network.clientOf(person) ?? []);
    if (onLogout === 'away') return clients.forEach((client) => client.setAway(AWAY));
    if (clients.length === 0) return;
    inTurn(() => {
      // He may have logged in while he waited for his turn.
      if (!accounts.isSuspended(person)) return;
      quitAll(networks, person, QUIT).catch((fault: unknown) => log.error('clients not ended', { person, why: faultText(fault) }));
    });
  };
}
