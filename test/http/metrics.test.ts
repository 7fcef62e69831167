import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { MetricsListener } from '../../src/http/metrics.js';
import { systemClock } from '../../src/lib/clock.js';
import type { Figures } from '../../src/metrics/port.js';
import { makeLog, quiet, type LogLine } from '../../src/lib/log.js';
import { TestClock, until } from '../support/clock.js';

/** Fetches a page in a thread of its own; writes status, length and text into shared memory, and wakes who waits for it. */
const ASKER = `
const { get } = require('node:http');
const { workerData: { url, shared } } = require('node:worker_threads');
const state = new Int32Array(shared, 0, 2);
get(url, { agent: false }, (answer) => {
  const chunks = [];
  answer.on('data', (chunk) => chunks.push(chunk));
  answer.on('end', () => {
    const body = Buffer.concat(chunks);
    new Uint8Array(shared, 8).set(body);
    Atomics.store(state, 1, body.length);
    Atomics.store(state, 0, answer.statusCode);
    Atomics.notify(state, 0);
  });
});`;

/** How old the figures at `url` say that they are, in seconds. */
async function age(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const [, seconds] = /^metrics_worker_age_seconds (\S+)$/mu.exec(text) ?? [];
  return Number(seconds);
}

describe('http/metrics', () => {
  let listener: MetricsListener | undefined;
  afterEach(() => listener?.close());
  type Read = () => Promise<Figures>;
  const made = (read: Read, more: Partial<ConstructorParameters<typeof MetricsListener>[0]> = {}): MetricsListener =>
    new MetricsListener({ read, clock: systemClock, log: quiet, ...more });
  const open = async (read: Read, more: Parameters<typeof made>[1] = {}): Promise<string> => {
    listener = made(read, more);
    return `http://127.0.0.1:${(await listener.listen(0, '127.0.0.1')).port}`;
  };
  const figures = { type: 'text/plain; version=0.0.4; charset=utf-8', text: 'one 1\nä 2\n' };

  const requests: [string, string, string, number, string][] = [
    ['gives the figures', 'GET', '/metrics', 200, figures.text],
    ['whatever is asked besides', 'GET', '/metrics?name[]=one', 200, figures.text],
    ['gives their head', 'HEAD', '/metrics', 200, ''],
    ['takes nothing', 'POST', '/metrics', 405, 'GET\n'],
    ['has nothing else', 'GET', '/', 404, 'The figures are at /metrics.\n'],
    ['takes paths to the letter', 'GET', '/metrics/', 404, 'The figures are at /metrics.\n'],
  ];
  for (const [sentence, method, path, status, text] of requests) {
    it(`MET-1: ${sentence}`, async () => {
      const answer = await fetch((await open(async () => figures)) + path, { method });
      assert.deepEqual([answer.status, await answer.text()], [status, text]);
      if (status === 200) assert.equal(answer.headers.get('content-type'), figures.type);
    });
  }

  it('reads once for all who ask at the same time, and anew afterwards', async () => {
    let [reads, asked] = [0, 0];
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const url = await open(async () => {
      reads++;
      await gate;
      return figures;
    });
    const answers = Promise.all([1, 2, 3].map(async () => (asked++, (await fetch(`${url}/metrics`)).text())));
    await until('the first is read', () => reads === 1 && asked === 3);
    go();
    assert.deepEqual(await answers, [figures.text, figures.text, figures.text]);
    const before = reads;
    await fetch(`${url}/metrics`);
    await until('it is read anew', () => reads > before);
  });

  it('says why there are none, and goes on', async () => {
    let broken = true;
    const url = await open(async () => {
      if (broken) throw new Error('no figures today');
      return figures;
    });
    const answer = await fetch(`${url}/metrics`);
    assert.deepEqual([answer.status, await answer.text()], [500, 'no figures today\n']);
    broken = false;
    assert.equal((await fetch(`${url}/metrics`)).status, 200);
  });

  it('is not kept by who only connects, nor by what is no HTTP', async () => {
    const url = new URL(await open(async () => figures));
    const sockets = Array.from({ length: 200 }, () => connect(Number(url.port), '127.0.0.1').on('error', () => undefined).resume());
    let gone = 0;
    for (const socket of sockets) socket.on('close', () => gone++);
    await until('those who are too many are gone', () => gone >= 130);
    for (const socket of sockets) socket.write('\0\0\r\n\r\n');
    await until('all are gone', () => gone === 200);
    assert.equal((await fetch(new URL('/metrics', url))).status, 200);
  });

  it('MET-1: answers while the main loop is blocked, with the last figures and their age', async () => {
    const aged = { ...figures, text: `${figures.text}metrics_worker_age_seconds 0\n` };
    const url = await open(async () => aged);
    assert.ok(Number.isFinite(await age(url)));
    // This thread stands still until another one has its answer: nothing of the loop here can have given it.
    const shared = new SharedArrayBuffer(4096);
    const [state, text] = [new Int32Array(shared, 0, 2), new Uint8Array(shared, 8)];
    const asker = new Worker(ASKER, { eval: true, workerData: { url: `${url}/metrics`, shared }, execArgv: [] });
    const woken = Atomics.wait(state, 0, 0, 60_000);
    assert.notEqual(woken, 'timed-out');
    assert.equal(Atomics.load(state, 0), 200);
    const answer = new TextDecoder().decode(text.slice(0, Atomics.load(state, 1)));
    const [, seconds] = /^one 1\nä 2\nmetrics_worker_age_seconds (\d+\.\d{3})\n$/u.exec(answer) ?? assert.fail(answer);
    // Half a second at least is waited for new ones.
    assert.ok(Number(seconds) > 0.4, answer);
    await new Promise((resolve) => asker.once('exit', resolve));
    await until('there are new ones again', async () => (await age(url)) < Number(seconds));
  });

  it('MET-1: a thread that dies is said, and started again on the same port', async () => {
    const [clock, lines] = [new TestClock(), [] as LogLine[]];
    let broken = false;
    const read = async (): Promise<Figures> => (broken ? { ...figures, text: 1 as unknown as string } : figures);
    const url = await open(read, { clock, log: makeLog('error', (line) => lines.push(line)) });
    assert.equal((await fetch(`${url}/metrics`)).status, 200);
    broken = true;
    // Whoever is answered before the bad figures come gets the last ones.
    await until('it has died of them', () => fetch(`${url}/metrics`).then(() => false, () => true));
    await until('it is said', () => lines.length > 0);
    broken = false;
    await clock.advance(10_000);
    await until('it answers again', () => fetch(`${url}/metrics`).then(({ ok }) => ok, () => false));
    assert.deepEqual(lines.map(({ event }) => event), ['metrics listener ended, started again']);
  });

  it('LIFE-1: says which port cannot be had', async () => {
    const url = new URL(await open(async () => figures));
    await assert.rejects(made(async () => figures).listen(Number(url.port), '127.0.0.1'), {
      code: 'PORT_FAULT',
      message: new RegExp(`metrics cannot listen on 127.0.0.1, port ${url.port}: .*EADDRINUSE`),
    });
  });
});
