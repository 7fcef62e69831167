/** Pure: how far a message has come in each channel, as the journal keeps it. */

import { parseNick } from '../model/irc-names.js';
import type { Json, JsonObject } from '../model/matrix-content.js';
import type { Progress } from './say.js';

/** By channel: how far the message has come there, or that nothing is left to be done for it. */
export type Notes = Record<string, Progress | 'over'>;

/** Notes for each channel, as they were written; what cannot be read is as if it were not there. */
export function readNotes(note: Json | undefined): Notes {
  const notes: Notes = {};
  if (typeof note !== 'object' || note === null || Array.isArray(note)) return notes;
  for (const [key, value] of Object.entries(note as JsonObject)) {
    const read = value === 'over' ? value : readProgress(value);
    if (read !== undefined) notes[key] = read;
  }
  return notes;
}

function readProgress(value: Json): Progress | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { lines, said, by } = value as JsonObject;
  const nick = parseNick(by);
  if (!Array.isArray(lines) || typeof said !== 'number' || nick === undefined) return undefined;
  return { lines: lines.filter((line) => typeof line === 'string'), said, by: nick };
}

/** The inverse of `readNotes`. */
export function writeNotes(notes: Notes): Json {
  return Object.fromEntries(Object.entries(notes).map(([key, note]) => [key, note === 'over' ? note : { ...note }]));
}
