/** May this person have a virtual client now? */

import type { NetworkConfig } from '../config/network.js';
import type { UserId } from '../model/ids.js';
import type { PersonRecord } from '../model/person.js';
import { done, type Outcome, refused } from '../model/refusal.js';
import { isGuest, isRelayed } from './relayed.js';

type Rules = Pick<NetworkConfig, 'botConfig' | 'excludedUsers' | 'foreignGhosts' | 'ignoreGuests' | 'puppetForeignGhosts'>;

/**
 * Refuses excluded (MEM-14) and deactivated people, guests where those are ignored (M2I-41), and ghosts of other bridges,
 * for whom the bot speaks (M2I-42); grants all others.
 */
export function mayConnect(person: UserId, config: Rules, record: PersonRecord | undefined): Outcome {
  if (record?.deactivated) return refused('deactivated', 'Your account is deactivated.', true);
  const rule = config.excludedUsers.find(({ regex }) => regex.test(person));
  if (rule) return refused('excluded', rule.kickReason ?? 'You are not allowed on this network.', true);
  if (config.ignoreGuests && isGuest(person)) return refused('excluded', 'Guests are not carried to this network. Make an account to talk there.', true);
  if (isRelayed(person, config)) return refused('excluded', 'In channels the bot says what people of other bridges say; they can do nothing else on IRC.', true);
  return done;
}
