/** A Matrix user as a virtual client: allowed, named, connected once. */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver } from '../homeserver/port.js';
import type { ClientWish, IrcNetwork, VirtualClient } from '../irc/port.js';
import { SingleFlight } from '../lib/single-flight.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import type { ClientSettings } from '../model/person.js';
import { type Outcome, refused } from '../model/refusal.js';
import { identCandidates } from '../naming/ident-name.js';
import { wishNick } from '../naming/nick.js';
import { realname } from '../naming/realname.js';
import { mayConnect } from '../policy/may-connect.js';
import type { PeopleStore } from '../store/port.js';

export interface ConnectNeeds {
  readonly networks: ReadonlyMap<NetworkName, IrcNetwork>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly homeserver: Pick<Homeserver, 'displayName'>;
  readonly people: Pick<PeopleStore, 'settings' | 'saveSettings' | 'personOfIdent' | 'record'>;
}

/**
 * Gives a person's client on a network, making and connecting it if there is none.
 * @param room the room whose display name of the person is used for a first nick; without one the person himself asked
 * @param calm nobody waits for it: those who have something to say go first
 */
export type Connect = (person: UserId, network: NetworkName, room?: RoomId, calm?: 'calm') => Promise<Outcome<VirtualClient>>;

/** Makes `Connect`. Concurrent calls for one person and network share one attempt (CONN-1). */
export function makeConnect(needs: ConnectNeeds): Connect {
  const attempts = new SingleFlight<string, Outcome<VirtualClient>>();
  const giveIdent = makeGiveIdent(needs.people);
  return async (person, networkName, room, calm) => {
    const network = needs.networks.get(networkName);
    if (!network) return refused('network-unreachable', `There is no network called ${networkName} here.`, true);
    const client = network.clientOf(person);
    if (client?.status === 'ready') return { ok: true, value: client };
    return attempts.do(`${networkName} ${person} ${calm ?? ''}`, async () => {
      const allowed = mayConnect(person, needs.configOf(networkName), await needs.people.record(person));
      if (!allowed.ok) return allowed;
      const wish = await wishOf(needs, giveIdent, network, person, room);
      return network.connect(person, calm === undefined ? wish : { ...wish, calm: true });
    });
  };
}

async function wishOf(
  needs: ConnectNeeds,
  giveIdent: GiveIdent,
  network: IrcNetwork,
  person: UserId,
  room: RoomId | undefined,
): Promise<ClientWish> {
  const config = needs.configOf(network.name);
  const known = await needs.people.settings(person, network.name);
  const settings = known?.ident === undefined ? await giveIdent(network.name, person, known) : known;
  const { nickTemplate, realnameFormat } = config.ircClients;
  const shown = settings.nick === undefined || realnameFormat.includes('$DISPLAY');
  const displayName = shown ? await needs.homeserver.displayName(person, room) : undefined;
  return {
    nick: wishNick({
      wish: settings.nick,
      displayName,
      userId: person,
      template: nickTemplate,
      nickLength: network.nickLength,
    }),
    ident: settings.ident ?? '',
    realname: realname(person, realnameFormat, displayName),
    // Without a room it is no message that wants to get out, but the person himself.
    ...(room === undefined ? { asked: true } : {}),
    ...(config.password === undefined ? {} : { password: config.password }),
  };
}

type GiveIdent = (network: NetworkName, person: UserId, known: ClientSettings | undefined) => Promise<ClientSettings>;

/**
 * Makes what gives a person the first ident that nobody else has on that network, and keeps it for ever (IDENT-1). One
 * at a time: two people asking at once would both find the same one free.
 */
function makeGiveIdent(people: ConnectNeeds['people']): GiveIdent {
  let turn: Promise<unknown> = Promise.resolve();
  const give: GiveIdent = async (network, person, known) => {
    for (const ident of identCandidates(person)) {
      const owner = await people.personOfIdent(network, ident);
      if (owner !== undefined && owner !== person) continue;
      const settings = { ...known, person, network, ident };
      await people.saveSettings(settings);
      return settings;
    }
    throw new Error('ident candidates never end');
  };
  return (network, person, known) => {
    const given = turn.then(() => give(network, person, known));
    // Whoever asked learns of a fault; the next one's turn comes all the same.
    turn = given.catch(() => undefined);
    return given;
  };
}
