import assert from 'node:assert/strict';
import { Overdue } from '../../src/lib/overdue.js';
import { TestClock } from '../support/clock.js';

describe('lib/overdue', () => {
  it('AS-12: tells once after ten seconds and once after five minutes, and nothing of what ends in time', async () => {
    const clock = new TestClock();
    const told: string[] = [];
    const overdue = new Overdue(clock, (id, how, seconds) => told.push(`${id} ${how} ${Math.floor(seconds / 10) * 10}`));
    overdue.begin('slow');
    const quick = overdue.begin('quick');
    await clock.advance(9_000);
    quick();
    const late = overdue.begin('late');
    await clock.advance(6_000);
    assert.deepEqual(told, ['slow delayed 10']);
    await clock.advance(10_000);
    late();
    await clock.advance(600_000);
    assert.deepEqual(told, ['slow delayed 10', 'late delayed 10', 'slow dead 300']);
    assert.equal(clock.timers, 0);
  });

  it('ending twice is harmless, and an idle one has no timer', () => {
    const clock = new TestClock();
    const overdue = new Overdue(clock, () => assert.fail('nothing is late'));
    const end = overdue.begin('one');
    assert.equal(clock.timers, 1);
    end();
    end();
    assert.equal(clock.timers, 0);
  });
});
