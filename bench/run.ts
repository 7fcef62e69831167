/** `npm run bench [-- name …] [--people 500] [--seconds 5]`: the bridge under load beside a bare relay, as two tables. */

import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Who } from './load/place.js';
import { verdicts } from './load/verdicts.js';
import { works, type Row } from './load/works.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { people: { type: 'string', default: '500' }, seconds: { type: 'string', default: '5' } },
});
const size = { people: Number(values.people), seconds: Number(values.seconds) };
const names = positionals.length > 0 ? positionals : Object.keys(works);
const unknown = names.filter((name) => works[name] === undefined);
if (unknown.length > 0) {
  console.error(`no such work: ${unknown.join(', ')}; there are ${Object.keys(works).join(', ')}`);
  process.exit(2);
}
if (process.platform !== 'linux') {
  console.error('CPU and memory are read from /proc: Linux only');
  process.exit(2);
}

console.log(`${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}\n`);
const COLUMNS = ['work', 'who', 'people', 'copies', '1/s', 's', 'p50 ms', 'p99 ms', 'CPU ms', 'peak MiB', 'KiB each', 'lost/doubled/reordered'];
console.log(`| ${COLUMNS.join(' | ')} |\n|${' --- |'.repeat(COLUMNS.length)}`);
const rows: Row[] = [];
/** Rows with faults. */
const faulty: Row[] = [];
for (const name of names) {
  const one = works[name];
  for (const who of ['causeway', ...(one?.relay === true ? ['relay'] : [])] as readonly Who[]) {
    for (const row of (await one?.work(who, size)) ?? []) show({ ...row, who });
  }
}
console.log(['', ...verdicts(rows)].join('\n'));
// Speed is judged by people; what is lost is not.
process.exit(faulty.length > 0 ? 1 : 0);

function show(row: Row): void {
  rows.push(row);
  console.log(`| ${COLUMNS.map((column) => row[column] ?? '').join(' | ')} |`);
  const [lost, doubled, reordered] = String(row['lost/doubled/reordered'] ?? '0/0/0').split('/').map(Number);
  // After a kill each client says its last line again, since nobody knows whether the server had it (docs/architecture.md).
  const most = row['work'] === 'killed in 5,000 events' ? Number(row['people']) : 0;
  if (row['who'] === 'causeway' && (lost !== 0 || reordered !== 0 || Number(doubled) > most)) faulty.push(row);
}
