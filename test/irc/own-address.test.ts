/** IP-1: where connections come from, seen by a real socket. `::1` is the one IPv6 address that every machine has, if any. */

import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { networkDefaults } from '../../src/config/network.js';
import { FrameworkNetwork } from '../../src/irc/network.js';
import { systemClock } from '../../src/lib/clock.js';
import { quiet } from '../../src/lib/log.js';
import { asNetworkName } from '../../src/model/irc-names.js';
import { until } from '../support/clock.js';
import { person, wish } from '../support/irc-network.js';

describe('irc: an address of one’s own', () => {
  let server: Server;
  const came: Socket[] = [];

  before(async function () {
    server = createServer((socket) => {
      came.push(socket);
      socket.on('error', () => undefined);
    });
    const open = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(0, '::', () => resolve(true));
    });
    if (!open) this.skip();
  });
  after(() => {
    for (const socket of came) socket.destroy();
    server.close();
  });

  /** The socket as the server sees it. */
  const meet = async (ipv6: { prefix: string }, localAddress: string): Promise<Socket> => {
    const { port } = server.address() as AddressInfo;
    const before = came.length;
    const network = new FrameworkNetwork({
      clock: systemClock,
      metrics: { count: () => undefined, time: () => undefined, set: () => undefined },
      log: quiet,
      version: '1',
      name: asNetworkName('::1'),
      config: networkDefaults({ port, ircClients: { flood: false, reconnectIntervalMs: 0, ipv6 } }),
    });
    void network.connect(person('alice'), wish('alice', { localAddress }));
    await until('it comes', () => came.length > before);
    void network.stop('over');
    const socket = came.at(-1);
    return socket ?? assert.fail('nobody came');
  };

  it('IP-1: a person’s connection comes from the address that is his', async () => {
    assert.equal((await meet({ prefix: '::' }, '::1')).remoteAddress, '::1');
  });
});
