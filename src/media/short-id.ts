/** Pure: names of 16 letters for pages and short addresses, of which one can tell that we gave them out. */

import { createHmac, timingSafeEqual } from 'node:crypto';

/** `m`: a file, `p`: a page. */
export type Kind = 'm' | 'p';

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const HALF = 8;
const ID = /^[0-9A-Za-z]{16}$/u;

/**
 * The id of what `seed` describes. The first half is drawn from the seed, the second proves that the first is ours: so
 * ids cannot be guessed (2^-95), need not be remembered when what they named is gone, and are the same after a restart.
 * @param name what stands behind the id in the address, and is proved with it
 */
export function shortId(key: Buffer, kind: Kind, seed: string, name = ''): string {
  const first = letters(mac(key, `causeway id ${kind}\0${seed}`));
  return first + proof(key, kind, first, name);
}

/** Whether we gave this id out with this name, at whatever time. */
export function wasGiven(key: Buffer, kind: Kind, id: string, name = ''): boolean {
  if (!isShortId(id)) return false;
  const expected = proof(key, kind, id.slice(0, HALF), name);
  return timingSafeEqual(Buffer.from(expected), Buffer.from(id.slice(HALF)));
}

/** Whether a text looks like an id at all. */
export function isShortId(text: string): boolean {
  return ID.test(text);
}

function proof(key: Buffer, kind: Kind, first: string, name: string): string {
  return letters(mac(key, `causeway proof ${kind}\0${first}${name === '' ? '' : `\0${name}`}`));
}

function mac(key: Buffer, text: string): Buffer {
  return createHmac('sha512', key).update(text).digest();
}

/** Eight letters; 128 bits into 62^8 leave no letter likelier than another by more than 2^-80. */
function letters(bytes: Buffer): string {
  let rest = (bytes.readBigUInt64BE(0) << 64n) | bytes.readBigUInt64BE(8);
  let text = '';
  for (let at = 0; at < HALF; at++) {
    text += LETTERS.charAt(Number(rest % 62n));
    rest /= 62n;
  }
  return text;
}
