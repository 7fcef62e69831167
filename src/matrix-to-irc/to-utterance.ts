/** Pure: the content of a Matrix message as what is said on IRC. */

import type { MediaBody, MessageEvent, TextBody } from '../model/matrix-event.js';
import type { How, Utterance } from '../model/utterance.js';
import { htmlToIrc } from '../text/html-to-irc.js';
import { plainToIrc } from '../text/plain-to-irc.js';
import { splitLines } from '../text/split.js';

export interface UtteranceRules {
  /** Bytes of text in one line, as others see it. */
  readonly budget: (how: How) => number;
  /** `ircClients.lineLimit`: more lines than this are not said. */
  readonly lineLimit: number;
}

/** What is said; no lines at all for a blank body (M2I-47). `cut`: lines were left out, so the author is told. */
export interface Worded {
  readonly utterance: Utterance;
  readonly cut: boolean;
  /** The message is a file whose content stays on Matrix. */
  readonly fileNamed: boolean;
}

const MARK = '(truncated)';
/** Only to find out whether there is any line. */
const SOME_BYTES = 400;

/** Words a message (M2I-1…3, 27, 30, 31, 46, 47): each line fits, empty ones are skipped, the rest is cut with a mark. */
export function toUtterance({ body }: Pick<MessageEvent, 'body'>, rules: UtteranceRules): Worded {
  const how = body.type === 'media' ? 'act' : body.how;
  const lines = splitLines(textOf(body), rules.budget(how));
  const cut = lines.length > rules.lineLimit;
  const kept = cut ? [...lines.slice(0, Math.max(0, rules.lineLimit - 1)), MARK] : lines;
  return { utterance: { how, lines: kept }, cut, fileNamed: body.type === 'media' };
}

/** Whether a message has nothing that could be said (M2I-47). */
export function isBlank({ body }: Pick<MessageEvent, 'body'>): boolean {
  return splitLines(textOf(body), SOME_BYTES).length === 0;
}

function textOf(body: TextBody | MediaBody): string {
  if (body.type === 'media') return fileText(body);
  const text = body.html === undefined ? '' : htmlToIrc(body.html);
  // HTML of which nothing is left must not swallow what the plain body says.
  return splitLines(text, SOME_BYTES).length > 0 ? text : plainToIrc(body.plain);
}

/** A file is named in one line; a caption follows as text. */
function fileText(body: MediaBody): string {
  const name = plainToIrc(body.name).replaceAll('\n', ' ').trim() || body.media;
  return `sent a file: ${name}\n${body.caption === undefined ? '' : plainToIrc(body.caption)}`;
}
