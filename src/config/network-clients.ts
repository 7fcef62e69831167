/** The connections of a network: how people and the bot show up on IRC, and ghosts on Matrix. */

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

const ipv6 = section({
  only: flag.default(false),
  prefix: textLike(/^[0-9a-f:]+$/iu, 'be the beginning of an IPv6 address, such as 2001:db8:85a3::').exactOptional(),
  blocks: listOf(
    section({
      homeserver: someText,
      startFrom: textLike(/^(?:[0-9a-f]{1,4}:)*[0-9a-f]{1,4}$/iu, 'be the end of an IPv6 address, such as 10:0000'),
    }),
  ).default([]),
});

/** Lines a client may send at once, and how many a second after that (CONN-13). */
const flood = section({ burst: whole(1).default(5), perSecond: number(0, true).default(1) });

export const ircClients = section({
  nickTemplate: textLike(/\$(?:DISPLAY|LOCALPART|USERID)/u, 'hold $DISPLAY, $LOCALPART or $USERID').default(
    'M-$DISPLAY',
  ),
  allowNickChanges: flag.default(false),
  /** Connections at once; 0: no limit. */
  maxClients: whole(0).default(30),
  ipv6: ipv6.prefault({}),
  /** Seconds; 0: never. */
  idleTimeout: whole(0).default(172_800),
  reconnectIntervalMs: whole(0).default(5000),
  /** 0: all at once. */
  concurrentReconnectLimit: whole(0).default(50),
  lineLimit: whole(1).default(3),
  userModes: textLike(/^\+?[a-z]*$/iu, 'be letters of user modes, such as "Ri"').default(''),
  realnameFormat: textLike(
    /^(?:mxid|reverse-mxid)$|\$(?:DISPLAY|LOCALPART|USERID)/u,
    'be mxid, reverse-mxid, or text with $DISPLAY, $LOCALPART or $USERID',
  ).default('mxid'),
  pingTimeoutMs: whole(1).default(120_000),
  pingRateMs: whole(1).default(30_000),
  kickOn: section({
    channelJoinFailure: flag.default(true),
    ircConnectionFailure: flag.default(true),
    userQuit: flag.default(true),
  }).prefault({}),
  /** `false`: no pacing at all. */
  flood: z
    .union([z.literal(false), flood], { error: 'must be false, or a section with burst and perSecond' })
    .prefault({}),
  deaf: oneOf('auto', 'off').default('auto'),
  /** Commands to NickServ by which one's own nick is got back; tried in order by who is logged in (NICK-5). */
  regainNick: listOf(textLike(/^[^\s\0:][^\r\n\0]{0,49}$/u, 'be commands of NickServ, such as REGAIN')).default(['REGAIN', 'GHOST', 'RECOVER']),
  /** Whether CTCP questions to people's connections are answered (I2M-4). */
  ctcp: oneOf('on', 'off').default('on'),
});

/** How people's connections to a network behave (`servers.*.ircClients`; units in the comments of the section). */
export type IrcClientsConfig = Frozen<z.output<typeof ircClients>>;

export const botConfig = section({
  enabled: flag.default(true),
  nick: textLike(/^[^\s\0:,!@#*?\d-][^\s\0,!@*?]*$/u, 'be a nick').default('appservicebot'),
  username: someText.default('matrixbot'),
  password: text.exactOptional(),
  joinChannelsIfNoUsers: flag.default(true),
});

/** The bot's own connection (`servers.*.botConfig`). */
export type BotConfig = Frozen<z.output<typeof botConfig>>;

export const matrixClients = section({
  userTemplate: textLike(/^@.*\$NICK/u, 'start with @ and hold $NICK').default('@$SERVER_$NICK'),
  displayName: textLike(/\$NICK/u, 'hold $NICK').default('$NICK'),
  /** Tries; -1: one try and no more, 0: without end. */
  joinAttempts: whole(-1).default(-1),
});

/** The ghosts of a network (`servers.*.matrixClients`). */
export type MatrixClientsConfig = Frozen<z.output<typeof matrixClients>>;

/** Matrix users who get no connection to the network. */
export const excludedUsers = listOf(section({ regex: pattern, kickReason: text.exactOptional() }));
