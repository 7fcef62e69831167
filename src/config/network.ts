/** One network of `ircService.servers`. */

import * as z from 'zod';
import { flag, later, listOf, number, oneOf, pattern, port, section, someText, text, textLike, type Frozen } from './kinds.js';
import { botConfig, excludedUsers, ircClients, matrixClients } from './network-clients.js';
import { dynamicChannels, mappings, membershipLists, privateMessages, quitDebounce } from './network-rooms.js';
import { directions, ways } from './ways.js';

/** Ports when none is configured (CONN-3). */
const PLAIN_PORT = 6667;
const TLS_PORT = 6697;

const USUAL_POWER = { o: 50, v: 1 };
const modePowerMap = z
  .record(textLike(/^[a-z]$/iu, 'be one letter'), number(0), {
    error: 'must be a section of mode letters and power levels',
  })
  // Merged over the usual levels, so that setting `o` alone leaves `v` as it is (CFG-7).
  .transform((set): Record<string, number> => ({ ...USUAL_POWER, ...set }));

/** A host name, or an IPv4 or IPv6 address, without brackets and port. */
const host = textLike(/^[^\s\0/@#[\]]{1,255}$/u, 'be a host name or an address, without port');

export const network = section({
  name: someText.exactOptional(),
  networkId: textLike(/^[a-z0-9]+$/iu, 'be letters and digits only').exactOptional(),
  /** Any text, as the predecessor took it; only an mxc:// address can be shown. */
  icon: text.exactOptional(),
  additionalAddresses: listOf(host).default([]),
  onlyAdditionalAddresses: flag.default(false),
  port: port.exactOptional(),
  ssl: flag.default(false),
  /** Accept certificates of unknown issuers. */
  sslselfsign: flag.default(false),
  allowExpiredCerts: flag.default(false),
  /** Handed to `tls.connect` as they are. */
  tlsOptions: z.record(z.string(), z.unknown(), { error: 'must be a section of options for tls.connect' }).default({}),
  sasl: flag.default(false),
  password: text.exactOptional(),
  sendConnectionMessages: flag.default(true),
  quitDebounce: quitDebounce.prefault({}),
  modePowerMap: modePowerMap.prefault({}),
  botConfig: botConfig.prefault({}),
  privateMessages: privateMessages.prefault({}),
  dynamicChannels: dynamicChannels.prefault({}),
  excludedUsers: excludedUsers.default([]),
  /** Whether who registers on the homeserver is prepared for this network (SYN-6). */
  allowAutoProvision: flag.default(true),
  membershipLists: membershipLists.prefault({}),
  mappings: mappings.default({}),
  matrixClients: matrixClients.prefault({}),
  ircClients: ircClients.prefault({}),
  auth: later.exactOptional(),
  relay: later.exactOptional(),
  webirc: later.exactOptional(),
  proxy: later.exactOptional(),
  space: later.exactOptional(),
  requestCaps: listOf(someText).default([]),
  /** Masks such as `spam*` or `*!*@host.example`: what they say stays on IRC (I2M-16). */
  ignoreMasks: listOf(someText).default([]),
  edits: ways.edits.exactOptional(),
  reactions: ways.reactions.exactOptional(),
  redactions: ways.redactions.exactOptional(),
  threads: ways.threads.exactOptional(),
  formatting: ways.formatting.exactOptional(),
  code: ways.code.exactOptional(),
  replies: ways.replies.exactOptional(),
  media: ways.media.exactOptional(),
  relayName: ways.relayName.exactOptional(),
  /** Topics of rooms that were there before their channel was linked (M2I-9, I2M-18). */
  topicSync: directions.topicSync.default('off'),
  /** `irc`: a room whose topic IRC refuses gets the channel's topic back. */
  topicAuthority: oneOf('both', 'irc').default('both'),
  /** Guests of homeservers stay on Matrix (M2I-41). */
  ignoreGuests: flag.default(false),
  /** Whether the ghosts of other bridges get connections of their own; otherwise the bot says what they say (M2I-42). */
  puppetForeignGhosts: flag.default(false),
  /** Matrix users that are ghosts of other bridges, besides those whose ids tell it. */
  foreignGhosts: listOf(pattern).default([]),
}).transform((set) => ({ ...set, port: set.port ?? (set.ssl ? TLS_PORT : PLAIN_PORT) }));

/** One network with every default filled in. Its key in `servers` is its id everywhere. */
export type NetworkConfig = Frozen<z.output<typeof network>>;

/** A network where only these keys are written; throws on wrong ones. For code that needs a network without a file. */
export function networkDefaults(set: z.input<typeof network> = {}): NetworkConfig {
  return network.parse(set);
}
