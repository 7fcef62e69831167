/** What a command is. Each has one file here and one line in `table.ts`. */

import type { UserId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';

/** A command as it was given. */
export interface Call {
  readonly person: UserId;
  readonly args: readonly string[];
  /** Under which id the log has what comes of it (MET-14). */
  readonly request?: string;
  /** The networks it may be about: all, or in a bridged room those of the room. */
  readonly networks: readonly NetworkName[];
  /** The line as it was written behind its first so many arguments. */
  behind(args: number): string;
}

/** Under which heading of `!help` a command stands, in their order there. */
export const GROUPS = ['Channels and people', 'Your connection', 'The bridge'] as const;

export interface Command {
  /** Lower case, without the sign. */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** The arguments, such as `[network] <nick>`. */
  readonly usage: string;
  /** One sentence for the list of `!help`. */
  readonly summary: string;
  readonly group: (typeof GROUPS)[number];
  /** Arguments of an order that works as it stands; absent where there is nothing to say. */
  readonly example?: string;
  /** Also taken as `!irc …` in a bridged room (RC-1). */
  readonly inRooms?: boolean;
  /** Gives what the person is told; may throw what the homeserver lastingly refuses. */
  run(call: Call): Promise<string>;
}

/** What is said when a command was not understood. */
export function usageOf({ name, usage }: Pick<Command, 'name' | 'usage'>): string {
  return `Write it like this: !${name}${usage === '' ? '' : ` ${usage}`}`;
}
