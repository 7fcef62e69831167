/** Pure: a Matrix message as what is said on IRC. */

import type { MessageEvent, TextBody } from '../model/matrix-event.js';
import type { How, Utterance } from '../model/utterance.js';
import type { Earlier } from '../rooms/event-memory.js';
import { fencedCode } from '../text/code-fence.js';
import { quoteOf, replyLine } from '../text/reply-line.js';
import { splitJoined, splitLines } from '../text/split.js';
import { fillTemplate } from '../text/template.js';
import { nickOfEarlier, type Phrase, quotable, wordDeletion, wordEdit, wordReaction } from './word-change.js';
import { wordFile, wordPlace, wordPoll, wordResult } from './word-file.js';
import { wordRelayed } from './word-relayed.js';
import { barePlain, wordText } from './word-text.js';
import { NOTHING, type Prepared, type Wording } from './wording.js';

/** What is said; no lines at all for a blank body (M2I-47). */
export interface Worded {
  readonly utterance: Utterance;
  /** More than may be said: lines are left out here, or stand on a page. */
  readonly long: boolean;
  /** The message is a file without an address: its content stays on Matrix. */
  readonly fileNamed: boolean;
  /** The whole of a long text, as it is to be shown on a page. */
  readonly code?: { readonly language?: string };
}

