import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { BridgeError } from '../../src/model/errors.js';
import type { JsonObject } from '../../src/model/matrix-content.js';
import { openHomeserver } from '../../src/homeserver/open.js';
import { until } from '../support/clock.js';
import { aMessage, anEdge, authorised, call, push, registration } from './edge.js';
import type { Edge } from './edge.js';

/** Opens a raw connection; `text` grows with what comes back, `closed` tells when it is over. */
function raw(edge: Edge): { socket: Socket; text: () => string; closed: Promise<void> } {
  const { hostname, port } = new URL(edge.url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  return { socket, text: () => text, closed: new Promise((resolve) => socket.on('close', () => resolve())) };
}

const auth = 'Authorization: Bearer hs-token\r\n';
const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d{3})/u.exec(text)?.[1]);
const jsonOf = (text: string): JsonObject => JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)) as JsonObject;

describe('homeserver: listener', () => {
  let edge: Edge;
  afterEach(() => edge.stop());
  const opened = async (questions: Parameters<Edge['listen']>[0] = {}, ...wish: Parameters<typeof anEdge>): Promise<void> => {
    edge = await anEdge(...wish);
    await edge.listen(questions);
  };

  it('S22, L6, AS-AUTH: every route wants the right token, once or more, and nothing else', async () => {
    await opened({ alias: async () => true, user: async () => true });
    const routes: [method: string, path: string][] = [
      ['PUT', '/_matrix/app/v1/transactions/1'],
      ['PUT', '/transactions/1'],
      ['PUT', '/_matrix/app/unstable/transactions/1'],
      ['GET', '/_matrix/app/v1/rooms/%23irc_a%3Ahs.test'],
      ['GET', '/rooms/%23irc_a%3Ahs.test'],
      ['GET', '/_matrix/app/v1/users/%40irc_a%3Ahs.test'],
      ['GET', '/users/%40irc_a%3Ahs.test'],
      ['POST', '/_matrix/app/v1/ping'],
      ['GET', '/_matrix/app/v1/thirdparty/protocol/irc'],
    ];
    const tokens: [name: string, head: string, query: string, status: number][] = [
      ['none', '', '', 401],
      ['empty header', 'Authorization: Bearer \r\n', '', 401],
      ['empty query', '', '?access_token=', 401],
      ['wrong header', 'Authorization: Bearer other\r\n', '', 403],
      ['wrong query', '', '?access_token=other', 403],
      ['prefix', 'Authorization: Bearer hs-toke\r\n', '', 403],
      ['seven letters and the token', 'Authorization: Basicc hs-token\r\n', '', 403],
      ['no scheme', 'Authorization: hs-token\r\n', '', 403],
      ['header right, query wrong', auth, '?access_token=other', 403],
      ['header wrong, query right', 'Authorization: Bearer other\r\n', '?access_token=hs-token', 403],
      ['twice, second wrong', `${auth}Authorization: Bearer other\r\n`, '', 403],
      ['twice in the query', '', '?access_token=hs-token&access_token=other', 403],
      ['two tokens in one header', 'Authorization: Bearer hs-token, Bearer hs-token\r\n', '', 403],
      ['over-long', `Authorization: Bearer ${'x'.repeat(1_000_000)}\r\n`, '', 431],
      ['right header', auth, '', 0],
      ['right query', '', '?access_token=hs-token', 0],
      ['both right', auth, '?access_token=hs-token', 0],
      ['scheme in small letters', 'authorization: bearer hs-token\r\n', '', 0],
    ];
    for (const [method, path] of routes) {
      for (const [name, head, query, status] of tokens) {
        const one = raw(edge);
        one.socket.write(`${method} ${path}${query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${head}Content-Length: 2\r\n\r\n{}`);
        await one.closed;
        const got = statusOf(one.text());
        if (status === 0) assert.ok(got === 200 || got === 404, `${method} ${path}, ${name}: ${got}`);
        else assert.equal(got, status, `${method} ${path}, ${name}`);
        const errcode = { 401: 'M_MISSING_TOKEN', 403: 'M_FORBIDDEN' }[got];
        if (errcode !== undefined) assert.equal(jsonOf(one.text())['errcode'], errcode);
        assert.ok(!one.text().includes('    at '), 'no stack');
      }
    }
  });

  it('S22: an empty token in the registration is refused before anything is opened', async () => {
    await opened();
    const options = { domain: 'hs.test', url: 'http://127.0.0.1:9', bind: { host: '127.0.0.1', port: 0 } };
    for (const empty of [{ hsToken: '' }, { asToken: '' }]) {
      const open = (): unknown =>
        openHomeserver({ ...options, registration: { ...registration, ...empty } } as unknown as Parameters<typeof openHomeserver>[0]);
      assert.throws(open, (fault) => fault instanceof BridgeError && fault.code === 'REGISTRATION_FAULT');
    }
  });

  it('T8, L20: 64 MiB without a token is answered after the head, not read, and the connection ended', async () => {
    await opened();
    const one = raw(edge);
    const most = 64 * 1024 * 1024;
    one.socket.write(`PUT /transactions/1 HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: ${most}\r\n\r\n`);
    const chunk = Buffer.alloc(65_536);
    let written = 0;
    const pump = (): void => {
      while (written < most && !one.socket.destroyed && one.socket.write(chunk)) written += chunk.length;
    };
    one.socket.on('drain', pump);
    pump();
    await one.closed;
    assert.equal(statusOf(one.text()), 401);
    assert.equal(jsonOf(one.text())['errcode'], 'M_MISSING_TOKEN');
    assert.ok(one.socket.bytesWritten < 16 * 1024 * 1024, `${one.socket.bytesWritten} bytes were taken`);
  });

  it('T8, AS-2: above the limit 413, told by the length or found out on the way; less than 16 MiB is no limit', async () => {
    await opened({}, { maxTxnBytes: 1000 });
    const large = JSON.stringify({ events: [], filler: 'x'.repeat(15 * 1024 * 1024) });
    assert.equal((await push(edge, 'large', large)).status, 200);
    const told = raw(edge);
    told.socket.write(`PUT /transactions/2 HTTP/1.1\r\nHost: x\r\n${auth}Content-Length: 16777217\r\n\r\n`);
    await told.closed;
    assert.deepEqual([statusOf(told.text()), jsonOf(told.text())['errcode']], [413, 'M_TOO_LARGE']);
    const found = raw(edge);
    found.socket.write(`PUT /transactions/3 HTTP/1.1\r\nHost: x\r\n${auth}Transfer-Encoding: chunked\r\n\r\n`);
    const chunk = Buffer.alloc(1024 * 1024, 32);
    const pump = (): void => {
      while (!found.socket.destroyed && found.socket.write(Buffer.concat([Buffer.from('100000\r\n'), chunk, Buffer.from('\r\n')])));
    };
    found.socket.on('drain', pump);
    pump();
    await found.closed;
    assert.equal(statusOf(found.text()), 413);
  });

  it('T15: who goes away, or is too slow, is let go, and others are answered meanwhile', async () => {
    await opened({}, { limits: { requestMs: 400, headMs: 200 } });
    const gone = raw(edge);
    gone.socket.write(`PUT /transactions/1 HTTP/1.1\r\nHost: x\r\n${auth}Content-Length: 100\r\n\r\n`);
    const half = raw(edge);
    half.socket.write(`PUT /transactions/2 HTTP/1.1\r\nHost: x\r\n${auth}Content-Length: 100\r\n\r\n{"events":[`);
    const slow = raw(edge);
    slow.socket.write(`PUT /transactions/3 HTTP/1.1\r\nHost: x\r\n${auth}Content-Length: 100\r\n\r\n`);
    const drip = setInterval(() => slow.socket.write(' '), 20);
    const slowHead = raw(edge);
    slowHead.socket.write('PUT /transactions/4 HTTP/1.1\r\nHost: x\r\n');
    await new Promise((resolve) => setImmediate(resolve));
    gone.socket.destroy();
    half.socket.end();
    assert.equal((await push(edge, 't1', { events: [aMessage('$1')] })).status, 200);
    await Promise.all([slow.closed, slowHead.closed, half.closed]);
    clearInterval(drip);
    assert.deepEqual([statusOf(slow.text()), statusOf(slowHead.text())], [408, 408]);
    assert.equal((await push(edge, 't2', { events: [aMessage('$2')] })).status, 200);
    assert.deepEqual(edge.events.map(({ id }) => id), ['$1', '$2']);
  });

  it('S24: what is no proper HTTP gets a refusal and an end', async () => {
    await opened();
    const rows = [
      'PUT /transactions/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      'GET /\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(65_536)}\r\n\r\n`,
      'NONSENSE / HTTP/1.1\r\n\r\n',
    ];
    for (const row of rows) {
      const one = raw(edge);
      one.socket.write(Buffer.from(row, 'latin1'));
      await one.closed;
      assert.ok([400, 404, 431].includes(statusOf(one.text())), `${row.slice(0, 40)} ${one.text()}`);
    }
    assert.equal((await push(edge, 't1', { events: [] })).status, 200);
  });

  it('AS-11, L5: unknown paths, wrong methods, and bad escapes get JSON', async () => {
    await opened();
    const at = (path: string, init: RequestInit = {}): ReturnType<typeof call> => call(edge.url + path, { ...authorised, ...init });
    const rows: [path: string, method: string, status: number, errcode: string][] = [
      ['/', 'GET', 404, 'M_UNRECOGNIZED'],
      ['/_matrix/app/v1/nonsense', 'GET', 404, 'M_UNRECOGNIZED'],
      ['/_matrix/app/v1/rooms/', 'GET', 404, 'M_UNRECOGNIZED'],
      ['/_matrix/app/v1/rooms/a/b', 'GET', 404, 'M_UNRECOGNIZED'],
      ['/_MATRIX/APP/V1/TRANSACTIONS/1', 'PUT', 404, 'M_UNRECOGNIZED'],
      ['/_matrix/app/v1/transactions/1/', 'PUT', 404, 'M_UNRECOGNIZED'],
      ['/_matrix/app/v1/transactions/1', 'GET', 405, 'M_UNRECOGNIZED'],
      ['/_matrix/app/v1/rooms/%23a%3Ab', 'PUT', 405, 'M_UNRECOGNIZED'],
      ['/_matrix/app/v1/ping', 'GET', 405, 'M_UNRECOGNIZED'],
      ['/_matrix/app/v1/rooms/%E0%A4%A', 'GET', 400, 'M_INVALID_PARAM'],
      ['/_matrix/app/v1/transactions/%', 'PUT', 400, 'M_INVALID_PARAM'],
      ['/_matrix/app/v1/thirdparty/protocol/irc', 'GET', 404, 'M_UNRECOGNIZED'],
      ['/_matrix/app/v1/thirdparty/protocol/%', 'GET', 400, 'M_INVALID_PARAM'],
      ['/healthy', 'GET', 404, 'M_UNRECOGNIZED'],
    ];
    for (const [path, method, status, errcode] of rows) {
      const answer = await at(path, { method, ...(method === 'PUT' ? { body: '{}' } : {}) });
      assert.deepEqual([answer.status, answer.body.errcode], [status, errcode], `${method} ${path}`);
    }
    assert.equal(edge.events.length, 0);
  });

  it('AS-8: answers the ping of the homeserver', async () => {
    await opened();
    const init = { ...authorised, method: 'POST', body: '{"transaction_id":"x"}' };
    for (const path of ['/_matrix/app/v1/ping', '/_matrix/app/unstable/fi.mau.msc2659/ping']) {
      const answer = await call(edge.url + path, init);
      assert.deepEqual([answer.status, answer.body], [200, {}]);
    }
  });

  it('AS-3, AS-4, AS-5, L7: aliases and users are asked for decoded; only a yes is 200', async () => {
    const asked: string[] = [];
    const judge = async (id: string): Promise<boolean> => {
      asked.push(id);
      if (id.includes('boom')) throw new Error('broken');
      return id.includes('yes');
    };
    await opened({ alias: judge, user: judge });
    const rows: [path: string, status: number][] = [
      ['/_matrix/app/v1/rooms/%23irc_%23yes%3Ahs.test', 200],
      ['/rooms/%23irc_%23yes%2Fslash%3Ahs.test', 200],
      ['/_matrix/app/unstable/rooms/%23irc_yes%3Ahs.test', 200],
      ['/_matrix/app/v1/rooms/%23irc_no%3Ahs.test', 404],
      ['/_matrix/app/v1/rooms/%23irc_boom%3Ahs.test', 404],
      ['/_matrix/app/v1/rooms/no-alias', 404],
      ['/_matrix/app/v1/users/%40irc_yes%3Ahs.test', 200],
      ['/users/%40irc_yes%3Ahs.test', 200],
      ['/_matrix/app/v1/users/%40irc_no%3Ahs.test', 404],
      ['/_matrix/app/v1/users/%40irc_boom%3Ahs.test', 404],
      ['/_matrix/app/v1/users/nobody', 404],
    ];
    for (const [path, status] of rows) {
      const answer = await call(edge.url + path, authorised);
      assert.deepEqual([answer.status, answer.body.errcode], [status, status === 200 ? undefined : 'M_NOT_FOUND'], path);
    }
    assert.deepEqual(asked.slice(0, 2), ['#irc_#yes:hs.test', '#irc_#yes/slash:hs.test']);
    assert.equal(asked.length, 9);
  });

  it('AS-3: a hundred parallel queries are all passed on at once, and a slow one ends with 404', async () => {
    let open: (yes: boolean) => void = () => undefined;
    const later = new Promise<boolean>((resolve) => (open = resolve));
    let asked = 0;
    await opened({
      alias: async (alias) => {
        if (alias.includes('never')) return new Promise(() => undefined);
        asked++;
        return later;
      },
    }, { limits: { questionMs: 100 } });
    const slow = await call(`${edge.url}/rooms/%23irc_never%3Ahs.test`, authorised);
    assert.deepEqual([slow.status, slow.body.errcode], [404, 'M_NOT_FOUND']);
    await edge.stop();
    await opened({ alias: async () => (asked++, later) });
    const all = Array.from({ length: 100 }, () => call(`${edge.url}/_matrix/app/v1/rooms/%23irc_a%3Ahs.test`, authorised));
    await until('all were asked', () => asked === 100);
    assert.equal((await push(edge, 't1', { events: [aMessage('$1')] })).status, 200);
    open(true);
    assert.deepEqual(new Set((await Promise.all(all)).map(({ status }) => status)), new Set([200]));
  });

  it('AS-3P: third-party lookups are the library’s, behind our token check', async () => {
    await opened({}, { thirdPartyProtocol: (protocol) => ({ protocol, instances: [] }) });
    for (const version of ['v1', 'unstable']) {
      const answer = await call(`${edge.url}/_matrix/app/${version}/thirdparty/protocol/irc`, authorised);
      assert.deepEqual([answer.status, answer.body], [200, { protocol: 'irc', instances: [] }]);
      const byQuery = await call(`${edge.url}/_matrix/app/${version}/thirdparty/protocol/irc?access_token=hs-token`);
      assert.equal(byQuery.status, 200);
      assert.equal((await call(`${edge.url}/_matrix/app/${version}/thirdparty/protocol/irc`)).status, 401);
    }
    assert.equal((await call(`${edge.url}/_matrix/app/v1/thirdparty/protocol/xmpp`, authorised)).status, 404);
  });

  it('100-continue is given only to who may send', async () => {
    await opened();
    const may = raw(edge);
    may.socket.write(`PUT /transactions/1 HTTP/1.1\r\nHost: x\r\n${auth}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`);
    await until('continue', () => may.text().startsWith('HTTP/1.1 100 Continue'));
    may.socket.write('{}');
    await until('an answer', () => may.text().includes('HTTP/1.1 200 OK'));
    may.socket.destroy();
    const mayNot = raw(edge);
    mayNot.socket.write('PUT /transactions/1 HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n');
    await mayNot.closed;
    assert.equal(statusOf(mayNot.text()), 401);
  });

  it('LIFE-7: closes with connections open, and leaves none', async () => {
    await opened();
    const idle = raw(edge);
    idle.socket.write(`POST /_matrix/app/v1/ping HTTP/1.1\r\nHost: x\r\n${auth}Content-Length: 2\r\n\r\n{}`);
    await until('an answer', () => idle.text().includes('200 OK'));
    await edge.homeserver.close();
    await idle.closed;
    await assert.rejects(call(edge.url));
  });

  it('LIFE-8, F10, S23: /live, /ready and /health need no token, say one word, and take GET only', async () => {
    let wanting: string | undefined = 'irc';
    await opened({ wanting: () => wanting });
    const ask = (path: string, method = 'GET'): Promise<Response> => fetch(`${edge.url}${path}`, { method });
    assert.equal((await ask('/live')).status, 200);
    for (const path of ['/ready', '/health']) {
      wanting = 'irc';
      const no = await ask(path);
      assert.equal(no.status, 503);
      assert.deepEqual(await no.json(), { ready: false, wanting: 'irc' });
      wanting = undefined;
      assert.deepEqual(await (await ask(path)).json(), { ready: true });
      assert.equal((await ask(path, 'POST')).status, 405);
    }
  });
});
