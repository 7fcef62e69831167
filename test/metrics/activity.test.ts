import assert from 'node:assert/strict';
import { Activity } from '../../src/metrics/activity.js';
import { ageSeconds, countByAge } from '../../src/metrics/ages.js';
import { countMessage } from '../../src/metrics/port.js';
import { PrometheusMetrics } from '../../src/metrics/prometheus.js';
import type { IrcEvent } from '../../src/model/irc-event.js';
import type { MatrixEvent } from '../../src/model/matrix-event.js';
import { TestClock } from '../support/clock.js';

const HOUR = 3_600_000;

describe('metrics/ages', () => {
  const buckets: [string, number | undefined][] = [['1h', 3600], ['2d', 172_800], ['1w', 604_800], ['1m', undefined], ['h', undefined]];
  for (const [bucket, seconds] of buckets) it(`${bucket} is ${seconds} s`, () => assert.equal(ageSeconds(bucket), seconds));

  it('MET-4: who is in a shorter bucket is in the longer ones too; who was never seen only in all', () => {
    const counts = countByAge(['1h', '1d'], [0, HOUR - 1, HOUR, 25 * HOUR, undefined].map((age) => age && 100 * HOUR - age), 100 * HOUR);
    assert.deepEqual([...counts], [['1h', 1], ['1d', 2], ['all', 5]]);
  });
});

describe('metrics/activity', () => {
  const irc = (kind: string, more: object = {}): IrcEvent => ({ kind, network: 'net', at: 5, heardBy: {}, ...more }) as unknown as IrcEvent;

  it('MET-4, MET-7: knows who talked where last, and counts what was heard', async () => {
    const metrics = new PrometheusMetrics();
    const activity = new Activity(metrics, new TestClock(1000));
    activity.onMatrix({ kind: 'message', sender: '@alice:hs', room: '!a:hs' } as unknown as MatrixEvent);
    activity.onMatrix({ kind: 'member', sender: '@bob:hs', room: '!a:hs' } as unknown as MatrixEvent);
    activity.onIrc(irc('message', { from: { nick: 'carol' }, channel: '#tea' }));
    activity.onIrc(irc('join', { who: { nick: 'dan' }, channel: '#tea' }));
    assert.deepEqual([...activity.people], [['@alice:hs', 1000]]);
    assert.deepEqual([...activity.rooms], [['!a:hs', 1000]]);
    assert.deepEqual([...activity.ghosts], [['net carol', 5]]);
    assert.deepEqual([...activity.channels], [['net #tea', 5]]);
    const { text } = await metrics.figures();
    assert.match(text, /^bridge_irchandler_calls\{method="onMessage"\} 1$/m);
    assert.match(text, /^bridge_irchandler_calls\{method="onJoin"\} 1$/m);
  });

  it('MET-5: times from connecting to ready, not from a loss', async () => {
    const metrics = new PrometheusMetrics();
    const clock = new TestClock();
    const activity = new Activity(metrics, clock);
    const status = (owner: string, now: string): void => activity.onIrc(irc('clientStatus', { client: { owner }, status: now }));
    status('bot', 'connecting');
    status('@alice:hs', 'connecting');
    await clock.advance(700);
    status('bot', 'ready');
    status('@alice:hs', 'lost');
    status('@alice:hs', 'ready');
    const { text } = await metrics.figures();
    assert.match(text, /^bridge_irc_connection_time_ms_bucket\{le="500"\} 0$/m);
    assert.match(text, /^bridge_irc_connection_time_ms_bucket\{le="1000"\} 1$/m);
    assert.match(text, /^bridge_irc_connection_time_ms_sum 700$/m);
    assert.match(text, /^bridge_irc_connection_time_ms_count 1$/m);
  });

  it('MET-5, MET-10: counts and times what became of a message', async () => {
    const metrics = new PrometheusMetrics();
    const message = { direction: 'matrix_to_irc', server: 'net', type: 'say', outcome: 'success' } as const;
    for (const work of [1, 10, 300]) countMessage(metrics, { ...message, work, latency: work + 1 });
    countMessage(metrics, { ...message, outcome: 'fail', work: 2, latency: 2 });
    const { text } = await metrics.figures();
    for (const [outcome, count] of [['success', 3], ['fail', 1]] as const) {
      assert.ok(text.includes(`bridge_matrix_request_seconds_count{outcome="${outcome}"} ${count}\n`), outcome);
    }
    assert.ok(text.includes('bridge_message_latency_seconds_sum{direction="matrix_to_irc",server="net"} 314\n'), 'delivered ones only');
    assert.ok(text.includes('bridge_messages_total{direction="matrix_to_irc",type="say",outcome="fail"} 1\n'));
  });
});
