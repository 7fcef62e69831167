/** Ident by the real bridge, asked by a server that asks before we know that we are connected, and by everybody else. */

import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { IdentServer } from '../src/irc/ident/ident-server.js';
import { IdentTable } from '../src/irc/ident/ident-table.js';
import { dial } from '../src/irc/connection/socket.js';
import { systemClock } from '../src/lib/clock.js';
import { quiet } from '../src/lib/log.js';
import { freePort } from '../src/sandbox/free-port.js';
import { RawIrcd } from './support/raw-irc.js';
import { story } from './support/story.js';
import { sandboxWorld } from './support/world.js';

/** Asks the ident server one thing, and gives all that it says until it closes. */
function ask(port: number, query: string | Buffer, from = '127.0.0.1'): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect({ host: '127.0.0.1', port, localAddress: from }, () => socket.write(query));
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    socket.on('close', () => resolve(heard));
    socket.on('error', (fault: NodeJS.ErrnoException) => (fault.code === 'ECONNRESET' || fault.code === 'EPIPE' ? undefined : reject(fault)));
  });
}

describe('ident', () => {
  it('R24: 1,000 connections at once to a server that asks at once: 1,000 right answers', async function () {
    const table = new IdentTable();
    const server = new IdentServer({ table, clock: systemClock, log: quiet, port: 0, address: '127.0.0.1' });
    const { port } = await server.listen();
    const irc = fork(join(import.meta.dirname, 'support/asking-ircd.ts'), [String(port)], { execArgv: ['--import', 'tsx'] });
    const sockets: Socket[] = [];
    try {
      const wanted = new Map<number, string>();
      const answers = new Map<number, string>();
      const [{ port: ircPort }] = (await once(irc, 'message')) as [{ port: number }];
      irc.on('message', ({ remotePort, heard }: { remotePort: number; heard: string }) => answers.set(remotePort, heard));
      for (let n = 0; n < 1000; n++) {
        const socket = dial({ host: '127.0.0.1', port: ircPort, tls: false });
        sockets.push(socket);
        table.follow(socket, `user${n}`);
        socket.on('connect', () => wanted.set(socket.localPort ?? 0, `${socket.localPort},${ircPort}:USERID:UNIX:user${n}\r\n`));
      }
      await new Promise((resolve) => setImmediate(resolve));
      // A busy bridge: the questions are there before it hears that it is connected.
      for (const until = performance.now() + 500; performance.now() < until; );
      while (answers.size < 1000) await once(irc, 'message');
      const wrong = [...wanted].filter(([port, answer]) => answers.get(port) !== answer);
      assert.deepEqual([wanted.size, wrong], [1000, []]);
    } finally {
      for (const socket of sockets) socket.destroy();
      irc.disconnect();
      await server.close();
    }
  });

  it('IDENT-2, S25, A-16, LIFE-1: the bridge tells its servers who each is, and nobody else, whatever they do', async function () {
    const identPort = await freePort();
    const ircd = new RawIrcd();
    const ircPort = await ircd.start();
    const asked = new Map<string, Promise<string>>();
    ircd.onConnection = ({ socket }) => {
      const pair = `${socket.remotePort},${socket.localPort}`;
      asked.set(pair, ask(identPort, `${pair}\r\n`));
    };
    const wish = { ircPort, service: { ident: { enabled: true, port: identPort } } };
    try {
      await story(() => sandboxWorld(), wish, async ({ people, bridge }) => {
        const rooms = new Map<string, string>();
        for (const name of ['alice', 'ali_ce', 'bob']) {
          const person = await people.onMatrix(name);
          const room = await person.joins(people.alias('#tea'));
          await person.says(room, `${name} is here`);
          rooms.set(name, room);
        }
        while (ircd.open.length < 4 || ircd.open.some(({ registered }) => !registered)) await new Promise((resolve) => setTimeout(resolve, 20));
        const told = await Promise.all([...asked.values()]);
        const idents = told.map((answer) => /:USERID:UNIX:(\w+)\r\n$/u.exec(answer)?.[1]);
        const users = ircd.open.map(({ lines }) => lines.find((line) => line.startsWith('USER '))?.split(' ')[1]);
        assert.deepEqual(new Set(idents), new Set(users));
        assert.ok(['alice', 'alice_1', 'bob'].every((ident) => idents.includes(ident)), String(idents));

        const [pair = ''] = asked.keys();
        assert.equal(await ask(identPort, `${pair}\r\n`, '127.0.0.2'), `${pair}:ERROR:NO-USER\r\n`, 'somebody else');
        assert.equal(await ask(identPort, Buffer.alloc(1_000_000, 'x'), '127.0.0.2'), '', 'a megabyte without an end');
        const mute: Socket[] = [];
        let gone = 0;
        for (let n = 0; n < 10_000; n++) {
          const socket = connect({ host: '127.0.0.1', port: identPort, localAddress: `127.0.1.${1 + (n % 250)}` });
          mute.push(socket.on('error', () => undefined).on('close', () => gone++).resume());
          if (n % 200 === 199) await new Promise((resolve) => setTimeout(resolve, 5));
        }
        for (const until = performance.now() + 60_000; gone < 9900 && performance.now() < until; ) {
          assert.match(await ask(identPort, `${pair}\r\n`), /USERID/u, 'the server itself is answered all the time');
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        assert.equal(gone, 9900);
        for (const socket of mute) socket.destroy();
        assert.equal(bridge.process.running, true);
      });
    } finally {
      await ircd.stop();
    }
  });

  it('LIFE-1: a port that cannot be had ends the start with the reason', async function () {
    const taken = new RawIrcd();
    const port = await taken.start();
    try {
      await story(() => sandboxWorld(), { service: { ident: { enabled: true, port: await freePort() } } }, async ({ bridge }) => {
        await bridge.stop();
        bridge.configure({ service: { ident: { enabled: true, port, address: '127.0.0.1' } } });
        const from = bridge.log.length;
        const { code } = await bridge.process.run(['-c', bridge.process.configFile, '-f', bridge.process.registrationFile, '-p', String(bridge.port)]);
        assert.equal(code, 1);
        assert.match(bridge.log.slice(from).join('\n'), new RegExp(`ident cannot listen on 127.0.0.1, port ${port}: something else listens there`, 'u'));
      });
    } finally {
      await taken.stop();
    }
  });
});
