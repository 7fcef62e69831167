/** Shortens a text for a quote or a notice. */

const GRAPHEMES = new Intl.Segmenter('und', { granularity: 'grapheme' });
/** Share of the length that must remain for a cut at a word's end. */
const ENOUGH = 0.75;
/** Code units behind the cut that are looked at for a grapheme's end. */
const WINDOW = 64;

/**
 * The beginning of a text, at most `max` code points, without blanks at its end. Ends with a word if that leaves three
 * quarters of it, and never inside of a grapheme (only of one longer than anything readable).
 */
export function trimText(text: string, max: number): string {
  const end = endOf(text, max);
  if (end === text.length) return text.trimEnd();
  const kept = text.slice(0, end);
  if (/\s/.test(text.charAt(end))) return kept.trimEnd();
  const word = lastBlank(kept);
  if (word >= max * ENOUGH) return kept.slice(0, word).trimEnd();
  const begin = Math.max(0, end - WINDOW);
  const grapheme = GRAPHEMES.segment(text.slice(begin, end + WINDOW)).containing(end - begin);
  return grapheme === undefined || (grapheme.index === 0 && begin > 0)
    ? kept
    : text.slice(0, begin + grapheme.index).trimEnd();
}

/** How many code units `max` code points are. */
function endOf(text: string, max: number): number {
  let end = 0;
  for (let points = 0; points < max && end < text.length; points++)
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return end;
}

function lastBlank(text: string): number {
  for (let at = text.length - 1; at >= 0; at--) if (/\s/.test(text.charAt(at))) return at;
  return -1;
}
