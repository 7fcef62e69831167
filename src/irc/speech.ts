/** Says an utterance through an outbox, keeps count of what the kernel took, and says anew what a channel's limit threw away. */

import type { ChannelName, Nick } from '../model/irc-names.js';
import { done, refused, type Outcome, type Refusal } from '../model/refusal.js';
import type { Utterance } from '../model/utterance.js';
import type { ChannelBudgets } from './channel-budget.js';
import { cutBytes, isChannel } from './wire/clean-line.js';
import type { Answer } from './labels.js';
import { sayLine } from './wire/lines.js';
import { Outbox, type Handed, type Pace } from './connection/outbox.js';
import type { Saying } from './port.js';
import { speakAtOnce } from './speech-batch.js';
import { SentLines, type SentLine, type SentLinesNeeds } from './sent-lines.js';
import { type TagTalk, withTags } from './tag-talk.js';
import { Unconfirmed } from './unconfirmed.js';

const LOST = refused('connection-lost', 'The IRC connection was lost before all was said.');
/** A line that was thrown away so often is given up. */
const TIMES_MOST = 5;

export interface MouthNeeds extends Omit<SentLinesNeeds, 'thrownAway'> {
  readonly pace: Pace;
  readonly budgets: ChannelBudgets;
  readonly tags: TagTalk;
  /** Lines were thrown away of which nobody wants to be told by his `Saying`. */
  notSaid(to: ChannelName | Nick, why: Refusal): void;
}

/** What one client speaks with, and what becomes of lines that its server throws away. */
export class Mouth {
  readonly outbox: Outbox;
  readonly sent: SentLines;
  readonly unconfirmed: Unconfirmed;
  readonly budgets: ChannelBudgets;
  readonly tags: TagTalk;
  readonly #needs: MouthNeeds;

  constructor(needs: MouthNeeds) {
    this.#needs = needs;
    this.outbox = new Outbox(needs);
    this.budgets = needs.budgets;
    this.tags = needs.tags;
    this.unconfirmed = new Unconfirmed(needs.clock, () => this.sent.asks || !this.tags.echoes);
    this.tags.labels.onEcho = (label) => this.unconfirmed.echoed(label);
    this.sent = new SentLines({ ...needs, thrownAway: (lines, target, why) => this.#thrownAway(lines, target, why) });
  }

  /** The connection is gone, or `asked` for with a QUIT that follows: everybody who waits to be heard is told. */
  lose(asked = false): void {
    this.outbox.lose();
    this.sent.lose();
    this.unconfirmed.lose(asked);
    this.tags.lose();
    this.budgets.forget(this.outbox);
  }

  /** Said anew within a channel's limit, else told to who said them, else to everybody. */
  #thrownAway(lines: readonly SentLine[], target: ChannelName | Nick | undefined, why: Refusal): void {
    for (const { saying } of lines) this.unconfirmed.settled(saying);
    const channel = why.reason === 'slow-down' ? lines.find((line) => isChannel(line.target))?.target : undefined;
    if (channel !== undefined) {
      this.budgets.throttled(channel);
      return speakAgain(this, lines, why);
    }
    const sayings = new Set(lines.map((line) => line.saying).filter((saying) => saying?.refused !== undefined));
    for (const saying of sayings) saying?.refused?.(why);
    const to = target ?? lines.at(-1)?.target;
    if (sayings.size === 0 && to !== undefined) this.#needs.notSaid(to, why);
  }
}

/** Says an utterance as one message where the server takes it so (CAP-7), else line by line. */
export function speak(
  mouth: Mouth,
  target: ChannelName | Nick,
  utterance: Utterance,
  budget: number,
  saying: Saying | undefined,
): Promise<Outcome> {
  const singly = (): Promise<Outcome> => speakSingly(mouth, target, utterance, budget, saying);
  return speakAtOnce(mouth, target, utterance, budget, saying, singly) ?? singly();
}

/**
 * Queues every line of an utterance from `progress.from` on, cut to `budget` bytes. `progress.said` gets the number of
 * lines said so far, those before `from` counted, in the tick in which the kernel took one.
 */
function speakSingly(
  mouth: Mouth,
  target: ChannelName | Nick,
  utterance: Utterance,
  budget: number,
  saying: Saying | undefined,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const { how, lines } = utterance;
    let said = saying?.from ?? 0;
    let refusal: Outcome | undefined;
    const handed = (taken: boolean): void => {
      if (refusal !== undefined) return;
      if (!taken) {
        refusal = LOST;
        resolve(LOST);
        return;
      }
      said++;
      saying?.said(said);
      if (said >= lines.length) resolve(done);
    };
    if (said >= lines.length) resolve(done);
    const { tags } = mouth;
    // That it is a reply is told once.
    let reply = said === 0 ? tags.reply(saying?.replyTo) : [];
    for (const text of lines.slice(said)) {
      const cut = cutBytes(text, budget);
      const line = sayLine(how, target, cut, tags.lineBytes);
      const label = tags.label(answerTo(saying));
      const sent = { target, how, text: cut, saying, times: 1 };
      if (line === undefined) {
        refusal = refused('not-a-channel', 'This is no name that a message can be sent to.', true);
      } else if (!push(mouth, withTags([...label, ...reply], line), labelled(sent, label), handed)) {
        refusal = mouth.outbox.queued > 0 ? refused('slow-down', 'Too much waits to be said on IRC already.') : LOST;
      }
      reply = [];
      // What was queued before may still be said and counted; the caller learns how far it came.
      if (refusal !== undefined) return resolve(refusal);
    }
  });
}

/** The line with the label in such a tag. */
function labelled(sent: SentLine, [tag]: readonly string[]): SentLine {
  return tag === undefined ? sent : { ...sent, label: tag.slice('label='.length) };
}

/** What is done with the id that the server gives a line. */
function answerTo(saying: Saying | undefined): ((answer: Answer) => void) | undefined {
  if (saying?.msgid === undefined) return undefined;
  return (answer) => {
    if ('msgid' in answer) saying.msgid?.(answer.msgid);
  };
}

/**
 * Says lines anew that a channel's limit threw away, ahead of what waits for that channel. Those that cannot be, or were
 * too often, are told to whoever said them.
 */
function speakAgain(mouth: Mouth, lines: readonly SentLine[], why: Refusal): void {
  for (const line of lines) {
    // What is said anew bears no label.
    const raw = line.times < TIMES_MOST ? sayLine(line.how, line.target, line.text, mouth.tags.lineBytes) : undefined;
    const handed = (taken: boolean): void => {
      if (!taken) line.saying?.refused?.(why);
    };
    if (raw === undefined || !push(mouth, raw, again(line), handed, true)) handed(false);
  }
}

function again({ target, how, text, saying, times }: SentLine): SentLine {
  return { target, how, text, saying, times: times + 1 };
}

/** Hands a line to the outbox, once it is its turn in a channel with a limit of its own. */
function push({ outbox, sent, unconfirmed, budgets }: Mouth, line: string, what: SentLine, handed: Handed, ahead = false): boolean {
  const now = (): boolean =>
    outbox.push(line, 'text', (taken) => {
      if (taken) {
        sent.sent(what);
        unconfirmed.sent(what.saying, what.label);
      }
      handed(taken);
    });
  const limit = budgets.of(what.target);
  if (limit === undefined) return now();
  const turn = (granted: boolean): void => {
    if (!granted || !now()) handed(false);
  };
  return limit.ask(outbox, turn, ahead);
}
