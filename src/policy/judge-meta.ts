/** What a homeserver is told that asks before it makes an account or logs somebody in (SEED-000e). */

import type { NetworkConfig } from '../config/network.js';
import type { AccountNews } from '../model/account.js';
import type { UserId } from '../model/ids.js';

/** `deny` carries the reason for the person concerned. */
export type Judgement =
  | { readonly action: 'allow' }
  | { readonly action: 'deny'; readonly reason: string }
  /** Ask again after so many ms. */
  | { readonly action: 'delay'; readonly delayMs: number; readonly reason: string };

const CROWDED = 'Too many new accounts at once';

/**
 * Denies whom every network excludes (`excludedUsers`) the beginning of an account and of a session; whatever ends
 * something is allowed, and so is all that we do not understand.
 * @param waitMs how long a newcomer has to wait for his turn, 0 if not at all; asked for registrations only
 */
export function judgeMeta(
  news: AccountNews,
  networks: readonly Pick<NetworkConfig, 'excludedUsers'>[],
  waitMs: (person: UserId) => number,
): Judgement {
  if (news.kind !== 'change' || (news.change.kind !== 'registration' && news.change.kind !== 'login')) return { action: 'allow' };
  const { person } = news.change;
  const rules = networks.map(({ excludedUsers }) => excludedUsers.find(({ regex }) => regex.test(person)));
  if (rules.length === 0 || rules.includes(undefined)) {
    const delayMs = news.change.kind === 'registration' ? waitMs(person) : 0;
    return delayMs === 0 ? { action: 'allow' } : { action: 'delay', delayMs, reason: CROWDED };
  }
  return { action: 'deny', reason: rules.find((rule) => rule?.kickReason !== undefined)?.kickReason ?? 'Not allowed on this bridge' };
}
