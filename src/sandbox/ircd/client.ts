/** One connection to the server, from its first byte to its last. */

import type { Socket } from 'node:net';
import type { Clock } from '../../lib/clock.js';
import type { Channel } from './channel.js';
import type { Knobs } from './knobs.js';
import type { Profile } from './profile.js';
import { Intake } from './intake.js';
import type { OpenBatch } from './open-batch.js';
import { escapeTag, toBytes, toText } from './wire.js';

/** What a line carries besides its text: which of it a client gets depends on its capabilities. */
export interface LineMeta {
  readonly from?: IrcClient;
  readonly msgid?: string;
  readonly clientTags?: ReadonlyMap<string, string>;
  /** The batch it stands in, for a client that knows batches. */
  readonly batch?: string;
  /** Tags that are the server's own, such as `draft/multiline-concat`. */
  readonly ownTags?: readonly string[];
}
/** One line of the record, as text. */
export interface Recorded {
  readonly at: number;
  readonly line: string;
}

/** What a connection needs of the network it is on. */
export interface Home {
  readonly profile: Profile;
  readonly clock: Clock;
  readonly knobs: Knobs;
  readonly serverName: string;
  record(client: IrcClient, way: 'in' | 'out', bytes: string): void;
  closingLine(client: IrcClient, reason: string): string;
  forget(client: IrcClient, reason: string): void;
  holds(client: IrcClient): boolean;
  run(client: IrcClient, line: string): void;
}

export class IrcClient {
  readonly net: Home;
  readonly id: number;
  readonly socket: Socket;
  readonly intake: Intake;
  readonly caps = new Set<string>();
  readonly modes = new Set<string>();
  readonly channels = new Set<Channel<IrcClient>>();
  /** Every byte that came, in the pieces in which it came. */
  readonly bytes: Buffer[] = [];
  readonly received: Recorded[] = [];
  readonly sent: Recorded[] = [];
  readonly connectedAt: number;
  nick = '*';
  user = '';
  realname = '';
  host: string;
  password = '';
  account: string | undefined;
  away: string | undefined;
  /** `CAP LS` was said and `CAP END` not yet. */
  negotiating = false;
  /** What SASL waits for: nothing, the payload, or what of it has come. */
  sasl: string | undefined;
  registered = false;
  /** NICK, USER and CAP END are there; 001 is on its way. */
  welcoming = false;
  gone = false;
  /** What answers the labelled line that is being run (labeled-response); lines wait until all are known. */
  answers: { readonly line: string; readonly meta: LineMeta }[] | undefined;
  /** Multiline batches it has begun, by its own id. */
  readonly batches = new Map<string, OpenBatch>();
  /** When PING was last sent. */
  pingedAt = 0;
  /** On the far side of a netsplit. */
  split = false;

  constructor(net: Home, id: number, socket: Socket) {
    this.net = net;
    this.id = id;
    this.socket = socket;
    this.connectedAt = net.clock.elapsed();
    const address = (socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/u, '');
    this.host = address.startsWith(':') ? `0${address}` : address;
    this.intake = new Intake(this);
    socket.on('data', (chunk: Buffer) => this.intake.take(chunk));
    socket.on('end', () => this.close('Connection closed', { silent: true }));
    socket.on('error', (fault) => this.close(fault.message, { silent: true }));
    socket.on('close', () => this.close('Connection closed', { silent: true }));
  }

  get prefix(): string {
    return `${this.nick}!${this.user}@${this.host}`;
  }

  /** A line of the server itself, text last: `:S 433 nick param :text`. */
  numeric(code: string, params: readonly string[], text?: string): void {
    const head = [`:${this.net.serverName}`, code, this.nick, ...params].join(' ');
    this.send(text === undefined ? head : `${head} :${text}`);
  }

