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
  if (Array.isArray(note)) return { sent: textsIn(note) };
  if (typeof note !== 'object' || note === null) return { sent: [] };
  const { sent, text, entries, said } = note as Record<string, unknown>;
  if (typeof text !== 'string' || !Array.isArray(entries) || !Array.isArray(said)) return { sent: textsIn(sent) };
  return { sent: textsIn(sent), joined: { text, entries: textsIn(entries), said: said.flatMap((one) => saidIn(one) ?? []) } };
}

function textsIn(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
}

function saidIn(one: unknown): Joined['said'][number] | undefined {
  if (typeof one !== 'object' || one === null) return undefined;
  const { msgid, text } = one as Record<string, unknown>;
  return typeof msgid === 'string' && typeof text === 'string' ? { msgid, text } : undefined;
}

/** The inverse of `readLineNotes`. */
export function writeLineNotes(sent: Iterable<string>, joined: Joined | undefined): Json {
  if (!joined) return [...sent];
  return { sent: [...sent], text: joined.text, entries: [...joined.entries], said: joined.said.map(({ msgid, text }) => ({ msgid, text })) };
}
