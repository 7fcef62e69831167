import assert from 'node:assert/strict';
import fc from 'fast-check';
import { backoff } from '../../src/lib/backoff.js';
import { BoundedMap } from '../../src/lib/bounded-map.js';
import { SingleFlight } from '../../src/lib/single-flight.js';

describe('lib/backoff', () => {
  const rows: [string, Parameters<typeof backoff>, number][] = [
    ['the first wait is half of `first` at least', [0, 1000, 60_000, 0], 500],
    ['and less than the whole', [0, 1000, 60_000, 0.999], 1000],
    ['it doubles', [3, 1000, 60_000, 0], 4000],
    ['up to `most`', [10, 1000, 60_000, 0], 30_000],
    ['and stays there after a thousand failures', [1000, 1000, 60_000, 0.5], 45_000],
  ];
  for (const [sentence, given, wanted] of rows) it(sentence, () => assert.equal(backoff(...given), wanted));

  it('lies in [½, 1] of the full wait for every chance', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, chance) => {
        const full = Math.min(60_000, 500 * 2 ** attempt);
        const wait = backoff(attempt, 500, 60_000, chance);
        assert.ok(wait >= full / 2 && wait <= full);
      }),
    );
  });
});

describe('lib/bounded-map', () => {
  it('forgets the oldest rather than grow', () => {
    const map = new BoundedMap<string, number>(2).set('a', 1).set('b', 2).set('c', 3);
    assert.deepEqual([...map], [['b', 2], ['c', 3]]);
  });

  it('makes the newest of what is set again', () => {
    const map = new BoundedMap<string, number>(2).set('a', 1).set('b', 2).set('a', 3).set('c', 4);
    assert.deepEqual([...map], [['a', 3], ['c', 4]]);
  });

  it('never holds more than its bound, and always what came last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(9), { minLength: 1 }), (most, keys) => {
        const map = new BoundedMap<number, number>(most);
        for (const [index, key] of keys.entries()) map.set(key, index);
        assert.ok(map.size <= most);
        assert.equal(map.get(keys.at(-1) ?? -1), keys.length - 1);
      }),
    );
  });
});

describe('lib/single-flight', () => {
  it('joins calls for one key while the first runs, and only those', async () => {
    const flight = new SingleFlight<string, number>();
    let runs = 0;
    const work = async (): Promise<number> => ++runs;
    assert.deepEqual(await Promise.all([flight.do('a', work), flight.do('a', work), flight.do('b', work)]), [1, 1, 2]);
    assert.equal(await flight.do('a', work), 3);
  });

  it('gives a fault to all who joined, and is free again', async () => {
    const flight = new SingleFlight<string, number>();
    const failing = (): Promise<number> => Promise.reject(new Error('no'));
    const both = await Promise.allSettled([flight.do('a', failing), flight.do('a', failing)]);
    assert.deepEqual(both.map(({ status }) => status), ['rejected', 'rejected']);
    assert.equal(await flight.do('a', async () => 7), 7);
  });
});
