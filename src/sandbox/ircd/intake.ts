/** Bytes of a connection into lines, and lines into commands at the pace the server allows. */

import type { Clock, Timer } from '../../lib/clock.js';
import type { Knobs } from './knobs.js';
import type { Profile } from './profile.js';

/** Tags with the `@` and the space (message-tags specification, "Size limit": 4096 from a client). */
const TAGS = 4096;

/** What the intake needs of its connection. */
export interface Taker {
  readonly net: { readonly profile: Profile; readonly clock: Clock; readonly knobs: Knobs };
  readonly bytes: Buffer[];
  readonly registered: boolean;
  readonly gone: boolean;
  numeric(code: string, params: readonly string[], text?: string): void;
  close(reason: string): void;
  /** A line came, whatever becomes of it. */
  noted(line: string): void;
  /** Whether lines must wait for now. */
  holds(): boolean;
  run(line: string): void;
}

export class Intake {
  private readonly client: Taker;
  private unread = '';
  private readonly waiting: string[] = [];
  private waitingBytes = 0;
  private tokens = Number.POSITIVE_INFINITY;
  private filledAt = 0;
  private timer: Timer | undefined;
  private mute = false;
  /** When the last bytes came (the clock's `elapsed`). */
  heardAt: number;

  constructor(client: Taker) {
    this.client = client;
    this.heardAt = client.net.clock.elapsed();
  }

  /** Takes what the socket gave; recorded before anything is made of it. */
  take(chunk: Buffer): void {
    const { client } = this;
    if (client.gone) return;
    client.bytes.push(chunk);
    this.heardAt = client.net.clock.elapsed();
    if (this.mute) return;
    this.unread += chunk.toString('latin1');
    const parts = this.unread.split('\n');
    this.unread = parts.pop() ?? '';
    for (const part of parts) this.cleaned(part.endsWith('\r') ? part.slice(0, -1) : part);
    const limit = client.net.profile.receiveQueue;
    if (this.unread.length > limit || (client.net.profile.longLine === 'disconnect' && this.unread.length > client.net.knobs.lineLength)) {
      client.close(client.net.profile.longLine === 'disconnect' ? 'Request too long' : 'RecvQ exceeded');
    }
    this.drain();
  }

  /** What the server makes of CR and NUL inside a line (IRC-SERVERS.md §9.1, 9.2, 9.18). */
  private cleaned(line: string): void {
    const { profile } = this.client.net;
    if (this.mute || this.client.gone) return;
    if (line.includes('\0') && profile.nul === 'mute') {
      this.mute = true;
      return;
    }
    if ((line.includes('\0') && profile.nul === 'disconnect') || (line.includes('\r') && profile.cr === 'disconnect')) {
      this.client.close('Received malformed line');
      return;
    }
    const whole = profile.nul === 'cut' ? line.replace(/\0[^\r]*/gu, '') : line.replaceAll('\0', ' ');
    const pieces = profile.cr === 'ends' ? whole.split('\r') : [whole.replaceAll('\r', '')];
    for (const piece of pieces) if (piece !== '') this.queue(piece);
  }

  private queue(line: string): void {
    this.client.noted(line);
    const fit = this.fitted(line);
    if (fit === undefined) return;
    this.waiting.push(fit);
    this.waitingBytes += fit.length + 2;
    const flood = this.client.net.knobs.flood;
    if (flood !== undefined && flood.limit > 0 && this.waitingBytes > flood.limit + flood.burst * 100) {
      this.client.close(this.client.net.profile.name === 'inspircd' ? 'RecvQ exceeded' : 'Excess Flood');
    }
  }

  /** The line as the server reads it, or `undefined` when it is refused for its length. */
  private fitted(line: string): string | undefined {
    const { client } = this;
    const { profile } = client.net;
    const tagged = line.startsWith('@') && profile.tags;
    const space = line.indexOf(' ');
    const tags = tagged ? line.slice(0, space < 0 ? line.length : space + 1) : '';
    const rest = line.slice(tags.length);
    if (tags.length > TAGS) {
      client.numeric('417', [], 'Input line was too long');
      return undefined;
    }
    const most = client.net.knobs.lineLength - 2;
    if (rest.length <= most) return line;
    if (profile.longLine === 'cut') return tags + rest.slice(0, most);
    if (profile.longLine === '417') client.numeric('417', [], 'Input line was too long');
    else client.close('Request too long');
    return undefined;
  }

  /** Runs what may run now. */
  drain(): void {
    const { client } = this;
    while (!client.gone && this.waiting.length > 0 && !client.holds()) {
      if (!this.mayRun()) return;
      const line = this.waiting.shift() ?? '';
      this.waitingBytes -= line.length + 2;
      client.run(line);
    }
  }

  private mayRun(): boolean {
    const { clock, knobs } = this.client.net;
    const { flood } = knobs;
    if (flood === undefined || !this.client.registered) return true;
    const gained = Math.floor((clock.elapsed() - this.filledAt) / flood.everyMs);
    this.tokens = Math.min(flood.burst, this.tokens + gained);
    this.filledAt = this.tokens === flood.burst ? clock.elapsed() : this.filledAt + gained * flood.everyMs;
    if (this.tokens > 0) {
      this.tokens -= 1;
      return true;
    }
    this.timer?.end();
    this.timer = clock.after(this.filledAt + flood.everyMs - clock.elapsed() + 1, () => this.drain());
    return false;
  }

  end(): void {
    this.timer?.end();
    this.waiting.length = 0;
  }
}
