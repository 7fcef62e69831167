import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry, Journal } from '../../src/journal/port.js';
import { TestClock, until } from '../support/clock.js';
import { diskFault, FaultyDisk } from '../support/disk.js';
import { aJournal, directories } from '../support/journal.js';

const bodiesOf = (journal: Journal): unknown[] => journal.open().map(({ body }) => body);

describe('journal on a failing disk', () => {
  const fresh = directories();
  let directory: string;
  let disk: FaultyDisk;
  let clock: TestClock;
  let journal: Journal;
  let first: Entry;
  beforeEach(async () => {
    directory = fresh();
    disk = new FaultyDisk();
    clock = new TestClock();
    journal = await aJournal(directory, { disk, clock });
    const { entries, durable } = journal.keep('matrix', ['first'], ['$first']);
    first = entries[0]!;
    await durable;
  });
  afterEach(() => journal.close());
  const recovered = (): Promise<void> =>
    until('the journal takes entries again', async () => {
      await clock.advance(1000);
      return !journal.full;
    });
  const reopened = async (): Promise<Journal> => {
    await journal.close();
    return aJournal(directory);
  };

  it('D1: a full disk refuses with JOURNAL_FULL; memory and disk agree; it goes on by itself when there is room', async () => {
    disk.room = 70;
    const refused = journal.keep('matrix', ['x'.repeat(100)], ['$refused']);
    await assert.rejects(refused.durable, { code: 'JOURNAL_FULL' });
    assert.equal(journal.full, true);
    assert.equal(journal.seen('$refused'), false);
    journal.note(refused.entries[0]!.id, 'nobody is there');
    journal.done(refused.entries[0]!.id);
    await clock.advance(3000);
    assert.equal(journal.full, true, 'still no room');
    disk.room = Infinity;
    await recovered();
    await journal.keep('matrix', ['second'], ['$refused']).durable;
    const again = await reopened();
    assert.deepEqual(bodiesOf(again), ['first', 'second']);
    assert.equal(again.seen('$refused'), true);
    assert.deepEqual(readdirSync(directory).filter((name) => name.includes('corrupt')), [], 'no half line was left');
    await again.close();
  });

  it('D1: marks that a full disk did not take are written when it does', async () => {
    const kept = journal.keep('matrix', ['noted', 'done']);
    await kept.durable;
    disk.room = 0;
    journal.note(kept.entries[0]!.id, 1);
    journal.note(kept.entries[0]!.id, 2);
    journal.done(kept.entries[1]!.id);
    assert.equal(journal.full, true);
    disk.room = Infinity;
    await recovered();
    const [, ...noted] = await reopened().then(async (again) => {
      const open = again.open();
      await again.close();
      return open;
    });
    assert.deepEqual(noted.map(({ body, note }) => [body, note]), [['noted', 2]]);
  });

  it('D1: a disk that the journal filled by itself is freed as entries are done', async () => {
    disk.room = 40_000;
    const kept: string[] = [];
    for (;;) {
      const { entries, durable } = journal.keep('matrix', ['x'.repeat(500)], [`$${kept.length}`]);
      const isKept = await durable.then(
        () => true,
        () => false,
      );
      if (!isKept) break;
      kept.push(entries[0]!.id);
    }
    assert.ok(kept.length > 50);
    for (const id of [first.id, ...kept]) journal.done(id);
    await recovered();
    await journal.keep('matrix', ['fits']).durable;
    const again = await reopened();
    assert.deepEqual(bodiesOf(again), ['fits']);
    assert.ok(kept.every((_, n) => again.seen(`$${n}`)));
    await again.close();
  });

  it('a failed sync keeps nothing of what it was for, but the marks that came meanwhile', async () => {
    const before = journal.keep('matrix', ['a', 'b']);
    await before.durable;
    disk.syncFault = diskFault('EIO');
    const refused = journal.keep('matrix', ['lost'], ['$lost']);
    await Promise.resolve();
    await Promise.resolve();
    journal.note(before.entries[0]!.id, 'meanwhile');
    journal.done(before.entries[1]!.id);
    await assert.rejects(refused.durable, { code: 'JOURNAL_FAULT' });
    assert.equal(journal.seen('$lost'), false);
    const text = readdirSync(directory).filter((name) => name.endsWith('.log')).map((name) => readFileSync(join(directory, name), 'utf8')).join('');
    assert.ok(text.includes('meanwhile') && text.includes(`"d":"${before.entries[1]!.id}"`), 'they are there for whoever is killed now');
    disk.syncFault = undefined;
    await recovered();
    await journal.keep('matrix', ['later']).durable;
    const again = await reopened();
    assert.deepEqual(again.open().map(({ body, note }) => [body, note]), [['first', undefined], ['a', 'meanwhile'], ['later', undefined]]);
    assert.equal(again.seen('$lost'), false);
    await again.close();
  });

  it('what could not be cut back at once is cut back before the next line', async () => {
    disk.room = 30;
    disk.truncateFault = diskFault('EIO');
    await assert.rejects(journal.keep('matrix', ['x'.repeat(100)]).durable);
    disk.room = Infinity;
    await assert.rejects(journal.keep('matrix', ['still not']).durable);
    disk.truncateFault = undefined;
    await journal.keep('matrix', ['second']).durable;
    assert.equal(journal.full, false);
    const again = await reopened();
    assert.deepEqual(bodiesOf(again), ['first', 'second']);
    await again.close();
  });

  it('gathers a thousand entries into few syncs', async () => {
    const before = disk.syncs;
    const kept = Array.from({ length: 1000 }, (_, n) => journal.keep('irc', [n]).durable);
    await Promise.all(kept);
    assert.ok(disk.syncs - before <= 2, `${disk.syncs - before} syncs`);
    const [name] = readdirSync(directory).filter((each) => each.endsWith('.log'));
    assert.equal(readFileSync(join(directory, name!), 'utf8').split('\n').length, 1002);
    await journal.close();
  });

  it('closing while things are under way waits for them', async () => {
    const kept = journal.keep('irc', ['last']);
    await journal.close();
    await kept.durable;
    await assert.rejects(journal.keep('irc', ['too late']).durable, { code: 'JOURNAL_FAULT' });
    await journal.close();
    const again = await aJournal(directory);
    assert.deepEqual(bodiesOf(again), ['first', 'last']);
    await again.close();
  });

  it('D1: on a disk that is really full it refuses, and goes on within seconds of there being room', async function () {
    const place = join(fresh(), 'disk');
    mkdirSync(place);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', place]).status !== 0) return this.skip();
    try {
      const real = await aJournal(place, { clock });
      writeFileSync(join(place, 'filler'), Buffer.alloc(1_200_000));
      const kept: unknown[] = [];
      const refused: number[] = [];
      for (let n = 0; n < 400; n++) {
        const { durable } = real.keep('matrix', [{ n, text: 'x'.repeat(2000) }], [`$${n}`]);
        await durable.then(
          () => kept.push(n),
          () => refused.push(n),
        );
      }
      assert.ok(kept.length > 50 && refused.length > 50, `${kept.length} kept, ${refused.length} refused`);
      assert.equal(real.full, true);
      rmSync(join(place, 'filler'));
      await until('the journal takes entries again', async () => {
        await clock.advance(1000);
        return !real.full;
      });
      const again = real.keep('matrix', refused.slice(0, 20).map((n) => ({ n, text: '' })), refused.slice(0, 20).map((n) => `$${n}`));
      await again.durable;
      await real.close();
      const reopened = await aJournal(place);
      assert.deepEqual(
        reopened.open().map(({ body }) => (body as { n: number }).n),
        [...kept, ...refused.slice(0, 20)],
      );
      assert.equal(reopened.seen(`$${refused[30]}`), false);
      await reopened.close();
    } finally {
      spawnSync('umount', [place]);
    }
  });
});
