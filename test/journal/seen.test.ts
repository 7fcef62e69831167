import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { realDisk } from '../../src/journal/disk.js';
import { HashSet } from '../../src/journal/hash-set.js';
import { SeenIds } from '../../src/journal/seen.js';
import { TestClock } from '../support/clock.js';
import { diskFault, FaultyDisk } from '../support/disk.js';
import { directories } from '../support/journal.js';

const HOUR = 3_600_000;
const filesIn = (directory: string): string[] => readdirSync(directory).filter((name) => name.endsWith('.ids'));

describe('seen ids', () => {
  const fresh = directories();
  const load = (directory: string, clock = new TestClock(), bounds = { ids: 100, hours: 24, mostIds: 1000 }): Promise<SeenIds> =>
    SeenIds.load(directory, realDisk, clock, bounds);
  const addMany = (seen: SeenIds, from: number, to: number): void => {
    for (let n = from; n < to; n++) seen.add(`$${n}`);
  };
  const knows = (seen: SeenIds, from: number, to: number): boolean[] => {
    const found = Array.from({ length: to - from }, (_, n) => seen.has(`$${from + n}`));
    return [...new Set(found)];
  };

  it('T1: survives a restart, what was saved', async () => {
    const directory = fresh();
    const seen = await load(directory);
    addMany(seen, 0, 50);
    seen.add('$0');
    await seen.save();
    addMany(seen, 50, 60);
    seen.close();
    const again = await load(directory);
    assert.deepEqual(knows(again, 0, 50), [true]);
    assert.deepEqual(knows(again, 50, 60), [false]);
    again.close();
  });

  it('T1: forgets only when both enough ids and enough hours came after', async () => {
    const directory = fresh();
    const clock = new TestClock();
    const seen = await load(directory, clock);
    addMany(seen, 0, 150);
    await seen.save();
    addMany(seen, 150, 500);
    await seen.save();
    assert.equal(filesIn(directory).length, 1, 'ids alone do not turn a generation');
    await clock.advance(25 * HOUR);
    await seen.save();
    assert.equal(filesIn(directory).length, 2);
    addMany(seen, 500, 510);
    await clock.advance(100 * HOUR);
    await seen.save();
    assert.deepEqual(knows(seen, 0, 510), [true], 'hours alone do not either');
    addMany(seen, 510, 620);
    await seen.save();
    addMany(seen, 620, 630);
    await seen.save();
    assert.deepEqual(knows(seen, 0, 500), [false], 'the oldest generation is gone');
    assert.deepEqual(knows(seen, 500, 630), [true]);
    seen.close();
    const again = await load(directory, clock);
    assert.deepEqual(knows(again, 500, 630), [true]);
    assert.equal(filesIn(directory).length, 2);
    again.close();
  });

  it('D7: hours are those of the monotonic clock, over restarts', async () => {
    const directory = fresh();
    const clock = new TestClock();
    for (let life = 0; life < 3; life++) {
      const seen = await load(directory, clock);
      addMany(seen, life * 200, life * 200 + 200);
      for (const jump of [1, -1, 24 * 365, -24 * 365]) clock.jump(jump * 24 * HOUR);
      await clock.advance(7 * HOUR);
      await seen.save();
      assert.deepEqual(knows(seen, 0, life * 200 + 200), [true]);
      seen.close();
    }
    assert.equal(filesIn(directory).length, 1, '21 hours are not 24');
    const seen = await load(directory, clock);
    await clock.advance(3 * HOUR);
    await seen.save();
    assert.equal(filesIn(directory).length, 2, '24 are');
    seen.close();
  });

  it('turns a generation at the most ids, whatever the hours', async () => {
    const directory = fresh();
    const seen = await load(directory);
    addMany(seen, 0, 1000);
    await seen.save();
    addMany(seen, 1000, 2000);
    await seen.save();
    addMany(seen, 2000, 2001);
    await seen.save();
    assert.equal(filesIn(directory).length, 2);
    assert.deepEqual(knows(seen, 1000, 2001), [true]);
    assert.equal(seen.has('$1'), false);
    seen.close();
  });

  it('D2: reads a file with a torn end, or with zeros in it', async () => {
    const directory = fresh();
    const seen = await load(directory);
    addMany(seen, 0, 10);
    await seen.save();
    seen.close();
    const path = join(directory, filesIn(directory)[0]!);
    truncateSync(path, 10 * 12 - 5);
    const torn = await load(directory);
    assert.deepEqual(knows(torn, 0, 9), [true]);
    assert.equal(torn.has('$9'), false);
    torn.add('$new');
    await torn.save();
    torn.close();
    appendFileSync(path, Buffer.alloc(5000));
    const again = await load(directory);
    assert.deepEqual([again.has('$8'), again.has('$new')], [true, true]);
    again.close();
  });

  it('tries again what could not be saved', async () => {
    const directory = fresh();
    const disk = new FaultyDisk();
    const seen = await SeenIds.load(directory, disk, new TestClock());
    addMany(seen, 0, 1000);
    disk.syncFault = diskFault('EIO');
    await assert.rejects(seen.save());
    addMany(seen, 1000, 1100);
    disk.syncFault = undefined;
    await seen.save();
    seen.close();
    const again = await load(directory);
    assert.deepEqual(knows(again, 0, 1100), [true]);
    again.close();
  });

  it('T1: a million ids take below 50 MB of disk and of memory, and load within seconds', async function () {
    this.timeout(60_000);
    const directory = fresh();
    const seen = await SeenIds.load(directory, realDisk, new TestClock());
    const before = process.memoryUsage().arrayBuffers;
    for (let n = 0; n < 1_000_000; n++) seen.add(`$some-event-id-of-ordinary-length-${n}`);
    const took = process.memoryUsage().arrayBuffers - before;
    assert.ok(took < 60 * 2 ** 20, `${Math.round(took / 2 ** 20)} MB`);
    await seen.save();
    seen.close();
    const [name] = filesIn(directory);
    assert.ok(statSync(join(directory, name!)).size < 14 * 2 ** 20);
    const begun = performance.now();
    const again = await SeenIds.load(directory, realDisk, new TestClock());
    const ms = performance.now() - begun;
    assert.ok(ms < 20_000, `${ms} ms`);
    for (const n of [0, 1, 499_999, 999_999]) assert.equal(again.has(`$some-event-id-of-ordinary-length-${n}`), true);
    assert.equal(again.has('$some-event-id-of-ordinary-length-1000000'), false);
    again.close();
  });
});

describe('hash set', () => {
  it('holds what a plain set holds, also when all hashes begin in the same place', () => {
    const set = new HashSet();
    for (let n = 1; n <= 5000; n++) assert.equal(set.add([7, n % 13, n]), true);
    for (let n = 1; n <= 5000; n++) assert.equal(set.add([7, n % 13, n]), false);
    assert.equal(set.size, 5000);
    assert.equal(set.has([7, 0, 13]), true);
    assert.equal(set.has([7, 1, 13]), false);
    assert.equal(set.has([0xffff_ffff, 0xffff_ffff, 0xffff_ffff]), false);
  });
});
