/** Says several lines as one message, where the server takes multiline batches (CAP-7). */

import type { ChannelName, Nick } from '../model/irc-names.js';
import { done, refused, type Outcome } from '../model/refusal.js';
import type { Utterance } from '../model/utterance.js';
import type { ChannelBudgets } from './channel-budget.js';
import { batchLine, sayLine } from './wire/lines.js';
import type { Outbox } from './connection/outbox.js';
import type { Saying } from './port.js';
import type { SentLines } from './sent-lines.js';
import { type TagTalk, withTags } from './tag-talk.js';
import type { Unconfirmed } from './unconfirmed.js';

const LOST = refused('connection-lost', 'The IRC connection was lost before all was said.');
/** What it is said with. */
export interface BatchNeeds {
  readonly tags: TagTalk;
  readonly outbox: Outbox;
  readonly budgets: ChannelBudgets;
  readonly unconfirmed: Unconfirmed;
  readonly sent: Pick<SentLines, 'sent'>;
}

const CONCAT = 'draft/multiline-concat';

/**
 * Queues a batch; `undefined` when it is not for one: a single line, an action, lines of which some are said already, a
 * channel with a limit of its own, a server without. All of it counts as said when its end was handed to the kernel,
 * since a server throws away a batch that is cut off.
 * @param singly says it line by line: asked for when the server refuses the batch
 */
export function speakAtOnce(
  { tags, outbox, budgets, unconfirmed, sent }: BatchNeeds,
  target: ChannelName | Nick,
  { how, lines, joins }: Utterance,
  budget: number,
  saying: Saying | undefined,
  singly: () => Promise<Outcome>,
): Promise<Outcome> | undefined {
  if (how === 'act' || (saying?.from ?? 0) > 0 || lines.length < 2 || budgets.of(target) !== undefined) return undefined;
  const texts = joined(lines, joins ?? [], budget);
  if (!texts) return undefined;
  const id = tags.batch(texts);
  const begin = id === undefined ? undefined : batchLine(id, target);
  const end = id === undefined ? undefined : batchLine(id);
  const middle = texts.map((text, at) => {
    const line = sayLine(how, target, text, tags.lineBytes);
    return line && withTags([`batch=${id ?? ''}`, ...(joins?.[at] === undefined ? [] : [CONCAT])], line);
  });
  if (begin === undefined || end === undefined || middle.includes(undefined)) return undefined;
  return new Promise((resolve) => {
    const label = tags.label((answer) => {
      if ('msgid' in answer) saying?.msgid?.(answer.msgid);
      // Refused as a whole: nothing of it was delivered.
      else again();
    }, 'batch');
    let refusedYet = false;
    const again = (): void => {
      refusedYet = true;
      unconfirmed.settled(saying);
      void singly().then((outcome) => (outcome.ok ? undefined : saying?.refused?.(outcome.refusal)));
    };
    let lost = false;
    const handed = (last: boolean) => (taken: boolean): void => {
      if (lost) return;
      lost = !taken;
      if (lost) resolve(LOST);
      else if (last) {
        // It may be refused before its end has gone out.
        if (!refusedYet) {
          unconfirmed.sent(saying, label[0]?.slice('label='.length));
          // A numeric may refuse it, once for all of it; it is never said anew from here.
          sent.sent({ target, how, text: '', saying, times: Infinity });
        }
        saying?.said(lines.length);
        resolve(done);
      }
    };
    const all = [withTags([...label, ...tags.reply(saying?.replyTo)], begin), ...middle, end];
    for (const [at, line] of all.entries()) {
      const pushed = line !== undefined && outbox.push(line, 'text', handed(at === all.length - 1));
      if (!pushed) {
        lost = true;
        return resolve(outbox.queued > 0 ? refused('slow-down', 'Too much waits to be said on IRC already.') : LOST);
      }
    }
  });
}

/** What begins bold, a colour and the like again behind a cut. */
const BEGINS = /^[\x02\x03\x04\x11\x16\x1d\x1e\x1f]/;

/**
 * Makes pieces what they are when they are read as one line: a blank that was lost where it was cut comes back, before or
 * behind the cut, and what is begun again behind it is ended before it, since it may be a toggle. `undefined` where that
 * does not fit.
 */
function joined(lines: readonly string[], joins: NonNullable<Utterance['joins']>, budget: number): string[] | undefined {
  const texts = [...lines];
  for (const at of lines.keys()) {
    if (Buffer.byteLength(texts[at] ?? '') > budget) return undefined;
    const blank = joins[at];
    if (at === 0 || blank === undefined) continue;
    const seam = BEGINS.test(texts[at] ?? '') ? `${blank}\x0f` : blank;
    const [before, behind] = [`${texts[at - 1] ?? ''}${seam}`, `${seam}${texts[at] ?? ''}`];
    if (Buffer.byteLength(before) <= budget) texts[at - 1] = before;
    else if (Buffer.byteLength(behind) <= budget) texts[at] = behind;
    else return undefined;
  }
  return texts;
}
