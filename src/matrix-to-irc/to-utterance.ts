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

/** Words a message (M2I-1…3, 27, 30, 31, 46, 47): each line fits, empty ones are skipped, the rest is cut with a mark. */
export function toUtterance(event: Pick<MessageEvent, 'body'>, rules: UtteranceRules): Worded {
  const { body } = event;
  if (body.type === 'media') return { ...file(body, rules), cut: false, fileNamed: true };
  const lines = splitLines(textOf(body), rules.budget(body.how));
  if (lines.length <= rules.lineLimit) return { utterance: { how: body.how, lines }, cut: false, fileNamed: false };
  const kept = [...lines.slice(0, Math.max(0, rules.lineLimit - 1)), MARK];
  return { utterance: { how: body.how, lines: kept }, cut: true, fileNamed: false };
}

function textOf(body: TextBody): string {
  return body.html === undefined ? plainToIrc(body.plain) : htmlToIrc(body.html);
}

/** A file is named in one line; a caption follows as text. */
function file(body: MediaBody, rules: UtteranceRules): { utterance: Utterance } {
  const name = plainToIrc(body.name).replaceAll('\n', ' ').trim() || body.media;
  const lines = [`sent a file: ${name}`, ...(body.caption === undefined ? [] : plainToIrc(body.caption).split('\n'))];
  const fitting = lines.flatMap((line) => splitLines(line, rules.budget('act')));
  return { utterance: { how: 'act', lines: fitting.slice(0, Math.max(1, rules.lineLimit)) } };
}
