/** Guests, and the ghosts of other bridges: who has no connection of his own (M2I-41, M2I-42). */

import type { NetworkConfig } from '../config/network.js';
import { localpartOf, type UserId } from '../model/ids.js';

/** Bridges whose ghosts are called so, with the number or key of the person behind it. */
const KNOWN =
  /^(?:bluesky|discord|facebook|gmessages|googlechat|hangouts|imessage|instagram|line|linkedin|mattermost|messenger|meta|mumble|signal|skype|slack|steam|teams|telegram|twitter|wechat|whatsapp|xmpp|zulip)_/u;
/** Ids of telephone numbers, accounts, UUIDs: somebody who just likes such a name has fewer. */
const LEAST_DIGITS = 5;

type Rules = Pick<NetworkConfig, 'botConfig' | 'excludedUsers' | 'foreignGhosts' | 'puppetForeignGhosts'>;

/**
 * Whether an id is a ghost of another bridge: those begin with an underscore, as the specification advises (Application
 * Service API, registration), or are called as widespread bridges call theirs, or are named by the configuration.
 */
export function isForeignGhost(user: UserId, { foreignGhosts }: Pick<Rules, 'foreignGhosts'>): boolean {
  const name = localpartOf(user);
  if (/^_[a-z\d]+_./u.test(name)) return true;
  if (KNOWN.test(name) && name.replace(/\D/gu, '').length >= LEAST_DIGITS) return true;
  return foreignGhosts.some((regex) => regex.test(user));
}

/** Whether the bot says what somebody says. Without a bot everybody has a connection; who is excluded says nothing. */
export function isRelayed(user: UserId, rules: Rules): boolean {
  if (rules.puppetForeignGhosts || !rules.botConfig.enabled || !isForeignGhost(user, rules)) return false;
  return !rules.excludedUsers.some(({ regex }) => regex.test(user));
}

/** Whether it is a guest account: homeservers call them by a number (Synapse), once with a hyphen before it. */
export function isGuest(user: UserId): boolean {
  return /^-?\d+$/u.test(localpartOf(user));
}
