/** Multiline batches of others (IRCv3 draft/multiline): several lines that are one message (CAP-7). */

import type { IrcMessage } from 'irc-framework';

/** Batches open at a time on one connection, and lines of one: what is over is told line by line. */
const OPEN_MOST = 16;
const LINES_MOST = 200;
const TEXT_MOST = 8000;
/** A server sends a batch in one go; one that never ends is told as it is, in ms. */
const LATE_MS = 30_000;

interface Open {
  /** The line that began it, which alone has the msgid, time and tags. */
  readonly begin: IrcMessage;
  first: IrcMessage | undefined;
  text: string;
  lines: number;
  /** When it began, in ms of the clock's `elapsed`. */
  readonly at: number;
}

export class GatheredLines {
  readonly #open = new Map<string, Open>();

  /**
   * Takes BATCH; gives the whole message when one ends, or is begun anew.
   * @param at in ms of the clock's `elapsed`
   */
  batch(line: IrcMessage, at = 0): IrcMessage | undefined {
    const id = line.params[0] ?? '';
    if (id.startsWith('+')) {
      const before = this.#open.get(id.slice(1));
      this.#open.delete(id.slice(1));
      const known = line.params[1] === 'draft/multiline' && id.length <= 100 && this.#open.size < OPEN_MOST;
      if (known) this.#open.set(id.slice(1), { begin: line, first: undefined, text: '', lines: 0, at });
      return before && whole(before);
    }
    const open = this.#open.get(id.slice(1));
    this.#open.delete(id.slice(1));
    return open && whole(open);
  }

  /** Takes PRIVMSG or NOTICE; gives what is to be told now: the line itself, when it belongs to no batch. */
  line(line: IrcMessage): IrcMessage | undefined {
    const id = line.tags['batch'];
    const open = id === undefined ? undefined : this.#open.get(id);
    // What names another source is no part of it.
    if (!open || line.prefix !== open.begin.prefix || line.params.length < 2) return line;
    const piece = line.params[1] ?? '';
    const glue = open.first === undefined || Object.hasOwn(line.tags, 'draft/multiline-concat') ? '' : '\n';
    if (open.lines >= LINES_MOST || open.text.length + piece.length > TEXT_MOST) {
      const full = whole(open);
      Object.assign(open, { first: line, text: piece, lines: 1 });
      return full;
    }
    open.first ??= line;
    open.text += glue + piece;
    open.lines++;
    return undefined;
  }

  /** What has waited for its end for half a minute: told as it is. */
  late(now: number): readonly IrcMessage[] {
    if (this.#open.size === 0) return [];
    const late = [...this.#open].filter(([, { at }]) => now - at >= LATE_MS);
    for (const [id] of late) this.#open.delete(id);
    return late.flatMap(([, open]) => whole(open) ?? []);
  }

  /** The connection is gone: what has come is told as it is. */
  lose(): readonly IrcMessage[] {
    const rest = [...this.#open.values()].flatMap((open) => whole(open) ?? []);
    this.#open.clear();
    return rest;
  }
}

function whole({ begin, first, text }: Open): IrcMessage | undefined {
  if (!first) return undefined;
  const { batch: _batch, ...tags } = begin.tags;
  const target = begin.params[2] ?? first.params[0] ?? '';
  return { ...first, prefix: first.prefix, tags, command: first.command, params: [target, text] };
}
