/**
 * The endpoint for meta events (matrix-spec issue 258): each gets an answer, and those that are allowed are kept as if
 * they had stood in a transaction.
 */

import { createHash } from 'node:crypto';
import type { Entry, Journal } from '../journal/port.js';
import type { Log } from '../lib/log.js';
import type { Metrics } from '../metrics/port.js';
import type { AccountNews } from '../model/account.js';
import type { JsonObject } from '../model/matrix-content.js';
import type { MetaAnswer } from './port.js';
import { isRaw } from './raw.js';
import { refusal, type Reply } from './reply.js';
import { metaItem } from './synthetic.js';

export interface MetaParts {
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly now: () => number;
  readonly decode: (body: unknown, heardAt: number) => AccountNews;
  readonly judge: (news: AccountNews) => MetaAnswer;
  readonly accepted: (entries: readonly Entry[]) => void;
}

const MOST_EVENTS = 10_000;

/** Answers `PUT …/meta/{txnId}`; never rejects. A repeated one gets the same answer and is done once. */
export async function answerMeta(parts: MetaParts, txnId: string, body: Buffer): Promise<Reply> {
  const { journal, log, metrics } = parts;
  let events: unknown;
  try {
    const read = JSON.parse(body.toString('utf8')) as unknown;
    events = isRaw(read) ? read['events'] : undefined;
  } catch {
    // Told to the asker; what exactly is wrong with it helps nobody.
    return refusal(400, 'M_NOT_JSON', 'The body is not JSON');
  }
  if (!Array.isArray(events) || events.length > MOST_EVENTS) return refusal(400, 'M_BAD_JSON', 'events must be a list');
  const items = (events as unknown[]).map(metaItem);
  const answers = items.map((item) => (item ? parts.judge(parts.decode(item.body, parts.now())) : allowed));
  const digest = createHash('sha256').update(txnId).update('\0').update(body).digest('base64url').slice(0, 22);
  const seen = `meta:${digest}`;
  try {
    const news = items.filter((item, at) => item && answers[at]?.action === 'allow' && !(item.seen !== undefined && journal.seen(item.seen)));
    if (news.length > 0 && !journal.seen(seen)) {
      const bodies = news.flatMap((item) => (item ? [item.body] : []));
      const kept = journal.keep('synthetic', bodies, [seen, ...news.flatMap((item) => item?.seen ?? [])]);
      await kept.durable;
      parts.accepted(kept.entries);
    }
  } catch (fault) {
    log.error('meta events not kept', { txnId, fault });
    return refusal(503, 'M_UNKNOWN', 'The bridge cannot write its journal', 10);
  }
  metrics.count('events_rejected_total', { why: 'bad meta' }, items.filter((item) => item === undefined).length);
  return { status: 200, body: { actions: answers.map(toJson) } };
}

const allowed: MetaAnswer = { action: 'allow' };

function toJson({ action, delayMs, reason }: MetaAnswer): JsonObject {
  return { action, ...(delayMs === undefined ? {} : { delay_ms: delayMs }), ...(reason === undefined ? {} : { reason }) };
}
