/** What one connection can say by IRCv3 tags: only what the server has acknowledged and passes on (CAP-2, 4, 7…11). */

import { BoundedMap } from '../lib/bounded-map.js';
import { Labels, type Answer, type Labelled } from './labels.js';
import { TAG_BYTES } from './wire/clean-line.js';
import { redactLine, tagmsgLine } from './wire/lines.js';
import type { Login } from './connection/login.js';
import type { ServerFacts } from './server-facts.js';

/** Longest multiline batch we make, whatever the server would take. */
const LINES_MOST = 100;
const QUIET_MOST = 500;

export interface TagTalkNeeds {
  /** The capabilities of the connection there is now. */
  capabilities(): Pick<Login, 'enabled' | 'valueOf'> | undefined;
  readonly facts: Pick<ServerFacts, 'passes' | 'lineBytes'>;
}

export class TagTalk {
  readonly labels = new Labels();
  readonly #needs: TagTalkNeeds;
  #batches = 0;
  /** Where the server does not let us tell that we type. */
  #quiet = new BoundedMap<string, true>(QUIET_MOST);

  constructor(needs: TagTalkNeeds) {
    this.#needs = needs;
  }

  /** Bytes of a line besides its tags, without CR LF. */
  get lineBytes(): number {
    return this.#needs.facts.lineBytes;
  }

  has(capability: string): boolean {
    return this.#needs.capabilities()?.enabled.has(capability) === true;
  }

  /** Whether a client tag would arrive. */
  passes(tag: string): boolean {
    return this.has('message-tags') && this.#needs.facts.passes(tag);
  }

  /** Tags of a reply to a message, `+reply` and the name it had as a draft: those that the server passes on. */
  reply(msgid: string | undefined): readonly string[] {
    if (msgid === undefined) return [];
    return ['+reply', '+draft/reply'].filter((tag) => this.passes(tag)).map((tag) => `${tag}=${escapeTag(msgid)}`);
  }

  /** Whether what is said comes back with its label. */
  get echoes(): boolean {
    return this.has('labeled-response') && this.has('echo-message');
  }

  /** A label whose answer brings the msgid of what is said; none where the server has no echoes. */
  label(answered: ((answer: Answer) => void) | undefined, of: Labelled = 'text'): readonly string[] {
    if (!answered || !this.echoes) return [];
    return [`label=${this.labels.make(answered, of)}`];
  }

  /** TAGMSG with a reaction to a message, or taking it back; `undefined` where it would not arrive. */
  react(target: string, msgid: string, key: string, undo: boolean): string | undefined {
    const tag = undo ? '+draft/unreact' : '+draft/react';
    if (!this.passes(tag)) return undefined;
    const reply = this.reply(msgid);
    // Who may not speak in the channel may not react: no message of his was refused by that.
    return reply.length === 0 ? undefined : tagmsg(target, [...this.#signal(() => undefined), `${tag}=${escapeTag(key)}`, ...reply]);
  }

  /** TAGMSG that tells of typing; `undefined` where it would not arrive, or its refusal be taken for that of a message. */
  typing(target: string, state: 'active' | 'done'): string | undefined {
    if (!this.passes('+typing') || !this.has('labeled-response') || this.#quiet.has(target)) return undefined;
    const label = this.#signal((answer) => {
      if ('failed' in answer) this.#quiet.set(target, true);
    });
    return tagmsg(target, [...label, `+typing=${state}`]);
  }

  /** The connection is gone. */
  lose(): void {
    this.labels.lose();
    this.#quiet = new BoundedMap(QUIET_MOST);
  }

  #signal(answered: (answer: Answer) => void): readonly string[] {
    return this.has('labeled-response') ? [`label=${this.labels.make(answered, 'signal')}`] : [];
  }

  /** REDACT; `undefined` where the server knows none. The label brings a refusal. */
  redact(target: string, msgid: string, reason: string | undefined, answered: (answer: Answer) => void): string | undefined {
    if (!this.has('draft/message-redaction')) return undefined;
    const line = redactLine(target, msgid, reason);
    const label = this.has('labeled-response') ? [`label=${this.labels.make(answered)}`] : [];
    return line === undefined ? undefined : withTags(label, line);
  }

  /**
   * An id for a multiline batch of so many lines and bytes; `undefined` when the server takes none such, or where we could
   * not tell to what its refusal belongs.
   */
  batch(lines: readonly string[]): string | undefined {
    if (!['draft/multiline', 'labeled-response', 'echo-message', 'batch', 'message-tags'].every((name) => this.has(name)) || lines.length < 2) return undefined;
    const limits = this.#needs.capabilities()?.valueOf('draft/multiline');
    const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, -1);
    const fits = lines.length <= Math.min(LINES_MOST, limitIn(limits, 'max-lines')) && bytes <= limitIn(limits, 'max-bytes');
    return fits ? `m${(this.#batches++).toString(36)}` : undefined;
  }
}

/** A line with tags before it; without tags when they are too long (IRCv3 message-tags, "Size limit"). */
export function withTags(tags: readonly string[], line: string): string {
  const all = tags.join(';');
  return tags.length === 0 || Buffer.byteLength(all) > TAG_BYTES ? line : `@${all} ${line}`;
}

/** A TAGMSG; none when its tags would not fit, for without them it says nothing. */
function tagmsg(target: string, tags: readonly string[]): string | undefined {
  const line = tagmsgLine(target);
  const whole = line && withTags(tags, line);
  return whole === line ? undefined : whole;
}

const ESCAPES: Readonly<Record<string, string>> = { ';': '\\:', ' ': '\\s', '\\': '\\\\', '\r': '\\r', '\n': '\\n' };

/** A tag's value (IRCv3 message-tags, "Escaping values"). */
export function escapeTag(value: string): string {
  return value.toWellFormed().replace(/[; \\\r\n]/g, (char) => ESCAPES[char] ?? '').replaceAll('\0', '');
}

/** A number of `max-bytes=4096,max-lines=100`; 0 for what makes no sense, no limit where none is told. */
function limitIn(limits: string | undefined, name: string): number {
  const [, value] = new RegExp(`(?:^|,)${name}=([^,]*)`).exec(limits ?? '') ?? [];
  if (value === undefined) return Infinity;
  return /^\d{1,9}$/.test(value) ? Number(value) : 0;
}
