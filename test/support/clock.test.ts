import assert from 'node:assert/strict';
import { sleep } from '../../src/lib/clock.js';
import { TestClock } from './clock.js';

describe('TestClock', () => {
  it('fires in order of time, then of making, also what is made on the way', async () => {
    const clock = new TestClock();
    const fired: string[] = [];
    clock.after(20, () => fired.push('b'));
    clock.after(10, () => {
      fired.push('a');
      clock.after(5, () => fired.push('a2'));
    });
    clock.after(20, () => fired.push('c'));
    const beat = clock.every(8, () => fired.push(`beat@${clock.elapsed()}`));
    await clock.advance(20);
    assert.deepEqual(fired, ['beat@8', 'a', 'a2', 'beat@16', 'b', 'c']);
    beat.end();
    assert.equal(clock.timers, 0);
  });

  it('lets promises run between timers, and moves wall time alone by jump', async () => {
    const clock = new TestClock(1000);
    const seen: number[] = [];
    void (async () => {
      for (let i = 0; i < 3; i++) {
        await sleep(clock, 10);
        seen.push(clock.elapsed());
      }
    })();
    clock.jump(-500);
    await clock.advance(35);
    assert.deepEqual(seen, [10, 20, 30]);
    assert.equal(clock.now(), 535);
    assert.equal(clock.elapsed(), 35);
  });
});
