/** A process that keeps, notes and ends entries as fast as it can and says what it did, until it is killed. */

import { writeSync } from 'node:fs';
import { aJournal } from '../support/journal.js';

const journal = await aJournal(process.argv[2]!, { maxBytes: 300_000 });
const run = process.argv[3]!;
const held: string[] = journal.open().map(({ id }) => id);
const say = (line: string): void => void writeSync(1, `${line}\n`);
say('begun');
for (let n = 0; ; n++) {
  const bodies = Array.from({ length: 1 + (n % 5) }, (_, part) => ({ run, n, part, text: 'x'.repeat(n % 300) }));
  const { entries, durable } = journal.keep('matrix', bodies, [`$${run}.${n}`]);
  const kept = durable.then(() => {
    for (const { id } of entries) say(`kept ${id} $${run}.${n}`);
    held.push(...entries.map(({ id }) => id));
  });
  if (n % 3 === 0) await kept;
  while (held.length > 40) {
    const id = held.splice(n % 40, 1)[0]!;
    say(`ending ${id}`);
    journal.done(id);
    say(`done ${id}`);
  }
  const noted = held[n % 40];
  if (noted !== undefined) {
    // Growing over all runs, so that an older note can be told from a newer one.
    const note = Number(run) * 1_000_000 + n;
    journal.note(noted, note);
    say(`noted ${noted} ${note}`);
  }
}
