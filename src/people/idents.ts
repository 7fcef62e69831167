/** Gives each person the ident that is his for ever on a network (IDENT-1). */

import type { UserId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import type { ClientSettings } from '../model/person.js';
import { identCandidates } from '../naming/ident-name.js';
import type { PeopleStore } from '../store/port.js';

/** Gives the settings with the ident, which is kept when it was not given before. */
export type SettleIdent = (network: NetworkName, person: UserId) => Promise<ClientSettings>;

/**
 * Makes what gives a person the first ident that nobody else has on that network. One at a time: two people asking at
 * once would both find the same one free.
 */
export function makeSettleIdent(people: Pick<PeopleStore, 'settings' | 'saveSettings' | 'personOfIdent'>): SettleIdent {
  let turn: Promise<unknown> = Promise.resolve();
  const give: SettleIdent = async (network, person) => {
    const known = await people.settings(person, network);
    if (known?.ident !== undefined) return known;
    for (const ident of identCandidates(person)) {
      const owner = await people.personOfIdent(network, ident);
      if (owner !== undefined && owner !== person) continue;
      const settings = { ...known, person, network, ident };
      await people.saveSettings(settings);
      return settings;
    }
    throw new Error('ident candidates never end');
  };
  return async (network, person) => {
    const known = await people.settings(person, network);
    if (known?.ident !== undefined) return known;
    const given = turn.then(() => give(network, person));
    // Whoever asked learns of a fault; the next one's turn comes all the same.
    turn = given.catch(() => undefined);
    return given;
  };
}
