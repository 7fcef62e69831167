/** Under which name the bot says what people of other bridges say (M2I-42). */

import { domainOf, localpartOf, type UserId } from '../model/ids.js';

const GRAPHEMES = new Intl.Segmenter('und', { granularity: 'grapheme' });
const MOST_BYTES = 60;
/** Letters looked at: a display name may be as long as it likes. */
const MOST_LETTERS = 300;
/** Keeps clients from telling somebody of that nick that he is spoken to. */
const BREAK = '\u200b';

/** What a relayed name is made of. */
export interface RelayNameParts {
  readonly user: UserId;
  readonly way: 'display' | 'localpart' | 'mxid';
  readonly displayName: string | undefined;
  /** Whether somebody on IRC is called so: then the name says from where its owner comes. */
  readonly isNick: (name: string) => boolean;
}

/**
 * Without `<` and `>`, control and invisible characters, or the signs of operators in front; at most 60 bytes and a word
 * of the bridge, never empty. With a zero width space behind its first letter.
 */
export function relayName({ user, way, displayName, isNick }: RelayNameParts): string {
  if (way === 'mxid') return clean(user, MOST_BYTES) || 'somebody';
  const shown = way === 'display' ? clean(displayName ?? '', MOST_BYTES) : '';
  const bare = shown.replace(/^[~&@%+*!.#\s]+/u, '') || clean(localpartOf(user), MOST_BYTES) || 'somebody';
  const name = isNick(bare) ? `${bare} (${homeOf(user)})` : bare;
  const first = GRAPHEMES.segment(name)[Symbol.iterator]().next().value?.segment ?? '';
  return `${first}${BREAK}${name.slice(first.length)}`;
}

/** The bridge a ghost belongs to, as its id says; else its server. */
function homeOf(user: UserId): string {
  return /^_?([a-z\d]{2,20})_/u.exec(localpartOf(user))?.[1] ?? clean(domainOf(user), 30);
}

function clean(text: string, most: number): string {
  const plain = text
    .slice(0, MOST_LETTERS)
    .toWellFormed()
    .replace(/[<>]/gu, '')
    // Emoji of several parts need the joiner; whatever else cannot be seen may turn what follows around.
    .replace(/(?!\u200d)\p{C}/gu, '')
    .replace(/[\p{Z}\s]+/gu, ' ')
    .trim();
  let cut = '';
  for (const { segment } of GRAPHEMES.segment(plain)) {
    if (Buffer.byteLength(cut) + Buffer.byteLength(segment) > most) break;
    cut += segment;
  }
  return cut.trim();
}
