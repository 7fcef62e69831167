/** A message that is one Markdown code block, as its code. */

const FENCE = '```';

/**
 * The code of a body that is nothing but one fenced block, its indentation kept; `undefined` for any other. For bodies
 * without HTML: with HTML the `pre` element says the same better.
 */
export function fencedCode(body: string): string | undefined {
  const text = body.trim();
  if (text.length < 2 * FENCE.length || !text.startsWith(FENCE) || !text.endsWith(FENCE)) return undefined;
  const begin = text.indexOf('\n');
  const end = text.length - FENCE.length;
  if (begin < 0 || text.indexOf(FENCE, FENCE.length) !== end || text.charAt(end - 1) !== '\n') return undefined;
  return text.slice(begin + 1, Math.max(begin + 1, end - 1));
}
