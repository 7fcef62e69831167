/** How the first line of a reply names whom it answers, and, when that was long ago, what (M2I-15, 16, 20). */

import { fillTemplate } from './template.js';
import { trimText } from './trim.js';

/** The keys of `ircService.matrixHandler` that say how replies look (CFG-57). */
export interface ReplyForm {
  readonly shortReplyTemplate: string;
  readonly longReplyTemplate: string;
  /** Seconds up to which the short form is used; spelt as the predecessor spells it. */
  readonly shortReplyTresholdSeconds: number;
  /** Most code points of the original that are quoted. */
  readonly replySourceMaxLength: number;
}

/** What is answered. */
export interface Answered {
  readonly nick: string;
  /** The text to quote from, without formatting, or a word for what it is, such as `an image`. */
  readonly original: string;
  readonly ageSeconds: number;
}

/** The beginning of the first line that says something, with dots when more follows; '' when none does. */
export function quoteOf(text: string, most: number): string {
  const lines = text.split('\n').map((line) => line.trim());
  const first = lines.findIndex((line) => line !== '');
  const line = lines[first];
  if (line === undefined) return '';
  const kept = trimText(line, most);
  const more = kept.length < line.length || lines.slice(first + 1).some((other) => other !== '');
  return more ? `${kept}...` : kept;
}

/**
 * The reply with its first line put into the form that its age asks for; the other lines follow as they are. A reply
 * that begins with the nick already is not given it twice.
 * @param reply text for IRC, lines parted by LF
 */
export function replyLine(reply: string, { nick, original, ageSeconds }: Answered, form: ReplyForm): string {
  const [first = '', ...rest] = reply.split('\n');
  const quote = ageSeconds > form.shortReplyTresholdSeconds ? quoteOf(original, form.replySourceMaxLength) : '';
  if (quote === '' && addresses(first, nick)) return reply;
  const said = quote === '' ? first : withoutAddress(first, nick);
  const template = quote === '' ? form.shortReplyTemplate : form.longReplyTemplate;
  return [fillTemplate(template, { NICK: nick, ORIGINAL: quote, REPLY: said }), ...rest].join('\n');
}

function addresses(line: string, nick: string): boolean {
  return line.startsWith(nick) && /^[:,] /u.test(line.slice(nick.length, nick.length + 2));
}

function withoutAddress(line: string, nick: string): string {
  return addresses(line, nick) ? line.slice(nick.length + 2) : line;
}
