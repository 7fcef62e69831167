/** The transport over real loopback sockets: hostile bytes in (R4, L13, L14), clean and bounded bytes out (R3, L12, L16). */

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { SocketTransport, transportClass, type WireOptions } from '../../../src/irc/connection/socket-transport.js';
import { TestClock, until } from '../../support/clock.js';

/** A listening server with one connection to it; all is closed after the test. */
async function connected(more: Partial<WireOptions> = {}, start = true) {
  const clock = new TestClock();
  const server: Server = createServer({ noDelay: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const faults: [unknown, string][] = [];
  const seen = { lines: [] as string[], closes: [] as unknown[], extras: 0, traffic: 0, open: false };
  const wire: WireOptions = {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    tls: false,
    clock,
    connectTimeoutMs: 30_000,
    writeTimeoutMs: 60_000,
    onFault: (fault, line) => faults.push([fault, line]),
    onTraffic: () => seen.traffic++,
    ...more,
  };
  const transport = new SocketTransport(wire);
  transport.on('line', (line: string) => seen.lines.push(line));
  transport.on('open', () => (seen.open = true));
  transport.on('extra', () => seen.extras++);
  transport.on('close', (fault: unknown) => seen.closes.push(fault));
  const peer = new Promise<Socket>((resolve) => server.once('connection', resolve));
  if (start) transport.connect();
  const far = start ? await peer : undefined;
  if (start) await until('the transport is open', () => seen.open);
  const end = async () => {
    transport.disposeSocket();
    far?.destroy();
    await new Promise((resolve) => server.close(resolve));
    assert.equal(clock.timers, 0, 'a timer is left');
  };
  return { clock, transport, wire, faults, seen, far: far as Socket, end };
}

describe('socket-transport, in', () => {
  const bytes = Buffer.from(':a!b@c PRIVMSG #c :h\u00e9 \u{1f600}\r\n\r\n\nPING :a\rb\0c\r\n\0\nPONG\n');
  const lines = [':a!b@c PRIVMSG #c :h\u00e9 \u{1f600}', 'PING :abc', 'PONG'];

  it('R4: bytes split at every offset, and one by one, are the same lines', async () => {
    const { far, seen, end } = await connected();
    const expected: string[] = [];
    for (let at = 1; at < bytes.length; at++) {
      for (const piece of [bytes.subarray(0, at), bytes.subarray(at)]) {
        const before = seen.traffic;
        far.write(piece);
        await until('the piece is read', () => seen.traffic > before);
      }
      expected.push(...lines);
    }
    assert.deepEqual(seen.lines, expected);
    seen.lines.length = 0;
    for (const byte of bytes) {
      const before = seen.traffic;
      far.write(Buffer.of(byte));
      await until('the byte is read', () => seen.traffic > before);
    }
    assert.deepEqual(seen.lines, lines);
    await end();
  });

  it('R4: a megabyte in one go', async () => {
    const { far, seen, end } = await connected();
    const count = Math.ceil(1_048_576 / bytes.length);
    far.write(Buffer.concat(new Array<Buffer>(count).fill(bytes)));
    await until('all is read', () => seen.lines.length >= count * lines.length, 15_000);
    assert.deepEqual(seen.lines.slice(-3), lines);
    assert.equal(seen.lines.length, count * lines.length);
    await end();
  });

  it('L13: a line that throws is counted, and the next one is heard', async () => {
    const { far, seen, faults, transport, end } = await connected({
      verdict: (buf, start) => {
        if (buf[start] === 0x58) throw new Error('verdict');
        return buf[start] === 0x44 ? 'drop' : 'pass';
      },
    });
    transport.prependListener('line', (line: string) => {
      if (line === 'BAD') throw new Error('line');
    });
    far.write(`BAD\r\nX${'y'.repeat(200)}\r\nDROP\r\nGOOD\r\n`);
    await until('the last line is heard', () => seen.lines.includes('GOOD'));
    assert.deepEqual(seen.lines, ['GOOD']);
    assert.deepEqual(faults.map(([fault, line]) => [String(fault), line.length]), [
      ['Error: line', 3],
      ['Error: verdict', 100],
    ]);
    await end();
  });

  it('L14: a line without end closes the connection at the cap', async () => {
    const { far, seen, end } = await connected();
    far.on('error', () => undefined);
    far.write(Buffer.alloc(1_000_000, 0x78));
    await until('it is closed', () => seen.closes.length > 0);
    assert.match(String(seen.closes[0]), /line without end/);
    assert.equal(seen.closes.length, 1);
    await end();
  });

  it('CONN-22: the old encoding is heard', async () => {
    const { far, seen, end } = await connected({ encodingFallback: 'latin1' });
    far.write(Buffer.from('PING :\xe9\r\n', 'latin1'));
    await until('it is heard', () => seen.lines.length > 0);
    assert.deepEqual(seen.lines, ['PING :é']);
    await end();
  });

  it('nothing is heard after a close in the same packet', async () => {
    const { far, seen, transport, end } = await connected();
    transport.on('line', () => transport.disposeSocket());
    far.write('ONE\r\nTWO\r\n');
    await until('one line is heard', () => seen.lines.length > 0);
    assert.deepEqual(seen.lines, ['ONE']);
    await end();
  });
});

describe('socket-transport, out', () => {
  it('L12: whatever is written, by the library or us, leaves as one line', async () => {
    const { far, transport, end } = await connected();
    let read = '';
    far.on('data', (data: Buffer) => (read += data.toString('utf8')));
    transport.writeLine('PRIVMSG #c :a\r\nQUIT');
    transport.writeAndKnow(`PRIVMSG #c :${'é'.repeat(600)}`, () => undefined);
    transport.writeLine('\r\n');
    transport.writeLine('PING :\u010d\u010a');
    await until('the last line is there', () => read.includes('PING'));
    const [first, second, third, rest] = read.split('\r\n');
    assert.deepEqual([first, third, rest], ['PRIVMSG #c :a  QUIT', 'PING :\u010d\u010a', '']);
    assert.equal(Buffer.byteLength(second ?? ''), 510);
    await end();
  });

  it('tells in the same tick that the kernel took a line', async () => {
    const { transport, end } = await connected();
    let handed: boolean | undefined;
    transport.writeAndKnow('PING :x', (told) => (handed = told));
    assert.equal(handed, true);
    await end();
  });

  it('R3: a server that reads nothing: lines are not taken, and after 60 s the connection is given up', async () => {
    const { clock, far, transport, seen, end } = await connected();
    far.pause();
    const told: boolean[] = [];
    let written = 0;
    // Fill the kernel until it takes no more; the outbox would stop here, with one line in flight.
    while (told.length === written && written < 100_000) {
      for (let n = 0; n < 50; n++, written++) transport.writeAndKnow(`PING :${'x'.repeat(500)}`, (handed) => told.push(handed));
    }
    assert.ok(told.every((handed) => handed) && told.length < written);
    await clock.advance(59_999);
    assert.equal(seen.closes.length, 0);
    await clock.advance(1);
    await until('it is closed', () => seen.closes.length > 0);
    assert.match(String(seen.closes[0]), /takes nothing/);
    assert.equal(told.length, written);
    assert.equal(told.at(-1), false);
    await end();
  });

  it('R3: a server that reads slowly is kept', async () => {
    const { clock, far, transport, seen, end } = await connected();
    far.pause();
    const told: boolean[] = [];
    let written = 0;
    while (told.length === written) {
      transport.writeAndKnow(`PING :${'x'.repeat(500)}`, (handed) => told.push(handed));
      written++;
    }
    await clock.advance(59_000);
    far.resume();
    await until('the line is taken', () => told.length === written);
    far.pause();
    await clock.advance(120_000);
    assert.equal(seen.closes.length, 0);
    assert.ok(told.every((handed) => handed));
    await end();
  });

  it('L16: what is written past the outbox is bounded too', async () => {
    const { far, transport, seen, end } = await connected();
    far.pause();
    for (let n = 0; n < 100_000 && transport.isConnected(); n++) transport.writeLine(`PRIVMSG #c :${'x'.repeat(450)}`);
    await until('it is closed', () => seen.closes.length > 0);
    assert.match(String(seen.closes[0]), /does not read/);
    await end();
  });

  it('without a connection nothing is handed over', async () => {
    const { transport, end } = await connected({}, false);
    let handed: boolean | undefined;
    transport.writeAndKnow('PING :x', (told) => (handed = told));
    assert.equal(handed, false);
    await end();
  });
});

describe('socket-transport, life', () => {
  it('closes politely: what was written arrives, then FIN; close is told once', async () => {
    const { far, transport, seen, end } = await connected();
    let read = '';
    let ended = false;
    far.on('data', (data: Buffer) => (read += data.toString('utf8'))).on('end', () => (ended = true));
    transport.writeLine('QUIT :bye', () => transport.close());
    await until('both ends are closed', () => ended && seen.closes.length > 0);
    assert.deepEqual([read, seen.closes], ['QUIT :bye\r\n', [false]]);
    transport.close(true);
    await end();
    assert.equal(seen.closes.length, 1);
  });

  it('a server that does not close in turn has five seconds', async () => {
    const { clock, transport, seen, end } = await connected();
    // The far end never reads, so it never sees our FIN.
    transport.close();
    assert.equal(seen.closes.length, 0);
    await clock.advance(5000);
    await until('it is closed', () => seen.closes.length > 0);
    await end();
  });

  it('tells when nobody is there', async () => {
    const { transport, wire, end } = await connected({}, false);
    await end();
    const alone = new SocketTransport(wire);
    const fault = await new Promise((resolve) => {
      alone.on('close', resolve);
      alone.connect();
    });
    assert.match(String(fault), /ECONNREFUSED/);
    assert.equal(transport.isConnected(), false);
  });

  it('gives up a handshake that takes too long', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const clock = new TestClock();
    const { port } = server.address() as AddressInfo;
    const rest = { clock, connectTimeoutMs: 10_000, writeTimeoutMs: 1, onFault: () => undefined, onTraffic: () => undefined };
    const transport = new SocketTransport({ host: '127.0.0.1', port, tls: {}, ...rest });
    const closes: unknown[] = [];
    transport.on('close', (fault: unknown) => closes.push(fault));
    const far = new Promise<Socket>((resolve) => server.once('connection', resolve));
    transport.connect();
    (await far).on('error', () => undefined);
    await clock.advance(10_000);
    await until('it is closed', () => closes.length > 0);
    assert.match(String(closes[0]), /within the time/);
    (await far).destroy();
    server.close();
    assert.equal(clock.timers, 0);
  });

  it('dials from the address it was told, and shows the socket', async () => {
    const { far, seen, end } = await connected({ localAddress: '127.0.0.1' });
    assert.equal(far.remoteAddress, '127.0.0.1');
    assert.equal(seen.extras, 1);
    await end();
  });

  it('works under irc-framework', async () => {
    const { wire, end } = await connected({}, false);
    await end();
    const require = createRequire(import.meta.url);
    const { Client } = require('irc-framework') as typeof import('irc-framework');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const far = new Promise<Socket>((resolve) => server.once('connection', resolve));
    const client = new Client();
    const heard: string[] = [];
    const events = client as unknown as { on(event: string, listener: (value: { message?: string }) => void): void };
    events.on('privmsg', (event) => heard.push(event.message ?? ''));
    events.on('close', () => heard.push('closed'));
    client.connect({
      host: 'x',
      port: 1,
      nick: 'a',
      username: 'u',
      gecos: 'g',
      encoding: 'utf8',
      account: {},
      version: null,
      auto_reconnect: false,
      ping_interval: 0,
      ping_timeout: 0,
      transport: transportClass({ ...wire, port: (server.address() as AddressInfo).port }),
    });
    const peer = await far;
    let read = '';
    peer.on('data', (data: Buffer) => (read += data.toString('utf8')));
    await until('it logs in', () => read.includes('USER u'));
    // 353 alone makes the library throw (L13).
    peer.write(':s 001 a :hi\r\nPRIVMSG\r\n:s 353\r\n:b!c@d PRIVMSG a :still here\r\n');
    await until('the line is heard', () => heard.length > 0);
    peer.end();
    await until('the end is heard', () => heard.length > 1);
    assert.deepEqual(heard, ['still here', 'closed']);
    server.close();
  });
});
