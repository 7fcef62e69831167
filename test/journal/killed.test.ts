import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../support/clock.js';
import { aJournal, directories } from '../support/journal.js';

const child = fileURLToPath(new URL('child.ts', import.meta.url));

/** Lets a process work on the directory and kills it after so many bytes of what it says; gives the whole lines. */
async function killedAfter(bytes: number, directory: string, run: number): Promise<string[]> {
  // A file and not a pipe: what it said before it was killed is there, and saying never waits for us.
  const path = join(directory, 'said');
  const said = openSync(path, 'w');
  const worker = spawn(process.execPath, ['--import', 'tsx', child, directory, `${run}`], { stdio: ['ignore', said, 'inherit'] });
  const closed = once(worker, 'close');
  await until('it said enough', () => statSync(path).size > bytes, 15_000);
  worker.kill('SIGKILL');
  await closed;
  closeSync(said);
  assert.equal(worker.signalCode, 'SIGKILL', 'it did not end by itself');
  const text = readFileSync(path, 'utf8');
  return text.slice(0, text.lastIndexOf('\n')).split('\n');
}

describe('journal of a process that is killed', () => {
  const fresh = directories();

  it('F1, F4, D3: kill -9 twenty times: nothing kept is missing, nothing done comes back, notes are the last ones', async function () {
    this.timeout(120_000);
    const directory = fresh();
    const open = new Set<string>();
    const perhapsDone = new Set<string>();
    const notes = new Map<string, string>();
    const seen = new Set<string>();
    let kept = 0;
    for (let run = 0; run < 20; run++) {
      for (const line of await killedAfter(run * 2000, directory, run)) {
        const [what, id = '', more = ''] = line.split(' ');
        if (what === 'kept') {
          kept++;
          open.add(id);
          seen.add(more);
        }
        if (what === 'ending') perhapsDone.add(id);
        if (what === 'done') open.delete(id);
        if (what === 'noted') notes.set(id, more);
      }
      const begun = performance.now();
      const journal = await aJournal(directory, { maxBytes: 300_000 });
      assert.ok(performance.now() - begun < 20_000);
      const found = new Map(journal.open().map((entry) => [entry.id, entry]));
      for (const id of open) assert.ok(found.has(id) || perhapsDone.has(id), `${id} is missing after kill ${run}`);
      for (const [id, entry] of found) {
        if (perhapsDone.has(id)) assert.ok(open.has(id), `${id} was done and came back after kill ${run}`);
        const said = notes.get(id);
        if (said !== undefined) assert.ok(Number(entry.note) >= Number(said), `${id} has an older note`);
      }
      for (const id of seen) assert.ok(journal.seen(id), `${id} is forgotten after kill ${run}`);
      // What the killed process had no time to say it kept or ended.
      for (const id of open) if (!found.has(id)) open.delete(id);
      for (const [id, { note }] of found) {
        open.add(id);
        if (note === undefined) notes.delete(id);
        else notes.set(id, JSON.stringify(note));
      }
      await journal.close();
    }
    assert.ok(kept > 500, `only ${kept} entries in all`);
    const sizes = readdirSync(directory).filter((name) => name.endsWith('.log'));
    assert.ok(sizes.reduce((sum, name) => sum + statSync(join(directory, name)).size, 0) <= 320_000);
  });
});
