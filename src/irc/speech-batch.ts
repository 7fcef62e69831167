/** Says several lines as one message, where the server takes multiline batches (CAP-7). */

import type { ChannelName, Nick } from '../model/irc-names.js';
import { done, refused, type Outcome } from '../model/refusal.js';
import type { Utterance } from '../model/utterance.js';
import type { ChannelBudgets } from './channel-budget.js';
import { batchLine, sayLine } from './wire/lines.js';
import type { Outbox } from './connection/outbox.js';
import type { Saying } from './port.js';
import { type TagTalk, withTags } from './tag-talk.js';
import type { Unconfirmed } from './unconfirmed.js';

const LOST = refused('connection-lost', 'The IRC connection was lost before all was said.');
/** What it is said with. */
export interface BatchNeeds {
  readonly tags: TagTalk;
  readonly outbox: Outbox;
  readonly budgets: ChannelBudgets;
  readonly unconfirmed: Unconfirmed;
}

const CONCAT = 'draft/multiline-concat';

/**
 * Queues a batch; `undefined` when it is not for one: a single line, an action, lines of which some are said already, a
 * channel with a limit of its own, a server without. All of it counts as said when its end was handed to the kernel,
 * since a server throws away a batch that is cut off.
 * @param singly says it line by line: asked for when the server refuses the batch
 */
export function speakAtOnce(
  { tags, outbox, budgets, unconfirmed }: BatchNeeds,
  target: ChannelName | Nick,
  { how, lines, joins }: Utterance,
  budget: number,
  saying: Saying | undefined,
  singly: () => Promise<Outcome>,
): Promise<Outcome> | undefined {
  if (how === 'act' || (saying?.from ?? 0) > 0 || lines.length < 2 || budgets.of(target) !== undefined) return undefined;
  const texts = withBlanks(lines, joins ?? [], budget);
  if (!texts) return undefined;
  const id = tags.batch(texts);
  const begin = id === undefined ? undefined : batchLine(id, target);
  const end = id === undefined ? undefined : batchLine(id);
  const middle = texts.map((text, at) => {
    const line = sayLine(how, target, text);
    return line && withTags([`batch=${id ?? ''}`, ...(joins?.[at] === undefined ? [] : [CONCAT])], line);
  });
  if (begin === undefined || end === undefined || middle.includes(undefined)) return undefined;
  return new Promise((resolve) => {
    const label = tags.label((answer) => {
      if ('msgid' in answer) saying?.msgid?.(answer.msgid);
      // Refused as a whole: nothing of it was delivered.
      else void singly().then((outcome) => (outcome.ok ? undefined : saying?.refused?.(outcome.refusal)));
    });
    let lost = false;
    const handed = (last: boolean) => (taken: boolean): void => {
      if (lost) return;
      lost = !taken;
      if (lost) resolve(LOST);
      else if (last) {
        unconfirmed.sent(saying);
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

/** Puts each blank that was lost where a line was cut back, before or behind the cut; `undefined` where it fits neither. */
function withBlanks(lines: readonly string[], joins: NonNullable<Utterance['joins']>, budget: number): string[] | undefined {
  const texts = [...lines];
  for (const [at, text] of lines.entries()) {
    if (Buffer.byteLength(texts[at] ?? '') > budget) return undefined;
    if (joins[at] !== ' ' || at === 0) continue;
    const before = `${texts[at - 1] ?? ''} `;
    if (Buffer.byteLength(before) <= budget) texts[at - 1] = before;
    else if (Buffer.byteLength(text) < budget) texts[at] = ` ${text}`;
    else return undefined;
  }
  return texts;
}
