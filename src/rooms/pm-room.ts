/** The room of a private talk: made by the ghost when somebody on IRC begins, once however many lines come at once. */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver, RoomWish } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import { Allowance } from '../lib/allowance.js';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { SingleFlight } from '../lib/single-flight.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { NetworkName, Nick } from '../model/irc-names.js';
import type { PmRoom } from '../model/link.js';
import { granted, type Outcome, refused } from '../model/refusal.js';
import type { Ghost, Ghosts } from '../people/ghosts.js';
import type { BridgeInfo } from './bridge-info.js';
import type { PmRooms } from './pm-rooms.js';

export interface PmRoomNeeds {
  readonly homeserver: Pick<Homeserver, 'as' | 'createRoom'>;
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold'>>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly ghosts: Ghosts;
  readonly pmRooms: PmRooms;
  readonly bridgeInfo: Pick<BridgeInfo, 'stateOf'>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface PmWish {
  readonly network: NetworkName;
  readonly person: UserId;
  readonly nick: Nick;
  /** Who is charged for it, such as the address of who writes; absent: a person asked for the room himself. */
  readonly onBehalfOf?: string;
  /** A room of the talk that cannot be used any more. */
  readonly insteadOf?: RoomId;
}

export type OpenPmRoom = (wish: PmWish) => Promise<Outcome<PmRoom>>;

/** Rooms that one address on IRC, and all of a network together, may open in a minute (RELIABILITY S9). */
const MOST_EACH = 10;
const MOST_ALL = 60;
const MINUTE_MS = 60_000;

/**
 * Makes `OpenPmRoom`: the room of the talk, made when there is none (PM-1). Refused only when too many are asked for.
 * Throws what the homeserver lastingly refuses.
 */
export function makeOpenPmRoom(needs: PmRoomNeeds): OpenPmRoom {
  const opening = new SingleFlight<string, Outcome<PmRoom>>();
  const each = new Allowance(needs.clock, MOST_EACH, MINUTE_MS);
  const all = new Allowance(needs.clock, MOST_ALL, MINUTE_MS);
  const open = async (wish: PmWish): Promise<Outcome<PmRoom>> => {
    const { network, person, nick, onBehalfOf, insteadOf } = wish;
    const known = needs.pmRooms.find(network, person, nick);
    if (known && known.room !== insteadOf) return granted(known);
    if (onBehalfOf !== undefined && !(each.take(`${network} ${onBehalfOf}`) && all.take(network))) {
      needs.log.warn('private room not opened: too many in a minute', { network, nick, onBehalfOf });
      return refused('slow-down', 'Too many private talks are being opened. Try again in a minute.');
    }
    const ghost = needs.ghosts.of(network, nick);
    await needs.ghosts.ensure(ghost);
    const room = await needs.homeserver.createRoom(needs.homeserver.as(ghost.userId), roomWish(needs, wish, ghost));
    const made: PmRoom = { room, network, person, nick, ghost: ghost.userId };
    await needs.pmRooms.add(made);
    needs.log.info('private room opened', { network, person, nick, room });
    return granted(made);
  };
  return (wish) => {
    const folded = needs.networks.get(wish.network)?.fold(wish.nick) ?? wish.nick;
    return opening.do(`${wish.network} ${wish.person} ${folded}`, () => open(wish));
  };
}

/**
 * PM-1. The ghost, its creator, stands above all from room version 12 on and is listed only below it, which the edge
 * sees to. Nobody but the ghost may switch encryption on: IRC could read nothing from then on (E2E-1).
 */
function roomWish({ configOf, bridgeInfo }: PmRoomNeeds, { network, person, nick }: PmWish, { displayName }: Ghost): RoomWish {
  const config = configOf(network);
  const shown = displayName === '' ? nick : displayName;
  const initialState = bridgeInfo.stateOf({ network, target: nick });
  return {
    name: `${shown} (PM on ${config.name ?? network})`,
    isDirect: true,
    invite: [person],
    ...(initialState.length === 0 ? {} : { initialState }),
    powerLevels: {
      users: { [person]: 10 },
      users_default: 0,
      events_default: 0,
      state_default: 10,
      invite: 100,
      events: {
        'm.room.name': 10,
        'm.room.avatar': 10,
        'm.room.canonical_alias': 100,
        'm.room.history_visibility': 100,
        'm.room.power_levels': 100,
        'm.room.encryption': 100,
        'm.call.invite': 100,
        'org.matrix.msc3401.call': 100,
      },
    },
    ...(config.privateMessages.federate ? {} : { creationContent: { 'm.federate': false } }),
  };
}
