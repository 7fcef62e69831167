/** Somebody on IRC: a plain client over a plain socket, for the sandbox's server as for a real one. */

import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Clock } from '../../lib/clock.js';
import { systemClock } from '../../lib/clock.js';
import { PATIENCE_MS, Seen } from './seen.js';

/** A line that came, taken apart. `from` is the nick (or the server), `text` the last parameter. */
export interface HeardLine {
  readonly raw: string;
  readonly from: string;
  readonly command: string;
  readonly params: readonly string[];
  readonly text: string;
}

export interface HearWish {
  readonly from?: string | RegExp;
  /** The channel or nick it was said to. */
  readonly to?: string;
  readonly command?: string;
  readonly withinMs?: number;
}

const shown = (line: HeardLine): string => line.raw;

export class IrcPerson {
  readonly nick: string;
  readonly heard: Seen<HeardLine>;
  private readonly clock: Clock;
  private socket: Socket | undefined;
  private unread = '';
  /** The connection is gone, whoever ended it. */
  gone = false;

  constructor(nick: string, clock: Clock = systemClock) {
    this.nick = nick;
    this.clock = clock;
    this.heard = new Seen<HeardLine>(clock);
  }

  /** Connects and waits for 001. */
  async connects(port: number, host = '127.0.0.1', localAddress?: string): Promise<this> {
    this.dials(port, host, localAddress);
    this.sends(`NICK ${this.nick}`);
    this.sends(`USER ${this.nick.replace(/[^A-Za-z0-9]/gu, '').slice(0, 9)} 0 * :${this.nick}`);
    await this.hears('001');
    return this;
  }

  /** Opens the connection and says nothing yet. */
  dials(port: number, host = '127.0.0.1', localAddress?: string): this {
    const socket = connect({ port, host, ...(localAddress === undefined ? {} : { localAddress }) });
    socket.setNoDelay(true);
    this.socket = socket;
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.gone = true;
    });
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => this.take(chunk));
    return this;
  }

  private take(chunk: string): void {
    this.unread += chunk;
    const lines = this.unread.split('\n');
    this.unread = lines.pop() ?? '';
    for (const raw of lines) {
      const line = heardLine(raw.replace(/\r$/u, ''));
      if (line.command === 'PING') this.sends(`PONG :${line.text}`);
      this.heard.push(line);
    }
  }

  /** Writes one line as it is. */
  sends(line: string): void {
    this.socket?.write(`${line}\r\n`);
  }

  /** Writes bytes as they are, without a line end. */
  writes(bytes: Buffer | string): void {
    this.socket?.write(bytes);
  }

  /** Waits until the connection is gone. */
  async isPutOff(withinMs = PATIENCE_MS): Promise<void> {
    const { socket } = this;
    if (socket === undefined || this.gone) return;
    await new Promise<void>((resolve, reject) => {
      const late = this.clock.after(withinMs, () => reject(new Error(`${this.nick} is still connected`)));
      socket.once('close', () => {
        late.end();
        resolve();
      });
    });
  }

  /** Joins and waits for the end of the names. */
  async joins(channel: string): Promise<void> {
    this.sends(`JOIN ${channel}`);
    await this.hears('366');
  }

  says(target: string, text: string): void {
    this.sends(`PRIVMSG ${target} :${text}`);
  }

  notices(target: string, text: string): void {
    this.sends(`NOTICE ${target} :${text}`);
  }

  acts(target: string, text: string): void {
    this.sends(`PRIVMSG ${target} :\u0001ACTION ${text}\u0001`);
  }

  parts(channel: string, reason = ''): void {
    this.sends(`PART ${channel}${reason === '' ? '' : ` :${reason}`}`);
  }

  /** Waits for a PRIVMSG or NOTICE whose text is, or fits, `what`. */
  sees(what: string | RegExp, wish: HearWish = {}): Promise<HeardLine> {
    const commands = wish.command === undefined ? ['PRIVMSG', 'NOTICE'] : [wish.command];
    const fits = (line: HeardLine): boolean =>
      commands.includes(line.command) && matches(line.text, what) &&
      (wish.from === undefined || matches(line.from, wish.from)) &&
      (wish.to === undefined || line.params[0] === wish.to);
    return this.heard.next(`${this.nick} sees ${String(what)}`, fits, wish.withinMs ?? PATIENCE_MS, shown);
  }

  /** Waits for a line of a command or numeric that fits. */
  hears(command: string, fits: (line: HeardLine) => boolean = () => true, withinMs = PATIENCE_MS): Promise<HeardLine> {
    const wanted = (line: HeardLine): boolean => line.command === command && fits(line);
    return this.heard.next(`${this.nick} hears ${command}`, wanted, withinMs, shown);
  }

  /** Waits until somebody whose nick is, or fits, `who` comes into the channel. */
  seesJoin(who: string | RegExp, channel: string, withinMs?: number): Promise<HeardLine> {
    const fits = (line: HeardLine): boolean => matches(line.from, who) && line.params[0] === channel;
    return this.hears('JOIN', fits, withinMs);
  }

  /** All that people (not servers) said so far, oldest first. */
  get messages(): HeardLine[] {
    return this.heard.all.filter(({ command, raw }) => ['PRIVMSG', 'NOTICE'].includes(command) && /^(?:@\S+ )?:[^ ]+!/u.test(raw));
  }

  /** Leaves the network and waits until the server has closed. */
  async quits(reason = 'bye'): Promise<void> {
    const { socket } = this;
    if (socket === undefined || this.gone) return;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    this.sends(`QUIT :${reason}`);
    const late = this.clock.after(2000, () => socket.destroy());
    await closed;
    late.end();
  }

  /** The connection is cut, without a word. */
  vanishes(): void {
    this.socket?.resetAndDestroy();
  }
}

function matches(text: string, what: string | RegExp): boolean {
  return typeof what === 'string' ? text === what : what.test(text);
}

/** Takes a line apart, tags left out. */
export function heardLine(raw: string): HeardLine {
  const bare = raw.startsWith('@') ? raw.slice(raw.indexOf(' ') + 1) : raw;
  const sourced = bare.startsWith(':');
  const rest = sourced ? bare.slice(bare.indexOf(' ') + 1) : bare;
  const from = sourced ? (bare.slice(1).split(/[! ]/u, 1)[0] ?? '') : '';
  const colon = rest.indexOf(' :');
  const words = (colon < 0 ? rest : rest.slice(0, colon)).split(' ').filter((word) => word !== '');
  const params = [...words.slice(1), ...(colon < 0 ? [] : [rest.slice(colon + 2)])];
  return { raw, from, command: words[0] ?? '', params, text: params.at(-1) ?? '' };
}
