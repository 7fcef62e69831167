/**
 * What the server has not been heard to have read: of that nobody knows whether it arrived, when the connection is lost (R2,
 * R3). And what it read and did not bring back, though it echoes (R31).
 */

import type { Clock } from '../lib/clock.js';
import { refused, type Refusal } from '../model/refusal.js';
import type { Saying } from './port.js';

const UNCONFIRMED: Refusal = refused('unconfirmed', 'The IRC connection was lost before the server had confirmed it.').refusal;
const SWALLOWED: Refusal = refused('cannot-send', 'The IRC server took it and did not pass it on.', true).refusal;
/** A server that is well has read a line after so long, and answered a PING, in ms. */
const READ_MS = 2_000;
const ANSWER_MS = 10_000;
/** Messages remembered of one client. */
const MOST = 1_000;
const TOKEN = 'read-';

interface Message {
  readonly saying: Saying;
  /** Number and time, monotonic ms, of its last line. */
  number: number;
  at: number;
  /** Labels of its lines whose echoes are awaited. */
  readonly labels: Set<string>;
}

/**
 * Servers work off lines in order, so whatever was sent before a PING has been read when its PONG comes. A connection
 * that ends without an answer to a PING was dead for longer than it seemed, perhaps since the last one that was answered.
 */
export class Unconfirmed {
  readonly #clock: Clock;
  #messages: Message[] = [];
  #number = 0;
  /** PINGs without an answer, oldest first. */
  #asked: { readonly number: number; readonly at: number }[] = [];
  readonly #byLabel = new Map<string, Message>();
  /** Whether this server has been seen to echo what had a label. */
  #echoes = false;
  readonly #explains: () => boolean;

  /** @param explains whether the server is just telling in another way what it threw away, or has ceased to echo */
  constructor(clock: Clock, explains: () => boolean = () => false) {
    this.#clock = clock;
    this.#explains = explains;
  }

  /** The kernel took a line of a message, with a label if its echo is to have one. */
  sent(saying: Saying | undefined, label?: string): void {
    this.#number++;
    if (saying?.refused === undefined) return;
    const at = this.#clock.elapsed();
    const last = this.#messages.at(-1);
    if (last?.saying === saying) {
      last.number = this.#number;
      last.at = at;
      this.#await(last, label);
      return;
    }
    const message = { saying, number: this.#number, at, labels: new Set<string>() };
    this.#messages.push(message);
    this.#await(message, label);
    if (this.#messages.length > MOST) this.#forget(this.#messages.splice(0, MOST / 2));
  }

  /** A line with that label came back. */
  echoed(label: string): void {
    this.#echoes = true;
    this.#byLabel.get(label)?.labels.delete(label);
    this.#byLabel.delete(label);
  }

  /** It is known already what became of a message. */
  settled(saying: Saying | undefined): void {
    this.#forget(this.#messages.filter((message) => message.saying === saying));
  }

  /** A PING is about to be sent: what its PONG is to bring back. */
  ask(): string {
    this.#asked.push({ number: this.#number, at: this.#clock.elapsed() });
    if (this.#asked.length > MOST) this.#asked.shift();
    return `${TOKEN}${this.#number}`;
  }

  /** Takes the last parameter of PONG. */
  onPong(token: string): void {
    if (!token.startsWith(TOKEN)) return;
    const number = Number(token.slice(TOKEN.length));
    // An answer that was not asked for confirms nothing.
    if (!this.#asked.some((asked) => asked.number === number)) return;
    this.#asked = this.#asked.filter((asked) => asked.number > number);
    const read = this.#messages.filter((message) => message.number <= number);
    this.#messages = this.#messages.filter((message) => message.number > number);
    const swallowed = this.#echoes && !this.#explains() ? read.filter(({ labels }) => labels.size > 0) : [];
    this.#forget(read);
    for (const { saying } of swallowed) saying.refused?.(SWALLOWED);
  }

  #await(message: Message, label: string | undefined): void {
    if (label === undefined) return;
    message.labels.add(label);
    this.#byLabel.set(label, message);
  }

  #forget(messages: readonly Message[]): void {
    for (const { labels } of messages) {
      for (const label of labels) this.#byLabel.delete(label);
      labels.clear();
    }
  }

  /**
   * The connection is gone: tells the authors of what may not have arrived.
   * @param asked it ends in order: the server reads to the QUIT, unless it was dead before
   */
  lose(asked: boolean): void {
    const now = this.#clock.elapsed();
    const [oldest] = this.#asked;
    const dead = oldest !== undefined && now - oldest.at >= ANSWER_MS;
    const unsure = this.#messages.filter(({ at }) => dead || (!asked && now - at < READ_MS));
    this.#messages = [];
    this.#asked = [];
    this.#byLabel.clear();
    this.#echoes = false;
    for (const { saying } of unsure) saying.refused?.(UNCONFIRMED);
  }
}
