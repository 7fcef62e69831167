/** What was done about an account, for whoever has to answer for it later (SYN-17): what led to it is not kept (SYN-18). */

import type { UserId } from './ids.js';

export interface AuditRow {
  /** ISO 8601. */
  readonly at: string;
  readonly person: UserId;
  /** Ids of the journal's entries, by which the log names what the homeserver told. */
  readonly request: string;
  readonly deeds: readonly string[];
}
