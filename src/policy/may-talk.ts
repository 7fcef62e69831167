/** May a person and a nick talk in private? */

import type { NetworkConfig } from '../config/network.js';
import { domainOf, type UserId } from '../model/ids.js';
import type { Nick } from '../model/irc-names.js';
import { done, type Outcome, refused } from '../model/refusal.js';
import type { Folding } from './may-link.js';

/** Refuses where private messages are off, nicks on the `exclude` list, and people of other servers without `federate`. */
export function mayTalk(
  person: UserId,
  nick: Nick,
  rules: NetworkConfig['privateMessages'],
  network: Folding,
  domain: string,
): Outcome {
  if (!rules.enabled) return no('Private messages are switched off on this bridge.');
  const folded = network.fold(nick);
  if (rules.exclude.some((name) => network.fold(name) === folded)) {
    return no(`Private messages with ${nick} are not allowed on this bridge.`);
  }
  if (!rules.federate && domainOf(person) !== domain) {
    return no(`Private messages are not allowed here for people of other servers than ${domain}.`);
  }
  return done;
}

function no(why: string): Outcome {
  return refused('excluded', `${why} Talk in a channel instead.`, true);
}
