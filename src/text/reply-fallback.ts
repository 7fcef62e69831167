/** The quote that older clients put before a reply's plain text. */

/**
 * The text of a reply without the leading `> <who> …` lines (FMT-7); only for events that are replies, since anybody
 * else who begins with such a line means it.
 */
export function withoutReplyFallback(body: string): string {
  if (!/^> (?:\* )?</.test(body)) return body;
  let at = 0;
  while (body.startsWith('> ', at) || body.startsWith('>\n', at)) {
    const end = body.indexOf('\n', at);
    if (end < 0) return '';
    at = end + 1;
  }
  if (body.charAt(at) === '\n') at++;
  return body.slice(at);
}
