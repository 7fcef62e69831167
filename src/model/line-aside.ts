/** What somebody said on IRC and no room took: kept for an admin to read (RELIABILITY H15). */

import type { RoomId, UserId } from './ids.js';
import type { NetworkName } from './irc-names.js';

export interface LineAside {
  /** Of the journal's entry, by which the log names the line. */
  readonly id: string;
  readonly room?: RoomId;
  readonly network: NetworkName;
  /** When it was said, ms since the epoch. */
  readonly at: number;
  readonly nick: string;
  /** The channel, or the nick that it was said to. */
  readonly target: string;
  /** Whose client that nick is: the line is forgotten with the account. */
  readonly person?: UserId;
  readonly text: string;
  /** Code of the fault, and what the homeserver said. */
  readonly why: string;
}
