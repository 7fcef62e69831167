/**
 * The endpoint for meta events (matrix-spec issue 258): each gets an answer, and those that are allowed are kept as if
 * they had stood in a transaction.
 */

import { createHash } from 'node:crypto';
import type { Entry, Journal } from '../journal/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { Log } from '../lib/log.js';
import { SingleFlight } from '../lib/single-flight.js';
import type { Metrics } from '../metrics/port.js';
import type { AccountNews } from '../model/account.js';
import type { JsonObject } from '../model/matrix-content.js';
import type { MetaAnswer } from './port.js';
import { isRaw } from './raw.js';
import { refusal, type Reply } from './reply.js';
import { metaItem, type Synthetic } from './synthetic.js';

export interface MetaParts {
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly now: () => number;
  readonly decode: (body: unknown, heardAt: number) => AccountNews;
  readonly judge: (news: AccountNews) => MetaAnswer;
  readonly accepted: (entries: readonly Entry[]) => void;
}

/** Requests whose answers are remembered, for who asks again since he did not hear them. */
const MOST_ANSWERS = 1000;

const allowed: MetaAnswer = { action: 'allow' };

export class MetaEvents {
  readonly #parts: MetaParts;
  readonly #flights = new SingleFlight<string, Reply>();
  readonly #answers = new BoundedMap<string, Reply>(MOST_ANSWERS);

  constructor(parts: MetaParts) {
    this.#parts = parts;
  }

  /** Answers `PUT …/meta/{txnId}`; never rejects. A repeated one gets the same answer and is done once. */
  async answer(txnId: string, body: Buffer): Promise<Reply> {
    const digest = createHash('sha256').update(txnId).update('\0').update(body).digest('base64url').slice(0, 22);
    return this.#answers.get(digest) ?? this.#flights.do(digest, () => this.#take(digest, txnId, body));
  }

  async #take(digest: string, txnId: string, body: Buffer): Promise<Reply> {
    const { journal, log, metrics } = this.#parts;
    const events = eventsIn(body);
    if (events === undefined) return refusal(400, 'M_NOT_JSON', 'The body is not JSON');
    if (!Array.isArray(events)) return refusal(400, 'M_BAD_JSON', 'events must be a list');
    const items = (events as unknown[]).map(metaItem);
    const seen = `meta:${digest}`;
    const again = journal.seen(seen);
    // What was taken before was allowed then.
    const isKnown = (item: Synthetic): boolean => item.seen !== undefined && journal.seen(item.seen);
    const answers = items.map((item) => (item && !isKnown(item) ? this.#judge(item) : allowed));
    const news = items.filter((item, at) => item && answers[at]?.action === 'allow' && !isKnown(item));
    try {
      if (news.length > 0 && !again) {
        const bodies = news.flatMap((item) => (item ? [item.body] : []));
        const kept = journal.keep('synthetic', bodies, [seen, ...news.flatMap((item) => item?.seen ?? [])]);
        await kept.durable;
        this.#parts.accepted(kept.entries);
      }
    } catch (fault) {
      log.error('meta events not kept', { request: txnId, fault });
      return refusal(503, 'M_UNKNOWN', 'The bridge cannot write its journal', 10);
    }
    metrics.count('events_rejected_total', { why: 'bad meta' }, items.filter((item) => item === undefined).length);
    const reply = { status: 200, body: { actions: answers.map(toJson) } };
    this.#answers.set(digest, reply);
    return reply;
  }

  #judge({ body }: Synthetic): MetaAnswer {
    return this.#parts.judge(this.#parts.decode(body, this.#parts.now()));
  }
}

/** What stands under `events`, `null` when that is nothing; `undefined`: the body is no JSON. */
function eventsIn(body: Buffer): unknown {
  try {
    const read = JSON.parse(body.toString('utf8')) as unknown;
    return isRaw(read) ? (read['events'] ?? null) : null;
  } catch {
    // Told to the asker; what exactly is wrong with it helps nobody.
    return undefined;
  }
}

function toJson({ action, delayMs, reason }: MetaAnswer): JsonObject {
  return { action, ...(delayMs === undefined ? {} : { delay_ms: delayMs }), ...(reason === undefined ? {} : { reason }) };
}
