import assert from 'node:assert/strict';
import fc from 'fast-check';
import { KeyedQueue } from '../../src/lib/keyed-queue.js';
import { settle } from '../support/clock.js';

const deaf = (): void => undefined;

describe('lib/keyed-queue', () => {
  it('starts a job of an idle key in the same tick', () => {
    const queue = new KeyedQueue<string>(deaf);
    let ran = false;
    queue.push('a', () => void (ran = true));
    assert.equal(ran, true);
  });

  it('INV-7: one key that never comes to an end holds up no other', async () => {
    const queue = new KeyedQueue<string>(deaf);
    const done: string[] = [];
    queue.push('stuck', () => new Promise(() => undefined));
    queue.push('stuck', () => void done.push('behind'));
    queue.push('free', () => void done.push('free'));
    await settle();
    assert.deepEqual(done, ['free']);
  });

  it('tells of a job that fails, thrown or rejected, and goes on with its key', async () => {
    const faults: unknown[] = [];
    const queue = new KeyedQueue<string>((key, fault) => faults.push([key, (fault as Error).message]));
    const done: string[] = [];
    queue.push('a', () => {
      throw new Error('thrown');
    });
    queue.push('a', () => Promise.reject(new Error('rejected')));
    queue.push('a', () => void done.push('after'));
    await queue.whenIdle();
    assert.deepEqual(faults, [['a', 'thrown'], ['a', 'rejected']]);
    assert.deepEqual(done, ['after']);
  });

  it('counts what is unfinished, of all and of a key', async () => {
    const queue = new KeyedQueue<string>(deaf);
    let open: () => void = deaf;
    for (let n = 0; n < 5; n++) queue.push('a', deaf);
    queue.push('a', () => new Promise<void>((resolve) => (open = resolve)));
    queue.push('a', deaf);
    queue.push('b', () => new Promise(() => undefined));
    await settle();
    assert.deepEqual([queue.size, queue.sizeOf('a'), queue.sizeOf('b'), queue.sizeOf('c')], [3, 2, 1, 0]);
    open();
    await settle();
    assert.deepEqual([queue.size, queue.sizeOf('a')], [1, 0]);
  });

  it('is idle at once when nothing waits, and tells all who wait for it', async () => {
    const queue = new KeyedQueue<string>(deaf);
    await queue.whenIdle();
    let open: () => void = deaf;
    queue.push('a', () => new Promise<void>((resolve) => (open = resolve)));
    const both = Promise.all([queue.whenIdle(), queue.whenIdle()]);
    open();
    await both;
    assert.equal(queue.size, 0);
  });

  it('takes a hundred thousand jobs of one key in linear time', async () => {
    const queue = new KeyedQueue<string>(deaf);
    let ran = 0;
    const job = (): void => {
      ran++;
    };
    for (let n = 0; n < 100_000; n++) queue.push('a', job);
    await queue.whenIdle();
    assert.equal(ran, 100_000);
  }).timeout(5000);

  it('INV-3 law: jobs of a key run one after the other in the order pushed, whatever fails or waits', async () => {
    const step = fc.record({ key: fc.constantFrom('a', 'b', 'c'), turns: fc.nat(4), fails: fc.boolean(), gap: fc.nat(2) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const queue = new KeyedQueue<string>(deaf);
        const begun: Record<string, number[]> = {};
        const running = new Set<string>();
        for (const [index, { key, turns, fails, gap }] of steps.entries()) {
          queue.push(key, async () => {
            assert.equal(running.has(key), false);
            running.add(key);
            (begun[key] ??= []).push(index);
            for (let turn = 0; turn < turns; turn++) await Promise.resolve();
            running.delete(key);
            if (fails) throw new Error('on purpose');
          });
          for (let turn = 0; turn < gap; turn++) await Promise.resolve();
        }
        await queue.whenIdle();
        for (const order of Object.values(begun)) assert.deepEqual(order, [...order].sort((a, b) => a - b));
        assert.equal(Object.values(begun).flat().length, steps.length);
        assert.equal(queue.size, 0);
      }),
    );
  });
});
