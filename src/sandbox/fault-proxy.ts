/** A TCP proxy that can be slow, cut, reset, deaf or dumb: what lies between the bridge and either side. */

import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Clock } from '../lib/clock.js';
import { systemClock } from '../lib/clock.js';

/** Seen from whoever connects to the proxy: `up` is towards the target, `down` is back. */
export type Way = 'up' | 'down';

interface Pair {
  readonly inner: Socket;
  readonly outer: Socket | undefined;
}

export class FaultProxy {
  /** Milliseconds that each piece waits, either way. */
  latencyMs = 0;
  /** Connections are taken and never passed on (half-open). */
  halfOpen = false;
  /** New connections are reset at once. */
  refuse = false;
  /** Bytes that vanish: one way or both. */
  readonly blackhole = new Set<Way>();
  /** After so many bytes of a connection in that way, it is reset. */
  readonly cutAfter = new Map<Way, number>();
  /** Bytes that vanished so far. */
  swallowed = 0;
  /** Every connection taken so far. */
  accepted = 0;
  private readonly clock: Clock;
  private readonly target: () => number;
  private readonly pairs = new Set<Pair>();
  private server: Server | undefined;

  /** @param target the port on loopback, asked anew for each connection */
  constructor(target: number | (() => number), clock: Clock = systemClock) {
    this.target = typeof target === 'number' ? () => target : target;
    this.clock = clock;
  }

  /** Listens on loopback and says on which port. */
  async start(port = 0): Promise<number> {
    const server = createServer((inner) => this.take(inner));
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    return (server.address() as AddressInfo).port;
  }

  private take(inner: Socket): void {
    this.accepted += 1;
    inner.on('error', () => inner.destroy());
    if (this.refuse) return void inner.resetAndDestroy();
    if (this.halfOpen) {
      const pair = { inner, outer: undefined };
      this.pairs.add(pair);
      inner.on('close', () => this.pairs.delete(pair));
      return void inner.resume();
    }
    const outer = connect(this.target(), '127.0.0.1');
    outer.on('error', () => inner.resetAndDestroy());
    const pair = { inner, outer };
    this.pairs.add(pair);
    inner.setNoDelay(true);
    outer.setNoDelay(true);
    this.pass('up', inner, outer);
    this.pass('down', outer, inner);
    inner.on('close', () => {
      this.pairs.delete(pair);
      outer.destroy();
    });
    outer.on('close', () => this.later(() => inner.end()));
  }

  private pass(way: Way, from: Socket, to: Socket): void {
    let passed = 0;
    from.on('data', (chunk: Buffer) => {
      if (this.blackhole.has(way)) {
        this.swallowed += chunk.length;
        return;
      }
      const limit = this.cutAfter.get(way) ?? Number.POSITIVE_INFINITY;
      const piece = chunk.subarray(0, Math.max(0, limit - passed));
      passed += chunk.length;
      this.later(() => {
        if (!to.destroyed && piece.length > 0) to.write(piece);
        if (passed < limit) return;
        from.resetAndDestroy();
        to.resetAndDestroy();
      });
    });
    from.on('end', () => this.later(() => to.end()));
  }

  private later(job: () => void): void {
    if (this.latencyMs > 0) this.clock.after(this.latencyMs, job);
    else job();
  }

  /** Resets every connection that is open now. */
  reset(): void {
    for (const { inner, outer } of [...this.pairs]) {
      inner.resetAndDestroy();
      outer?.resetAndDestroy();
    }
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    this.reset();
    await closed;
  }
}
