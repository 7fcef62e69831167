/** Private lines on their way: in the journal, in order for each client of ours and nick, replayed after a crash. */

import type { IrcNetwork } from '../irc/port.js';
import type { Entry, Journal } from '../journal/port.js';
import type { Clock } from '../lib/clock.js';
import { KeyedQueue } from '../lib/keyed-queue.js';
import { type Log, requestOf, requestOfFault } from '../lib/log.js';
import { Overdue } from '../lib/overdue.js';
import { countMessage, type Metrics } from '../metrics/port.js';
import { BridgeError, faultText, isFault } from '../model/errors.js';
import type { PrivateMessage } from '../model/irc-event.js';
import type { NetworkName } from '../model/irc-names.js';
import { readPrivate, writePrivate } from './line-entry.js';
import type { CarryPrivate } from './private-message.js';
import type { Answer } from './private-answer.js';
import type { SetAside } from './set-aside.js';

export interface PrivateLinesNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold'>>;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  /** Sends one line. */
  readonly carry: CarryPrivate;
  readonly answer: Answer;
  readonly setAside: SetAside;
}

/** Jobs besides lines that may wait at a time: they are in no journal, which bounds the lines. */
const MOST_UNKEPT = 10_000;

export class PrivateLines {
  readonly #needs: PrivateLinesNeeds;
  readonly #lanes: KeyedQueue<string>;
  readonly #overdue: Overdue;
  #unkept = 0;

  constructor(needs: PrivateLinesNeeds) {
    this.#needs = needs;
    this.#overdue = new Overdue(needs.clock, (entry, outcome, seconds) => {
      needs.log.warn(`private line ${outcome}`, { request: entry, seconds: Math.round(seconds) });
      needs.metrics.time('bridge_remote_request_seconds', seconds, { outcome });
    });
    this.#lanes = new KeyedQueue((key, fault) => {
      needs.log.error('private line failed', { request: requestOfFault(fault), lane: key, fault });
      needs.metrics.count('bridge_faults_total', { direction: 'irc_to_matrix' });
    });
  }

  get size(): number {
    return this.#lanes.size;
  }

  /** Takes a line that is to be carried; never waits, never throws. */
  take(line: PrivateMessage): void {
    if (this.#needs.journal.full) {
      this.#needs.metrics.count('bridge_dropped_total', { reason: 'JOURNAL_FULL' });
      void this.#tell(line, 'JOURNAL_FULL');
      return;
    }
    const { entries, durable } = this.#needs.journal.keep('irc', [writePrivate(line)]);
    // Sending need not wait for the disk: the id of an entry that is lost is never given again.
    durable.catch((fault: unknown) => {
      this.#needs.log.error('line sent without being kept', { request: entries[0]?.id, fault });
      this.#needs.metrics.count('bridge_journal_faults_total', { lane: 'irc' });
    });
    const entry = entries[0];
    if (entry) this.#carry(line, entry, false);
  }

  /** @returns whether the entry was a private line, which is then on its way again */
  replay(entry: Entry): boolean {
    const line = readPrivate(entry.body);
    if (line) this.#carry(line, entry, true);
    return line !== undefined;
  }

  /** Runs a job behind the lines now waiting in the talk of a client and a nick. */
  behind(network: NetworkName, owner: string, nick: string, job: () => Promise<void>): void {
    if (this.#unkept >= MOST_UNKEPT) {
      this.#needs.metrics.count('bridge_dropped_total', { reason: 'too-many-changes' });
      return;
    }
    this.#unkept++;
    this.#lanes.push(this.#laneOf(network, owner, nick), async () => {
      try {
        await job();
      } finally {
        this.#unkept--;
      }
    });
  }

  whenIdle(): Promise<void> {
    return this.#lanes.whenIdle();
  }

  #carry(line: PrivateMessage, entry: Entry, repeat: boolean): void {
    const inTime = this.#overdue.begin(entry.id);
    requestOf(line, entry.id);
    this.#lanes.push(this.#laneOf(line.network, line.to.owner, line.from.nick), async () => {
      try {
        const unread = await this.#needs.carry(line, entry, repeat);
        if (unread === undefined) this.#count(line, 'success');
        else this.#drop(line);
      } catch (fault) {
        if (isFault(fault, 'STOPPING')) return; // the entry stays open for the next start
        await this.#fail(line, entry, fault);
      } finally {
        inTime();
      }
      this.#needs.journal.done(entry.id);
    });
  }

  /** Its person wants to hear nothing of the kind, and whoever wrote it wants no answer to a NOTICE. */
  #drop(line: PrivateMessage): void {
    this.#count(line, 'dropped');
    this.#needs.metrics.count('bridge_dropped_total', { reason: 'unread' });
    const fields = { request: requestOf(line), network: line.network, person: line.to.owner, nick: line.from.nick };
    this.#needs.log.info('line of a server or a stranger read by nobody', fields);
  }

  async #fail(line: PrivateMessage, entry: Entry, fault: unknown): Promise<void> {
    const code = fault instanceof BridgeError ? fault.code : 'FAULT';
    this.#count(line, 'fail');
    this.#needs.metrics.count('bridge_dropped_total', { reason: code });
    const fields = { request: entry.id, network: line.network, person: line.to.owner, code, why: faultText(fault) };
    this.#needs.log.warn('private line not delivered', fields);
    const { owner } = line.to;
    const person = owner === 'bot' ? {} : { person: owner };
    await this.#needs.setAside({ ...line, id: entry.id, nick: line.from.nick, target: owner, ...person }, fault);
    await this.#tell(line, code);
  }

  #tell(line: PrivateMessage, code: string): Promise<void> {
    const why = code.startsWith('JOURNAL_')
      ? 'the bridge has no room left to keep it.'
      : code.startsWith('HOMESERVER_')
        ? 'the Matrix server refused it.'
        : 'something went wrong inside the bridge.';
    return this.#needs.answer(line, code, `Your message did not reach me: I am on Matrix, and ${why} Try again later.`);
  }

  #count(line: PrivateMessage, outcome: 'success' | 'fail' | 'dropped'): void {
    const seconds = (this.#needs.clock.now() - line.at) / 1000;
    const { network: server, how: type } = line;
    countMessage(this.#needs.metrics, { direction: 'irc_to_matrix', server, type, outcome, work: seconds, latency: seconds });
  }

  #laneOf(network: NetworkName, owner: string, nick: string): string {
    return `${network} ${owner} ${this.#needs.networks.get(network)?.fold(nick) ?? nick}`;
  }
}
