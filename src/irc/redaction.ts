/** REDACT and its answer (IRCv3 draft/message-redaction, CAP-10). */

import type { Clock } from '../lib/clock.js';
import type { ChannelName, Nick } from '../model/irc-names.js';
import { done, refused, type Outcome } from '../model/refusal.js';
import { cleanQuote } from './wire/irc-errors.js';
import type { Mouth } from './speech.js';

/** A server that says nothing has done it: the answer to what worked is the REDACT line that all get. */
const ANSWER_MS = 3_000;

export interface Redaction {
  readonly target: ChannelName | Nick;
  readonly msgid: string;
  readonly reason?: string;
}

/** Deletes a message; refused with `connection-lost`, with `cannot-send` where the server knows no REDACT, `server-said-no` where it refuses. */
export function redact({ tags, outbox }: Mouth, clock: Clock, ready: boolean, what: Redaction): Promise<Outcome> {
  if (!ready) return Promise.resolve(refused('connection-lost', 'There is no IRC connection.'));
  return new Promise((resolve) => {
    const line = tags.redact(what.target, what.msgid, what.reason, (answer) => {
      if (!('failed' in answer)) resolve(done);
      else resolve(refused('server-said-no', `The IRC server answers: ${cleanQuote(answer.words)} (${cleanQuote(answer.failed)}).`, true));
    });
    if (line === undefined) return resolve(refused('cannot-send', 'This network has no way to delete messages.', true));
    const pushed = outbox.push(line, 'text', (taken) => {
      if (!taken) resolve(refused('connection-lost', 'The IRC connection was lost.'));
      else clock.after(ANSWER_MS, () => resolve(done));
    });
    if (!pushed) resolve(refused('connection-lost', 'The IRC connection was lost.'));
  });
}
