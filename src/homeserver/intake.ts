/**
 * A transaction of the homeserver: each item judged by itself, what was seen left out, the rest kept on disk, and only
 * then answered 200, and then handed on, in order. Nothing here waits for IRC, and no item can hold up the others.
 */

import { createHash } from 'node:crypto';
import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import type { Entry, Journal, SeenId } from '../journal/port.js';
import type { Metrics } from '../metrics/port.js';
import type { RoomId } from '../model/ids.js';
import type { Json } from '../model/matrix-content.js';
import type { MatrixEvent, MemberEvent } from '../model/matrix-event.js';
import { entryBody } from './compact.js';
import { decodeEvent } from './decode.js';
import { typingIn, type RoomTyping } from './decode-typing.js';
import { EchoBrake, FULL } from './echo-brake.js';
import { isRaw, type Raw } from './raw.js';
import { ok, refusal, type Reply } from './reply.js';
import { syntheticIn, type Synthetic } from './synthetic.js';

/** Rooms of which is remembered that one of ours came, went, or was invited: the oldest is forgotten first. */
const MOST_ROOMS = 50_000;

export interface IntakeParts {
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Clock;
  /** Whether a user is one of ours, ghost or bot. */
  readonly isOurs: (user: string) => boolean;
  /** Told of every member event of one of our users. */
  readonly noteOurs: (event: MemberEvent) => void;
  /** Whether nobody here has a use for an event, as far as is known now; must not throw. */
  readonly unmapped: (event: MatrixEvent) => boolean;
  /** Gets each accepted event once, in order, when it is durable. */
  readonly accepted: (event: MatrixEvent, entry: Entry) => void;
  /** Gets who types, as it comes; must not throw. */
  readonly typing: (typing: RoomTyping) => void;
  /** Gets each synthetic entry once, in order, when it is durable; must not throw. */
  readonly acceptedAccount: (entry: Entry) => void;
}

