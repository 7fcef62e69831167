import assert from 'node:assert/strict';
import { Rests } from '../../src/irc/rests.js';
import { Bench, channel, person } from '../support/irc-network.js';
import { TestClock, until } from '../support/clock.js';

class Place {
  readonly destroyed: boolean;
  readonly did: string[] = [];
  constructor(destroyed = false) {
    this.destroyed = destroyed;
  }
  pause(): void {
    this.did.push('pause');
  }
  resume(): void {
    this.did.push('resume');
  }
}

describe('irc/rests', () => {
  it('reads again after a tenth of a second; what is closed by then is left alone', async () => {
    const clock = new TestClock();
    const rests = new Rests(clock);
    const [alive, closed] = [new Place(), new Place(true)];
    const { round } = rests;
    await clock.advance(60);
    rests.rest(alive);
    rests.rest(closed);
    assert.equal(rests.round, round);
    await clock.advance(40);
    assert.deepEqual([alive.did, closed.did], [['pause', 'resume'], ['pause']]);
    assert.notEqual(rests.round, round);
  });

  it('lets nobody rest after the end', () => {
    const rests = new Rests(new TestClock());
    const [before, after] = [new Place(), new Place()];
    rests.rest(before);
    rests.end();
    rests.rest(after);
    assert.deepEqual([before.did, after.did], [['pause', 'resume'], []]);
  });

  it('clients that nobody listens to rest in busy talk, and yet hear what is private within a tenth of a second', async () => {
    const clock = new TestClock();
    const bench = await Bench.make({ ircClients: { maxClients: 0 } }, clock);
    try {
      const cats = channel('#cats');
      bench.network.start();
      await bench.network.follow(cats);
      const clients = await Promise.all(Array.from({ length: 8 }, (_, n) => bench.client(`user${n}`)));
      await Promise.all(clients.map((client) => client.join(cats)));
      const texts = Array.from({ length: 50 }, (_, n) => `line ${n}`);
      for (const text of texts) {
        bench.server.toChannel('#cats', `:joe!j@h PRIVMSG #cats :${text}`);
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (let n = 0; n < 8; n++) bench.server.by(`user${n}`).send(`:joe!j@h PRIVMSG user${n} :for you`);
      await until('the talk', () => bench.of('message').length === texts.length);
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.ok(bench.of('privateMessage').length < 8, 'somebody rests');
      await clock.advance(100);
      await until('what is private', () => bench.of('privateMessage').length === 8);
      assert.deepEqual(bench.of('message').map(({ text }) => text), texts);
      assert.ok(bench.network.clientOf(person('user7')));
    } finally {
      await bench.end();
    }
  });
});
