/** The figures of the real bridge: on its own port and on a port of theirs, counting what was really carried. */

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { freePort } from '../src/sandbox/free-port.js';
import { story } from './support/story.js';
import { sandboxWorld } from './support/world.js';

/** Lines of values by name and labels. */
async function figures(port: number): Promise<{ readonly type: string; readonly values: ReadonlyMap<string, number> }> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  assert.equal(answer.status, 200);
  const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const values = lines.map((line): [string, number] => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]);
  return { type: answer.headers.get('content-type') ?? '', values: new Map(values) };
}

/** The predecessor's names that a dashboard of its users may ask for. */
const KEPT = [
  'bridge_matrix_configured_rooms',
  'bridge_remote_configured_rooms',
  'bridge_matrix_ghosts',
  'bridge_remote_ghosts',
  'bridge_remote_ghosts_max{server="127.0.0.1"}',
  'bridge_matrix_rooms_by_age{age="1h"}',
  'bridge_remote_rooms_by_age{age="all"}',
  'bridge_matrix_users_by_age{age="1d"}',
  'bridge_remote_users_by_age{age="1w"}',
  'bridge_remote_monthly_active_users',
  'bridge_matrix_request_seconds_count{outcome="success"}',
  'bridge_remote_request_seconds_count{outcome="success"}',
  'bridge_irc_connection_time_ms_bucket{le="30000"}',
  'bridge_clientpool_reconnect_queue{server="127.0.0.1"}',
  'bridge_active_users{remote="true"}',
  'bridge_bridge_blocked',
  'bridge_irchandler_calls{method="onMessage"}',
  'bridge_irc_blocked_rooms{method="onMessage"}',
  'bridge_matrixhandler_connection_failure_kicks{server="127.0.0.1"}',
  'process_cpu_seconds_total',
  'nodejs_heap_size_used_bytes',
  'metrics_worker_interval',
];

describe('metrics', function () {

  it('MET-1…5, 7, 10: counts what was carried, on the port of the application service, without a token', () =>
    story(() => sandboxWorld(), { service: { metrics: { enabled: true, userActivityThresholdHours: 1 } } }, async ({ people, bridge }) => {
      const bob = await people.onIrc('bob', '#tea');
      const alice = await people.onMatrix('alice');
      const room = await alice.joins(people.alias('#tea'));
      for (const text of ['one', 'two', 'three']) {
        await alice.says(room, text);
        await bob.sees(text, { to: '#tea' });
      }
      bob.says('#tea', 'four');
      await alice.sees('four', { room });
      bob.acts('#tea', 'five');
      await alice.sees('five', { room });
      const wanted: Readonly<Record<string, number>> = {
        'bridge_messages_total{direction="matrix_to_irc",type="say",outcome="success"}': 3,
        'bridge_messages_total{direction="irc_to_matrix",type="say",outcome="success"}': 1,
        'bridge_messages_total{direction="irc_to_matrix",type="act",outcome="success"}': 1,
        'bridge_message_latency_seconds_count{direction="matrix_to_irc",server="127.0.0.1"}': 3,
        bridge_matrix_configured_rooms: 1,
        bridge_remote_configured_rooms: 1,
        bridge_remote_ghosts: 1,
        'bridge_matrix_rooms_by_age{age="1h"}': 1,
        'bridge_remote_rooms_by_age{age="1h"}': 1,
        'bridge_matrix_users_by_age{age="1h"}': 1,
        'bridge_remote_users_by_age{age="1h"}': 1,
        bridge_remote_monthly_active_users: 1,
        'bridge_active_users{remote="true"}': 1,
        'bridge_active_users{remote="false"}': 1,
        'bridge_irchandler_calls{method="onMessage"}': 2,
        'bridge_clientpool_client_states{server="127.0.0.1",state="connected"}': 2,
        bridge_irc_connection_time_ms_count: 2,
      };
      let { type, values } = await figures(bridge.port);
      const found = (): unknown => Object.fromEntries(Object.keys(wanted).map((name) => [name, values.get(name)]));
      // What was carried is counted when its end is known, which may be after it was seen.
      for (const until = performance.now() + 60_000; !isDeepStrictEqual(found(), wanted) && performance.now() < until; ) {
        ({ type, values } = await figures(bridge.port));
      }
      assert.equal(type, 'text/plain; version=0.0.4; charset=utf-8');
      assert.deepEqual(KEPT.filter((name) => !values.has(name)), []);
      assert.deepEqual(found(), wanted);
      // Besides what bob said, the server's own notices to alice may have been carried.
      const carried = [...values].filter(([name]) => /^bridge_messages_total.*irc_to_matrix.*success/u.test(name));
      const latencies = values.get('bridge_message_latency_seconds_count{direction="irc_to_matrix",server="127.0.0.1"}');
      assert.equal(latencies, carried.reduce((sum, [, count]) => sum + count, 0));
      assert.ok((values.get('bridge_matrix_ghosts') ?? 0) >= 1);
      assert.ok([...values.keys()].some((name) => name.startsWith('bridge_app_version{version="')));
      assert.ok((values.get('bridge_matrix_api_calls{method="sendEvent"}') ?? 0) >= 2);
      assert.equal((await fetch(`http://127.0.0.1:${bridge.port}/metrics`, { method: 'POST' })).status, 405);
    }));

  it('MET-1: on a port of their own, and then not on the other; without `enabled` nowhere', async () => {
    const port = await freePort();
    await story(() => sandboxWorld(), { service: { metrics: { enabled: true, port } } }, async ({ bridge }) => {
      const { values } = await figures(port);
      assert.equal(values.get('bridge_remote_ghosts'), 0);
      assert.ok(!values.has('bridge_active_users{remote="true"}'), 'no threshold, no count');
      assert.equal((await fetch(`http://127.0.0.1:${bridge.port}/metrics`)).status, 404);
      assert.ok(!bridge.log.some((line) => line.includes('not yet in force') && line.includes('metrics')));
      bridge.configure({});
      await bridge.restart();
      assert.equal((await fetch(`http://127.0.0.1:${bridge.port}/metrics`)).status, 404);
      await assert.rejects(fetch(`http://127.0.0.1:${port}/metrics`));
    });
  });
});
