/** Lines that somebody says in quick succession, such as pasted text: gathered into one event, where that is wanted (I2M-13). */

import type { Entry } from '../journal/port.js';
import type { Clock, Timer } from '../lib/clock.js';
import type { ChannelMessage, IrcEvent } from '../model/irc-event.js';
import type { NetworkName } from '../model/irc-names.js';

/** A line and its journal entry, which stays open until the event is sent. */
export interface KeptLine {
  readonly line: ChannelMessage;
  readonly entry: Entry;
}

export interface RapidLinesNeeds {
  readonly clock: Clock;
  /** How long the first line of an event waits for others; 0: no line waits (`ircHandler.mergeLinesMs`). */
  readonly windowMs: () => number;
  readonly fold: (network: NetworkName, name: string) => string;
  /** Gets lines that are to be one event, in order, at least one; must not throw. */
  readonly carry: (lines: readonly KeptLine[]) => void;
}

/** More is another event. */
const LINES_MOST = 50;
const TEXT_MOST = 8_000;
/** What somebody does in a channel, or to what was said there, follows what was said before. */
const FOLLOWS: ReadonlySet<IrcEvent['kind']> = new Set(['join', 'part', 'quit', 'kick', 'nick', 'topic', 'mode', 'reaction', 'redaction']);
const CODES = /[\x02\x03\x04\x11\x16\x1d\x1e\x1f]/;

interface Open {
  readonly lines: KeptLine[];
  readonly timer: Timer;
  length: number;
}

export class RapidLines {
  readonly #needs: RapidLinesNeeds;
  readonly #open = new Map<string, Open>();

  constructor(needs: RapidLinesNeeds) {
    this.#needs = needs;
  }

  /** How many channels have lines that wait. */
  get size(): number {
    return this.#open.size;
  }

  /** Takes the next line of a channel; false: it is not kept waiting, whatever was waiting before it is carried. */
  take(kept: KeptLine): boolean {
    const windowMs = this.#needs.windowMs();
    if (windowMs === 0 && this.#open.size === 0) return false;
    const { line } = kept;
    const key = this.#keyOf(line.network, line.channel);
    const open = this.#open.get(key);
    if (open && this.#fits(open, line)) {
      open.lines.push(kept);
      open.length += line.text.length;
      return true;
    }
    this.#carry(key);
    if (windowMs === 0 || line.how === 'act' || line.sentAt !== undefined) return false;
    const timer = this.#needs.clock.after(windowMs, () => this.#carry(key));
    this.#open.set(key, { lines: [kept], timer, length: line.text.length });
    return true;
  }

  /** Something else happened: what was said before it goes first. */
  before(event: IrcEvent): void {
    if (this.#open.size === 0 || !FOLLOWS.has(event.kind)) return;
    if ('channel' in event) return this.#carry(this.#keyOf(event.network, event.channel));
    for (const key of [...this.#open.keys()]) if (key.startsWith(`${event.network} `)) this.#carry(key);
  }

  /** Carries all that waits. */
  flush(): void {
    for (const key of [...this.#open.keys()]) this.#carry(key);
  }

  /** One author, one kind, and each line as good as the first: what answers something is a message of its own. */
  #fits({ lines, length }: Open, { network, from, how, text, replyTo, sentAt }: ChannelMessage): boolean {
    const [first] = lines;
    if (!first || lines.length >= LINES_MOST || length + text.length > TEXT_MOST) return false;
    const same = this.#needs.fold(network, first.line.from.nick) === this.#needs.fold(network, from.nick);
    return same && how === first.line.how && replyTo === undefined && sentAt === undefined;
  }

  #carry(key: string): void {
    const open = this.#open.get(key);
    if (!open) return;
    this.#open.delete(key);
    open.timer.end();
    this.#needs.carry(open.lines);
  }

  #keyOf(network: NetworkName, channel: string): string {
    return `${network} ${this.#needs.fold(network, channel)}`;
  }
}

/** Several lines as the text of one: what a line leaves bold or coloured ends with it. */
export function joinTexts(lines: readonly Pick<ChannelMessage, 'text'>[]): string {
  return lines.map(({ text }, at) => (at < lines.length - 1 && CODES.test(text) ? `${text}\x0f` : text)).join('\n');
}
