/** From IRC events to what carries them: in order for each room, journalled, with the one catch of this direction. */

import type { Entry, EntryId, Journal } from '../journal/port.js';
import type { Clock } from '../lib/clock.js';
import { KeyedQueue } from '../lib/keyed-queue.js';
import { type Log, requestOfFault, traced } from '../lib/log.js';
import { Overdue } from '../lib/overdue.js';
import { countMessage, type Metrics } from '../metrics/port.js';
import { BridgeError, faultText, isFault } from '../model/errors.js';
import type { RoomId } from '../model/ids.js';
import type { ChannelMessage, IrcEvent } from '../model/irc-event.js';
import type { Links } from '../rooms/links.js';
import type { Failure } from './failure.js';
import type { Carriage } from './message.js';
import type { Behind } from './nick.js';
import type { PrivateLines } from './private-lines.js';
import { readLine, writeLine } from './line-entry.js';
import { type Joined, readLineNotes, writeLineNotes } from './line-notes.js';
import { joinTexts, type KeptLine, RapidLines, type RapidLinesNeeds } from './rapid-lines.js';
import type { Table } from './table.js';

export interface DispatchNeeds {
  readonly links: Links;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly carry: (carriage: Carriage) => Promise<void>;
  readonly failure: Failure;
  /** What was said to one of ours alone. */
  readonly privateLines: Pick<PrivateLines, 'replay' | 'whenIdle'>;
  /** Whether what somebody says stays on IRC (I2M-16). */
  readonly ignores: (line: Pick<ChannelMessage, 'network' | 'from'>) => boolean;
  /** How long a line waits for others of its author (I2M-13). */
  readonly windowMs: RapidLinesNeeds['windowMs'];
  readonly fold: RapidLinesNeeds['fold'];
  /** What the other kinds of event do. */
  readonly table: Table;
}

/** Room jobs besides lines that may wait at a time: they are in no journal, which bounds the lines. */
const MOST_UNKEPT = 10_000;

export class IrcDispatch {
  readonly #needs: DispatchNeeds;
  readonly #overdue: Overdue;
  readonly #rooms: KeyedQueue<string>;
  readonly #others: KeyedQueue<string>;
  readonly #rapid: RapidLines;
  /** Entries of lines that are in the event of another one, which is replayed. */
  readonly #inOther = new Set<EntryId>();
  #unkept = 0;

