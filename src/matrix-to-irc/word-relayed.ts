/** Pure: what the bot says for somebody else, each line under his name (M2I-42). */

import type { How, Utterance } from '../model/utterance.js';
import type { Wording } from './wording.js';

/**
 * `<Name> text`, and `* Name waves` for what somebody does, in lines that fit with the name before them. No line is
 * without it, since whoever could begin one could write it under another name.
 * @param words puts the message into words
 */
export function wordRelayed<W extends { readonly utterance: Utterance }>(name: string, wording: Wording, words: (wording: Wording) => W): Omit<W, 'utterance'> & { readonly utterance: Utterance } {
  const prefixOf = (how: How): string => (how === 'act' ? `* ${name} ` : `<${name}> `);
  const { as: _, ...rest } = wording;
  const room = (how: How): number => Math.max(1, wording.budget(how === 'act' ? 'say' : how) - Buffer.byteLength(prefixOf(how)));
  const { utterance, ...more } = words({ ...rest, budget: room });
  const prefix = prefixOf(utterance.how);
  // Lines that are parts of one would be put together with the name between them.
  return { ...more, utterance: { how: utterance.how === 'act' ? 'say' : utterance.how, lines: utterance.lines.map((line) => prefix + line) } };
}
