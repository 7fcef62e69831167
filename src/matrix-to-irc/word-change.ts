/** Pure: edits, reactions and deletions in words, and how what they are about is quoted. */

import type { UserId } from '../model/ids.js';
import { localpartOf } from '../model/ids.js';
import type { Body, DeletionBody, MessageEvent, PlaceBody, PollBody, ReactionBody } from '../model/matrix-event.js';
import type { How } from '../model/utterance.js';
import type { Earlier } from '../rooms/event-memory.js';
import { editDiff } from '../text/edit-diff.js';
import { quoteOf } from '../text/reply-line.js';
import { FILES, oneLine, wordFile, wordPlace, wordPoll } from './word-file.js';
import { barePlain, wordText } from './word-text.js';
import type { Prepared, Wording } from './wording.js';

/** Something said, before it is cut into lines; '' says nothing. */
export interface Phrase {
  readonly how: How;
  readonly text: string;
}

const SILENCE: Phrase = { how: 'say', text: '' };
const MOST_KEY = 40;

/** What bridges of other networks write in front, when their bot says what somebody said there. */
const RELAYED = /^<([^<>\s]{1,50})> +(?=\S)/u;

/** Its words where it has any, else what kind of thing it is (M2I-19). */
export function quotable({ body, reply, nick }: Pick<Earlier, 'body' | 'reply' | 'nick'>): string {
  if (body === 'deleted') return 'a deleted message';
  switch (body.type) {
    case 'text':
      return nick === undefined ? barePlain(body, reply ?? false) : barePlain(body, reply ?? false).replace(RELAYED, '');
    case 'media':
      return FILES[body.media].noun;
    case 'place':
      return 'a location';
    default:
      return 'a poll';
  }
}

/** Who said it, as IRC knows him: the nick he had, the nick he has, else the short name of his account (M2I-17). */
export function nickOfEarlier({ sender, nick, body }: Pick<Earlier, 'sender' | 'nick' | 'body'>, wording: Wording): string {
  const said = body !== 'deleted' && body.type === 'text' ? body.plain : '';
  return (nick && RELAYED.exec(said)?.[1]) ?? nick ?? wording.nickOf(sender) ?? (oneLine(localpartOf(sender)).replace(/\s.*$/u, '').slice(0, 30).toWellFormed() || 'somebody');
}

/** M2I-12…14: what changed, or the whole new text behind a star. */
export function wordEdit({ body }: MessageEvent, wording: Wording, prepared: Prepared): Phrase {
  const { earlier } = prepared;
  const reply = earlier?.reply ?? false;
  if (wording.ways.edits === 'silent') return SILENCE;
  if (body.type === 'place' || body.type === 'poll') return wordAnew(body, wording, prepared);
  const now = editable(body);
  const before = earlier && earlier.body !== 'deleted' && earlier.body.type === body.type ? editable(earlier.body) : undefined;
  if (now === undefined) return SILENCE;
  const edit = before === undefined || before.thing !== now.thing ? undefined : editDiff(before.words(reply), now.words(reply));
  if (edit?.kind === 'same') return SILENCE;
  if (edit?.kind === 'diff' && wording.ways.edits === 'diff') return { how: body.type === 'text' && body.how === 'notice' ? 'notice' : 'say', text: edit.text };
  if (body.type === 'media') return { how: 'act', text: wordFile(body, wording, prepared) };
  if (body.type !== 'text') return SILENCE;
  const text = wordText(body, wording, prepared, reply);
  return { how: body.how, text: body.how === 'act' || text === '' ? text : `* ${text}` };
}

/** A place or a poll is said again as a whole, unless nothing of it changed. */
function wordAnew(body: PlaceBody | PollBody, wording: Wording, { earlier }: Prepared): Phrase {
  const words = (of: Body | 'deleted' | undefined): string | undefined => {
    if (of === undefined || of === 'deleted') return undefined;
    return of.type === 'place' ? wordPlace(of) : of.type === 'poll' ? wordPoll(of, wording.ways.lineLimit) : undefined;
  };
  const now = words(body);
  if (now === undefined || now === words(earlier?.body)) return SILENCE;
  return body.type === 'place' ? { how: 'act', text: now } : { how: 'say', text: `* ${now}` };
}

/** What of a body an edit may change: its words; another thing is another message. */
function editable(body: Body): { readonly thing: string; readonly words: (reply: boolean) => string } | undefined {
  if (body.type === 'text') return { thing: 'text', words: (reply) => barePlain(body, reply) };
  if (body.type !== 'media') return undefined;
  const { caption: plain = '', captionHtml: html } = body;
  return { thing: body.mxc ?? body.name, words: (reply) => barePlain({ plain, ...(html === undefined ? {} : { html }) }, reply) };
}

/** M2I-23: `+👍 to bob: "first words…"`. Nothing where what it is about may not be seen, or is one's own. */
export function wordReaction({ key, others }: ReactionBody, sender: UserId, wording: Wording, { earlier }: Prepared): Phrase {
  const way = wording.ways.reactions;
  if (way === 'off' || !earlier || earlier.sender === sender || earlier.body === 'deleted') return SILENCE;
  const sign = reactionSign(key);
  const by = others > 0 ? ` by ${others + 1} people` : '';
  const about = `${nickOfEarlier(earlier, wording)}${quoted(earlier, wording)}`;
  if (way === 'notice') return { how: 'notice', text: `+${sign}${by} to ${about}` };
  return { how: 'act', text: others > 0 ? `and ${others} more reacted with ${sign} to ${about}` : `reacted with ${sign} to ${about}` };
}

/** An image has no sign on IRC. */
function reactionSign(key: string): string {
  if (/^mxc:\/\//iu.test(key)) return 'an image';
  return oneLine(key).slice(0, MOST_KEY).toWellFormed() || '?';
}

/** M2I-25: that a message was deleted, whose if it was not one's own, and how it began where that is known. */
export function wordDeletion(_body: DeletionBody, sender: UserId, wording: Wording, { earlier }: Prepared): Phrase {
  if (wording.ways.redactions === 'off') return SILENCE;
  const whose = earlier && earlier.sender !== sender ? ` of ${nickOfEarlier(earlier, wording)}` : '';
  return { how: 'notice', text: `deleted a message${whose}${earlier ? quoted(earlier, wording) : ''}` };
}

function quoted(earlier: Earlier, { form }: Wording): string {
  const quote = earlier.body === 'deleted' ? '' : quoteOf(quotable(earlier), form.replySourceMaxLength);
  return quote === '' ? '' : `: "${quote}"`;
}
