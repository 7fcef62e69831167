/** Pacing, order, bounds, and what is known of a line when the connection goes (R3, L16). */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ORDINARY_PACE, Outbox, type Handed, type Lane, type Pace } from '../../../src/irc/connection/outbox.js';
import { TestClock } from '../../support/clock.js';

/** A server that takes lines at once, or when the test says so (`slow`). */
function anOutbox(pace: Pace, bounds: { mostLines?: number; mostBytes?: number } = {}) {
  const clock = new TestClock();
  const outbox = new Outbox({ clock, pace, ...bounds });
  const written: string[] = [];
  const pending: Handed[] = [];
  const server = { slow: false };
  const open = () =>
    outbox.open((line, handed) => {
      written.push(line);
      if (server.slow) pending.push(handed);
      else handed(true);
    });
  open();
  const told: string[] = [];
  const push = (line: string, lane: Lane = 'text') => outbox.push(line, lane, (handed) => told.push(`${line} ${handed}`));
  return { clock, outbox, written, pending, server, told, push, open };
}

describe('outbox', () => {
  it('lets a burst go, then one line a second', async () => {
    const { clock, written, push, outbox } = anOutbox(ORDINARY_PACE);
    for (let n = 0; n < 8; n++) push(`${n}`);
    assert.equal(written.length, 5);
    assert.equal(outbox.queued, 3);
    await clock.advance(999);
    assert.equal(written.length, 5);
    await clock.advance(1);
    assert.equal(written.length, 6);
    await clock.advance(60_000);
    assert.equal(written.length, 8);
    for (let n = 0; n < 8; n++) push(`${n}`);
    assert.equal(written.length, 13, 'the bucket holds no more than the burst');
  });

  it('never paces when told not to', () => {
    const { written, push } = anOutbox(false);
    for (let n = 0; n < 100; n++) push(`${n}`);
    assert.equal(written.length, 100);
  });

  it('PONG never waits, but counts', async () => {
    const { clock, written, push } = anOutbox({ burst: 2, perSecond: 1 });
    for (const line of ['1', '2', '3']) push(line);
    push('PONG', 'now');
    assert.deepEqual(written, ['1', '2', 'PONG']);
    await clock.advance(1000);
    assert.deepEqual(written, ['1', '2', 'PONG']);
    await clock.advance(1000);
    assert.deepEqual(written, ['1', '2', 'PONG', '3']);
  });

  it('JOINs go ahead of text, two for each line, and count against the bucket', async () => {
    const { clock, written, push } = anOutbox({ burst: 1, perSecond: 1 });
    push('first');
    for (const line of ['a', 'b']) push(line);
    for (const line of ['J1', 'J2', 'J3']) push(line, 'soon');
    await clock.advance(10_000);
    assert.deepEqual(written, ['first', 'J1', 'J2', 'a', 'J3', 'b']);
  });

  it('R19: five hundred lines, by a rule of five at once and then one in two seconds, keep it to the letter', async () => {
    const clock = new TestClock();
    // One less than the server lets through, so that there is room for a PONG at any time.
    const outbox = new Outbox({ clock, pace: { burst: 4, perSecond: 0.5 } });
    const server = { tokens: 5, at: clock.elapsed(), breaches: 0, said: [] as string[], last: 0 };
    outbox.open((line, handed) => {
      const now = clock.elapsed();
      server.tokens = Math.min(5, server.tokens + (now - server.at) / 2000) - 1;
      server.at = now;
      if (server.tokens < -1e-6) server.breaches++;
      if (line !== 'PONG') server.said.push(line);
      server.last = now;
      handed(true);
    });
    const lines = Array.from({ length: 500 }, (_, n) => `line ${n}`);
    for (const line of lines) assert.equal(outbox.push(line, 'text'), true);
    for (let minute = 0; minute < 18; minute++) {
      await clock.advance(31_001);
      outbox.push('PONG', 'now');
      await clock.advance(28_999);
    }
    assert.deepEqual(server.said, lines);
    assert.equal(server.breaches, 0);
    assert.ok(server.last >= 496 * 2000, 'nothing goes out sooner than it may');
  });

  it('has one line in flight, and tells in the tick in which the kernel took it', () => {
    const { written, pending, server, told, push, outbox } = anOutbox(false);
    server.slow = true;
    push('1');
    push('2');
    assert.deepEqual([written, told, outbox.queued], [['1'], [], 1]);
    pending.shift()?.(true);
    assert.deepEqual([written, told], [['1', '2'], ['1 true']]);
  });

  it('gives back what was not handed over, in order, when the connection is lost', () => {
    const { written, pending, server, told, push, outbox, open } = anOutbox(false);
    server.slow = true;
    for (const line of ['1', '2', '3']) push(line);
    outbox.lose();
    pending.shift()?.(false);
    assert.deepEqual(told, ['2 false', '3 false', '1 false']);
    assert.equal(push('4'), false);
    assert.equal(outbox.queued, 0);
    server.slow = false;
    open();
    push('5');
    assert.deepEqual(written, ['1', '5']);
    assert.deepEqual(told.at(-1), '5 true');
  });

  it('a late answer of an old connection does not disturb the new one', () => {
    const { written, pending, server, push, open } = anOutbox(false);
    server.slow = true;
    push('old');
    open();
    push('1');
    push('2');
    pending.shift()?.(false);
    assert.deepEqual(written, ['old', '1']);
  });

  it('R3: takes 1,000 lines, or a mebibyte, and no more', () => {
    const lines = anOutbox(false);
    lines.server.slow = true;
    let taken = 0;
    while (taken < 5000 && lines.push('x')) taken++;
    assert.equal(taken, 1001, 'one in flight');
    const bytes = anOutbox(false);
    bytes.server.slow = true;
    let size = 0;
    while (size < 5_000_000 && bytes.push('é'.repeat(2000))) size += 4000;
    assert.ok(size <= 1_048_576 + 4000, `${size}`);
    assert.equal(bytes.push('PONG', 'now'), true);
  });

  it('keeps no timer after a loss', async () => {
    const { clock, push, outbox } = anOutbox({ burst: 1, perSecond: 1 });
    push('1');
    push('2');
    assert.equal(clock.timers, 1);
    outbox.lose();
    assert.equal(clock.timers, 0);
    await clock.advance(5000);
  });

  it('over any time sends no more than burst + time × rate, loses nothing and keeps each lane in order', async () => {
    const steps = fc.array(fc.record({ wait: fc.nat(3000), lane: fc.constantFrom<Lane>('soon', 'text') }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 5 }), fc.constantFrom(0.5, 1, 3), async (list, burst, perSecond) => {
        const { clock, outbox, written, push } = anOutbox({ burst, perSecond });
        const byLane: Record<string, string[]> = { soon: [], text: [] };
        let time = 0;
        for (const [n, { wait, lane }] of list.entries()) {
          await clock.advance(wait);
          time += wait;
          push(`${lane} ${n}`, lane);
          byLane[lane]?.push(`${lane} ${n}`);
          const allowed = burst + (time * perSecond) / 1000;
          assert.ok(written.length <= allowed + 1e-6);
        }
        await clock.advance(100_000);
        assert.equal(outbox.queued, 0);
        for (const lane of ['soon', 'text']) assert.deepEqual(written.filter((line) => line.startsWith(lane)), byLane[lane]);
      }),
      { numRuns: 150 },
    );
  });
});
