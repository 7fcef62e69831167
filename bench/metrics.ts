/** What counting and timing cost a message: `node --import tsx bench/metrics.ts`. */

import { PrometheusMetrics } from '../src/metrics/prometheus.js';

const ROUNDS = 1_000_000;
const metrics = new PrometheusMetrics();
const types = ['say', 'act', 'notice'];

function measure(what: string, once: (round: number) => void): void {
  const start = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round++) once(round);
  const { user, system } = process.cpuUsage(start);
  console.log(what.padEnd(40), `${((user + system) / ROUNDS).toFixed(3)} µs each`);
}

for (const warm of ['warming up', 'measured']) {
  console.log(warm);
  measure('count, three labels', (round) =>
    metrics.count('bridge_messages_total', { direction: 'irc_to_matrix', type: types[round % 3] ?? '', outcome: 'success' }),
  );
  measure('count, one label', () => metrics.count('bridge_matrix_api_calls', { method: 'send' }));
  measure('count, no label', () => metrics.count('bridge_transactions_reused_total'));
  measure('time, two labels', (round) =>
    metrics.time('bridge_message_latency_seconds', (round % 1000) / 1000, { direction: 'irc_to_matrix', server: 'irc.example.net' }),
  );
}
