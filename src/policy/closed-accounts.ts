/** Which accounts are closed, by what the homeserver says of them (SYN-21). */

import type { UserId } from '../model/ids.js';

/** What is known of one account. `left`: its person is in no room of ours. */
export interface Finding {
  readonly person: UserId;
  readonly sign: 'open' | 'closed' | 'no such account' | 'unknown';
  readonly left: boolean;
}

/** So many may be closed since the last time, however few there are. */
const ALWAYS = 10;

/**
 * Those to be forgotten. An account that nobody can find counts only of somebody who has left all rooms, since a closed
 * account does; to have left them alone says nothing. `undefined`: that many at once would rather be a fault of the
 * homeserver, and nobody must be forgotten for that.
 */
export function closedAccounts(findings: readonly Finding[]): readonly UserId[] | undefined {
  const closed = findings.filter(({ sign, left }) => sign === 'closed' || (sign === 'no such account' && left));
  if (closed.length > Math.max(ALWAYS, findings.length / 4)) return undefined;
  return closed.map(({ person }) => person);
}
