/** The Matrix room of a channel, opened once, when it is first asked for. */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver, RoomWish } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import { type Clock, within } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { SingleFlight } from '../lib/single-flight.js';
import { isFault } from '../model/errors.js';
import { localpartOf, type RoomAlias, type RoomId, type UserId } from '../model/ids.js';
import type { ChannelName, Folded } from '../model/irc-names.js';
import { granted, type Outcome, refused } from '../model/refusal.js';
import type { LinkOrigin } from '../model/link.js';
import type { BridgeInfo } from './bridge-info.js';
import type { Links } from './links.js';

export interface ChannelRoomNeeds {
  readonly homeserver: Pick<Homeserver, 'createRoom' | 'bot' | 'setAlias' | 'resolveAlias' | 'domain'>;
  readonly links: Links;
  readonly bridgeInfo: Pick<BridgeInfo, 'stateOf'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is asked: a channel on a network, and the alias by which it was asked for, if it was or is to have one. */
export interface ChannelRoomWish {
  readonly network: IrcNetwork;
  readonly config: NetworkConfig;
  readonly channel: ChannelName;
  readonly alias?: RoomAlias;
  /** The channel's key. */
  readonly key?: string;
  /** Who is invited into a room that is made. */
  readonly invite?: readonly UserId[];
  /** `alias` unless given. */
  readonly origin?: LinkOrigin;
}

export type OpenChannelRoom = (wish: ChannelRoomWish) => Promise<Outcome<RoomId>>;

/** What IRC gets to answer. */
const FOLLOW_MS = 25_000;
/** The homeserver gives us 30 s in all; what takes longer is refused (RELIABILITY H12), and may end well later. */
const ANSWER_MS = 28_000;

/**
 * Makes `OpenChannelRoom`: gives the channel's room, and makes it if there is none. However many ask at once for a
 * channel, one JOIN and one room come of it (AS-3). The bot joins the channel first, so that a channel that refuses it
 * leaves nothing half-made; without a bot the room is made and a refusal is told to the person who speaks.
 * Settles within 28 s. Throws what the homeserver lastingly refuses.
 */
export function makeOpenChannelRoom(needs: ChannelRoomNeeds): OpenChannelRoom {
  const opening = new SingleFlight<string, Outcome<Opened>>();
  const answer = async (wish: ChannelRoomWish): Promise<Outcome<RoomId>> => {
    const folded: Folded = wish.network.fold(wish.channel);
    const opened = await opening.do(`${wish.network.name} ${folded}`, () => open(needs, wish));
    if (!opened.ok) return opened;
    // Another alias of the channel may have been asked for, now or earlier.
    const { room, alias } = opened.value;
    if (wish.alias !== undefined && alias !== wish.alias) await pointAlias(needs, wish.alias, room);
    return granted(room);
  };
  return (wish) => within(needs.clock, ANSWER_MS, answer(wish), () => late(wish));
}

/** The channel's room; `alias` when it was made with one just now. */
interface Opened {
  readonly room: RoomId;
  readonly alias?: RoomAlias;
}

function late({ network }: ChannelRoomWish): ReturnType<typeof refused> {
  return refused('timed-out', `${network.name} did not answer in time.`);
}

async function open(needs: ChannelRoomNeeds, wish: ChannelRoomWish): Promise<Outcome<Opened>> {
  const linked = (): RoomId | undefined => needs.links.ofChannel(wish.network.name, wish.channel)[0]?.room;
  const existing = linked();
  if (existing !== undefined) return granted({ room: existing });
  try {
    const follow = wish.network.follow(wish.channel, wish.key);
    const followed = await within(needs.clock, FOLLOW_MS, follow, () => late(wish));
    return followed.ok ? await create(needs, wish) : followed;
  } finally {
    // Without a room there is nobody to hear it for.
    if (linked() === undefined) wish.network.unfollow(wish.channel);
  }
}

/** ROOM-4: the channel has a room, so the alias is pointed at it; one that points elsewhere is left alone. */
async function pointAlias(needs: ChannelRoomNeeds, alias: RoomAlias, room: RoomId): Promise<void> {
  try {
    await needs.homeserver.setAlias(alias, room);
  } catch (fault) {
    if (!isFault(fault, 'HOMESERVER_IN_USE')) throw fault;
  }
}

async function create(needs: ChannelRoomNeeds, wish: ChannelRoomWish): Promise<Outcome<Opened>> {
  const room = await createOrFind(needs, wish);
  const key = wish.key === undefined ? {} : { key: wish.key };
  const { network, channel, origin = 'alias' } = wish;
  await needs.links.add({ network: network.name, channel, room, origin, ...key });
  needs.log.info('channel room opened', { network: wish.network.name, channel: wish.channel, room });
  return granted({ room, ...(wish.alias === undefined ? {} : { alias: wish.alias }) });
}

/** An alias left from an earlier life (the link was lost, or a crash came between) is used again (RELIABILITY H9). */
async function createOrFind(needs: ChannelRoomNeeds, wish: ChannelRoomWish): Promise<RoomId> {
  try {
    return await needs.homeserver.createRoom(needs.homeserver.bot, roomWish(needs, wish));
  } catch (fault) {
    if (!isFault(fault, 'HOMESERVER_IN_USE') || wish.alias === undefined) throw fault;
    const room = await needs.homeserver.resolveAlias(wish.alias);
    if (room === undefined) throw fault;
    // A room that the bot cannot be in would hear nothing.
    await needs.homeserver.bot.join(room);
    return room;
  }
}

/** ROOM-2 and ROOM-14. The creator is not listed: from room version 12 on it must not be, and stands above all. */
function roomWish({ bridgeInfo }: ChannelRoomNeeds, { network, config, channel, alias, invite }: ChannelRoomWish): RoomWish {
  const { joinRule, federate, roomVersion } = config.dynamicChannels;
  const state = (type: string, content: RoomWish['powerLevels'] & object) => ({ type, state_key: '', content });
  return {
    ...(alias === undefined ? {} : { aliasLocalpart: localpartOf(alias) }),
    ...(invite === undefined ? {} : { invite }),
    name: channel,
    preset: joinRule === 'public' ? 'public_chat' : 'private_chat',
    initialState: [
      state('m.room.join_rules', { join_rule: joinRule }),
      state('m.room.history_visibility', { history_visibility: 'joined' }),
      ...bridgeInfo.stateOf({ network: network.name, target: channel }),
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
