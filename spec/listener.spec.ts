/** Who asks the bridge what, and in which way: tokens, paths, bodies that are none, connections that never end. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { descriptors, residentMiB, until } from './support/look.js';
import type { IrcPerson, MatrixPerson } from './support/people.js';
import { aTextEvent, hsToken, Pusher } from './support/push.js';
import { stage } from './support/stage.js';

const TXN = '/_matrix/app/v1/transactions/t';

describe('the listener', () => {
  const set = stage();
  let bob: IrcPerson;
  let alice: MatrixPerson;
  let room: string;
  let pusher: Pusher;
  let slow: readonly Socket[];

  before(async () => {
    bob = await set.people.onIrc('bob', '#tea');
    alice = await set.people.onMatrix('alice');
    room = await alice.joins(set.people.alias('#tea'));
    pusher = new Pusher(set.bridge);
    await stillTalks('begin');
    slow = Array.from({ length: 20 }, () => slowloris(set.bridge.port, hsToken(set.bridge)));
  });
  after(() => {
    for (const socket of slow) socket.destroy();
    pusher.end();
  });

  async function stillTalks(text: string): Promise<void> {
    assert.equal((await pusher.push([aTextEvent(alice.userId, room, text)])).status, 200);
    await bob.sees(text, { to: '#tea' });
  }

  it('S22, L6: without the right token, and only that, nobody gets anything', async () => {
    const token = hsToken(set.bridge);
    const body = { events: [aTextEvent(alice.userId, room, 'forged')] };
    const rows: readonly [what: string, header: string | string[] | undefined, query: string, status: number][] = [
      ['no token', undefined, '', 401],
      ['an empty one', 'Bearer ', '', 401],
      ['an empty one in the query', undefined, '?access_token=', 401],
      ['a wrong one', 'Bearer wrong', '', 403],
      ['a longer one', `Bearer ${token}x`, '', 403],
      ['a shorter one', `Bearer ${token.slice(1)}`, '', 403],
      ['another scheme', `Basic ${token}`, '', 403],
      ['seven letters instead', `Bearerr${token}`, '', 403],
      ['header right, query wrong', `Bearer ${token}`, '?access_token=wrong', 403],
      ['header wrong, query right', 'Bearer wrong', `?access_token=${token}`, 403],
      ['two in the query, one wrong', undefined, `?access_token=${token}&access_token=x`, 403],
      ['the word undefined', 'Bearer undefined', '', 403],
      ['ten thousand letters', `Bearer ${'x'.repeat(10_000)}`, '', 403],
    ];
    const paths = ['/_matrix/app/v1/transactions/s22', '/transactions/s22', '/_matrix/app/unstable/transactions/s22'];
    for (const [what, header, query, status] of rows) {
      for (const path of paths) {
        const headers = header === undefined ? {} : { authorization: header };
        const answer = await pusher.ask(path + query, { method: 'PUT', body, headers, token: '' });
        assert.equal(answer.status, status, `${what}: ${path}`);
        assert.equal(answer.body['errcode'], status === 401 ? 'M_MISSING_TOKEN' : 'M_FORBIDDEN', what);
      }
    }
    for (const path of ['/_matrix/app/v1/rooms/%23irc_%23x%3Ahs.test', '/_matrix/app/v1/users/%40irc_x%3Ahs.test', '/_matrix/app/v1/thirdparty/protocol/irc']) {
      assert.equal((await pusher.ask(path, { token: 'wrong' })).status, 403, path);
    }
    assert.equal((await pusher.ask('/_matrix/app/v1/ping', { method: 'POST', token: '' })).status, 401);
    assert.equal((await pusher.ask(`/_matrix/app/v1/transactions/q?access_token=${token}`, { method: 'PUT', body: { events: [] }, token: '' })).status, 200);
    assert.equal((await pusher.ask(TXN, { method: 'PUT', body: { events: [] }, headers: { authorization: `bEaReR  ${token}` }, token: '' })).status, 200);
    await stillTalks('after s22');
    assert.equal(bob.messages.filter(({ text }) => text === 'forged').length, 0);
  });

  it('AS-5: the legacy paths do what the new ones do', async () => {
    for (const [n, prefix] of ['', '/_matrix/app/unstable', '/_matrix/app/v1'].entries()) {
      const body = { events: [aTextEvent(alice.userId, room, `by path ${n}`)] };
      assert.equal((await pusher.ask(`${prefix}/transactions/as5-${n}`, { method: 'PUT', body })).status, 200);
      await bob.sees(`by path ${n}`, { to: '#tea' });
      const alias = encodeURIComponent(set.people.alias('#tea'));
      assert.equal((await pusher.ask(`${prefix}/rooms/${alias}`)).status, 200, prefix);
      assert.equal((await pusher.ask(`${prefix}/users/${encodeURIComponent(set.people.ghost('bob'))}`)).status, 200, prefix);
      assert.equal((await pusher.ask(`${prefix}/users/${encodeURIComponent('@alice:hs.test')}`)).status, 404, prefix);
    }
  });

  it('AS-11, L5: unknown paths are 404 and wrong methods 405, in JSON', async () => {
    const rows: readonly [method: string, path: string, status: number][] = [
      ['GET', '/', 404], ['GET', '/_matrix/app/v1', 404], ['GET', '/_matrix/app/v1/nothing/x', 404], ['PUT', '/_matrix/app/v1/transactions', 404],
      ['PUT', '/_matrix/app/v1/transactions/', 404], ['PUT', '/_matrix/app/v1//transactions/t', 404], ['PUT', '/x/../transactions/t', 404],
      ['PUT', '/_matrix/app/v2/transactions/t', 404], ['GET', TXN, 405], ['POST', TXN, 405], ['DELETE', TXN, 405],
      ['PUT', '/_matrix/app/v1/rooms/x', 405], ['GET', '/_matrix/app/v1/ping', 405], ['PUT', '/_matrix/app/v1/transactions/%', 400],
      ['GET', '/_matrix/app/v1/users/%ff', 400],
    ];
    for (const [method, path, status] of rows) {
      const answer = await pusher.ask(path, { method, ...(method === 'PUT' ? { body: '{}' } : {}) });
      assert.equal(answer.status, status, `${method} ${path}`);
      assert.equal(answer.body['errcode'], status === 400 ? 'M_INVALID_PARAM' : 'M_UNRECOGNIZED', `${method} ${path}`);
    }
  });

  it('T10: what is no transaction gets 400 and JSON, what can be salvaged 200', async () => {
    const rows: readonly [body: string | Buffer, status: number, errcode?: string][] = [
      ['', 400, 'M_NOT_JSON'], ['{"events":[', 400, 'M_NOT_JSON'], [Buffer.from([0xff, 0xfe, 0]), 400, 'M_NOT_JSON'], ['{}garbage', 400, 'M_NOT_JSON'],
      ['[]', 400, 'M_BAD_JSON'], ['"x"', 400, 'M_BAD_JSON'], ['7', 400, 'M_BAD_JSON'], ['null', 400, 'M_BAD_JSON'],
      ['{}', 200], ['{"events":{}}', 200], ['{"events":null,"ephemeral":7}', 200],
    ];
    for (const [body, status, errcode] of rows) {
      const answer = await pusher.raw(body);
      assert.deepEqual([answer.status, answer.body['errcode']], [status, errcode], String(body));
    }
    await stillTalks('after t10');
  });

  it('T8, L20: 64 MiB without a token are not read; with it they are too much', async () => {
    const before = residentMiB(set.bridge);
    const [status, sent] = await huge(set.bridge.port, 'wrong');
    assert.equal(status, 403);
    assert.ok(sent < 8 * 1024 * 1024, `${sent} bytes were taken from nobody knows whom`);
    assert.ok(residentMiB(set.bridge) - before <= 5, 'memory for a body that was not read');
    assert.equal((await huge(set.bridge.port, hsToken(set.bridge)))[0], 413);
    await stillTalks('after t8');
  });

  it('T15: who goes away in the middle leaves nothing behind', async () => {
    await stillTalks('before t15');
    const before = descriptors(set.bridge);
    const head = `PUT ${TXN} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${hsToken(set.bridge)}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n`;
    for (const said of ['', 'PUT ', head.slice(0, 40), head, `${head}{"events":[`, 'nonsense\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', '\x16\x03\x01\x02\x00\x01']) {
      for (let n = 0; n < 5; n++) {
        const socket = connect(set.bridge.port, '127.0.0.1');
        socket.on('error', () => socket.destroy());
        await once(socket, 'connect');
        socket.write(said);
        if (n % 2 === 0) socket.resetAndDestroy();
        else socket.end(() => socket.destroySoon());
      }
    }
    await stillTalks('after t15');
    await until('all descriptors are given back', () => descriptors(set.bridge) <= before + 2);
  });

  it('T15: who sends a byte a second holds up nobody else', async () => {
    await pusher.push([aTextEvent(alice.userId, room, 'meanwhile')]);
    await bob.sees('meanwhile', { to: '#tea' });
    for (const socket of slow) assert.equal(socket.destroyed, false, 'it was meant to hang about all the while');
  });
});

/** Sends a byte of a transaction a second, for ever. */
function slowloris(port: number, token: string): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  socket.resume();
  socket.write(`PUT ${TXN} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n`);
  const timer = setInterval(() => socket.write('{'), 1000);
  socket.on('close', () => clearInterval(timer));
  return socket;
}

/** Sends 64 MiB, as much of it as is taken; gives the answer's status and how much left the process. */
function huge(port: number, token: string): Promise<[status: number, sent: number]> {
  const length = 64 * 1024 * 1024;
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let [said, taken] = ['', 0];
    socket.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      const status = Number(/^HTTP\/1\.1 (\d+)/u.exec(said)?.[1]);
      if (Number.isNaN(status)) reject(new Error(`no answer: ${said.slice(0, 200)}`));
      else resolve([status, taken]);
    });
    socket.write(`PUT ${TXN} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`);
    const piece = Buffer.alloc(1024 * 1024, 0x20);
    for (let sent = 0; sent < length; sent += piece.length) {
      socket.write(piece, (fault) => {
        if (!fault) taken += piece.length;
      });
    }
    setTimeout(() => socket.destroy(), 10_000).unref();
  });
}
