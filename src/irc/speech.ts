/** Says an utterance through an outbox and keeps count of what the kernel took. */

import type { ChannelName, Nick } from '../model/irc-names.js';
import { done, refused, type Outcome } from '../model/refusal.js';
import type { Utterance } from '../model/utterance.js';
import { cutBytes } from './clean-line.js';
import { sayLine } from './lines.js';
import type { Outbox } from './outbox.js';
import type { Saying } from './port.js';

const LOST = refused('connection-lost', 'The IRC connection was lost before all was said.');

/**
 * Queues every line of an utterance from `progress.from` on, cut to `budget` bytes. `progress.said` gets the number of
 * lines said so far, those before `from` counted, in the tick in which the kernel took one.
 */
export function speak(
  outbox: Outbox,
  target: ChannelName | Nick,
  utterance: Utterance,
  budget: number,
  progress: Saying | undefined,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const { how, lines } = utterance;
    let said = progress?.from ?? 0;
    let refusal: Outcome | undefined;
    const handed = (taken: boolean): void => {
      if (refusal !== undefined) return;
      if (!taken) {
        refusal = LOST;
        resolve(LOST);
        return;
      }
      said++;
      progress?.said(said);
      if (said >= lines.length) resolve(done);
    };
    if (said >= lines.length) resolve(done);
    for (const text of lines.slice(said)) {
      const line = sayLine(how, target, cutBytes(text, budget));
      if (line === undefined) {
        refusal = refused('not-a-channel', 'This is no name that a message can be sent to.', true);
      } else if (!outbox.push(line, 'text', handed)) {
        refusal = outbox.queued > 0 ? refused('slow-down', 'Too much waits to be said on IRC already.') : LOST;
      }
      // What was queued before may still be said and counted; the caller learns how far it came.
      if (refusal !== undefined) return resolve(refusal);
    }
  });
}
