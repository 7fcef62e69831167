/** The sections of `ircService` besides its networks. */

import * as z from 'zod';
import { syntheticEvents, userActivity } from './accounts.js';
import {
  filePath,
  flag,
  later,
  listOf,
  number,
  oneOf,
  port,
  section,
  someText,
  text,
  textLike,
  whole,
} from './kinds.js';
import type { Frozen } from './kinds.js';
import { mediaProxy, pastes } from './media.js';
import { network } from './network.js';
import { ways } from './ways.js';
import { provisioning } from './provisioning.js';

const bridgeInfoState = section({
  enabled: flag.default(false),
  initial: flag.default(false),
  /** Besides the type that clients know now, the one that the proposal will have. */
  stable: flag.default(false),
});
const ident = section({ enabled: flag.default(false), port: port.default(113), address: someText.default('0.0.0.0') });
const debugApi = section({ enabled: flag.default(false), port: port.default(11_100), host: someText.default('127.0.0.1') });

const logging = section({
  level: oneOf('debug', 'info', 'warn', 'error').default('debug'),
  logfile: filePath.exactOptional(),
  errfile: filePath.exactOptional(),
  toConsole: flag.default(true),
  /** Days of old log files that are kept; 0: none is ever deleted. */
  maxFiles: whole(0).default(5),
  verbose: flag.default(false),
  timestamp: flag.default(true),
  /** Lines as JSON objects. */
  json: flag.default(false),
});

/** Where log lines go (MET-14). */
export type LoggingConfig = Frozen<z.output<typeof logging>>;

const metrics = section({
  enabled: flag.default(false),
  /** Absent: on the port of the application service. */
  port: port.exactOptional(),
  host: someText.default('127.0.0.1'),
  userActivityThresholdHours: number(0, true).exactOptional(),
  remoteUserAgeBuckets: listOf(textLike(/^[0-9]+[hdw]$/u, 'be a number and h, d or w, such as 1d')).default([
    '1h',
    '1d',
    '1w',
  ]),
});

const matrixHandler = section({
  eventCacheSize: whole(0).default(4096),
  replySourceMaxLength: whole(1).default(32),
  shortReplyTemplate: text.default('$NICK: $REPLY'),
  longReplyTemplate: text.default('<$NICK> "$ORIGINAL" <- $REPLY'),
  // Spelt as the predecessor spells it; the right spelling is read too (CLI-5).
  shortReplyTresholdSeconds: number(0).default(300),
  truncatedMessageTemplate: text.default('(full message at <$URL>)'),
  ignoreFunctionalMembersInAdminRooms: flag.default(false),
  edits: ways.edits.default('diff'),
  reactions: ways.reactions.default('notice'),
  redactions: ways.redactions.default('off'),
  threads: ways.threads.default('reply'),
  formatting: ways.formatting.default('full'),
  code: ways.code.default('monospace'),
  replies: ways.replies.default('quote'),
  media: ways.media.default('link'),
  relayName: ways.relayName.default('display'),
  /** Whether people on IRC are told by tags that somebody types (CAP-11). */
  typing: flag.default(true),
});

/** Replies and long messages on their way to IRC. */
export type MatrixHandlerConfig = Frozen<z.output<typeof matrixHandler>>;

const ircHandler = section({
  mapIrcMentionsToMatrix: oneOf('on', 'off', 'force-off').default('on'),
  powerLevelGracePeriodMs: whole(0).default(1000),
  /** Nicks of other people on IRC become links to their ghosts, too (I2M-9). */
  linkIrcNicks: flag.default(false),
  /** A line waits so long for others of its author, to become one event with them (I2M-13); 0: none does. */
  mergeLinesMs: whole(0, 2000).default(0),
  /** Changes of a channel's modes are told in its rooms (I2M-25). */
  modeNotices: flag.default(false),
});

/** Messages on their way to Matrix. */
export type IrcHandlerConfig = Frozen<z.output<typeof ircHandler>>;

const perRoomConfig = section({
  enabled: flag.default(false),
  lineLimitMax: whole(1).exactOptional(),
  allowUnconnectedMatrixUsers: flag.default(false),
});

const permissions = z.record(z.string(), oneOf('admin', 'user', 'commands', 'relay', 'block'), {
  error: 'must be a section of users, domains or "*", each with its permission',
});

const policyRoom = textLike(/^[!#]\S+$/u, 'be the id or an alias of a room');

const journal = section({
  path: filePath.exactOptional(),
  /** Bytes; a full journal makes the homeserver wait. */
  maxBytes: whole(1_048_576).default(1_073_741_824),
});

/** What joins Matrix events with messages on IRC (DB-10): of what is bridged, ids alone. */
const eventStore = section({
  /** The oldest are forgotten first; 0: none is kept. */
  maxEntries: whole(0).default(100_000),
  ttlDays: whole(1).default(30),
});

export const ircService = section({
  servers: z.record(z.string(), network, { error: 'must be a section with a section for each network' }).prefault({}),
  bridgeInfoState: bridgeInfoState.prefault({}),
  ident: ident.prefault({}),
  /** An encoding's label of the WHATWG Encoding Standard. */
  encodingFallback: text.exactOptional(),
  logging: logging.prefault({}),
  metrics: metrics.prefault({}),
  debugApi: debugApi.prefault({}),
  provisioning: provisioning.prefault({}),
  passwordEncryptionKeyPath: filePath.exactOptional(),
  matrixHandler: matrixHandler.prefault({}),
  RMAUlimit: whole(1).exactOptional(),
  userActivity: userActivity.exactOptional(),
  ircHandler: ircHandler.prefault({}),
  permissions: permissions.default({}),
  perRoomConfig: perRoomConfig.prefault({}),
  banLists: section({ rooms: listOf(policyRoom).default([]) }).prefault({}),
  mediaProxy: mediaProxy.prefault({}),
  pastes: pastes.prefault({}),
  journal: journal.prefault({}),
  eventStore: eventStore.prefault({}),
  syntheticEvents: syntheticEvents.prefault({}),
  statsd: later.exactOptional(),
  history: later.exactOptional(),
  presence: later.exactOptional(),
  encryption: later.exactOptional(),
  adminApi: later.exactOptional(),
  listeners: later.exactOptional(),
  rules: later.exactOptional(),
  locale: later.exactOptional(),
});