  constructor(needs: DispatchNeeds) {
    this.#needs = needs;
    this.#overdue = new Overdue(needs.clock, (entry, outcome, seconds) => {
      needs.log.warn(`line ${outcome}`, { request: entry, seconds: Math.round(seconds) });
      needs.metrics.time('bridge_remote_request_seconds', seconds, { outcome });
    });
    const onFault = (key: string, fault: unknown): void => {
      needs.log.error('irc event failed', { request: requestOfFault(fault), lane: key, fault });
      needs.metrics.count('bridge_faults_total', { direction: 'irc_to_matrix' });
    };
    this.#rapid = new RapidLines({ ...needs, carry: (lines) => this.#carryJoined(lines) });
    const rooms = new KeyedQueue<string>(onFault);
    this.#rooms = rooms;
    needs.links.onMoved((from, to) => {
      // What was said before the links went over comes first.
      const before = new Promise<void>((go) => rooms.push(from, go));
      rooms.push(to, () => before);
    });
    this.#others = new KeyedQueue(onFault);
  }

  /** Lines and changes under way in rooms, waiting ones included; not those of ghosts set aside. */
  get size(): number {
    return this.#rooms.size + this.#rapid.size;
  }

  /** Takes an event; never waits, never throws. */
  take(event: IrcEvent): void {
    if (event.kind === 'message') return this.#takeLine(event);
    this.#rapid.before(event);
    this.#others.push(keyOf(event), () => traced(event, () => this.#needs.table[event.kind](event as never, this.#behind)));
  }

  /** Takes back what an earlier life of the process had accepted and not finished. */
  replay(entry: Entry): void {
    if (this.#inOther.delete(entry.id)) return;
    const line = readLine(entry.body);
    if (line) {
      const { joined } = readLineNotes(entry);
      for (const id of joined?.entries ?? []) this.#inOther.add(id);
      this.#carryToAll(line, entry, true, joined);
    }
    else if (!this.#needs.privateLines.replay(entry)) {
      this.#needs.log.error('journal entry is not readable', { request: entry.id });
      this.#needs.metrics.count('bridge_dropped_total', { reason: 'unreadable' });
      this.#needs.journal.done(entry.id);
    }
  }

  async whenIdle(): Promise<void> {
    this.#rapid.flush();
    await Promise.all([this.#rooms.whenIdle(), this.#needs.privateLines.whenIdle()]);
  }

  readonly #push = (room: RoomId, job: () => Promise<void>): void => {
    if (this.#unkept >= MOST_UNKEPT) {
      this.#needs.metrics.count('bridge_dropped_total', { reason: 'too-many-changes' });
      return;
    }
    this.#unkept++;
    this.#rooms.push(room, async () => {
      try {
        await job();
      } finally {
        this.#unkept--;
      }
    });
  };
  readonly #behind: Behind = Object.assign(this.#push, { isBusy: (room: RoomId) => this.#rooms.sizeOf(room) > 0 });

  #takeLine(line: ChannelMessage): void {
    if (this.#needs.links.ofChannel(line.network, line.channel).length === 0 || this.#needs.ignores(line)) return;
    if (this.#needs.journal.full) {
      void this.#needs.failure(line, new BridgeError('JOURNAL_FULL', 'the journal takes nothing more'));
      return;
    }
    const { entries, durable } = this.#needs.journal.keep('irc', [writeLine(line)]);
    // Sending need not wait for the disk: the id of an entry that is lost is never given again.
    durable.catch((fault: unknown) => {
      this.#needs.log.error('line sent without being kept', { request: entries[0]?.id, fault });
      this.#needs.metrics.count('bridge_journal_faults_total', { lane: 'irc' });
    });
    const entry = entries[0];
    if (entry && !this.#rapid.take({ line, entry })) this.#carryToAll(line, entry, false);
  }

  /** Several lines as one event, under the first one's entry: what it holds is noted before it can be sent. */
  #carryJoined(lines: readonly KeptLine[]): void {
    const [first, ...others] = lines;
    if (!first) return;
    if (others.length === 0) return this.#carryToAll(first.line, first.entry, false);
    const joined: Joined = {
      text: joinTexts(lines.map(({ line }) => line)),
      entries: others.map(({ entry }) => entry.id),
      said: others.flatMap(({ line: { msgid, text } }) => (msgid === undefined ? [] : [{ msgid, text }])),
    };
    this.#needs.journal.note(first.entry.id, writeLineNotes([], joined));
    this.#carryToAll(first.line, first.entry, false, joined);
  }

  #carryToAll(first: ChannelMessage, entry: Entry, repeat: boolean, joined?: Joined): void {
    const line = joined ? { ...first, text: joined.text } : first;
    const also = joined ? { also: joined.said } : undefined;
    const noted = readLineNotes(entry).sent;
    const sent = new Set<string>([...noted, ...noted.map((room) => this.#needs.links.now(room as RoomId))]);
    // The first one last: as long as it is open, what it holds is known.
    const done = (): void => {
      for (const id of joined?.entries ?? []) this.#needs.journal.done(id);
      this.#needs.journal.done(entry.id);
    };
    const rooms = this.#needs.links.ofChannel(line.network, line.channel).filter(({ room }) => !sent.has(room));
    let left = rooms.length;
    if (left === 0) this.#leave(line, entry, done, sent.size);
    const mark = (room: RoomId): void => {
      sent.add(room);
      if (--left === 0) done();
      else this.#needs.journal.note(entry.id, writeLineNotes(sent, joined));
    };
    const over = new Set<RoomId>();
    for (const { room } of rooms) {
      const inTime = this.#overdue.begin(entry.id);
      const ended = (fault?: unknown): void => {
        inTime();
        if (over.has(room)) return;
        if (isFault(fault, 'STOPPING')) return; // the entry stays open for the next start
        over.add(room);
        if (fault === undefined) mark(room);
        else void this.#fail(line, room, entry, fault).then((settled) => settled && mark(room));
        this.#count(line, fault);
      };
      this.#rooms.push(room, async () => {
        try {
          await this.#needs.carry({ line, room, entry, repeat, ended, ...also });
        } catch (fault) {
          ended(fault ?? new Error('carrying failed'));
        }
      });
    }
  }

  /** Nothing is left to be sent. Where nothing was sent at all, the channel was unlinked since the line was taken. */
  #leave(line: ChannelMessage, entry: Entry, done: () => void, sent: number): void {
    done();
    if (sent > 0) return;
    const { network, channel } = line;
    this.#needs.log.warn('line of a channel that is no longer linked', { request: entry.id, network, channel });
    this.#needs.metrics.count('bridge_dropped_total', { reason: 'unlinked' });
  }

  #count(line: ChannelMessage, fault: unknown): void {
    const seconds = (this.#needs.clock.now() - line.at) / 1000;
    const outcome = fault === undefined ? 'success' : 'fail';
    const { network: server, how: type } = line;
    countMessage(this.#needs.metrics, { direction: 'irc_to_matrix', server, type, outcome, work: seconds, latency: seconds });
  }

  #fail(line: ChannelMessage, room: RoomId, entry: Entry, fault: unknown): Promise<boolean> {
    const code = fault instanceof BridgeError ? fault.code : 'FAULT';
    this.#needs.log.warn('line not delivered to room', { request: entry.id, room, network: line.network, code, why: faultText(fault) });
    return this.#needs.failure({ ...line, entry: entry.id, room }, fault);
  }
}

/** Comings and goings: who quits must not be brought in by his JOIN of the same moment, in whatever channel. */
const MOVES: ReadonlySet<IrcEvent['kind']> = new Set(['join', 'part', 'quit', 'kick', 'nick']);

/** What must stay in order shares a key; what is told to people and to the log waits for nothing else. */
function keyOf(event: Exclude<IrcEvent, { kind: 'message' }>): string {
  if (MOVES.has(event.kind)) return `${event.network} people`;
  return `${event.network} ${'channel' in event ? event.channel : `${event.kind} ${event.heardBy.owner}`}`;
}
