import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isFault } from '../../src/model/errors.js';
import { TestClock, until } from '../support/clock.js';
import { aJournal, directories } from '../support/journal.js';

const segmentsIn = (directory: string): string[] => readdirSync(directory).filter((name) => name.endsWith('.log'));
const bytesIn = (directory: string): number =>
  segmentsIn(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);

describe('journal', () => {
  const fresh = directories();

  it('gives back what was not done, in order, with the last note', async () => {
    const directory = fresh();
    const journal = await aJournal(directory);
    const { entries, durable } = journal.keep('matrix', [{ n: 1 }, { n: 2 }, { n: 3 }], ['txn:1', '$a']);
    const later = journal.keep('irc', ['four'], ['$b']);
    await Promise.all([durable, later.durable]);
    journal.note(entries[2]!.id, { lines: 1 });
    journal.note(entries[2]!.id, { lines: 2 });
    journal.done(entries[0]!.id);
    journal.done(entries[0]!.id);
    await journal.close();

    const again = await aJournal(directory);
    const open = again.open();
    assert.deepEqual(open, [
      { id: entries[1]!.id, lane: 'matrix', at: entries[1]!.at, body: { n: 2 } },
      { id: entries[2]!.id, lane: 'matrix', at: entries[2]!.at, body: { n: 3 }, note: { lines: 2 } },
      { id: later.entries[0]!.id, lane: 'irc', at: later.entries[0]!.at, body: 'four' },
    ]);
    assert.deepEqual(again.open(), []);
    for (const id of ['txn:1', '$a', '$b']) assert.equal(again.seen(id), true, id);
    assert.equal(again.seen('$c'), false);
    const next = again.keep('irc', ['five']);
    assert.notEqual(next.entries[0]!.id.split('.')[0], open[0]!.id.split('.')[0], 'an epoch of its own');
    for (const { id } of [...open, ...next.entries]) again.done(id);
    await again.close();

    const third = await aJournal(directory);
    assert.deepEqual(third.open(), []);
    assert.equal(third.seen('$a'), true);
    await third.close();
  });

  it('SYN-10: cleaned, nothing of what is done stands in any file, and what is open goes on, also what comes meanwhile', async () => {
    const directory = fresh();
    const journal = await aJournal(directory);
    const stands = (word: string): boolean => readdirSync(directory).some((name) => readFileSync(join(directory, name), 'latin1').includes(word));
    const { entries, durable } = journal.keep('matrix', ['secret', 'open'], ['$a']);
    await durable;
    journal.note(entries[0]!.id, 'secret note');
    journal.note(entries[1]!.id, 'old note');
    journal.note(entries[1]!.id, 'new note');
    journal.done(entries[0]!.id);
    const cleaned = journal.clean();
    const meanwhile = Array.from({ length: 50 }, (_, n) => journal.keep('irc', [`line ${n}`]));
    await Promise.all([cleaned, ...meanwhile.map((each) => each.durable)]);
    await journal.clean();
    assert.deepEqual(['secret', 'old note', 'new note', 'open'].map(stands), [false, false, true, true]);
    journal.done(meanwhile[0]!.entries[0]!.id);
    await journal.close();
    const last = readdirSync(directory).filter((name) => name.endsWith('.log')).sort().at(-1) ?? '';
    appendFileSync(join(directory, last), '{"torn": "a secret\n');
    const again = await aJournal(directory);
    assert.equal(stands('secret'), true, 'in the copy of what could not be read');
    assert.deepEqual(again.open().map(({ body }) => body), ['open', ...Array.from({ length: 49 }, (_, n) => `line ${n + 1}`)]);
    assert.equal(again.open().length + Number(again.seen('$a')), 1);
    await again.clean();
    assert.equal(stands('secret'), false);
    await again.close();
    await assert.rejects(again.clean(), { code: 'JOURNAL_FAULT' });
  });

  it('knows ids and entries at once, before they are durable', async () => {
    const directory = fresh();
    const journal = await aJournal(directory);
    const { entries, durable } = journal.keep('matrix', ['x', 'y'], ['txn:2']);
    assert.equal(journal.seen('txn:2'), true);
    journal.note(entries[1]!.id, 1);
    journal.done(entries[0]!.id);
    await durable;
    await journal.close();
    const again = await aJournal(directory);
    assert.deepEqual(again.open().map(({ body, note }) => [body, note]), [['y', 1]]);
    await again.close();
  });

  it('writes marks of the matrix lane in the tick of the call, and done marks of the irc lane within 20 ms', async () => {
    const directory = fresh();
    const clock = new TestClock();
    const journal = await aJournal(directory, { clock });
    const matrix = journal.keep('matrix', ['m']);
    const irc = journal.keep('irc', ['i']);
    await irc.durable;
    const [name] = segmentsIn(directory);
    const text = (): string => readFileSync(join(directory, name!), 'utf8');
    journal.note(matrix.entries[0]!.id, 'half');
    assert.ok(text().endsWith(`{"n":"${matrix.entries[0]!.id}","v":"half"}\n`));
    journal.done(irc.entries[0]!.id);
    assert.ok(!text().includes(`"d":"${irc.entries[0]!.id}"`));
    await clock.advance(20);
    assert.ok(text().endsWith(`{"d":"${irc.entries[0]!.id}"}\n`));
    await journal.close();
    assert.equal(clock.timers, 0, 'no timer is left');
  });

  it('gathers busy talk for five milliseconds, but not what somebody waits for, nor the last of it', async () => {
    const clock = new TestClock();
    const directory = fresh();
    const journal = await aJournal(directory, { clock });
    const durable: string[] = [];
    const keep = (lane: 'irc' | 'matrix', body: string): void => void journal.keep(lane, [body]).durable.then(() => durable.push(body));
    /** Two lines: the second comes while the first is being written. */
    const talk = async (first: string, second: string): Promise<void> => {
      keep('irc', first);
      await Promise.resolve();
      await Promise.resolve();
      keep('irc', second);
      await until('the first is durable, the second waits', () => durable.at(-1) === first && clock.timers > 0);
    };
    await talk('first', 'second');
    await clock.advance(4);
    assert.deepEqual(durable, ['first']);
    await clock.advance(1);
    await until('the second is durable', () => durable.length === 2);
    await talk('third', 'fourth');
    keep('matrix', 'awaited');
    await until('what is awaited is durable', () => durable.length === 5);
    await talk('sixth', 'last');
    await journal.close();
    assert.equal(clock.timers, 0, 'no timer is left');
    const again = await aJournal(directory);
    assert.deepEqual(again.open().map(({ body }) => body), ['first', 'second', 'third', 'fourth', 'awaited', 'sixth', 'last']);
    await again.close();
  });

  it('gathers what comes together into one line write, and deletes segments that are done', async () => {
    const directory = fresh();
    const journal = await aJournal(directory, { maxBytes: 160_000 });
    for (let round = 0; round < 40; round++) {
      const kept = Array.from({ length: 20 }, (_, n) => journal.keep('irc', [{ text: 'x'.repeat(200), n }], [`$${round}.${n}`]));
      await Promise.all(kept.map(({ durable }) => durable));
      for (const { entries } of kept) journal.done(entries[0]!.id);
    }
    assert.ok(bytesIn(directory) < 60_000, `${bytesIn(directory)} bytes of segments after 200 kB were done`);
    assert.equal(journal.full, false);
    await journal.close();
    const again = await aJournal(directory);
    assert.deepEqual(again.open(), []);
    assert.ok(Array.from({ length: 40 }, (_, n) => again.seen(`$${n}.7`)).every(Boolean), 'ids outlive their segments');
    await again.close();
  });

  it('carries an entry that stays open on, so that the disk stays bounded', async () => {
    const directory = fresh();
    const journal = await aJournal(directory, { maxBytes: 160_000 });
    const old = journal.keep('matrix', ['old']).entries[0]!;
    for (let round = 0; round < 200; round++) {
      const { entries, durable } = journal.keep('matrix', Array.from({ length: 10 }, () => 'x'.repeat(300)));
      await durable;
      if (round === 50) journal.note(old.id, 'noted');
      for (const { id } of entries) journal.done(id);
    }
    assert.ok(bytesIn(directory) < 160_000, `${bytesIn(directory)} bytes for one open entry`);
    await journal.close();
    const again = await aJournal(directory);
    assert.deepEqual(again.open(), [{ ...old, note: 'noted' }]);
    await again.close();
  });

  it('D1: refuses with JOURNAL_FULL at maxBytes, keeps nothing of it, and takes entries again when some are done', async () => {
    const directory = fresh();
    const clock = new TestClock();
    const journal = await aJournal(directory, { maxBytes: 100_000, clock });
    const kept: string[] = [];
    let fault: unknown;
    for (let n = 0; fault === undefined && n < 1000; n++) {
      const { entries, durable } = journal.keep('matrix', [{ n, text: 'x'.repeat(500) }], [`$${n}`]);
      await durable.then(
        () => kept.push(entries[0]!.id),
        (why: unknown) => (fault = why),
      );
    }
    assert.ok(isFault(fault, 'JOURNAL_FULL'), String(fault));
    assert.ok(bytesIn(directory) <= 100_000);
    assert.ok(kept.length > 150, `only ${kept.length} entries fitted`);
    assert.equal(journal.full, true);
    assert.equal(journal.seen(`$${kept.length}`), false, 'the refused id is not known');
    for (const id of kept.slice(0, 100)) journal.done(id);
    await until('there is room', async () => {
      await clock.advance(1000);
      return !journal.full;
    });
    await journal.keep('matrix', ['fits']).durable;
    await journal.close();
    const again = await aJournal(directory);
    assert.equal(again.open().length, kept.length - 100 + 1);
    await again.close();
  });
});
