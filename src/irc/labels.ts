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

interface Pending {
  readonly answered: (answer: Answer) => void;
  /** Nothing was said: what refuses it refuses no message. */
  readonly signal: boolean;
}

export class Labels {
  #pending = new BoundedMap<string, Pending>(PENDING_MOST);
  /** Label by the id of a batch; an empty one: lines of ours that come back one by one. */
  #batches = new BoundedMap<string, string>(BATCHES_MOST);
  #next = 0;
  /** Told of each line of ours that comes back, by its label. */
  onEcho: (label: string) => void = () => undefined;

  /**
   * A new label; `answered` is called at most once, perhaps never.
   * @param signal it is no text: a numeric that refuses it is its answer, and is told to nobody else
   */
  make(answered: (answer: Answer) => void, signal = false): string {
    const label = (this.#next++).toString(36);
    this.#pending.set(label, { answered, signal });
    return label;
  }

  /** The connection is gone: nothing is answered any more. */
  lose(): void {
    this.#pending = new BoundedMap(PENDING_MOST);
    this.#batches = new BoundedMap(BATCHES_MOST);
  }

  /**
   * Takes a line with a label, or of a batch that had one.
   * @returns whether it is ours come back, or only an answer: then it is no news
   */
  take(line: IrcMessage): boolean {
    const batch = line.tags['batch'];
    const label = line.tags['label'] ?? (batch === undefined ? undefined : this.#batches.get(batch));
    if (label === undefined) return false;
    switch (line.command) {
      case 'BATCH':
        this.#begin(label, line);
        return true;
      case 'PRIVMSG':
      case 'NOTICE':
      case 'TAGMSG': {
        // The server's own word on what was said, such as that a channel's limit threw it away (R31).
        if (line.ident === '') return false;
        this.onEcho(label);
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
        const [command = '', code = ''] = line.params;
        this.#answer(label, { failed: code.slice(0, 64), words: line.params.at(-1) ?? '' });
        // What becomes of text that was refused is known elsewhere.
        return command !== 'PRIVMSG' && command !== 'NOTICE';
      }
      default:
        if (!/^[45]\d\d$/.test(line.command) || this.#pending.get(label)?.signal !== true) return false;
        this.#answer(label, { failed: line.command, words: line.params.at(-1) ?? '' });
        return true;
    }
  }

  /** An answer in several lines, or a multiline batch of ours: its msgid stands on this line alone. */
  #begin(label: string, line: IrcMessage): void {
    const id = line.params[0] ?? '';
    if (!id.startsWith('+') || id.length > 100) return;
    const { msgid } = line.tags;
    const ours = line.params[1] === 'draft/multiline';
    if (ours && msgid !== undefined && msgid.length <= MSGID_MOST) this.#answer(label, { msgid });
    this.#batches.set(id.slice(1), label);
  }

  #answer(label: string, answer: Answer): void {
    const pending = this.#pending.get(label);
    this.#pending.delete(label);
    pending?.answered(answer);
  }
}
