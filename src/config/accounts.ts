/** What follows from the life of Matrix accounts: `ircService.syntheticEvents`, `userActivity`. */

import type * as z from 'zod';
import { flag, listOf, number, oneOf, section, textLike, wholePattern, type Frozen } from './kinds.js';

export const syntheticEvents = section({
  /** Absent: on when the registration asks for such events (SYN-1). */
  enabled: flag.exactOptional(),
  onRegistration: oneOf('none', 'prepare', 'welcome', 'connect').default('prepare'),
  autoJoin: listOf(
    textLike(/^[^\s/]+\/[#&+!][^\s,]*$/u, 'be a network and a channel, such as irc.example.com/#help'),
  ).default([]),
  onLogin: oneOf('none', 'reconnect', 'connect').default('reconnect'),
  onLogout: oneOf('none', 'away', 'disconnect').default('disconnect'),
  /** Seconds; 0: at once. */
  logoutGraceSecs: number(0).default(300),
  onDeactivation: oneOf('teardown').default('teardown'),
  /** Clients that may end in a second, however many people log out at once. */
  disconnectsPerSecond: number(0, true).default(50),
  /** Whether `PUT /_matrix/app/unstable/meta/{txnId}` is answered (SEED-000d). */
  metaEndpoint: flag.default(false),
  /** With that: registrations beyond so many in a minute are told to wait; 0: none is. */
  registrationsPerMinute: number(0).default(0),
  /** Whether it is asked each night which accounts are no more (SYN-21). */
  nightlySweep: flag.default(false),
  users: section({ include: listOf(wholePattern).default([]), exclude: listOf(wholePattern).default([]) }).prefault({}),
  proxyRoom: textLike(/^![^\s]+$/u, 'be the id of a room').exactOptional(),
});

/** What logins, logouts and deactivations do to IRC connections. */
export type SyntheticEventsConfig = Frozen<z.output<typeof syntheticEvents>>;

export const userActivity = section({
  minUserActiveDays: number(0).default(3),
  inactiveAfterDays: number(0).default(31),
});
