/** The rooms of a network: mappings, portals, private messages, membership. */

import * as z from 'zod';
import {
  flag,
  listOf,
  number,
  oneOf,
  pattern,
  section,
  someText,
  text,
  textLike,
  whole,
  type Frozen,
} from './kinds.js';
import { parseRoomId } from '../model/ids.js';
import { parseChannelName } from '../model/irc-names.js';

/** A room's id, checked: type `RoomId`. */
export const roomId = text.transform((value, context) => {
  const room = parseRoomId(value);
  if (room !== undefined) return room;
  context.issues.push({ code: 'custom', message: 'must be a room id, such as !abc:example.com', input: value });
  return z.NEVER;
});

const NOT_A_CHANNEL = 'must be a channel name in quotes, such as "#help", without spaces and commas';

/** A channel's name as written, checked: type `ChannelName`. */
export const channelName = text.transform((value, context) => {
  const channel = parseChannelName(value);
  if (channel !== undefined) return channel;
  context.issues.push({ code: 'custom', message: NOT_A_CHANNEL, input: value });
  return z.NEVER;
});

const mapping = section({
  roomIds: listOf(roomId)
    .min(1, { error: 'must name at least one room' })
    .refine((rooms) => new Set(rooms).size === rooms.length, { error: 'must not name a room twice' }),
  /** The channel's key (mode +k). */
  key: textLike(/^[^\s\0,]+$/u, 'have no spaces or commas').exactOptional(),
});

/** Rooms by channel name, as written. The old form (a bare list of rooms) has been rewritten before this is asked. */
export const mappings = z.record(
  z.string().refine((name) => parseChannelName(name) !== undefined, { error: NOT_A_CHANNEL }),
  mapping,
  { error: 'must be a section of channels, each with its roomIds' },
);

/** What the configuration links (`servers.*.mappings`): channel name as written to its rooms and key. */
export type MappingsConfig = Frozen<z.output<typeof mappings>>;

export const dynamicChannels = section({
  enabled: flag.default(false),
  createAlias: flag.default(true),
  published: flag.default(true),
  useHomeserverDirectory: flag.default(false),
  joinRule: oneOf('public', 'invite').default('public'),
  federate: flag.default(true),
  roomVersion: z.preprocess((value) => (typeof value === 'number' ? String(value) : value), someText).exactOptional(),
  aliasTemplate: textLike(
    /^(?:#.*\$CHANNEL.*|\$CHANNEL)$/u,
    'start with # and hold $CHANNEL, or be just $CHANNEL',
  ).default('#irc_$SERVER_$CHANNEL'),
  whitelist: listOf(textLike(/^@/u, 'be a Matrix user id, such as @alice:example.com')).default([]),
  exclude: listOf(someText).default([]),
});

/** Portals made when somebody asks for a channel (`servers.*.dynamicChannels`). */
export type DynamicChannelsConfig = Frozen<z.output<typeof dynamicChannels>>;

export const privateMessages = section({
  enabled: flag.default(true),
  exclude: listOf(someText).default([]),
  federate: flag.default(true),
});

const ircToMatrix = section({
  initial: flag.default(false),
  incremental: flag.default(false),
  requireMatrixJoined: flag.default(false),
});
const matrixToIrc = section({ initial: flag.default(false), incremental: flag.default(false) });

export const membershipLists = section({
  enabled: flag.default(false),
  floodDelayMs: whole(0).default(10_000),
  global: section({ ircToMatrix: ircToMatrix.prefault({}), matrixToIrc: matrixToIrc.prefault({}) }).prefault({}),
  /** Rules of one room or channel; without its section the global ones count. */
  rooms: listOf(section({ room: roomId, matrixToIrc: matrixToIrc.exactOptional() })).default([]),
  channels: listOf(section({ channel: channelName, ircToMatrix: ircToMatrix.exactOptional() })).default([]),
  ignoreIdleUsersOnStartup: section({
    enabled: flag.default(false),
    idleForHours: number(0).default(720),
    exclude: pattern.exactOptional(),
  }).prefault({}),
});

/** Which joins and leaves are mirrored (`servers.*.membershipLists`); nothing of it counts unless `enabled`. */
export type MembershipListsConfig = Frozen<z.output<typeof membershipLists>>;

export const quitDebounce = section({
  enabled: flag.default(false),
  quitsPerSecond: number(0).default(5),
  delayMinMs: whole(1).default(3_600_000),
  delayMaxMs: whole(1).default(7_200_000),
});
