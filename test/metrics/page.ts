/** docs/metrics.md as the catalogue makes it: `npm run docs:metrics` writes it, a test sees that it is up to date. */

import { writeFileSync } from 'node:fs';
import { catalogue, type Metric } from '../../src/metrics/catalogue.js';

const FILE = 'docs/metrics.md';

const HEAD = `# Metrics

Written by \`npm run docs:metrics\` from \`src/metrics/catalogue.ts\`. Names and labels are those of matrix-appservice-irc
where it had one.

Turn them on with \`ircService.metrics.enabled\`. They are at \`GET /metrics\` without a token: on the port of the
application service, or, where \`ircService.metrics.port\` is set, on that port of \`ircService.metrics.host\`
(127.0.0.1 unless set). Keep either from the public. On a port of their own they are answered by a thread of their own
(some 12 MB of memory): while the bridge is too busy to give new figures within half a second, it shows the last ones,
and \`metrics_worker_age_seconds\` says how old they are.

Besides those below there are \`process_*\` and \`nodejs_*\`, as [prom-client](https://github.com/siimon/prom-client) gives
them. No label takes values that strangers choose; what would be more than 1000 combinations in one metric counts as
\`other\`. Everything by age or activity counts from the start of the process.

`;

/** The whole page. */
export function metricsPage(): string {
  const rows = Object.entries(catalogue).map(([name, metric]) => row(name, metric));
  return `${HEAD}| metric | kind | labels | what it says |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

function row(name: string, { kind, labels, help, buckets }: Metric): string {
  const shown = buckets === undefined ? kind : `${kind}: ${buckets.join(' ')}`;
  return `| \`${name}\` | ${shown} | ${labels.map((label) => `\`${label}\``).join(' ')} | ${help} |`;
}

if (process.argv[2] === '--write') writeFileSync(FILE, metricsPage());
