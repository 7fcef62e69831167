import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Pace } from '../../src/lib/pace.js';
import { SwiftClock } from '../support/swift-clock.js';

/** When each of so many jobs began, all pushed at once, in ms. */
function starts(perSecond: number, jobs: number): number[] {
  const clock = new SwiftClock();
  const pace = new Pace(clock, perSecond);
  const at: number[] = [];
  for (let n = 0; n < jobs; n++) pace.push(() => at.push(clock.elapsed()));
  clock.moveTo((jobs / perSecond) * 2000 + 1000);
  return at;
}

describe('lib/pace', () => {
  it('SYN-16: begins one at once, and all in the end', () => {
    assert.deepEqual(starts(2, 4), [0, 500, 1000, 1500]);
    assert.equal(starts(50, 1000).length, 1000);
  });

  it('law: never more than so many in any second, and one tick', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 1500 }), (perSecond, jobs) => {
      const at = starts(perSecond, jobs);
      assert.equal(at.length, jobs);
      const most = Math.max(...at.map((from) => at.filter((time) => time >= from && time < from + 999).length));
      assert.ok(most <= perSecond + Math.max(1, perSecond / 10), `${most} of ${perSecond}`);
    }), { numRuns: 30 });
  });

  it('who is in a hurry goes first, and after the end nobody', () => {
    const clock = new SwiftClock();
    const pace = new Pace(clock, 1);
    const done: string[] = [];
    for (const name of ['a', 'b', 'c']) pace.push(() => done.push(name));
    pace.push(() => done.push('urgent'), 'urgent');
    clock.moveTo(1000);
    assert.deepEqual(done, ['a', 'urgent']);
    pace.end();
    clock.moveTo(10_000);
    assert.deepEqual([done, pace.size], [['a', 'urgent'], 0]);
  });
});
