/** What the homeserver asks of us, brought together: listener, intake, and the two questions of the flows. */

import type { Entry } from '../journal/port.js';
import { within, type Clock } from '../lib/clock.js';
import { type Log, requestOf } from '../lib/log.js';
import { parseRoomAlias, parseUserId } from '../model/ids.js';
import { Intake, type IntakeParts } from './intake.js';
import { MetaEvents, type MetaParts } from './meta.js';
import { Listener, type Answers } from './listener.js';
import type { Limits } from './options.js';
import type { Questions } from './port.js';
import { ok, refusal, type Reply } from './reply.js';

export interface InboundParts extends IntakeParts {
  readonly decodeAccount: MetaParts['decode'];
  readonly token: string;
  readonly maxTxnBytes: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Limits;
}

/** Seconds after which the homeserver may come again when we refuse; it has its own idea of it anyway. */
const COME_AGAIN = 10;
const notFound = refusal(404, 'M_NOT_FOUND', 'Not found');

/** One word and no details: anybody may ask (S23). */
const unready = (wanting: string): Reply => ({ status: 503, body: { ready: false, wanting } });

export class Inbound {
  readonly listener: Listener;
  /** Set before the listener opens. */
  library: Answers['library'] | undefined;
  questions: Questions | undefined;
  refusing = false;
  readonly #parts: InboundParts;
  readonly #intake: Intake;
  /** Made when it is first asked. */
  #meta: MetaEvents | undefined;

  constructor(parts: InboundParts) {
    this.#parts = parts;
    this.#intake = new Intake(parts);
    const { token, maxTxnBytes, limits, clock, log } = parts;
    const answers: Answers = {
      closedFor: () => this.#closedFor(),
      transaction: (txnId, body) => this.#intake.transaction(txnId, body),
      meta: () => {
        const judge = this.questions?.meta;
        if (!judge) return undefined;
        const accepted = (entries: readonly Entry[]): void => entries.forEach(parts.acceptedAccount);
        this.#meta ??= new MetaEvents({ ...parts, judge, accepted, decode: parts.decodeAccount, now: () => clock.now() });
        return (txnId, body) => this.#meta?.answer(txnId, body) ?? Promise.resolve(notFound);
      },
      alias: (text, request) => {
        const alias = parseRoomAlias(text);
        return this.#ask(alias && this.questions?.alias(alias, request), text, request);
      },
      user: (text, request) => {
        const user = parseUserId(text);
        return this.#ask(user && this.questions?.user(user), text, request);
      },
      ready: () => {
        const wanting = this.#parts.journal.full ? 'journal' : this.questions?.wanting();
        if (this.refusing || !this.questions) return unready('start');
        return wanting === undefined ? { status: 200, body: { ready: true } } : unready(wanting);
      },
      metrics: () => this.questions?.metrics,
      guests: (request, response, path) => this.questions?.guests?.(request, response, path) ?? false,
      library: (request, response, next) => (this.library ? this.library(request, response, next) : next()),
    };
    this.listener = new Listener({ token, maxTxnBytes, answers, limits, clock, log });
  }

  #closedFor(): Reply | undefined {
    if (this.refusing) return refusal(503, 'M_UNKNOWN', 'The bridge is stopping', COME_AGAIN);
    if (this.#parts.journal.full) return refusal(503, 'M_UNKNOWN', 'The journal of the bridge is full', COME_AGAIN);
    return undefined;
  }

  /** Only a yes in time is a yes: Synapse takes any 200 as "exists" (L7). */
  async #ask(question: Promise<boolean> | undefined, about: string, request: object): Promise<Reply> {
    const { clock, limits, log } = this.#parts;
    try {
      return question && (await within(clock, limits.questionMs, question, () => false)) ? ok : notFound;
    } catch (fault) {
      log.error('question failed', { request: requestOf(request), about, fault });
      return notFound;
    }
  }
}
