/** From Matrix events to what carries them: in order for each sender and channel; the one catch of this direction. */

import type { Entry, Journal } from '../journal/port.js';
import type { Clock } from '../lib/clock.js';
import { KeyedQueue } from '../lib/keyed-queue.js';
import { type Log, blame, requestOfFault } from '../lib/log.js';
import { Overdue } from '../lib/overdue.js';
import { countMessage, type Metrics } from '../metrics/port.js';
import { BridgeError, faultText, isFault } from '../model/errors.js';
import type { EventId, RoomId, UserId } from '../model/ids.js';
import { type Destination, targetOf } from './private-message.js';
import type { Route } from './route.js';
import type { TakeOrder } from './order.js';
import type { MatrixEvent, MemberEvent, MessageEvent, ReactionEvent, RedactionEvent } from '../model/matrix-event.js';
import { refused } from '../model/refusal.js';
import type { Links } from '../rooms/links.js';
import type { Failure } from './failure.js';
import type { LastMarks } from './last-marks.js';
import type { BehindTalk } from './member.js';
import type { Deliver, Delivery } from './message.js';
import type { ByTags } from './by-tags.js';
import { readNotes, writeNotes } from './notes.js';
import { Reactions } from './reactions.js';
import type { Recall } from './recall.js';
import type { Progress } from './say.js';
import { OUR_FAULT } from './sentences.js';
import type { Table } from './table.js';
import { Withdrawn } from './withdrawn.js';

export interface DispatchNeeds {
  readonly links: Links;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly lastMarks: Pick<LastMarks, 'handed' | 'over'>;
  readonly deliver: Deliver;
  readonly failure: Failure;
  readonly route: (event: MessageEvent) => Route;
  readonly takeOrder: TakeOrder;
  /** Whether a user is one of ours: a ghost or the bot (INV-1). */
  readonly isOurs: (user: string) => boolean;
  readonly recall: Recall;
  readonly byTags: Pick<ByTags, 'reacts'>;
  /** Told of every coming and going, in order. */
  readonly noteMember: (event: MemberEvent) => void;
  readonly withdrawAddresses: (event: EventId, by: UserId) => Promise<void>;
  /** The other kinds of event. */
  readonly table: Table;
}

interface Taking {
  readonly settled?: boolean;
  readonly others?: readonly Entry[];
}

export class MatrixDispatch {
  readonly #needs: DispatchNeeds;
  readonly #lanes: KeyedQueue<string>;
  /** What is still to be done for messages whose lanes have gone on. */
  readonly #rests = new Set<Promise<void>>();
  readonly #overdue: Overdue;
  readonly #reactions: Reactions;
  readonly #withdrawn = new Withdrawn();

