/** What a person asks of the bot. */

import type { UserId } from './ids.js';
import type { NetworkName } from './irc-names.js';

export interface Order {
  readonly person: UserId;
  /** The command and its arguments as written, the sign before them (`!`, `!irc`) taken off. Unclean. */
  readonly text: string;
  /** Under which id the log has what comes of it (MET-14). */
  readonly request?: string;
  /** In a bridged room: the networks it is about, and only few commands are taken there (RC-1). */
  readonly networks?: readonly NetworkName[];
}

/** Does what is asked and gives what the person is told, in plain text; never throws but `STOPPING`. */
export type Obey = (order: Order) => Promise<string>;
