/** What a homeserver is told that asks before it makes an account or logs somebody in (SEED-000e). */

import type { NetworkConfig } from '../config/network.js';
import type { AccountNews } from '../model/account.js';

/** `deny` carries the reason for the person concerned. */
export type Judgement = { readonly action: 'allow' } | { readonly action: 'deny'; readonly reason: string };

/**
 * Denies whom every network excludes (`excludedUsers`) the beginning of an account and of a session; whatever ends
 * something is allowed, and so is all that we do not understand.
 */
export function judgeMeta(news: AccountNews, networks: readonly Pick<NetworkConfig, 'excludedUsers'>[]): Judgement {
  if (news.kind !== 'change' || (news.change.kind !== 'registration' && news.change.kind !== 'login')) return { action: 'allow' };
  const { person } = news.change;
  const rules = networks.map(({ excludedUsers }) => excludedUsers.find(({ regex }) => regex.test(person)));
  if (rules.length === 0 || rules.includes(undefined)) return { action: 'allow' };
  return { action: 'deny', reason: rules.find((rule) => rule?.kickReason !== undefined)?.kickReason ?? 'Not allowed on this bridge' };
}