  constructor(needs: DispatchNeeds) {
    this.#needs = needs;
    this.#overdue = new Overdue(needs.clock, (entry, outcome, seconds) => {
      needs.log.warn(`message ${outcome}`, { request: entry, seconds: Math.round(seconds) });
      needs.metrics.time('bridge_matrix_request_seconds', seconds, { outcome });
    });
    this.#reactions = new Reactions({
      clock: needs.clock,
      byTags: needs.byTags,
      say: (event, entry, repeat, others) => this.#takeMessage(event, entry, repeat, { others }),
      done: (entry) => needs.journal.done(entry.id),
    });
    this.#lanes = new KeyedQueue((key, fault) => {
      needs.log.error('matrix event failed', { request: requestOfFault(fault), lane: key, fault });
      needs.metrics.count('bridge_faults_total', { direction: 'matrix_to_irc' });
    });
  }

  /** Deliveries under way, waiting ones and unfinished tellings included. */
  get size(): number {
    return this.#lanes.size + this.#rests.size;
  }

  /** Takes an accepted event; never waits, never throws. `repeat`: it comes from an earlier life of the process. */
  take(event: MatrixEvent, entry: Entry, repeat = false): void {
    if (event.kind === 'member') this.#needs.noteMember(event);
    if (event.kind === 'redaction') this.#takeRedaction(event, entry, repeat);
    else if (this.#needs.isOurs(event.sender) && event.kind !== 'member' && event.kind !== 'roomSettings') this.#needs.journal.done(entry.id);
    else if (event.kind === 'message') this.#takeMessage(event, entry, repeat);
    else if (event.kind === 'reaction') this.#reactions.take(event, entry, repeat);
    else this.#takeOther(event, entry, repeat);
  }

  /** Addresses end first, and on disk; what waits is not said, what was said is told as the room wants it (M2I-25, 26). */
  #takeRedaction(event: RedactionEvent, entry: Entry, repeat: boolean): void {
    const { room, id, sender, at, redacts, reason } = event;
    const silent = this.#reactions.withdraw(redacts) || this.#needs.isOurs(sender);
    this.#withdrawn.add(redacts);
    const ended = this.#needs.withdrawAddresses(redacts, sender);
    if (silent) return this.#inLane(id, entry, () => ended);
    const body = { type: 'deletion', target: redacts, ...(reason === undefined ? {} : { reason }) } as const;
    this.#lanes.push(id, () => ended.then(() => this.#takeMessage({ kind: 'message', room, id, sender, at, body }, entry, repeat)));
  }

  /** Resolves when nothing is under way; that may be a minute after a refusal, which is told together with others. */
  async whenIdle(): Promise<void> {
    while (this.size > 0) {
      await this.#lanes.whenIdle();
      await Promise.all(this.#rests);
    }
  }

  #takeOther(event: Exclude<MatrixEvent, MessageEvent | ReactionEvent | RedactionEvent>, entry: Entry, repeat: boolean): void {
    // Its author is told, perhaps at the end of the minute; nothing else in the room has to wait for that.
    const alone = event.kind === 'encrypted' && this.#needs.links.ofRoom(event.room).length > 0;
    const lane = alone ? event.id : event.kind === 'topic' ? `${event.room} topic` : event.room;
    this.#inLane(lane, entry, () => this.#needs.table[event.kind](event as never, entry, repeat, this.#behind));
    if (event.kind !== 'tombstone' || event.replacement === event.room) return;
    // What is said in the new room waits until its links are there. Each waits for older ones alone, so no ring can form.
    const over = new Promise<void>((go) => this.#lanes.push(event.room, go));
    this.#lanes.push(event.replacement, () => over);
  }

  /** An order waits for the ones before it, and nothing else in the room waits for it. */
  #takeOrder(event: MessageEvent, route: Extract<Route, { kind: 'order' }>, entry: Entry, repeat: boolean): void {
    this.#inLane(`${event.room} orders of ${event.sender}`, entry, () => this.#needs.takeOrder(event, route, entry, repeat));
  }

  /** The entry is done afterwards, unless the bridge stops before. */
  #inLane(lane: string, entry: Entry, work: () => Promise<void> | void): void {
    this.#lanes.push(lane, async () => {
      try {
        await work();
      } catch (fault) {
        if (isFault(fault, 'STOPPING')) return;
        this.#needs.journal.done(entry.id);
        blame(fault, entry.id);
        throw fault;
      }
      this.#needs.journal.done(entry.id);
    });
  }

  readonly #behind: BehindTalk = (person, link, job) => {
    this.#lanes.push(`${link.room} ${person} ${keyOf(link)}`, job);
  };

  /**
   * @param how.settled nothing is under way in the room that could give it a purpose
   * @param how.others entries that are done when this one's is
   */
  #takeMessage(event: MessageEvent, entry: Entry, repeat: boolean, how: Taking = {}): void {
    const { links, journal, clock, lastMarks } = this.#needs;
    const { settled = false, others = [] } = how;
    const done = (): void => {
      journal.done(entry.id);
      for (const other of others) journal.done(other.id);
    };
    const route = this.#needs.route(event);
    const known = route.kind === 'order' ? route.where !== 'unknown' : route.to.length > 0;
    if (!known && !settled && this.#lanes.sizeOf(event.room) > 0) {
      // A ghost may just be on its way into the room, by an invitation that came before.
      this.#lanes.push(event.room, () => this.#takeMessage(event, entry, repeat, { ...how, settled: true }));
      return;
    }
    if (route.kind === 'order') return this.#takeOrder(event, route, entry, repeat);
    const notes = readNotes(entry.note);
    const open = route.to.filter((link) => notes[keyOf(link)] !== 'over');
    let left = open.length;
    // Many of these where a namespace brings the bridge rooms that are none of its business (SYN-15).
    if (route.to.length === 0) this.#needs.metrics.count('events_rejected_total', { why: 'unmapped_room' });
    if (left === 0) return done();
    const recalled = this.#needs.recall(event, repeat);
    const since = clock.elapsed();
    const copied = new Set<RoomId>();
    const withdrawn = (): boolean => this.#withdrawn.has(event);
    for (const link of open) {
      const key = keyOf(link);
      // Nothing is left to do once the last line is said: the mark goes with it.
      const rooms = 'nick' in link ? 1 : links.ofChannel(link.network, link.channel).length;
      const alone = open.length === 1 && rooms === 1;
      const [client, what] = [`${event.sender} ${link.network}`, `${entry.id} ${key}`];
      const note = (progress: Progress): void =>
        lastMarks.handed(client, what, () => {
          notes[key] = progress;
          if (!alone || progress.said < progress.lines.length) journal.note(entry.id, writeNotes(notes));
          else done();
        });
      const over = (): void =>
        lastMarks.over(client, what, () => {
          notes[key] = 'over';
          if (--left === 0) done();
          else journal.note(entry.id, writeNotes(notes));
        });
      const progress = notes[key];
      const fresh: Delivery = { event, entry, repeat, recalled, since, copied, withdrawn, link, note };
      const delivery = progress === undefined || progress === 'over' ? fresh : { ...fresh, progress };
      this.#lanes.push(`${event.room} ${event.sender} ${key}`, () => this.#deliver(delivery, over));
    }
  }

  /** Resolves when the sender's next message may follow. `over` is called when all is done, unless the bridge stops. */
  async #deliver(delivery: Delivery, over: () => void): Promise<void> {
    const { event, entry, link, repeat } = delivery;
    const started = this.#needs.clock.elapsed();
    const inTime = this.#overdue.begin(entry.id);
    try {
      const { ok, rest } = await this.#needs.deliver(delivery);
      this.#count(delivery, started, ok ? 'success' : 'dropped');
      this.#finish(delivery, rest, over);
    } catch (fault) {
      if (isFault(fault, 'STOPPING')) return;
      this.#count(delivery, started, 'fail');
      const code = fault instanceof BridgeError ? fault.code : 'FAULT';
      this.#needs.log.error('message failed', { request: entry.id, room: event.room, event: event.id, code, why: faultText(fault) });
      const { refusal } = refused('server-said-no', OUR_FAULT);
      const told = { event, entry: entry.id, repeat, refusal, target: targetOf(link) };
      this.#finish(delivery, this.#needs.failure.notDelivered(told), over);
    } finally {
      inTime();
    }
  }

  #finish({ event, entry }: Delivery, rest: Promise<void>, over: () => void): void {
    const finished = rest.then(over, (fault: unknown) => {
      if (isFault(fault, 'STOPPING')) return;
      this.#needs.log.error('author not told', { request: entry.id, room: event.room, event: event.id, why: faultText(fault) });
      over();
    });
    this.#rests.add(finished);
    void finished.then(() => this.#rests.delete(finished));
  }

  #count({ event, link, since }: Delivery, started: number, outcome: string): void {
    const { metrics, clock } = this.#needs;
    const now = clock.elapsed();
    const type = event.body.type === 'text' ? event.body.how : event.body.type;
    const [work, latency] = [(now - started) / 1000, (now - since) / 1000];
    countMessage(metrics, { direction: 'matrix_to_irc', server: link.network, type, outcome, work, latency });
  }
}

function keyOf(to: Destination): string {
  return `${to.network} ${targetOf(to)}`;
}
