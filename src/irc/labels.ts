/** What a client has labelled, and the server's answers to it (IRCv3 labeled-response): its own words come back with a msgid. */

import type { IrcMessage } from 'irc-framework';
import { BoundedMap } from '../lib/bounded-map.js';

/** What the server says to a labelled line: the msgid of what it passed on, or a standard reply (FAIL). */
export type Answer = { readonly msgid: string } | { readonly failed: string; readonly words: string };

/** Answers waited for; a server that answers nothing fills no memory. */
const PENDING_MOST = 200;
/** Batches of ours that are open: what they hold was labelled as one. */
const BATCHES_MOST = 16;
const MSGID_MOST = 300;

/** What has the label: text; a signal, which is nothing said, so that what refuses it refuses no message; lines in one batch. */
export type Labelled = 'text' | 'signal' | 'batch';

interface Pending {
  readonly answered: (answer: Answer) => void;
  readonly of: Labelled;
}

export class Labels {
  #pending = new BoundedMap<string, Pending>(PENDING_MOST);
  /** Label by the id of a batch; an empty one: lines of ours that come back one by one. */
  #batches = new BoundedMap<string, string>(BATCHES_MOST);
  #next = 0;
  /** A batch was refused at one of its lines, and nothing that was said later has come back yet. */
  #refusedBatch = false;
  /** Told of each line of ours that comes back, by its label. */
  onEcho: (label: string) => void = () => undefined;

  /**
   * A new label; `answered` is called at most once, perhaps never.
   * @param of a signal: a numeric that refuses it is its answer, and is told to nobody else; a batch: so is a FAIL without label
   */
  make(answered: (answer: Answer) => void, of: Labelled = 'text'): string {
    const label = (this.#next++).toString(36);
    this.#pending.set(label, { answered, of });
    return label;
  }

  /** The connection is gone: nothing is answered any more. */
  lose(): void {
    this.#refusedBatch = false;
    this.#pending = new BoundedMap(PENDING_MOST);
    this.#batches = new BoundedMap(BATCHES_MOST);
  }

  /**
   * Takes a line with a label, or of a batch that had one; BATCH and FAIL also without.
   * @returns whether it is ours come back, or only an answer: then it is no news
   */
  take(line: IrcMessage): boolean {
    const batch = line.tags['batch'];
    const label = line.tags['label'] ?? (batch === undefined ? undefined : this.#batches.get(batch));
    if (label === undefined) {
      // Servers use their ids again: what is in this batch is no answer.
      if (line.command === 'BATCH') this.#batches.delete((line.params[0] ?? '').replace(/^\+/, ''));
      return line.command === 'FAIL' && line.params[0] === 'BATCH' && this.#batchFailed(line);
    }
    switch (line.command) {
      case 'BATCH':
        this.#begin(label, line);
        return true;
      case 'PRIVMSG':
      case 'NOTICE':
      case 'TAGMSG': {
        // The server's own word on what was said, such as that a channel's limit threw it away (R31).
        if (line.ident === '') return false;
        this.#back(label, line.command !== 'TAGMSG');
        const { msgid } = line.tags;
        if (msgid !== undefined && msgid !== '' && msgid.length <= MSGID_MOST) this.#answer(label, { msgid });
        return true;
      }
      case 'REDACT':
        // It worked: all get the same line.
        this.#answer(label, { msgid: line.params[1] ?? '' });
        return true;
      case 'ACK':
        this.#pending.delete(label);
        return true;
      case 'FAIL': {
        const known = this.#pending.has(label);
        if (line.params[0] === 'BATCH') this.#refusedBatch = known;
        this.#answer(label, failureOf(line));
        // What becomes of text that was refused is known elsewhere; what nobody waits for is news.
        return known && line.params[0] !== 'PRIVMSG' && line.params[0] !== 'NOTICE';
      }
      default:
        if (!/^[45]\d\d$/.test(line.command) || this.#pending.get(label)?.of !== 'signal') return false;
        this.#answer(label, { failed: line.command, words: line.params.at(-1) ?? '' });
        return true;
    }
  }

  /**
   * Ergo refuses a batch at the line that is too much, which has no label. Answers come in order, so it is the oldest that
   * waits. Each line that follows is refused too, and the end: that is no news, until something said later comes back.
   */
  #batchFailed(line: IrcMessage): boolean {
    if (this.#refusedBatch) return true;
    const [oldest] = [...this.#pending].find(([, { of }]) => of === 'batch') ?? [];
    if (oldest === undefined) return false;
    this.#refusedBatch = true;
    this.#answer(oldest, failureOf(line));
    return true;
  }

  /** An answer in several lines, or a multiline batch of ours: its msgid stands on this line alone. */
  #begin(label: string, line: IrcMessage): void {
    const id = line.params[0] ?? '';
    if (!id.startsWith('+') || id.length > 100) return;
    const { msgid } = line.tags;
    const ours = line.params[1] === 'draft/multiline';
    if (ours) this.#back(label, true);
    if (ours && msgid !== undefined && msgid.length <= MSGID_MOST) this.#answer(label, { msgid });
    this.#batches.set(id.slice(1), label);
  }

  /** Something of ours has come back. */
  #back(label: string, said: boolean): void {
    if (said) this.#refusedBatch = false;
    this.onEcho(label);
  }

  #answer(label: string, answer: Answer): void {
    const pending = this.#pending.get(label);
    this.#pending.delete(label);
    pending?.answered(answer);
  }
}

function failureOf({ params }: IrcMessage): Answer {
  return { failed: (params[1] ?? '').slice(0, 64), words: params.at(-1) ?? '' };
}
