/** May a person and a nick talk in private? */

import type { NetworkConfig } from '../config/network.js';
import { domainOf, type UserId } from '../model/ids.js';
import type { Nick } from '../model/irc-names.js';
import { done, type Outcome, refused } from '../model/refusal.js';
import type { Folding } from './may-link.js';

/** Refuses where private messages are off, for nicks on the `exclude` list, and people of other servers without `federate`. */
export function mayTalk(
  person: UserId,
  nick: Nick,
  rules: NetworkConfig['privateMessages'],
  network: Folding,
  domain: string,
): Outcome {
  if (!rules.enabled) return refused('excluded', 'Private messages are switched off on this bridge. Talk in a channel instead.', true);
  const folded = network.fold(nick);
  if (rules.exclude.some((name) => network.fold(name) === folded)) {
    return refused('excluded', `Private messages with ${nick} are not allowed on this bridge. Talk in a channel instead.`, true);
  }
  if (!rules.federate && domainOf(person) !== domain) {
    return refused('excluded', `Private messages are not allowed here for people of other servers than ${domain}. Talk in a channel instead.`, true);
  }
  return done;
}
