/** Whether a nick fits a mask such as `spam*` or `*!*@*.example` (I2M-16). */

import type { Hostmask } from '../model/irc-names.js';

/**
 * Masks without `!` and `@` are for the nick alone; the others for `nick!user@host`. `*` is any text, `?` one
 * character. `fold`: how the network compares names.
 */
export function fitsMask({ nick, user = '', host = '' }: Hostmask, mask: string, fold: (name: string) => string): boolean {
  const wanted = fold(mask);
  if (!/[!@]/u.test(wanted)) return fits(fold(nick), wanted);
  const whole = wanted.includes('!') ? wanted : `*!${wanted}`;
  return fits(fold(`${nick}!${user}@${host}`), whole.includes('@') ? whole : `${whole}@*`);
}

/** Goes back only to the latest `*`, so time is bounded by the product of both lengths. */
function fits(text: string, mask: string): boolean {
  let [at, want, star, mark] = [0, 0, -1, 0];
  while (at < text.length) {
    const sign = mask.charAt(want);
    if (sign === '*') [star, mark, want] = [want, at, want + 1];
    else if (sign !== '' && (sign === '?' || sign === text.charAt(at))) [at, want] = [at + 1, want + 1];
    else if (star >= 0) [want, mark, at] = [star + 1, mark + 1, mark + 1];
    else return false;
  }
  return /^\**$/u.test(mask.slice(want));
}
