/** The proxy's faults, over real sockets. */

import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { FaultProxy } from '../../src/sandbox/fault-proxy.js';
import { TestClock } from '../support/clock.js';

/** An echo server behind a proxy. */
async function behind(play: (proxy: FaultProxy, port: number, clock: TestClock) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>();
  const echo = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const clock = new TestClock();
  const proxy = new FaultProxy((echo.address() as AddressInfo).port, clock);
  try {
    await play(proxy, await proxy.start(), clock);
  } finally {
    await proxy.stop();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => echo.close(resolve));
  }
}

class Line {
  readonly socket: Socket;
  text = '';
  fault: string | undefined;
  readonly closed: Promise<void>;
  private wake: () => void = () => undefined;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('error', (fault: NodeJS.ErrnoException) => (this.fault = fault.code));
    this.socket.on('data', (chunk: Buffer) => {
      this.text += chunk.toString();
      this.wake();
    });
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
  }

  async until(text: string): Promise<void> {
    while (this.text !== text) await new Promise<void>((resolve) => (this.wake = resolve));
  }
}

describe('fault proxy', () => {
  it('passes bytes both ways, and resets what is open when asked', () =>
    behind(async (proxy, port) => {
      const line = new Line(port);
      line.socket.write('hello');
      await line.until('hello');
      proxy.reset();
      await line.closed;
      assert.equal(line.fault, 'ECONNRESET');
      assert.equal(proxy.accepted, 1);
    }));

  it('cuts a connection after so many bytes of one way', () =>
    behind(async (proxy, port) => {
      proxy.cutAfter.set('down', 3);
      const line = new Line(port);
      line.socket.write('hello');
      await line.closed;
      assert.ok('hel'.startsWith(line.text));
    }));

  it('swallows one way only', () =>
    behind(async (proxy, port) => {
      const line = new Line(port);
      line.socket.write('a');
      await line.until('a');
      proxy.blackhole.add('up');
      line.socket.write('b');
      while (proxy.swallowed === 0) await new Promise((resolve) => setImmediate(resolve));
      proxy.blackhole.delete('up');
      line.socket.write('c');
      await line.until('ac');
      line.socket.destroy();
    }));

  it('refuses, and takes connections that go nowhere', () =>
    behind(async (proxy, port) => {
      proxy.refuse = true;
      const refused = new Line(port);
      await refused.closed;
      proxy.refuse = false;
      proxy.halfOpen = true;
      const nowhere = new Line(port);
      await new Promise((resolve) => nowhere.socket.once('connect', resolve));
      nowhere.socket.write('hello');
      proxy.reset();
      await nowhere.closed;
      assert.equal(nowhere.text, '');
    }));

  it('latency: bytes come when their time has come', () =>
    behind(async (proxy, port, clock) => {
      proxy.latencyMs = 500;
      const line = new Line(port);
      line.socket.write('slow');
      while (clock.timers === 0) await clock.advance(0);
      assert.equal(line.text, '');
      await clock.advance(500);
      while (clock.timers === 0) await clock.advance(0);
      assert.equal(line.text, '');
      await clock.advance(500);
      await line.until('slow');
      line.socket.destroy();
    }));
});
