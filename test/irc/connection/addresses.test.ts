/** R25: names and addresses that lead nowhere, seen by real sockets; what a name resolves to is told here. */

import assert from 'node:assert/strict';
import dns from 'node:dns';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { networkDefaults } from '../../../src/config/network.js';
import { Addresses } from '../../../src/irc/connection/addresses.js';
import { dial } from '../../../src/irc/connection/socket.js';
import { FrameworkNetwork } from '../../../src/irc/network.js';
import { quiet } from '../../../src/lib/log.js';
import { asNetworkName } from '../../../src/model/irc-names.js';
import { TestClock, until } from '../../support/clock.js';

type Found = readonly dns.LookupAddress[] | Error;

describe('irc/connection/addresses', () => {
  const { lookup } = dns;
  const came: Socket[] = [];
  let server: Server;
  let port: number;

  /** Answers for every name, in Node's way: `all` is what both families at once ask for. */
  const resolving = (answer: () => Found): void => {
    const told = (_host: string, _options: object, done: (fault: Error | null, found?: readonly dns.LookupAddress[]) => void): void => {
      const found = answer();
      queueMicrotask(() => (found instanceof Error ? done(found) : done(null, found)));
    };
    Object.assign(dns, { lookup: told });
  };
  const four = (address: string): dns.LookupAddress => ({ address, family: 4 });
  const hear = async (host: string): Promise<boolean> => {
    server = createServer((socket) => came.push(socket.on('error', () => undefined)));
    const open = new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(0, host, () => resolve(true));
    });
    if (!(await open)) return false;
    ({ port } = server.address() as AddressInfo);
    return true;
  };
  const networkOf = (name: string, clock: TestClock, more: Parameters<typeof networkDefaults>[0]): FrameworkNetwork =>
    new FrameworkNetwork({
      clock,
      metrics: { count: () => undefined, time: () => undefined, set: () => undefined },
      log: quiet,
      version: '1',
      name: asNetworkName(name),
      config: networkDefaults({ port, botConfig: { enabled: true, nick: 'Bot' }, ircClients: { flood: false, reconnectIntervalMs: 0 }, ...more }),
    });

  afterEach(() => {
    Object.assign(dns, { lookup });
    for (const socket of came.splice(0)) socket.destroy();
    server.close();
  });

  it('CONN-7, R25: one address is given half a minute, one of several so long that the next is tried within ten seconds', async () => {
    await hear('127.0.0.1');
    assert.equal(new Addresses(['a'], () => 0).patienceMs, 30_000);
    assert.equal(new Addresses(['a', 'b'], () => 0).patienceMs, 8_000);
  });

  it('R25: behind an address that accepts and then says nothing, the next one is dialled within ten seconds', async () => {
    await hear('0.0.0.0');
    const clock = new TestClock();
    const network = networkOf('127.0.0.1', clock, { ssl: true, additionalAddresses: ['127.0.0.77'] });
    network.start();
    await until('somebody comes', () => came.length === 1);
    await clock.advance(9_999);
    await until('the other address is tried', () => came.length > 1);
    assert.equal(new Set(came.slice(0, 2).map(({ localAddress }) => localAddress)).size, 2);
    void network.stop('over');
    await clock.advance(2_000);
  });

  it('R25: of a name’s addresses the first are dead: the one that answers is taken', async () => {
    await hear('127.0.0.1');
    resolving(() => [four('127.0.0.77'), four('127.0.0.78'), four('127.0.0.1')]);
    const socket = dial({ host: 'irc.test', port, tls: false });
    await once(socket, 'connect');
    assert.equal(socket.remoteAddress, '127.0.0.1');
    socket.destroy();
  });

  it('R25: a name that has IPv6 addresses alone', async function () {
    if (!(await hear('::1'))) return this.skip();
    resolving(() => [{ address: '::1', family: 6 }]);
    const socket = dial({ host: 'irc.test', port, tls: false });
    await once(socket, 'connect');
    assert.equal(socket.remoteAddress, '::1');
    socket.destroy();
  });

  it('R25: a name that nobody can tell for five minutes is asked for at least every ten seconds, and the bot comes', async () => {
    await hear('127.0.0.1');
    const clock = new TestClock();
    const start = clock.elapsed();
    const asked: number[] = [];
    resolving(() => {
      asked.push(clock.elapsed() - start);
      return clock.elapsed() - start < 300_000 ? Object.assign(new Error('queryA ESERVFAIL'), { code: 'EAI_AGAIN' }) : [four('127.0.0.1')];
    });
    const network = networkOf('irc.test', clock, {});
    network.start();
    while (clock.elapsed() - start < 311_000) {
      await clock.advance(1_000);
      // Nothing but ticks of the loop lies between a stubbed answer and the next try.
      for (let tick = 0; tick < 5; tick++) await new Promise(setImmediate);
    }
    await until('the bot comes', () => came.length > 0);
    // The clock of this test goes by whole seconds.
    assert.ok(asked.every((at, nth) => nth === 0 || at - (asked[nth - 1] ?? 0) <= 11_000), asked.join(' '));
    void network.stop('over');
    await clock.advance(2_000);
  });
});
