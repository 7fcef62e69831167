/** Gives each person an IPv6 address that is his for ever on a network, where the configuration has a prefix (IP-1). */

import type { NetworkConfig } from '../config/network.js';
import type { Log } from '../lib/log.js';
import { SingleFlight } from '../lib/single-flight.js';
import { domainOf, type UserId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import type { ClientSettings } from '../model/person.js';
import { ipv6Address } from '../naming/ipv6.js';
import type { CounterStore, PeopleStore } from '../store/port.js';
import type { SettleIdent } from './idents.js';

export interface OwnAddressNeeds {
  readonly people: Pick<PeopleStore, 'settings' | 'saveSettings'>;
  readonly counters: CounterStore;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly log: Log;
}

/**
 * Makes of what settles the ident what settles the address too, both kept when they were not given before. Numbers only
 * grow, so that of somebody forgotten the address is never anybody's again. People of a block count from its beginning
 * (IP-2); whoever has an address keeps it, whatever is configured later.
 */
export function withOwnAddress(settleIdent: SettleIdent, { people, counters, configOf, log }: OwnAddressNeeds): SettleIdent {
  const flights = new SingleFlight<string, ClientSettings>();
  const give = async (network: NetworkName, person: UserId, prefix: string): Promise<ClientSettings> => {
    const homeserver = domainOf(person);
    const block = configOf(network).ircClients.ipv6.blocks.find((each) => each.homeserver === homeserver);
    const number = await counters.next(network, block ? homeserver : '*');
    const ipv6 = ipv6Address(prefix, number, block);
    const settings = { ...(await people.settings(person, network)), person, network, ipv6 };
    await people.saveSettings(settings);
    log.info('IPv6 address given', { person, network, ipv6 });
    return settings;
  };
  return async (network, person) => {
    const settings = await settleIdent(network, person);
    const { prefix } = configOf(network).ircClients.ipv6;
    if (prefix === undefined || settings.ipv6 !== undefined) return settings;
    return flights.do(`${network} ${person}`, async () => {
      const now = await people.settings(person, network);
      return now?.ipv6 === undefined ? give(network, person, prefix) : now;
    });
  };
}
