/** Gives each person the ident that is his for ever on a network (IDENT-1). */

import { SingleFlight } from '../lib/single-flight.js';
import type { UserId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import type { ClientSettings } from '../model/person.js';
import { identCandidates } from '../naming/ident-name.js';
import type { PeopleStore } from '../store/port.js';

/** Gives the settings with the ident, which is kept when it was not given before. */
export type SettleIdent = (network: NetworkName, person: UserId) => Promise<ClientSettings>;

/**
 * Makes what gives a person the first ident that nobody else has on that network. Whoever asks first has an ident to
 * himself while the store is asked and written: two people at once would both find the same one free, and hundreds that
 * come at a start must not wait for each other.
 */
export function makeSettleIdent(people: Pick<PeopleStore, 'settings' | 'saveSettings' | 'personOfIdent'>): SettleIdent {
  /** Idents that are just being given, each with its network. */
  const asked = new Set<string>();
  const flights = new SingleFlight<string, ClientSettings>();
  const give: SettleIdent = async (network, person) => {
    const known = await people.settings(person, network);
    if (known?.ident !== undefined) return known;
    for (const ident of identCandidates(person)) {
      const key = `${network} ${ident}`;
      if (asked.has(key)) continue;
      asked.add(key);
      try {
        const owner = await people.personOfIdent(network, ident);
        if (owner !== undefined && owner !== person) continue;
        const settings = { ...(await people.settings(person, network)), person, network, ident };
        await people.saveSettings(settings);
        return settings;
      } finally {
        asked.delete(key);
      }
    }
    throw new Error('ident candidates never end');
  };
  // One person asked for twice must not have two.
  return (network, person) => flights.do(`${network} ${person}`, () => give(network, person));
}
