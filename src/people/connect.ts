/** A Matrix user as a virtual client: allowed, named, connected once. */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver } from '../homeserver/port.js';
import type { ClientWish, IrcNetwork, VirtualClient } from '../irc/port.js';
import { SingleFlight } from '../lib/single-flight.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import { type Outcome, refused } from '../model/refusal.js';
import { wishNick } from '../naming/nick.js';
import { realname } from '../naming/realname.js';
import { mayConnect } from '../policy/may-connect.js';
import type { PeopleStore } from '../store/port.js';
import { type Accounts, AWAY } from './accounts.js';
import type { SettleIdent } from './idents.js';

export interface ConnectNeeds {
  readonly networks: ReadonlyMap<NetworkName, IrcNetwork>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly homeserver: Pick<Homeserver, 'displayName'>;
  readonly people: Pick<PeopleStore, 'record'>;
  readonly settleIdent: SettleIdent;
  /** Who was disconnected by a logout is not brought back unasked, and then under the nick of before. */
  readonly accounts: Pick<Accounts, 'isSuspended' | 'isAway' | 'returned' | 'nickOf'>;
}

/**
 * Gives a person's client on a network, making and connecting it if there is none.
 * @param room the room whose display name of the person is used for a first nick; without one the person himself asked
 * @param calm nobody waits for it: those who have something to say go first, and who has logged out stays away
 */
export type Connect = (person: UserId, network: NetworkName, room?: RoomId, calm?: 'calm') => Promise<Outcome<VirtualClient>>;

/** Makes `Connect`. Concurrent calls for one person and network share one attempt (CONN-1). */
export function makeConnect(needs: ConnectNeeds): Connect {
  const attempts = new SingleFlight<string, Outcome<VirtualClient>>();
  return async (person, networkName, room, calm) => {
    const network = needs.networks.get(networkName);
    if (!network) return refused('network-unreachable', `There is no network called ${networkName} here.`, true);
    const client = network.clientOf(person);
    if (client?.status === 'ready') return { ok: true, value: client };
    if (calm && needs.accounts.isSuspended(person)) return refused('logged-out', 'You are logged out everywhere.');
    return attempts.do(`${networkName} ${person} ${calm ?? ''}`, async () => {
      const allowed = async (): Promise<Outcome> =>
        mayConnect(person, needs.configOf(networkName), await needs.people.record(person));
      const before = await allowed();
      if (!before.ok) return before;
      const wish = await wishOf(needs, network, person, room, calm !== undefined);
      // The account may have been closed while the wish was made.
      const now = await allowed();
      if (!now.ok) return now;
      const connecting = network.connect(person, calm === undefined ? wish : { ...wish, calm: true });
      if (needs.accounts.isAway(person)) network.clientOf(person)?.setAway(AWAY);
      if (calm === undefined) needs.accounts.returned(person);
      return connecting;
    });
  };
}

async function wishOf(
  needs: ConnectNeeds,
  network: IrcNetwork,
  person: UserId,
  room: RoomId | undefined,
  calm: boolean,
): Promise<ClientWish> {
  const config = needs.configOf(network.name);
  const settings = await needs.settleIdent(network.name, person);
  const wished = settings.nick ?? needs.accounts.nickOf(person, network.name);
  const { nickTemplate, realnameFormat } = config.ircClients;
  const shown = wished === undefined || realnameFormat.includes('$DISPLAY');
  const displayName = shown ? await needs.homeserver.displayName(person, room) : undefined;
  return {
    nick: wishNick({
      wish: wished,
      displayName,
      userId: person,
      template: nickTemplate,
      nickLength: network.nickLength,
    }),
    ident: settings.ident ?? '',
    realname: realname(person, realnameFormat, displayName),
    // Without a room it is no message that wants to get out, but the person himself.
    ...(room === undefined && !calm ? { asked: true } : {}),
    // An address of a prefix that was taken away is not used (IP-1).
    ...(config.ircClients.ipv6.prefix === undefined || settings.ipv6 === undefined ? {} : { localAddress: settings.ipv6 }),
    ...(config.password === undefined ? {} : { password: config.password }),
  };
}
