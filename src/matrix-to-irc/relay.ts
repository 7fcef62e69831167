/** Who speaks for whom on IRC: a person's own client, or the bot for people of other bridges (M2I-42). */

import type { NetworkConfig } from '../config/network.js';
import type { MatrixHandlerConfig } from '../config/services.js';
import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork, VirtualClient } from '../irc/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import { type Clock, within } from '../lib/clock.js';
import type { RoomId, UserId } from '../model/ids.js';
import { type NetworkName, parseNick } from '../model/irc-names.js';
import { granted, type Outcome } from '../model/refusal.js';
import { relayName } from '../naming/relay-name.js';
import type { Connect } from '../people/connect.js';
import type { Ghosts } from '../people/ghosts.js';
import { isRelayed } from '../policy/relayed.js';

export interface RelayNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'bot' | 'ownerOf'>>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly homeserver: Pick<Homeserver, 'displayName' | 'isIn'>;
  readonly ghosts: Pick<Ghosts, 'idOf'>;
  readonly connect: Connect;
  readonly clock: Clock;
}

export interface Relay {
  /** Whether the bot speaks for somebody on a network. */
  isFor(person: UserId, network: NetworkName): boolean;
  /** Who says and does what somebody says and does: waits for the connection, or says why there is none. */
  clientFor(person: UserId, network: NetworkName, room: RoomId): Promise<Outcome<VirtualClient>>;
  /** The name under which the bot speaks for somebody; asked for at most every ten minutes, in which it does not change. */
  nameOf(person: UserId, network: NetworkName, room: RoomId, way: MatrixHandlerConfig['relayName']): Promise<string>;
  /** What the bot called him last in a room, if it did. */
  lastNameOf(person: UserId, network: NetworkName, room: RoomId): string | undefined;
}

const NAME_MS = 600_000;
/** A message waits no longer for a name. */
const WAIT_MS = 5_000;

export function makeRelay(needs: RelayNeeds): Relay {
  const { networks, homeserver, clock } = needs;
  const shown = new BoundedMap<string, { readonly at: number; readonly name: string | undefined }>(1000);
  const last = new BoundedMap<string, string>(10_000);

  const displayName = async (person: UserId, room: RoomId): Promise<string | undefined> => {
    const known = shown.get(`${person} ${room}`);
    if (known && clock.elapsed() - known.at < NAME_MS) return known.name;
    const asked = homeserver.displayName(person, room).catch(() => undefined);
    const name = await within(clock, WAIT_MS, asked, () => known?.name);
    shown.set(`${person} ${room}`, { at: clock.elapsed(), name });
    return name;
  };
  /** As far as it is known: one of ours, or somebody whose ghost is in the room. */
  const isNick = (network: NetworkName, room: RoomId, name: string): boolean => {
    const nick = parseNick(name);
    if (nick === undefined) return false;
    const ghost = needs.ghosts.idOf(network, nick);
    return networks.get(network)?.ownerOf(nick) !== undefined || (ghost !== undefined && homeserver.isIn(ghost, room));
  };
  const isFor = (person: UserId, network: NetworkName): boolean => networks.has(network) && isRelayed(person, needs.configOf(network));

  return {
    isFor,
    async clientFor(person, network, room) {
      const bot = isFor(person, network) ? networks.get(network)?.bot : undefined;
      if (!bot) return needs.connect(person, network, room);
      const ready = await bot.whenReady();
      return ready.ok ? granted(bot) : ready;
    },
    async nameOf(user, network, room, way) {
      const name = relayName({
        user,
        way,
        displayName: way === 'display' ? await displayName(user, room) : undefined,
        isNick: (called) => isNick(network, room, called),
      });
      last.set(`${network} ${room} ${user}`, name);
      return name;
    },
    lastNameOf: (person, network, room) => (isFor(person, network) ? last.get(`${network} ${room} ${person}`) : undefined),
  };
}
