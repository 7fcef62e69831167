/** Text of Matrix made safe for IRC lines: no control code comes through that we did not write ourselves. */

/** All that Unicode calls a line break (UAX #14: VT, FF, NEL, LS, PS too), and CR LF as one. */
const BREAKS = /\r\n?|[\v\f\x85\u2028\u2029]/g;
/** C0 without LF and TAB, DEL, and C1. */
const CONTROLS = /[\x00-\x08\x0e-\x1f\x7f-\x9f]/g;
const ANY_TO_CLEAN = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]/;

/**
 * Cleans text: line breaks of every kind become LF, a TAB four blanks, other control characters (formatting codes,
 * CTCP's 0x01, NUL) vanish, lone surrogates become U+FFFD (M2I-46, C2–C4). Linear.
 */
export function cleanText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  if (!ANY_TO_CLEAN.test(whole)) return whole;
  return whole.replace(BREAKS, '\n').replaceAll('\t', '    ').replace(CONTROLS, '');
}

/** A plain `body` as lines for IRC, joined by LF; blank ones are left for `splitLines` to skip. */
export function plainToIrc(text: string): string {
  return cleanText(text);
}
