import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { IdentServer } from '../../../src/irc/ident/ident-server.js';
import { IdentTable, plainAddress } from '../../../src/irc/ident/ident-table.js';
import { dial } from '../../../src/irc/connection/socket.js';
import { systemClock, type Clock } from '../../../src/lib/clock.js';
import { quiet } from '../../../src/lib/log.js';
import { TestClock, until } from '../../support/clock.js';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('irc/ident', () => {
  const sockets: Socket[] = [];
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const close of closing.splice(0)) await close();
  });

  async function open(table: IdentTable, clock: Clock = systemClock, address = '0.0.0.0'): Promise<number> {
    const server = new IdentServer({ table, clock, log: quiet, port: 0, address });
    const { port } = await server.listen();
    closing.push(() => server.close());
    return port;
  }

  /** Asks, from an address, and gives all that comes until the end. */
  function ask(port: number, text: string, from = '127.0.0.1', to = '127.0.0.1'): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: to, port, localAddress: from });
      sockets.push(socket);
      let heard = '';
      socket.on('connect', () => socket.write(text));
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
      socket.on('close', () => resolve(heard));
      socket.on('error', reject);
    });
  }

  /** An IRC server that says nothing, and a socket of ours to it. */
  async function ircServer(host = '127.0.0.1'): Promise<number> {
    const server = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    return (server.address() as AddressInfo).port;
  }

  async function ours(table: IdentTable, ident: string, port: number, host = '127.0.0.1', from?: string): Promise<Socket> {
    const socket = dial({ host, port, tls: false, ...(from === undefined ? {} : { localAddress: from }) });
    sockets.push(socket);
    table.follow(socket, ident);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return socket;
  }

  /** A socket whose own port is not known before it is connected, as on some platforms. */
  class Slow extends EventEmitter {
    localAddress: string | undefined = '127.0.0.1';
    localPort: number | undefined;
  }

  describe('table', () => {
    const addresses: [string, string][] = [
      ['::ffff:10.1.2.3', '10.1.2.3'],
      ['::FFFF:10.1.2.3', '10.1.2.3'],
      ['10.1.2.3', '10.1.2.3'],
      ['FE80::1%eth0', 'fe80::1'],
      ['::1', '::1'],
      ['::ffff:1', '::ffff:1'],
    ];
    for (const [address, plain] of addresses) {
      it(`takes ${address} for ${plain}`, () => assert.equal(plainAddress(address), plain));
    }

    it('R24: knows a socket in the tick in which it starts to connect, and no more when it is closed', async () => {
      const table = new IdentTable();
      const port = await ircServer();
      const socket = dial({ host: '127.0.0.1', port, tls: false });
      sockets.push(socket);
      table.follow(socket, 'alice');
      await new Promise((resolve) => socket.once('connectionAttempt', resolve));
      assert.ok(socket.connecting);
      const ends = { localAddress: '127.0.0.1', localPort: socket.localPort ?? 0, remoteAddress: '127.0.0.1', remotePort: port };
      assert.equal(table.identOf(ends), 'alice');
      assert.ok(table.knows('::ffff:127.0.0.1'));
      socket.destroy();
      await new Promise((resolve) => socket.once('close', resolve));
      assert.equal(table.identOf(ends), undefined);
      assert.ok(!table.knows('127.0.0.1'));
    });

    it('forgets an attempt that failed when the next address of the host is tried', async () => {
      const table = new IdentTable();
      const socket = new Slow();
      table.follow(socket, 'alice');
      socket.localPort = 1000;
      socket.emit('connectionAttempt', '::1', 6667);
      await settled();
      socket.localPort = 1001;
      socket.emit('connectionAttempt', '127.0.0.1', 6667);
      await settled();
      assert.ok(!table.knows('::1'));
      const ends = { localAddress: '127.0.0.1', localPort: 1001, remoteAddress: '127.0.0.1', remotePort: 6667 };
      assert.equal(table.identOf(ends), 'alice');
      assert.equal(table.identOf({ ...ends, localPort: 1000, remoteAddress: '::1' }), undefined);
    });
  });

  describe('server', () => {
    it('IDENT-2, S25, A-16: answers only the peer of exactly that connection', async () => {
      const table = new IdentTable();
      const port = await open(table);
      const [irc, other] = [await ircServer('0.0.0.0'), await ircServer('0.0.0.0')];
      const { localPort = 0 } = await ours(table, 'alice', irc);
      const rows: [string, string, string, string][] = [
        ['the peer', `${localPort} , ${irc}`, '127.0.0.1', `${localPort},${irc}:USERID:UNIX:alice\r\n`],
        ['another address', `${localPort} , ${irc}`, '127.0.0.2', `${localPort},${irc}:ERROR:NO-USER\r\n`],
        ['the peer about another port of its own', `${localPort}, ${other}`, '127.0.0.1', `${localPort},${other}:ERROR:NO-USER\r\n`],
        ['the peer about another port of ours', `${localPort ^ 1},${irc}`, '127.0.0.1', `${localPort ^ 1},${irc}:ERROR:NO-USER\r\n`],
        ['the peer about no port', `0,${irc}`, '127.0.0.1', `0,${irc}:ERROR:INVALID-PORT\r\n`],
      ];
      for (const [who, query, from, answer] of rows) assert.equal(await ask(port, `${query}\r\n`, from), answer, who);
      assert.equal(await ask(port, `${localPort},${irc}\n`), `${localPort},${irc}:USERID:UNIX:alice\r\n`, 'without CR');
      assert.equal(await ask(port, `${localPort},${irc}\r\n`, '127.0.0.1', '127.0.0.3'), `${localPort},${irc}:ERROR:NO-USER\r\n`);
    });

    it('A-16: two connections may share a source port on two addresses of ours', async () => {
      const table = new IdentTable();
      const port = await open(table);
      const [one, two] = [await ircServer(), await ircServer()];
      const alice = await ours(table, 'alice', one, '127.0.0.1', '127.0.0.5');
      const shared = alice.localPort ?? 0;
      const socket = connect({ host: '127.0.0.1', port: two, localAddress: '127.0.0.6', localPort: shared });
      sockets.push(socket);
      table.follow(socket, 'carol');
      await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
      assert.equal(await ask(port, `${shared},${one}\r\n`, '127.0.0.1', '127.0.0.5'), `${shared},${one}:USERID:UNIX:alice\r\n`);
      assert.equal(await ask(port, `${shared},${two}\r\n`, '127.0.0.1', '127.0.0.6'), `${shared},${two}:USERID:UNIX:carol\r\n`);
      assert.equal(await ask(port, `${shared},${one}\r\n`, '127.0.0.1', '127.0.0.6'), `${shared},${one}:ERROR:NO-USER\r\n`);
    });

    it('IDENT-2: hears both families', async () => {
      const table = new IdentTable();
      const port = await open(table);
      const irc = await ircServer('::1');
      const { localPort = 0 } = await ours(table, 'alice', irc, '::1');
      assert.equal(await ask(port, `${localPort},${irc}\r\n`, '::1', '::1'), `${localPort},${irc}:USERID:UNIX:alice\r\n`);
    });

    it('R24: holds an answer while a connect to the asker has no port yet, and gives it as soon as it has', async () => {
      const table = new IdentTable();
      const clock = new TestClock();
      const port = await open(table, clock);
      const slow = new Slow();
      table.follow(slow, 'alice');
      slow.emit('connectionAttempt', '127.0.0.1', 6667);
      await settled();
      const answers: string[] = [];
      void ask(port, '4000,6667\r\n').then((text) => answers.push(text));
      await until('the answer is held', () => clock.timers === 2);
      assert.equal(answers.length, 0);
      slow.localPort = 4000;
      slow.emit('connect');
      await until('it is answered', () => answers.length === 1);
      assert.deepEqual(answers, ['4000,6667:USERID:UNIX:alice\r\n']);
      await until('no timer is left', () => clock.timers === 0);
    });

    it('R24: holds it two seconds at most, and not for a connect that failed', async () => {
      const table = new IdentTable();
      const clock = new TestClock();
      const port = await open(table, clock);
      const [slow, slower] = [new Slow(), new Slow()];
      const answers: string[] = [];
      for (const each of [slow, slower]) {
        table.follow(each, 'alice');
        each.emit('connectionAttempt', '127.0.0.1', 6667);
      }
      await settled();
      void ask(port, '4000,6667\r\n').then((text) => answers.push(text));
      await until('the answer is held', () => clock.timers === 2);
      slow.emit('close');
      await clock.advance(1999);
      assert.equal(answers.length, 0);
      await clock.advance(1);
      await until('it is answered', () => answers.length === 1);
      void ask(port, '4001,6667\r\n').then((text) => answers.push(text));
      await until('the next is held', () => clock.timers === 2);
      slower.emit('close');
      await until('it is answered too', () => answers.length === 2);
      assert.deepEqual(answers, ['4000,6667:ERROR:NO-USER\r\n', '4001,6667:ERROR:NO-USER\r\n']);
    });

    it('S25: a line of 512 bytes or more is not read to its end', async () => {
      const port = await open(new IdentTable());
      assert.equal(await ask(port, `1,2${' '.repeat(506)}\r\n`), '1,2:ERROR:NO-USER\r\n');
      for (const text of [`1,2${' '.repeat(509)}\r\n`, '1'.repeat(512)]) {
        assert.equal(await ask(port, text).catch(() => ''), '', text.trim());
      }
      assert.equal(await ask(port, 'x'.repeat(1_000_000)).catch(() => ''), '');
    });

    it('S25: who asks nothing is let go after ten seconds, or when he ends', async () => {
      const clock = new TestClock();
      const port = await open(new IdentTable(), clock);
      let gone = 0;
      for (const text of ['1,2', ' ']) void ask(port, text).then((heard) => (gone += heard === '' ? 1 : 100));
      await until('both are there', () => clock.timers === 2);
      await clock.advance(9999);
      assert.equal(gone, 0);
      await clock.advance(1);
      await until('both are gone', () => gone === 2);
      const ending = connect({ host: '127.0.0.1', port });
      sockets.push(ending);
      ending.resume().end('1,2');
      await new Promise((resolve) => ending.once('close', resolve));
      await until('no timer is left', () => clock.timers === 0);
    });

    it('answers who ended his side with the question', async () => {
      const port = await open(new IdentTable());
      const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      sockets.push(socket);
      let heard = '';
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
      socket.end('5,6\r\n');
      await new Promise((resolve) => socket.once('end', resolve));
      assert.equal(heard, '5,6:ERROR:NO-USER\r\n');
    });

    it('S25: a crowd of strangers has 100 connections, and a peer is answered all the same', async function () {
      this.timeout(30_000);
      const table = new IdentTable();
      const port = await open(table);
      const irc = await ircServer();
      const { localPort = 0 } = await ours(table, 'alice', irc);
      let [there, gone] = [0, 0];
      for (let n = 0; n < 1000; n++) {
        const socket = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.9' });
        sockets.push(socket.on('error', () => undefined).on('connect', () => there++).on('close', () => gone++).resume());
        if (n % 100 === 99) await until('they were there', () => there + gone > n);
      }
      await until('nine hundred are gone', () => gone === 900);
      assert.equal(await ask(port, `${localPort},${irc}\r\n`), `${localPort},${irc}:USERID:UNIX:alice\r\n`);
      assert.equal(gone, 900);
      for (const socket of sockets) if (socket.localAddress === '127.0.0.9') socket.destroy();
      await until('they are gone', () => gone === 1000);
      assert.equal(await ask(port, '1,2\r\n', '127.0.0.9'), '1,2:ERROR:NO-USER\r\n', 'their places are free again');
    });

    it('LIFE-1: says why a port cannot be had', async () => {
      const taken = await ircServer();
      const table = new IdentTable();
      const make = (port: number, address: string): Promise<unknown> =>
        new IdentServer({ table, clock: systemClock, log: quiet, port, address }).listen();
      await assert.rejects(make(taken, '127.0.0.1'), { code: 'PORT_FAULT', message: /port \d+: something else listens there/ });
      await assert.rejects(make(0, '192.0.2.1'), { code: 'PORT_FAULT', message: /192\.0\.2\.1.*does not have that address/ });
    });
  });
});
