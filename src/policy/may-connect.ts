/** May this person have a virtual client now? */

import type { NetworkConfig } from '../config/network.js';
import type { UserId } from '../model/ids.js';
import type { PersonRecord } from '../model/person.js';
import { done, type Outcome, refused } from '../model/refusal.js';

/** Refuses excluded (MEM-14) and deactivated people; grants all others. */
export function mayConnect(
  person: UserId,
  config: Pick<NetworkConfig, 'excludedUsers'>,
  record: PersonRecord | undefined,
): Outcome {
  if (record?.deactivated) return refused('deactivated', 'Your account is deactivated.', true);
  const rule = config.excludedUsers.find(({ regex }) => regex.test(person));
  if (rule) return refused('excluded', rule.kickReason ?? 'You are not allowed on this network.', true);
  return done;
}
