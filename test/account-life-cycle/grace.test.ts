import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Grace } from '../../src/account-life-cycle/grace.js';
import type { UserId } from '../../src/model/ids.js';
import { ALICE, CAROL } from '../support/make.js';
import { SwiftClock } from '../support/swift-clock.js';

describe('account-life-cycle/grace', () => {
  it('SYN-9: over once for each, unless cancelled, and begun anew from the last', () => {
    const clock = new SwiftClock();
    const over: [UserId, number][] = [];
    const grace = new Grace(clock, (person) => over.push([person, clock.elapsed()]));
    grace.begin(ALICE, 1000);
    grace.begin(CAROL, 500);
    clock.moveTo(300);
    grace.begin(ALICE, 1000);
    grace.cancel(CAROL);
    clock.moveTo(5000);
    assert.deepEqual(over, [[ALICE, 1300]]);
    assert.equal(clock.timers, 0);
  });

  it('SYN-16: ten thousand have one timer', () => {
    const clock = new SwiftClock();
    let over = 0;
    const grace = new Grace(clock, () => over++);
    for (let n = 0; n < 10_000; n++) grace.begin(`@u${n}:hs.test` as UserId, 1000 + (n % 7));
    assert.equal(clock.timers, 1);
    clock.moveTo(2000);
    assert.deepEqual([over, grace.size, clock.timers], [10_000, 0, 0]);
  });

  it('law: nobody’s time is over before it is, or a step after', () => {
    const beginnings = fc.array(fc.tuple(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 2000 })), { maxLength: 30 });
    fc.assert(fc.property(beginnings, (list) => {
      const clock = new SwiftClock();
      const ends = new Map<UserId, number>();
      const grace = new Grace(clock, (person) => {
        const due = ends.get(person) ?? NaN;
        assert.ok(clock.elapsed() >= due && clock.elapsed() <= due + 250, `${clock.elapsed()} ${due}`);
        ends.delete(person);
      });
      list.sort(([one], [other]) => one - other);
      for (const [n, [at, ms]] of list.entries()) {
        clock.moveTo(at);
        const person = `@u${n}:hs.test` as UserId;
        ends.set(person, at + ms);
        grace.begin(person, ms);
      }
      clock.moveTo(10_000);
      assert.equal(ends.size, 0);
    }));
  });
});
