/** What follows from the life of Matrix accounts: `ircService.syntheticEvents`, `userActivity`. */

import type * as z from 'zod';
import { flag, listOf, number, oneOf, pattern, section, someText, textLike, type Frozen } from './kinds.js';

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
  users: section({ include: listOf(pattern).default([]), exclude: listOf(pattern).default([]) }).prefault({}),
  proxyRoom: someText.exactOptional(),
});

/** What logins, logouts and deactivations do to IRC connections. */
export type SyntheticEventsConfig = Frozen<z.output<typeof syntheticEvents>>;

export const userActivity = section({
  minUserActiveDays: number(0).default(3),
  inactiveAfterDays: number(0).default(31),
});
