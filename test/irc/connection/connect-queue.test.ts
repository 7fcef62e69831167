import assert from 'node:assert/strict';
import { ConnectQueue, type Turn } from '../../../src/irc/connection/connect-queue.js';
import { TestClock } from '../../support/clock.js';

describe('irc/connect-queue', () => {
  const make = (spacingMs: number, atOnce: number): { clock: TestClock; queue: ConnectQueue; pauses: number[]; started: number[]; ask: (n: number, turn?: Turn) => object } => {
    const clock = new TestClock();
    const pauses: number[] = [];
    const started: number[] = [];
    const queue = new ConnectQueue({ clock, spacingMs, atOnce, onPause: (ms) => pauses.push(ms) });
    const ask = (n: number, turn: Turn = 'first'): object => {
      const client = { n };
      queue.ask(client, turn, () => started.push(n));
      return client;
    };
    return { clock, queue, pauses, started, ask };
  };

  it('CONN-6: a few new clients start at once, many in turn at the interval', async () => {
    const { clock, started, ask } = make(5000, 0);
    for (let n = 1; n <= 8; n++) ask(n);
    assert.deepEqual(started, [1, 2, 3, 4, 5]);
    await clock.advance(4999);
    assert.equal(started.length, 5);
    await clock.advance(1);
    assert.deepEqual(started, [1, 2, 3, 4, 5, 6]);
    await clock.advance(10_000);
    assert.deepEqual(started, [1, 2, 3, 4, 5, 6, 7, 8]);
    await clock.advance(60_000);
    assert.equal(clock.timers, 0);
  });

  it('CONN-6: who has just spoken does not wait behind those who have not, up to twenty in ten seconds', async () => {
    const { clock, queue, started, ask } = make(5000, 0);
    const calm = Array.from({ length: 10 }, (_, n) => ask(n));
    started.length = 0;
    for (let n = 100; n < 120; n++) ask(n, 'urgent');
    assert.equal(started.length, 15);
    await clock.advance(10_000);
    assert.equal(started.length, 20);
    // One of the calm ones speaks.
    await clock.advance(10_000);
    assert.equal(started.length, 20);
    queue.hurry(calm[9] ?? {});
    queue.hurry(calm[0] ?? {});
    assert.deepEqual(started.slice(20), [9]);
  });

  it('R1: no more than the limit come back side by side, each end makes room', () => {
    const { queue, started, ask } = make(5000, 2);
    const clients = [1, 2, 3, 4].map((n) => ask(n, 'again'));
    assert.deepEqual(started, [1, 2]);
    queue.succeeded(clients[0] ?? {});
    assert.deepEqual(started, [1, 2, 3]);
    queue.ended(clients[1] ?? {}, 'lost');
    assert.deepEqual(started, [1, 2, 3, 4]);
  });

  it('R1: 0 is no limit; new ones do not wait for those who come back', () => {
    const { started, ask } = make(0, 0);
    for (let n = 0; n < 100; n++) ask(n, n % 2 ? 'again' : 'first');
    assert.equal(started.length, 100);
  });

  it('R10: after "throttled" nobody connects for 20 s', async () => {
    const { clock, queue, started, ask } = make(0, 0);
    queue.ended(ask(1), 'throttled');
    ask(2);
    await clock.advance(19_999);
    assert.deepEqual(started, [1]);
    await clock.advance(1);
    assert.deepEqual(started, [1, 2]);
  });

  it('R9: five bans in ten seconds pause the network, then one probe at a time, longer each time', async () => {
    const { clock, queue, pauses, started, ask } = make(0, 0);
    for (let n = 1; n <= 5; n++) {
      queue.ended(ask(n), 'banned');
      await clock.advance(2000);
    }
    assert.deepEqual(pauses, [600_000]);
    assert.ok(queue.probing);
    const probe = ask(6);
    ask(7);
    await clock.advance(597_999);
    assert.equal(started.length, 5);
    await clock.advance(1);
    assert.deepEqual(started.slice(5), [6]);
    queue.ended(probe, 'banned');
    assert.deepEqual(pauses, [600_000, 1_200_000]);
    await clock.advance(1_200_000);
    assert.deepEqual(started.slice(5), [6, 7]);
  });

  it('R9: a probe that is let in ends the pause', async () => {
    const { clock, queue, started, ask } = make(0, 0);
    for (let n = 1; n <= 5; n++) queue.ended(ask(n), 'banned');
    const probe = ask(6);
    ask(7);
    await clock.advance(600_000);
    queue.succeeded(probe);
    assert.equal(queue.probing, false);
    assert.deepEqual(started.slice(5), [6, 7]);
  });

  it('R8: four bans in ten seconds, or five slower ones, pause nobody', async () => {
    const { clock, queue, pauses, ask } = make(0, 0);
    for (let n = 1; n <= 12; n++) {
      queue.ended(ask(n), 'banned');
      await clock.advance(2600);
    }
    assert.deepEqual(pauses, []);
  });

  it('who is forgotten is not started, who asks twice is started once', async () => {
    const { clock, queue, started, ask } = make(0, 1);
    const first = ask(1, 'again');
    const second = ask(2, 'again');
    queue.forget(second);
    queue.ask(first, 'again', () => started.push(9));
    await clock.advance(1);
    assert.deepEqual(started, [1, 9]);
    queue.end();
    assert.equal(clock.timers, 0);
  });
});
