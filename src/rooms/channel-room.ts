/** The Matrix room of a channel, opened once, when it is first asked for. */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver, RoomWish } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import { type Clock, within } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { SingleFlight } from '../lib/single-flight.js';
import { isFault } from '../model/errors.js';
import { localpartOf, type RoomAlias, type RoomId } from '../model/ids.js';
import type { ChannelName, Folded } from '../model/irc-names.js';
import { granted, type Outcome, refused } from '../model/refusal.js';
import type { Links } from './links.js';

export interface ChannelRoomNeeds {
  readonly homeserver: Pick<Homeserver, 'createRoom' | 'bot' | 'setAlias' | 'resolveAlias' | 'domain'>;
  readonly links: Links;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is asked: a channel on a network, and the alias by which it was asked for. */
export interface ChannelRoomWish {
  readonly network: IrcNetwork;
  readonly config: NetworkConfig;
  readonly channel: ChannelName;
  readonly alias: RoomAlias;
}

export type OpenChannelRoom = (wish: ChannelRoomWish) => Promise<Outcome<RoomId>>;

/** The homeserver gives us 30 s for an answer; what is not settled by then is refused (RELIABILITY H12). */
const ANSWER_MS = 25_000;

/**
 * Makes `OpenChannelRoom`: gives the channel's room, and makes it if there is none. However many ask at once for a
 * channel, one JOIN and one room come of it (AS-3). The bot joins the channel first, so that a channel that refuses it
 * leaves nothing half-made; without a bot the room is made and a refusal is told to the person who speaks.
 */
export function makeOpenChannelRoom(needs: ChannelRoomNeeds): OpenChannelRoom {
  const opening = new SingleFlight<string, Outcome<RoomId>>();
  return (wish) => {
    const folded: Folded = wish.network.fold(wish.channel);
    return opening.do(`${wish.network.name} ${folded}`, async () => {
      const existing = needs.links.ofChannel(wish.network.name, wish.channel)[0];
      if (existing) return pointAlias(needs, wish.alias, existing.room);
      const followed = await within(needs.clock, ANSWER_MS, wish.network.follow(wish.channel), () =>
        refused('timed-out', `${wish.network.name} did not answer in time.`),
      );
      if (!followed.ok) {
        wish.network.unfollow(wish.channel);
        return followed;
      }
      return create(needs, wish);
    });
  };
}

/** ROOM-4: the channel has a room already, so the alias is pointed at it. */
async function pointAlias(needs: ChannelRoomNeeds, alias: RoomAlias, room: RoomId): Promise<Outcome<RoomId>> {
  try {
    await needs.homeserver.setAlias(alias, room);
  } catch (fault) {
    if (!isFault(fault, 'HOMESERVER_IN_USE')) throw fault;
  }
  return granted(room);
}

async function create(needs: ChannelRoomNeeds, wish: ChannelRoomWish): Promise<Outcome<RoomId>> {
  const room = await createOrFind(needs, wish);
  await needs.links.add({ network: wish.network.name, channel: wish.channel, room, origin: 'alias' });
  needs.log.info('channel room opened', { network: wish.network.name, channel: wish.channel, room });
  return granted(room);
}

/** An alias left from an earlier life (the link was lost, or a crash came between) is used again (RELIABILITY H9). */
async function createOrFind(needs: ChannelRoomNeeds, wish: ChannelRoomWish): Promise<RoomId> {
  try {
    return await needs.homeserver.createRoom(needs.homeserver.bot, roomWish(wish));
  } catch (fault) {
    if (!isFault(fault, 'HOMESERVER_IN_USE')) throw fault;
    const room = await needs.homeserver.resolveAlias(wish.alias);
    if (room === undefined) throw fault;
    return room;
  }
}

/** ROOM-2 and ROOM-14. The creator is not listed: from room version 12 on it must not be, and stands above all. */
function roomWish({ config, channel, alias }: ChannelRoomWish): RoomWish {
  const { joinRule, federate, roomVersion } = config.dynamicChannels;
  const state = (type: string, content: RoomWish['powerLevels'] & object) => ({ type, state_key: '', content });
  return {
    aliasLocalpart: localpartOf(alias),
    name: channel,
    preset: joinRule === 'public' ? 'public_chat' : 'private_chat',
    initialState: [
      state('m.room.join_rules', { join_rule: joinRule }),
      state('m.room.history_visibility', { history_visibility: 'joined' }),
    ],
    powerLevels: {
      users_default: 0,
      events_default: 0,
      state_default: 50,
      invite: 0,
      events: {
        'm.room.name': 100,
        'm.room.avatar': 100,
        'm.room.topic': 50,
        'm.room.canonical_alias': 100,
        'm.room.history_visibility': 100,
        'm.room.power_levels': 100,
        'm.room.encryption': 101,
        'm.call.invite': 100,
        'org.matrix.msc3401.call': 100,
      },
    },
    ...(federate ? {} : { creationContent: { 'm.federate': false } }),
    ...(roomVersion === undefined ? {} : { roomVersion }),
  };
}
