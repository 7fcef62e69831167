/** Pure: what is said of an image within HTML: what it is called, and where it can be seen. */

import { type MxcUri, parseMxcUri } from '../model/ids.js';
import { cleanText } from './plain-to-irc.js';

/**
 * Emoji of one's own are said by their names (M2I-37), other images as `words <address>` (MEDIA-15); '' is nothing.
 * @param seenAt gives the address of a file of a homeserver; only such images have one
 */
export function textOfImage(attributes: ReadonlyMap<string, string>, seenAt: ((mxc: MxcUri, called: string) => string | undefined) | undefined): string {
  const words = cleanText(attributes.get('alt') ?? attributes.get('title') ?? '').replaceAll('\n', ' ').trim();
  if (words !== '' && attributes.has('data-mx-emoticon')) return /^:.+:$/u.test(words) ? words : `:${words.replace(/^:|:$/gu, '')}:`;
  const mxc = seenAt && parseMxcUri(attributes.get('src'));
  const address = mxc && seenAt(mxc, words);
  if (address === undefined) return words;
  return words === '' ? address : `${words} <${address}>`;
}