const MARK = '(truncated)';
/** Only to find out whether there is any line. */
const SOME_BYTES = 400;
const LANGUAGE = /^\s*<pre>\s*<code(?:\s+class=["'](?:[^"']{0,100}\s)?language-([\w+#.-]{1,30})[^"']{0,100}["'])?\s*>[^]*<\/code>\s*<\/pre>\s*$/iu;
const FENCED = /^\s*```([\w+#.-]{1,30})\s*\n/u;

/**
 * Words a message (M2I-1…8, 12…23, 25, 27…31, 46, 47): each line fits, empty ones are skipped. What is more than
 * `lineLimit` lines is its first line and the address of a page, or without a page its first lines and a mark.
 */
export function toUtterance(event: Pick<MessageEvent, 'body' | 'sender' | 'at' | 'replyTo' | 'thread' | 'replaces'>, wording: Wording, prepared: Prepared = NOTHING): Worded {
  return wording.as === undefined ? worded(event, wording, prepared) : wordRelayed(wording.as, wording, (inner) => worded(event, inner, prepared));
}

function worded(event: Parameters<typeof toUtterance>[0], wording: Wording, prepared: Prepared): Worded {
  const { body } = event;
  const phrase = phraseOf(event, wording, prepared);
  const how = wayOf(phrase.how, wording);
  const text = phrase.how === 'act' && how === 'say' ? `* ${phrase.text}` : phrase.text;
  const pieces = splitJoined(text, wording.budget(how));
  const lines = pieces.map((piece) => piece.text);
  const limit = wording.ways.lineLimit;
  const fileNamed = body.type === 'media' && prepared.address === undefined && wording.ways.media !== 'name';
  const joins = pieces.some(({ join }) => join !== undefined) ? { joins: pieces.map(({ join }) => join) } : {};
  if (lines.length <= limit) return { utterance: { how, lines, ...joins }, long: false, fileNamed };
  const code = body.type === 'text' && event.replaces === undefined ? codeOf(body) : undefined;
  const rest = { long: true, fileNamed, ...(code ? { code } : {}) };
  if (prepared.page === undefined) return { utterance: { how, lines: [...lines.slice(0, Math.max(0, limit - 1)), MARK] }, ...rest };
  return { utterance: pointing(lines, how, wording, prepared.page, code), ...rest };
}

/** Whether a message has nothing that could be said (M2I-47): asked before anything is connected for it. */
export function isBlank({ body }: Pick<MessageEvent, 'body'>): boolean {
  return body.type === 'text' && splitLines(barePlain(body, false), SOME_BYTES).length === 0;
}

function phraseOf(event: Parameters<typeof toUtterance>[0], wording: Wording, prepared: Prepared): Phrase {
  const { body, sender } = event;
  switch (body.type) {
    case 'reaction':
      return wordReaction(body, sender, wording, prepared);
    case 'deletion':
      return wordDeletion(body, sender, wording, prepared);
    case 'pollResult':
      return { how: 'notice', text: wordResult(body, pollIn(prepared.earlier)) };
    default:
  }
  if (event.replaces !== undefined) return wordEdit(event as MessageEvent, wording, prepared);
  switch (body.type) {
    case 'media':
      return shown(event, wordFile(body, wording, prepared), wording, prepared);
    case 'place':
      return shown(event, wordPlace(body), wording, prepared);
    case 'poll':
      return { how: 'say', text: wordPoll(body, wording.ways.lineLimit) };
    case 'text':
      return { how: body.how, text: answering(event, wordText(body, wording, prepared, event.replyTo !== undefined || event.thread !== undefined), wording, prepared) };
  }
}

/** A file is something that is done; as an answer it is said, since `* nick: uploaded …` would be done by another (M2I-20). */
function shown(event: Parameters<typeof toUtterance>[0], text: string, wording: Wording, prepared: Prepared): Phrase {
  const answer = answering(event, text, wording, prepared);
  return { how: answer === text ? 'act' : 'say', text: answer };
}

/** A reply names whom it answers, a message of a thread too or how the thread began (M2I-15…20, 22). */
function answering(event: Parameters<typeof toUtterance>[0], text: string, wording: Wording, { earlier, root, tagged }: Prepared): string {
  const { body, sender, at, thread } = event;
  // `* nick: waves` would be said of somebody else.
  if ((earlier === undefined && root === undefined) || text === '' || (body.type === 'text' && body.how === 'act')) return text;
  const answer = (to: Earlier): string => {
    if (tagged) return text;
    const nick = to.sender === sender ? '' : nickOfEarlier(to, wording);
    const form = nick === '' ? withoutNick(wording.form) : wording.form;
    const original = wording.ways.replies === 'nick' ? '' : quotable(to);
    return replyLine(text, { nick, original, ageSeconds: (at - to.at) / 1000 }, form);
  };
  if (thread && wording.ways.threads === 'prefix') {
    const began = root === undefined ? '' : quoteOf(quotable(root), wording.form.replySourceMaxLength);
    // In a thread one may answer somebody, too.
    const said = event.replyTo === undefined || !earlier ? text : answer(earlier);
    return began === '' ? said : `[thread: ${began}] ${said}`;
  }
  return earlier ? answer(earlier) : text;
}

/** Whoever answers himself is not addressed. */
function withoutNick(form: Wording['form']): Wording['form'] {
  const bare = (template: string): string => template.replace(/[<(["]?\$NICK[>)\]":,]*\s*/u, '');
  return { ...form, shortReplyTemplate: bare(form.shortReplyTemplate), longReplyTemplate: bare(form.longReplyTemplate) };
}

function pollIn(earlier: Earlier | undefined): Parameters<typeof wordResult>[1] {
  return earlier && earlier.body !== 'deleted' && earlier.body.type === 'poll' ? earlier.body : undefined;
}

function wayOf(how: How, { only }: Wording): How {
  return (how === 'act' && only?.act) || (how === 'notice' && only?.notice) ? 'say' : how;
}

/** Whether the message is one block of code, and of which language. */
function codeOf({ plain, html }: TextBody): { readonly language?: string } | undefined {
  const alone = html === undefined || html.match(/<pre\b/giu)?.length === 1;
  const found = html === undefined || !alone ? undefined : LANGUAGE.exec(html);
  const language = found?.[1] ?? FENCED.exec(plain)?.[1];
  if (!found && (html !== undefined || fencedCode(plain) === undefined)) return undefined;
  return language === undefined ? {} : { language };
}

/** M2I-28, 29: the first line and where the whole text stands; code is not begun. */
function pointing(lines: readonly string[], how: How, wording: Wording, page: string, code: Worded['code']): Utterance {
  if (code) {
    const did = `sent a ${code.language === undefined ? '' : `${code.language} `}code block: ${page}`;
    const way = wayOf('act', wording);
    return { how: way, lines: splitLines(way === 'act' ? did : `* ${did}`, wording.budget(way)) };
  }
  const note = fillTemplate(wording.form.truncatedMessageTemplate, { URL: page }).replaceAll('\n', ' ');
  const room = wording.budget(how) - Buffer.byteLength(note) - 1;
  const first = room < 1 ? [] : splitLines(lines[0] ?? '', room).slice(0, 1);
  // A colour that is open in the first line would run into the address.
  const closed = first.map((line) => (/[\x02\x03\x04\x11\x16\x1d\x1e\x1f]/u.test(line) ? `${line}\x0f` : line));
  return { how, lines: splitLines([...closed, note].join(' '), wording.budget(how)) };
}
