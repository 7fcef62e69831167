/** A login brings a person back to IRC: to where he was, or to where his rooms lead (SYN-7). */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { isFault } from '../model/errors.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { ChannelName, NetworkName } from '../model/irc-names.js';
import type { Accounts } from '../people/accounts.js';
import { standingOf } from '../policy/ledger.js';
import { mirrorsToIrc } from '../policy/mirrors.js';
import type { Links } from '../rooms/links.js';
import type { PeopleStore } from '../store/port.js';
import type { Arrive } from './arrive.js';
import { placesOf } from './places.js';

export interface ComeBackNeeds {
  readonly homeserver: Pick<Homeserver, 'joinedMembers'>;
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold' | 'clientOf'>>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly links: Links;
  readonly accounts: Accounts;
  readonly people: Pick<PeopleStore, 'record' | 'settings'>;
  readonly arrive: Arrive;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long it is remembered who is in a room. */
const MEMBERS_MS = 10_000;

/** @param everywhere to all networks, whatever was before */
export type ComeBack = (person: UserId, everywhere: boolean) => Promise<void>;

/** Makes `ComeBack`; harmless when repeated. Throws `STORE_FAULT` and `STOPPING`. */
export function makeComeBack(needs: ComeBackNeeds): ComeBack {
  const { networks, links, accounts, log } = needs;
  const membersOf = makeMembersOf(needs);
  const isIn = async (person: UserId, network: NetworkName, channel: ChannelName): Promise<boolean> => {
    for (const { room } of links.ofChannel(network, channel)) if ((await membersOf(room)).has(person)) return true;
    return false;
  };
  /** Whether he is where he should be. */
  const onNetwork = async (person: UserId, network: NetworkName, wish: Wish): Promise<boolean> => {
    const channels: ChannelName[] = [];
    for (const channel of wish.channels) if (await isIn(person, network, channel)) channels.push(channel);
    if (channels.length === 0 && !wish.anyway && !networks.get(network)?.clientOf(person)) return true;
    return needs.arrive(person, network, channels);
  };
  return async (person, everywhere) => {
    const record = await accounts.of(person);
    if (!record || standingOf(record.ledger) !== 'here') return;
    const auto = (await needs.people.record(person))?.features['autoconnect'] === true;
    const names = [...networks.keys()];
    const through = await Promise.all(names.map(async (network) => {
      const { membershipLists: lists, allowAutoProvision } = needs.configOf(network);
      const before = record.ended === undefined ? undefined : record.places.find((place) => place.network === network);
      // Rooms whose people are shown on IRC whether they speak or not.
      const mirrored = links.onNetwork(network).filter(({ room }) => mirrorsToIrc(lists, links.configured(room), 'incremental'));
      const channels = new Map([...(before?.channels ?? []), ...mirrored.map(({ channel }) => channel)].map((channel) => [networks.get(network)?.fold(channel), channel]));
      const wishes = auto && (await needs.people.settings(person, network)) !== undefined;
      const anyway = before !== undefined || wishes || (everywhere && allowAutoProvision);
      return onNetwork(person, network, { channels: [...channels.values()], anyway });
    }));
    // Where he did not get to is where the next login brings him.
    if (through.includes(false)) return;
    const isBack = await accounts.change(person, (now) => {
      // He may have gone again meanwhile.
      if (now?.ended === undefined || standingOf(now.ledger) !== 'here') return undefined;
      const { ended: _, ...rest } = now;
      return { ...rest, places: placesOf(networks, person, []) };
    });
    if (!isBack) return;
    log.info('back on IRC', { person });
  };
}

/** Who is in a room, asked once in a while however many people come back at a time; nobody where the bot is not. */
function makeMembersOf({ homeserver, clock }: ComeBackNeeds): (room: RoomId) => Promise<ReadonlySet<UserId>> {
  const known = new BoundedMap<RoomId, { readonly at: number; readonly members: Promise<ReadonlySet<UserId>> }>(1000);
  const ask = async (room: RoomId): Promise<ReadonlySet<UserId>> => {
    try {
      return new Set(await homeserver.joinedMembers(room));
    } catch (fault) {
      if (!isFault(fault, 'HOMESERVER_FORBIDDEN') && !isFault(fault, 'HOMESERVER_NOT_FOUND')) throw fault;
      return new Set();
    }
  };
  return (room) => {
    const before = known.get(room);
    if (before && clock.elapsed() - before.at < MEMBERS_MS) return before.members;
    const members = ask(room);
    known.set(room, { at: clock.elapsed(), members });
    members.catch(() => known.delete(room));
    return members;
  };
}

interface Wish {
  /** Channels to be in, as far as he is in a room of them. */
  readonly channels: readonly ChannelName[];
  /** Also when there is none. */
  readonly anyway: boolean;
}
