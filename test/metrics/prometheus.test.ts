import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { catalogue } from '../../src/metrics/catalogue.js';
import { PrometheusMetrics } from '../../src/metrics/prometheus.js';
import { metricsPage } from './page.js';

const shown = async (metrics: PrometheusMetrics): Promise<string[]> =>
  (await metrics.registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('metrics/prometheus', () => {
  it('counts by labels', async () => {
    const metrics = new PrometheusMetrics();
    metrics.count('bridge_dropped_total', { reason: 'excluded' });
    metrics.count('bridge_dropped_total', { reason: 'excluded' }, 2);
    metrics.count('bridge_dropped_total', { reason: 'too-old' });
    assert.deepEqual(await shown(metrics), ['bridge_dropped_total{reason="excluded"} 3', 'bridge_dropped_total{reason="too-old"} 1']);
  });

  it('times in the buckets of the catalogue; time that ran backwards is none', async () => {
    const metrics = new PrometheusMetrics();
    metrics.time('bridge_journal_write_seconds', 0.01);
    metrics.time('bridge_journal_write_seconds', -5);
    metrics.time('bridge_journal_write_seconds', Number.NaN);
    const lines = await shown(metrics);
    assert.ok(lines.includes('bridge_journal_write_seconds_bucket{le="0.005"} 2'));
    assert.ok(lines.includes('bridge_journal_write_seconds_bucket{le="300"} 3'));
    assert.ok(lines.includes('bridge_journal_write_seconds_sum 0.01'));
  });

  it('sets', async () => {
    const metrics = new PrometheusMetrics();
    metrics.set('bridge_journal_entries', 5);
    metrics.set('bridge_journal_entries', 3);
    assert.deepEqual(await shown(metrics), ['bridge_journal_entries 3']);
  });

  it('keeps what the catalogue does not know', async () => {
    const metrics = new PrometheusMetrics();
    metrics.count('new_total', { a: 'x' });
    assert.deepEqual(await shown(metrics), ['new_total{a="x"} 1']);
  });

  const mistakes: [string, (metrics: PrometheusMetrics) => void][] = [
    ['a label that the metric does not have', (metrics) => metrics.count('bridge_dropped_total', { reason: 'x', odd: 'y' })],
    ['a label that is missing', (metrics) => metrics.count('bridge_dropped_total')],
    ['a counter that is to shrink', (metrics) => metrics.count('bridge_dropped_total', { reason: 'x' }, -1)],
    ['a name used as another kind', (metrics) => {
      metrics.count('bridge_dropped_total', { reason: 'x' });
      metrics.set('bridge_dropped_total', 1);
      metrics.time('bridge_dropped_total', 1);
    }],
    ['a label of many lines', (metrics) => metrics.count('bridge_dropped_total', { reason: 'a"\n} 1\nforged 1' })],
  ];
  for (const [sentence, mistake] of mistakes) {
    it(`does not throw on ${sentence}, and stays readable`, async () => {
      const metrics = new PrometheusMetrics();
      mistake(metrics);
      for (const line of await shown(metrics)) assert.match(line, /^bridge_dropped_total\{reason="[^\n]*"\} \d+$/);
    });
  }

  it('MET-10: a metric has at most 1000 combinations of labels; what comes after is other', async () => {
    const metrics = new PrometheusMetrics();
    for (let n = 0; n < 1500; n++) metrics.count('bridge_dropped_total', { reason: `r${n}` });
    const lines = await shown(metrics);
    assert.equal(lines.length, 1001);
    assert.ok(lines.includes('bridge_dropped_total{reason="other"} 500'));
    metrics.count('bridge_dropped_total', { reason: 'r7' });
    assert.ok((await shown(metrics)).includes('bridge_dropped_total{reason="r7"} 2'));
  });

  it('reads gauges when asked, tells the type with its version, and one reader that fails costs only its own', async () => {
    const metrics = new PrometheusMetrics();
    let entries = 1;
    const faults: string[] = [];
    metrics.onRead(() => metrics.set('bridge_journal_entries', entries));
    metrics.onRead(() => {
      throw new Error('broken');
    });
    metrics.onRead(() => metrics.set('bridge_journal_bytes', 7));
    entries = 2;
    const { type, text } = await metrics.figures((why) => faults.push(why));
    assert.equal(type, 'text/plain; version=0.0.4; charset=utf-8');
    assert.match(text, /^bridge_journal_entries 2$/m);
    assert.match(text, /^bridge_journal_bytes 7$/m);
    assert.deepEqual(faults, ['broken']);
  });

  it('MET-2: adds what Node and the system tell', async () => {
    const metrics = new PrometheusMetrics();
    metrics.addDefaults();
    const { text } = await metrics.figures();
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds', 'nodejs_version_info']) {
      assert.match(text, new RegExp(`^${name}(?:\\{[^}]*\\})? [\\d.e+-]+$`, 'm'), name);
    }
  });

  it('docs/metrics.md is as `npm run docs:metrics` writes it', () => {
    assert.equal(readFileSync('docs/metrics.md', 'utf8'), metricsPage());
  });

  it('every metric that the source names is in the catalogue, as what it is', () => {
    const kinds = { count: 'counter', time: 'histogram', set: 'gauge' } as const;
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const used = files.flatMap((name) => [
      ...readFileSync(`src/${name}`, 'utf8').matchAll(/metrics\.(count|time|set)\(\s*'([a-z_]+)'/g),
    ]);
    assert.ok(used.length > 10, 'the pattern finds them');
    const wrong = used
      .map(([, kind, name]) => [name ?? '', kinds[kind as keyof typeof kinds]] as const)
      .filter(([name, kind]) => catalogue[name]?.kind !== kind);
    assert.deepEqual(wrong, []);
  });

  it('every metric of the catalogue is counted somewhere', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const text = files.filter((name) => !name.endsWith('catalogue.ts')).map((name) => readFileSync(`src/${name}`, 'utf8'));
    assert.deepEqual(Object.keys(catalogue).filter((name) => !text.some((one) => one.includes(`'${name}'`))), []);
  });
});
