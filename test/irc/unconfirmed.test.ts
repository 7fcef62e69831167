import assert from 'node:assert/strict';
import { Unconfirmed } from '../../src/irc/unconfirmed.js';
import type { Saying } from '../../src/irc/port.js';
import { TestClock } from '../support/clock.js';

function make() {
  const clock = new TestClock();
  const told: string[] = [];
  const lines = new Unconfirmed(clock);
  const saying = (name: string): Saying => ({ from: 0, said: () => undefined, refused: ({ reason }) => told.push(`${name} ${reason}`) });
  return { clock, told, lines, saying, say: (...names: string[]) => names.forEach((name) => lines.sent(saying(name))) };
}

describe('irc/unconfirmed', () => {
  it('R2: a connection that left a PING unanswered was dead: all since the last answer is told, each message once', async () => {
    const { clock, told, lines, saying, say } = make();
    say('read');
    const first = lines.ask();
    await clock.advance(30_000);
    const long = saying('long');
    for (let n = 0; n < 5; n++) lines.sent(long);
    lines.onPong(first);
    lines.ask();
    say('into the void');
    await clock.advance(90_000);
    lines.lose(false);
    lines.lose(false);
    assert.deepEqual(told, ['long unconfirmed', 'into the void unconfirmed']);
  });

  it('R2: of one that broke off, what the server had no time to read', async () => {
    const { clock, told, lines, say } = make();
    say('long ago');
    await clock.advance(2_000);
    say('just now');
    lines.lose(false);
    assert.deepEqual(told, ['just now unconfirmed']);
  });

  it('one that ends in order reads to the end, if it was not dead before', async () => {
    const { clock, told, lines, say } = make();
    say('one');
    lines.lose(true);
    say('two');
    lines.ask();
    await clock.advance(10_000);
    lines.lose(true);
    assert.deepEqual(told, ['two unconfirmed']);
  });

  it('an answer that was not asked for confirms nothing; nobody waits for who does not want to know', async () => {
    const { clock, told, lines, say } = make();
    say('one');
    lines.sent(undefined);
    lines.ask();
    for (const token of ['read-9', 'read-', 'causeway', 'read-NaN']) lines.onPong(token);
    await clock.advance(10_000);
    lines.lose(false);
    assert.deepEqual(told, ['one unconfirmed']);
  });

  it('R31: what was read and not brought back by a server that echoes is told; of one that never did, nothing is', () => {
    const { told, lines, saying } = make();
    lines.sent(saying('no echoes yet'), '0');
    lines.onPong(lines.ask());
    const both = saying('two lines');
    lines.sent(saying('comes back'), '1');
    lines.sent(both, '2');
    lines.sent(both, '3');
    lines.sent(saying('bare'));
    for (const label of ['1', '2', '9']) lines.echoed(label);
    lines.onPong(lines.ask());
    lines.onPong(lines.ask());
    assert.deepEqual(told, ['two lines cannot-send']);
  });

  it('R31: what is refused in so many words, or is still on its way, is not told a second time', () => {
    const { told, lines, saying } = make();
    lines.sent(saying('first'), '0');
    lines.echoed('0');
    const known = saying('refused');
    lines.sent(known, '1');
    lines.settled(known);
    const asked = lines.ask();
    lines.sent(saying('after the PING'), '2');
    lines.onPong(asked);
    assert.deepEqual(told, []);
    lines.onPong(lines.ask());
    assert.deepEqual(told, ['after the PING cannot-send']);
  });

  it('L16: remembers no more than it must', async () => {
    const { clock, told, lines, say } = make();
    for (let n = 0; n < 5_000; n++) say(`${n}`);
    lines.ask();
    await clock.advance(10_000);
    lines.lose(false);
    assert.ok(told.length <= 1_000 && told.at(-1) === '4999 unconfirmed');
  });
});
