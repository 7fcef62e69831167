import assert from 'node:assert/strict';
import { REST_MS, Rests } from '../../../src/irc/connection/rests.js';
import { Bench, channel } from '../../support/irc-network.js';
import { TestClock, until } from '../../support/clock.js';

class Sleeper {
  woken = 0;
  wake(): void {
    this.woken++;
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A channel with the bot and so many of ours, long enough together that all is settled and nobody has just written. */
async function crowd(many: number): Promise<{ bench: Bench; clock: TestClock }> {
  const clock = new TestClock();
  const bench = await Bench.make({ ircClients: { maxClients: 0 } }, clock);
  const cats = channel('#cats');
  bench.network.start();
  await bench.network.follow(cats);
  for (let n = 0; n < many; n++) await (await bench.client(`user${n}`)).join(cats);
  await clock.advance(25_000);
  return { bench, clock };
}

describe('irc/rests', () => {
  it('wakes each after a tenth of a second, or at once when roused; nobody who is gone', async () => {
    const clock = new TestClock();
    const rests = new Rests(clock);
    const [first, roused, gone, later] = [new Sleeper(), new Sleeper(), new Sleeper(), new Sleeper()];
    for (const who of [first, roused, gone]) assert.ok(rests.rest(who));
    await clock.advance(REST_MS / 2);
    rests.rest(later);
    rests.rouse(roused);
    rests.rouse(roused);
    rests.forget(gone);
    assert.deepEqual([first.woken, roused.woken], [0, 1]);
    await clock.advance(REST_MS / 2);
    assert.deepEqual([first.woken, roused.woken, gone.woken, later.woken], [1, 1, 0, 0]);
    await clock.advance(REST_MS);
    assert.equal(later.woken, 1);
    assert.equal(clock.timers, 0, 'nobody rests, no timer');
  });

  it('lets nobody rest after the end', () => {
    const clock = new TestClock();
    const rests = new Rests(clock);
    const [before, after] = [new Sleeper(), new Sleeper()];
    rests.rest(before);
    rests.end();
    assert.equal(rests.rest(after), false);
    assert.deepEqual([before.woken, after.woken, clock.timers], [1, 0, 0]);
  });

  it('CONN-15: in busy talk those rest whom nobody needs, and yet hear what is private within a tenth of a second', async () => {
    const { bench, clock } = await crowd(16);
    try {
      const texts = Array.from({ length: 50 }, (_, n) => `line ${n}`);
      for (const text of texts) {
        bench.server.toChannel('#cats', `:joe!j@h PRIVMSG #cats :${text}`);
        await turn();
      }
      await until('the talk', () => bench.of('message').length === texts.length);
      for (let n = 0; n < 16; n++) bench.server.by(`user${n}`).send(`:joe!j@h PRIVMSG user${n} :for you`);
      await until('those near', () => bench.of('privateMessage').length >= 7);
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.ok(bench.of('privateMessage').length < 16, 'somebody rests');
      // Whoever writes reads.
      const resting = bench.network.clients.find(({ id }) => id.owner === '@user15:hs');
      resting?.part(channel('#dogs'));
      await resting?.join(channel('#dogs'));
      assert.ok(bench.of('privateMessage').some(({ to }) => to.owner === '@user15:hs'));
      await clock.advance(REST_MS + 10);
      await until('what is private', () => bench.of('privateMessage').length === 16);
      assert.deepEqual(bench.of('message').map(({ text }) => text), texts);
    } finally {
      await bench.end();
    }
  });

  it('R20: listeners are cut off one after another in a burst while the others rest: each line once, in order', async () => {
    const { bench } = await crowd(30);
    try {
      const { network, server } = bench;
      const texts: string[] = [];
      const say = (): void => {
        texts.push(`line ${texts.length}`);
        server.toChannel('#cats', `:joe!j@h PRIVMSG #cats :${texts.at(-1)}`);
      };
      // In the order in which they came in they come to listen. The clock stands: nobody wakes by himself.
      const order = server.peers.filter((peer) => peer.channels.has('#cats'));
      for (let round = 0; round < 24; ) {
        for (let n = 0; n < 10; n++) {
          say();
          if (n % 3 === 0) await turn();
        }
        const cut = order.slice(round, round + 1 + (round % 2));
        round += cut.length;
        for (const peer of cut) peer.socket.resetAndDestroy();
        for (let n = 0; n < 5; n++) say();
        const ready = (): readonly string[] => network.clients.filter(({ status }) => status === 'ready').map(({ nick }) => nick);
        await until('the loss is noticed', () => !ready().some((nick) => cut.some((peer) => peer.nick === nick)));
        // Who listens now reads at once.
        const heard = bench.of('privateMessage').length;
        const three = order.slice(round, round + 3);
        for (const peer of three) peer.send(`:joe!j@h PRIVMSG ${peer.nick} :are you awake?`);
        await until('who listens now reads', () => bench.of('privateMessage').length === heard + three.length);
      }
      await until('all of it', () => bench.of('message').length >= texts.length);
      await turn();
      assert.deepEqual(bench.of('message').map(({ text }) => text), texts);
    } finally {
      await bench.end();
    }
  });
});
