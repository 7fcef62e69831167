/** The nick of a person's client: as he wishes, or as his display name goes (NICK-7, NICK-8). */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import type { Log } from '../lib/log.js';
import { SingleFlight } from '../lib/single-flight.js';
import type { UserId } from '../model/ids.js';
import type { NetworkName, Nick } from '../model/irc-names.js';
import { granted, type Outcome, refused } from '../model/refusal.js';
import { readNick, wishNick } from '../naming/nick.js';
import type { PeopleStore } from '../store/port.js';
import type { Connect } from './connect.js';

export interface RenameNeeds {
  readonly networks: ReadonlyMap<NetworkName, IrcNetwork>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly homeserver: Pick<Homeserver, 'displayName'>;
  readonly people: Pick<PeopleStore, 'settings' | 'saveSettings'>;
  readonly connect: Connect;
  readonly log: Log;
}

/** What came of a wish: the nick before and now. */
export interface Renamed {
  readonly before: Nick;
  readonly now: Nick;
}

export interface Rename {
  /** A person wishes a nick: connects if need be, asks the server, and keeps the wish once it is granted. */
  asWished(person: UserId, network: NetworkName, wish: string): Promise<Outcome<Renamed>>;
  /** A person's display name in a room is this now: his nick follows where it may. */
  asDisplayed(person: UserId, network: NetworkName, shown: string | undefined): Promise<void>;
}

export function makeRename(needs: RenameNeeds): Rename {
  const following = new SingleFlight<string, void>();
  const follow = async (person: UserId, name: NetworkName, shown: string): Promise<void> => {
    const network = needs.networks.get(name);
    const client = network?.clientOf(person);
    const { ircClients } = needs.configOf(name);
    if (!network || !client || !ircClients.allowNickChanges) return;
    const settings = await needs.people.settings(person, name);
    // A name for one room alone is no name for IRC.
    if (settings?.nick !== undefined || (await needs.homeserver.displayName(person)) !== shown) return;
    const { nickTemplate: template } = ircClients;
    const nick = wishNick({ displayName: shown, userId: person, template, nickLength: network.nickLength });
    // The same change comes once for each room (NICK-8).
    if (network.fold(nick) === network.fold(client.wish)) return;
    const outcome = await client.rename(nick);
    if (outcome.ok) return;
    needs.log.info('nick not changed with display name', { person, network: name, nick, why: outcome.refusal.say });
  };
  return {
    async asWished(person, name, wish) {
      const network = needs.networks.get(name);
      if (!network) return refused('network-unreachable', `There is no network called ${name} here.`, true);
      const { ircClients, name: shownName } = needs.configOf(name);
      if (!ircClients.allowNickChanges) {
        return refused('excluded', `Nicks on ${shownName ?? name} cannot be changed on this bridge.`, true);
      }
      const read = readNick(wish, network.nickLength);
      if (!read.ok) return read;
      const client = await needs.connect(person, name);
      if (!client.ok) return client;
      const before = client.value.nick;
      const given = await client.value.rename(read.value);
      if (!given.ok) return given;
      const settings = await needs.people.settings(person, name);
      await needs.people.saveSettings({ ...settings, person, network: name, nick: given.value });
      return granted({ before, now: given.value });
    },
    async asDisplayed(person, network, shown) {
      if (shown === undefined) return;
      await following.do(`${network} ${person}`, () => follow(person, network, shown));
    },
  };
}
