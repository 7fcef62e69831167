/** The provisioning API: `ircService.provisioning`. */

import * as z from 'zod';
import {
  flag,
  httpAddress,
  listOf,
  number,
  pattern,
  port,
  section,
  someText,
  text,
  textLike,
  whole,
  type Frozen,
} from './kinds.js';

/** Private, reserved and documentation networks (RFC 6890 and others): not asked for a user's name (PROV-10). */
export const NOT_PUBLIC: readonly string[] = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '192.0.0.0/24',
  '169.254.0.0/16',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '192.0.2.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '::1/128',
  'fe80::/10',
  'fc00::/7',
  '2001:db8::/32',
  'ff00::/8',
  'fec0::/10',
];

const range = textLike(/^[0-9a-f:.]+\/\d{1,3}$/iu, 'be a range of addresses, such as 10.0.0.0/8');

export const provisioning = section({
  enabled: flag.default(false),
  widget: flag.default(false),
  /** Absent: the registration's hs_token. */
  secret: text.exactOptional(),
  requestTimeoutSeconds: number(0, true).default(300),
  rules: section({
    userIds: section({ exempt: listOf(pattern).default([]), conflict: listOf(pattern).default([]) }).prefault({}),
  }).prefault({}),
  roomLimit: whole(0).exactOptional(),
  apiPrefix: textLike(/^\/[^\s?#]*$/u, 'be a path that begins with /').default('/_matrix/provision'),
  ratelimit: flag.default(true),
  http: section({ port, host: someText.default('0.0.0.0') }).exactOptional(),
  openIdDisallowedIpRanges: listOf(range).default([...NOT_PUBLIC]),
  openIdOverrides: z
    .record(z.string(), httpAddress, { error: 'must be a section of server names and addresses' })
    .default({}),
});

/** How rooms are linked over HTTP. */
export type ProvisioningConfig = Frozen<z.output<typeof provisioning>>;
