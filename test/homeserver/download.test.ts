import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Downloads } from '../../src/homeserver/download.js';
import { parseMxcUri } from '../../src/model/ids.js';
import { until } from '../support/clock.js';
import { countingMetrics } from '../support/make.js';

const CAT = parseMxcUri('mxc://far.example:8448/Abc-1_')!;

describe('homeserver/download', () => {
  const asked: IncomingMessage[] = [];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  let downloads: Downloads;
  const metrics = countingMetrics();
  const never = new AbortController().signal;
  before((done) => {
    server.listen(0, '127.0.0.1', () => {
      downloads = new Downloads(`http://127.0.0.1:${(server.address() as AddressInfo).port}/synapse/`, 'as-token', metrics, () => 0);
      done();
    });
  });
  after(async () => {
    await downloads.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('MEDIA-4, CS-AUTHMEDIA: asks by authenticated media, with our token, and for nothing else', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-type': 'image/png', 'content-length': 3 }).end('abc');
    const { type, length, body } = await downloads.get(CAT, never);
    assert.deepEqual([type, length, (await body.toArray()).join('')], ['image/png', 3, 'abc']);
    const [request] = asked.splice(0);
    assert.equal(request?.url, '/synapse/_matrix/client/v1/media/download/far.example%3A8448/Abc-1_');
    assert.equal(request.headers.authorization, 'Bearer as-token');
    assert.equal(request.headers['accept-encoding'], 'identity');
  });

  const faults: [string, typeof answer, string][] = [
    ['it has no such file', (_, r) => r.writeHead(404, { 'content-type': 'application/json' }).end('{"errcode":"M_NOT_FOUND","error":"x"}'), 'HOMESERVER_NOT_FOUND'],
    ['it does not know us', (_, r) => r.writeHead(401).end('{"errcode":"M_UNKNOWN_TOKEN"}'), 'HOMESERVER_UNAUTHORISED'],
    ['what is in front of it has no such page', (_, r) => r.writeHead(404).end('<h1>404</h1>'), 'HOMESERVER_UNAVAILABLE'],
    ['it waits for another server too long', (_, r) => r.writeHead(504).end('{"errcode":"M_NOT_YET_UPLOADED"}'), 'HOMESERVER_UNAVAILABLE'],
    ['it sends us elsewhere', (_, r) => r.writeHead(307, { location: 'http://127.0.0.1:1/secret' }).end(), 'HOMESERVER_UNAVAILABLE'],
    ['something on the way has packed it', (_, r) => r.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('abc')), 'HOMESERVER_UNAVAILABLE'],
    ['it has nothing', (_, r) => r.writeHead(204).end(), 'HOMESERVER_UNAVAILABLE'],
    ['it hangs up', (_, r) => r.destroy(), 'HOMESERVER_UNAVAILABLE'],
  ];
  for (const [sentence, how, code] of faults) {
    it(`MEDIA-3, S26: ${sentence}: ${code}, asked once`, async () => {
      asked.splice(0);
      answer = how;
      await assert.rejects(downloads.get(CAT, never), { code });
      assert.equal(asked.length, 1);
    });
  }

  it('an error without end is not read to its end', async () => {
    let sent = 0;
    let gone = false;
    answer = (_, response) => {
      response.writeHead(500).on('close', () => (gone = true));
      const more = (): void => {
        if (response.destroyed) return;
        sent += 65_536;
        if (response.write(Buffer.alloc(65_536))) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    };
    await assert.rejects(downloads.get(CAT, never), { code: 'HOMESERVER_UNAVAILABLE' });
    await until('it is let go', () => gone);
    assert.ok(sent < 50e6, `${sent}`);
  });

  it('a length that is none is none', async () => {
    answer = (_, response) => response.writeHead(200, { 'transfer-encoding': 'chunked' }).end('abc');
    const { length, body } = await downloads.get(CAT, never);
    assert.deepEqual([length, (await body.toArray()).join('')], [undefined, 'abc']);
  });

  it('MEDIA-8: whoever goes away ends it at the homeserver, before its answer and within', async () => {
    let gone = 0;
    answer = (_, response) => response.on('close', () => gone++);
    const before = new AbortController();
    const waiting = downloads.get(CAT, before.signal);
    asked.splice(0);
    await until('it is asked', () => asked.length === 1);
    before.abort();
    await assert.rejects(waiting);
    await until('it is let go', () => gone === 1);
    answer = (_, response) => response.on('close', () => gone++).writeHead(200).write('a');
    const within = new AbortController();
    const { body } = await downloads.get(CAT, within.signal);
    body.on('error', () => undefined);
    within.abort();
    await until('it is let go', () => gone === 2);
    assert.ok(body.destroyed);
  });

  it('MET-10: counts what failed', () => {
    assert.equal(metrics.counts.get('bridge_matrix_api_calls_failed{method="download"}'), faults.length + 2);
  });
});
