import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Tarpit } from '../../src/lib/tarpit.js';
import { TestClock } from '../support/clock.js';

/** People who come at these times, and again each time they are told to, until they are in; gives when that was. */
function inAt(people: readonly number[], perMinute: number): (number | undefined)[] {
  let now = 0;
  const tarpit = new Tarpit(Object.assign(new TestClock(), { elapsed: () => now }), perMinute);
  const due = people.map((at, n) => ({ n, at }));
  const times: (number | undefined)[] = people.map(() => undefined);
  for (let next = due.shift(); next; next = due.sort((one, other) => one.at - other.at).shift()) {
    now = next.at;
    const waitMs = tarpit.waitMs(String(next.n));
    if (waitMs === 0) times[next.n] = now;
    else due.push({ n: next.n, at: now + waitMs });
  }
  return times;
}

describe('lib/tarpit', () => {
  it('SEED-000e: as many as may come in a minute come at once, the next each in his turn', () => {
    assert.deepEqual(inAt([0, 0, 0, 0, 0, 0], 3), [0, 0, 0, 20_000, 40_000, 60_000]);
  });

  it('SEED-000e: who asks too early keeps his place, and a quiet minute makes room again', async () => {
    const clock = new TestClock();
    const tarpit = new Tarpit(clock, 1);
    const waits = [tarpit.waitMs('a'), tarpit.waitMs('b')];
    await clock.advance(10_000);
    waits.push(tarpit.waitMs('b'));
    await clock.advance(50_000);
    waits.push(tarpit.waitMs('b'));
    await clock.advance(300_000);
    assert.deepEqual([...waits, tarpit.waitMs('c')], [0, 60_000, 50_000, 0, 0]);
  });

  it('nobody is told to wait for longer than ten minutes', () => {
    const tarpit = new Tarpit(new TestClock(), 1000);
    const waits = Array.from({ length: 30_000 }, (_, n) => tarpit.waitMs(String(n)));
    assert.equal(Math.max(...waits), 600_000);
    assert.equal(waits.filter((ms) => ms === 0).length, 1000);
  });

  it('law: everybody comes in, and never more in a minute than twice what may', () => {
    const times = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 60 });
    fc.assert(fc.property(times, fc.integer({ min: 1, max: 20 }), (people, perMinute) => {
      const all = inAt(people, perMinute);
      for (const at of all) {
        if (at === undefined) assert.fail('somebody never came in');
        assert.ok(all.filter((other) => other !== undefined && other >= at && other < at + 60_000).length <= 2 * perMinute);
      }
    }), { numRuns: 50 });
  });
});
