/** Pure: how far a line has come, as the journal keeps it: the rooms that have it, and what else became one event with it. */

import type { Entry, EntryId } from '../journal/port.js';
import type { Json } from '../model/matrix-content.js';
import type { ChannelMessage } from '../model/irc-event.js';

/** Later lines that went into the event of a first one (I2M-13). */
export interface Joined {
  /** The text of all. */
  readonly text: string;
  /** Their entries, which are done when the first one's is. */
  readonly entries: readonly EntryId[];
  /** Those that have a msgid. */
  readonly said: readonly Required<Pick<ChannelMessage, 'msgid' | 'text'>>[];
}

export interface LineNotes {
  readonly sent: readonly string[];
  readonly joined?: Joined;
}

/** The note of an entry; what cannot be read is as if it were not there. */
export function readLineNotes({ note }: Entry): LineNotes {
  if (Array.isArray(note)) return { sent: note.filter((room) => typeof room === 'string') };
  if (typeof note !== 'object' || note === null) return { sent: [] };
  const { sent, text, entries, said } = note as Record<string, unknown>;
  const rooms = Array.isArray(sent) ? (sent as string[]) : [];
  // Written by writeLineNotes, so the parts hold when the whole does.
  if (typeof text !== 'string' || !Array.isArray(entries) || !Array.isArray(said)) return { sent: rooms };
  return { sent: rooms, joined: { text, entries, said } };
}

/** The inverse of `readLineNotes`. */
export function writeLineNotes(sent: Iterable<string>, joined: Joined | undefined): Json {
  if (!joined) return [...sent];
  return { sent: [...sent], text: joined.text, entries: [...joined.entries], said: joined.said.map(({ msgid, text }) => ({ msgid, text })) };
}