export class Intake {
  readonly #parts: IntakeParts;
  readonly #brake: EchoBrake;
  /** The last of the line: transactions are taken one after another, in the order in which they came (T12). */
  #tail: Promise<unknown> = Promise.resolve();
  /** What the last transactions held, to notice an id that comes again with other content (T3). */
  readonly #digests = new BoundedMap<string, string>(1000);
  /** Rooms where something became of one of ours: an invitation may be on its way through what lies behind. */
  readonly #withOurs = new BoundedMap<RoomId, true>(MOST_ROOMS);

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#brake = new EchoBrake(parts.clock);
  }

  /** Takes a transaction whose body is complete and whose sender has proved who it is. Never rejects. */
  transaction(txnId: string, body: Buffer): Promise<Reply> {
    const taken = this.#tail.then(() => this.#take(txnId, body));
    this.#tail = taken;
    return taken;
  }

  async #take(txnId: string, body: Buffer): Promise<Reply> {
    const { journal, log, metrics } = this.#parts;
    const digest = createHash('sha256').update(txnId).update('\0').update(body).digest('base64url').slice(0, 22);
    const seen: SeenId = `txn:${digest}`;
    if (journal.seen(seen)) return ok;
    const transaction = read(body);
    if (transaction === undefined) return this.#unreadable(txnId, 'M_NOT_JSON', 'The body is not JSON');
    if (!isRaw(transaction)) return this.#unreadable(txnId, 'M_BAD_JSON', 'The body is not a JSON object');
    this.#watchForReuse(txnId, digest);
    this.#brake.came();
    for (const typing of typingIn(transaction)) this.#parts.typing(typing);

    const events = this.#judge(transaction['events'], txnId);
    const { items, malformed } = syntheticIn(transaction);
    if (malformed > 0) metrics.count('events_rejected_total', { why: 'bad synthetic' }, malformed);
    try {
      // Two steps on disk, each with a mark of its own, so that a crash between them repeats neither.
      const marked: SeenId = `syn:${digest}`;
      if (items.length > 0 && !journal.seen(marked)) await this.#keepAccounts(items, marked);
      if (events.length === 0 && items.length === 0) {
        const list = transaction['events'];
        await this.#brake.answering(Array.isArray(list) ? list.length : 0);
        return ok;
      }
      this.#brake.useful();
      if (events.length > 0) {
        const kept = journal.keep('matrix', events.map(({ body }) => body), [...events.map(({ event }) => event.id), seen]);
        await kept.durable;
        const handOn = (): void => this.#handOn(events, kept.entries);
        // It has more, and makes its next transaction while this one is worked off.
        if (events.length >= FULL) return { ...ok, afterwards: handOn };
        // Otherwise it gathers meanwhile what comes: answered sooner, busy talk would come event by event.
        handOn();
      }
      return ok;
    } catch (fault) {
      log.error('transaction not kept, the homeserver will bring it again', { request: txnId, fault });
      return refusal(503, 'M_UNKNOWN', 'The bridge cannot write its journal', 10);
    }
  }

  /** What of `events` is to be kept: decoded, not seen, not an echo of ours, of use to somebody here. */
  #judge(list: unknown, txnId: string): readonly Judged[] {
    const { journal, metrics, log } = this.#parts;
    const judged = new Map<string, Judged>();
    const rejected = new Map<string, number>();
    const reject = (why: string): unknown => rejected.set(why, (rejected.get(why) ?? 0) + 1);
    if (list !== undefined && !Array.isArray(list)) reject('events not a list');
    for (const item of Array.isArray(list) ? (list as unknown[]) : []) {
      const decoded = decodeEvent(item);
      if (!decoded.ok) {
        if (decoded.why !== 'ignored') reject(decoded.why);
        continue;
      }
      const { event } = decoded;
      if (!isRaw(item) || !this.#wanted(event) || judged.has(event.id) || journal.seen(event.id)) continue;
      if (this.#parts.unmapped(event) && !this.#withOurs.has(event.room)) {
        // Many of these where a namespace brings the bridge rooms that are none of its business (SYN-15).
        metrics.count('events_rejected_total', { why: 'unmapped_room' });
        continue;
      }
      judged.set(event.id, { event, body: entryBody(item) });
    }
    for (const [why, number] of rejected) {
      metrics.count('events_rejected_total', { why }, number);
      log.warn('malformed events left out', { request: txnId, why, number });
    }
    return [...judged.values()];
  }

  /**
   * What our own users do is no news, so an echo goes without a trace: repeated, it goes again. Of members those pass
   * that somebody else is part of: an invite or kick of a ghost, or of a person by our bot.
   */
  #wanted(event: MatrixEvent): boolean {
    const { isOurs, noteOurs } = this.#parts;
    // The bot is about to go there, perhaps, and what is said before it is there is for IRC (ROOM-17).
    if (event.kind === 'tombstone') this.#withOurs.set(event.replacement, true);
    // A room's settings may be written by the bot for somebody, and are read from here.
    if (event.kind !== 'member') return event.kind === 'roomSettings' || !isOurs(event.sender);
    const ours = isOurs(event.target);
    if (ours) {
      this.#withOurs.set(event.room, true);
      noteOurs(event);
    }
    return !ours || !isOurs(event.sender);
  }

  /** The same entry may come in another transaction too (M2); within one, the same thing may happen twice. */
  async #keepAccounts(items: readonly Synthetic[], marked: SeenId): Promise<void> {
    const { journal, acceptedAccount } = this.#parts;
    const news = items.filter(({ seen }) => seen === undefined || !journal.seen(seen));
    const { entries, durable } = journal.keep('synthetic', news.map(({ body }) => body), [marked, ...news.flatMap(({ seen }) => seen ?? [])]);
    await durable;
    for (const entry of entries) acceptedAccount(entry);
  }

  #handOn(events: readonly Judged[], entries: readonly Entry[]): void {
    for (const [index, { event }] of events.entries()) {
      const entry = entries[index];
      try {
        if (entry) this.#parts.accepted(event, entry);
      } catch (fault) {
        // It stays in the journal and comes again at the next start; the others must not suffer (L4).
        this.#parts.log.error('event could not be handed on', { request: entry?.id, event: event.id, fault });
      }
    }
  }

  #watchForReuse(txnId: string, digest: string): void {
    const before = this.#digests.get(txnId);
    if (before !== undefined && before !== digest) {
      this.#parts.log.warn('transaction id came again with other content', { request: txnId });
      this.#parts.metrics.count('bridge_transactions_reused_total');
    }
    this.#digests.set(txnId, digest);
  }

  #unreadable(txnId: string, errcode: 'M_NOT_JSON' | 'M_BAD_JSON', error: string): Reply {
    this.#parts.log.error('unreadable transaction', { request: txnId, errcode });
    this.#parts.metrics.count('events_rejected_total', { why: errcode });
    return refusal(400, errcode, error);
  }
}

interface Judged {
  readonly event: MatrixEvent;
  readonly body: Json;
}

function read(body: Buffer): Raw | unknown[] | string | number | boolean | null | undefined {
  try {
    return JSON.parse(body.toString('utf8')) as Raw;
  } catch {
    // The caller answers M_NOT_JSON; what exactly is wrong with it helps nobody and may hold messages.
    return undefined;
  }
}
