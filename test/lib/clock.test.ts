import assert from 'node:assert/strict';
import { sleep, within } from '../../src/lib/clock.js';
import { settle, TestClock } from '../support/clock.js';

describe('lib/clock', () => {
  describe('sleep', () => {
    it('resolves after its time, not before', async () => {
      const clock = new TestClock();
      let awake = false;
      void sleep(clock, 100).then(() => (awake = true));
      await clock.advance(99);
      assert.equal(awake, false);
      await clock.advance(1);
      assert.equal(awake, true);
    });

    it('rejects with the reason of a signal, now or later, and leaves no timer', async () => {
      const clock = new TestClock();
      const early = new AbortController();
      early.abort(new Error('early'));
      await assert.rejects(sleep(clock, 100, early.signal), /early/);
      const late = new AbortController();
      const asleep = sleep(clock, 100, late.signal);
      late.abort(new Error('late'));
      await assert.rejects(asleep, /late/);
      assert.equal(clock.timers, 0);
    });

    it('lets thousands wait for one signal without a word from Node', async () => {
      const warnings: string[] = [];
      const listen = (warning: Error): void => void warnings.push(warning.message);
      process.on('warning', listen);
      const clock = new TestClock();
      const { signal } = new AbortController();
      const all = Array.from({ length: 100 }, () => sleep(clock, 1, signal));
      await clock.advance(1);
      await Promise.all(all);
      await settle();
      process.off('warning', listen);
      assert.deepEqual(warnings, []);
    });
  });

  describe('within', () => {
    it('gives the result that comes in time, and leaves no timer', async () => {
      const clock = new TestClock();
      assert.equal(await within(clock, 100, Promise.resolve(1), () => 2), 1);
      assert.equal(clock.timers, 0);
    });

    it('passes a fault on', async () => {
      const clock = new TestClock();
      await assert.rejects(within(clock, 100, Promise.reject(new Error('no')), () => 2), /no/);
      assert.equal(clock.timers, 0);
    });

    it('gives `late` when nothing came, and a fault that comes afterwards is nobody’s', async () => {
      const clock = new TestClock();
      let fail: (fault: Error) => void = () => undefined;
      const work = new Promise<number>((_, reject) => (fail = reject));
      const result = within(clock, 100, work, () => 2);
      await clock.advance(100);
      assert.equal(await result, 2);
      fail(new Error('too late'));
      await settle();
    });

    it('with no time left takes what is already there', async () => {
      const clock = new TestClock();
      const ready = (async () => 1)();
      const result = within(clock, 0, ready, () => 2);
      await clock.advance(0);
      assert.equal(await result, 1);
    });
  });
});
