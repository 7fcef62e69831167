/** Turns a line's bytes into text: UTF-8, or the network's old encoding where they are none (CONN-22). */

import { isUtf8 } from 'node:buffer';
import { trimTags } from './trim-tags.js';

/** Decodes `buf[start, end)`; the text holds no CR and no NUL, and of very many tags those that are read. */
export type DecodeLine = (buf: Buffer, start: number, end: number) => string;

/** iconv's spellings that mairc's configs have and WHATWG's list lacks. */
const ALIASES: readonly (readonly [RegExp, string])[] = [
  [/^win(\d{3,4})$/, 'windows-$1'],
  [/^cp(125\d)$/, 'windows-$1'],
  [/^iso8859(\d{1,2})$/, 'iso-8859-$1'],
  [/^iso88591$/, 'iso-8859-1'],
  [/^cp?866$/, 'ibm866'],
];

/**
 * The name under which the platform decodes an encoding, `undefined` when it cannot or when ASCII is not part of it
 * (UTF-16), which no IRC line could be in. Takes WHATWG labels and the usual spellings of iconv.
 */
export function knownEncoding(label: string): string | undefined {
  const bare = label.trim().toLowerCase();
  const squeezed = bare.replace(/[\s_-]/g, '');
  const spelt = ALIASES.filter(([from]) => from.test(squeezed)).map(([from, to]) => squeezed.replace(from, to));
  for (const name of [bare, ...spelt]) {
    try {
      const decoder = new TextDecoder(name);
      if (decoder.decode(Buffer.from('TEST\r\n:a!b@c ~^{|}\\')) === 'TEST\r\n:a!b@c ~^{|}\\') return decoder.encoding;
    } catch (fault) {
      // RangeError is the platform's "I do not know this one".
      if (!(fault instanceof RangeError)) throw fault;
    }
  }
  return undefined;
}

/**
 * Makes the decoder of one network.
 * @param fallback the encoding of lines that are not UTF-8; one that is not known counts as none, which leaves U+FFFD
 */
export function lineDecoder(fallback?: string): DecodeLine {
  const name = fallback === undefined ? undefined : knownEncoding(fallback);
  const old = name === undefined || name === 'utf-8' ? undefined : new TextDecoder(name);
  return (buf, start, end) => {
    const text =
      old && !isUtf8(buf.subarray(start, end)) ? old.decode(buf.subarray(start, end)) : buf.toString('utf8', start, end);
    return trimTags(/[\r\0]/.test(text) ? text.replace(/[\r\0]/g, '') : text);
  };
}
