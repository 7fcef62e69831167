import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { MetricsListener } from '../../src/http/metrics.js';
import { until } from '../support/clock.js';

describe('http/metrics', () => {
  let listener: MetricsListener | undefined;
  afterEach(() => listener?.close());
  const open = async (read: ConstructorParameters<typeof MetricsListener>[0]): Promise<string> => {
    listener = new MetricsListener(read);
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
    assert.equal(reads, before + 1);
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

  it('LIFE-1: says which port cannot be had', async () => {
    const url = new URL(await open(async () => figures));
    await assert.rejects(new MetricsListener(async () => figures).listen(Number(url.port), '127.0.0.1'), {
      code: 'PORT_FAULT',
      message: new RegExp(`metrics cannot listen on 127.0.0.1, port ${url.port}: .*EADDRINUSE`),
    });
  });
});