  /** Writes one line, cut to 512 bytes (or LINELEN) as it leaves; the tags it may have come before that. */
  send(line: string, meta: LineMeta = {}): void {
    if (this.gone || this.socket.destroyed) return;
    if (this.answers) this.answers.push({ line, meta });
    else this.write(line, this.tagsFor(meta));
  }

  private write(line: string, tags: readonly string[]): void {
    const whole = (tags.length === 0 ? '' : `@${tags.join(';')} `) + line.slice(0, this.net.knobs.lineLength - 2);
    this.net.record(this, 'out', whole);
    this.socket.write(`${whole}\r\n`, 'latin1');
  }

  /** Runs what answers a labelled line: nothing is ACK, one line has the label, several are a batch. */
  answering(label: string, run: () => void): void {
    this.answers = [];
    run();
    const { answers } = this;
    this.answers = undefined;
    if (this.gone) return;
    const [only] = answers;
    // A multiline batch that comes back has the label on the line that opens it.
    const opens = only !== undefined && / BATCH \+\S+ draft\/multiline /u.test(only.line);
    if (!only) this.write(`:${this.net.serverName} ACK`, [`label=${label}`]);
    else if (answers.length === 1 || opens) {
      for (const [at, { line, meta }] of answers.entries()) this.write(line, [...(at === 0 ? [`label=${label}`] : []), ...this.tagsFor(meta)]);
    } else {
      const id = `L${label}`;
      this.write(`:${this.net.serverName} BATCH +${id} labeled-response`, [`label=${label}`]);
      for (const { line, meta } of answers) this.write(line, [`batch=${id}`, ...this.tagsFor(meta)]);
      this.write(`:${this.net.serverName} BATCH -${id}`, []);
    }
  }

  private tagsFor(meta: LineMeta): readonly string[] {
    const tags: string[] = [];
    if (this.caps.has('server-time')) tags.push(`time=${new Date(this.net.clock.now()).toISOString()}`);
    if (this.caps.has('account-tag') && meta.from?.account !== undefined) tags.push(`account=${meta.from.account}`);
    if (this.caps.has('message-tags')) {
      if (meta.msgid !== undefined) tags.push(`msgid=${meta.msgid}`);
      for (const [key, value] of meta.clientTags ?? []) tags.push(value === '' ? key : `${key}=${escapeTag(value)}`);
    }
    if (meta.batch !== undefined && this.caps.has('batch')) tags.push(`batch=${meta.batch}`, ...(meta.ownTags ?? []));
    return tags;
  }

  /** Bytes as they are, whatever they are (a knob for tests); text is sent as UTF-8. */
  sendRaw(data: string | Buffer): void {
    const bytes = typeof data === 'string' ? toBytes(data) : data.toString('latin1');
    for (const line of bytes.split(/\r?\n/u)) if (line !== '') this.net.record(this, 'out', line);
    if (!this.socket.destroyed) this.socket.write(bytes, 'latin1');
  }

  /** Ends the connection as a server does: QUIT to those who share a channel, ERROR to the client itself. */
  close(reason: string, how: { readonly silent?: boolean; readonly reset?: boolean } = {}): void {
    if (this.gone) return;
    if (how.silent !== true) this.send(this.net.closingLine(this, reason));
    this.gone = true;
    this.intake.end();
    this.net.forget(this, reason);
    if (how.reset === true) this.socket.resetAndDestroy();
    else if (how.silent === true) this.socket.destroy();
    else {
      this.socket.end();
      // A peer that does not close its side must not keep this one for ever.
      this.net.clock.after(2000, () => this.socket.destroy());
    }
  }

  noted(line: string): void {
    this.net.record(this, 'in', line);
  }

  holds(): boolean {
    return this.net.holds(this);
  }

  run(line: string): void {
    this.net.run(this, line);
  }

  /** What came, as text lines: the usual thing a test looks at. */
  get lines(): string[] {
    return this.received.map((entry) => entry.line);
  }

  /** The nick as text. */
  get nickText(): string {
    return toText(this.nick);
  }
}
