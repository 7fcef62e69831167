/** Files and pages for people without accounts: `ircService.mediaProxy` and `ircService.pastes`. */

import * as z from 'zod';
import { filePath, flag, httpAddress, listOf, port, section, whole } from './kinds.js';

/** Where reverse proxies are, as a rule: this machine, its containers, its own network. */
const NEAR = ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '::1', 'fc00::/7', 'fe80::/10'];
const addresses = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], { error: 'must be an address or a network, such as 10.0.0.0/8' });

/** `ircService.mediaProxy`. */
export const mediaProxy = section({
  signingKeyPath: filePath.default('signingkey.jwk'),
  /** Seconds; 0: links never expire. */
  ttlSeconds: whole(0).default(3600),
  /** Absent: on the port of the application service. */
  bindPort: port.exactOptional(),
  publicUrl: httpAddress.exactOptional(),
  /** Links of some 30 letters that are remembered in the store, instead of long ones that say it all. */
  shortLinks: flag.default(false),
  /** Whose `X-Forwarded-For` is believed. */
  trustedProxies: listOf(addresses).default([...NEAR]),
  /** Files of messages that moderators delete are locked away on Synapse. */
  quarantine: flag.default(false),
  /** Larger files are not handed out. */
  maxFileMiB: whole(1).default(100),
});

/** `ircService.pastes`. */
export const pastes = section({
  /** Seconds; 0: they stay until room is needed. */
  ttlSeconds: whole(0).default(604_800),
  /** Bytes of one text. */
  maxBytes: whole(1).default(65_536),
  /** Of all; the oldest go first. */
  maxTotalMiB: whole(1).default(256),
});
