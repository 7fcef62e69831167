import assert from 'node:assert/strict';
import { Joins } from '../../src/irc/joins.js';
import { Registry } from '../../src/irc/registry.js';
import type { Outcome } from '../../src/model/refusal.js';
import type { ClientOwner } from '../../src/model/irc-names.js';
import { settle, TestClock } from '../support/clock.js';
import { channel } from '../support/irc-network.js';

const cats = channel('#cats');
const reasonOf = (outcome: Outcome): string => (outcome.ok ? 'granted' : outcome.refusal.reason);

interface Made {
  readonly clock: TestClock;
  readonly joins: Joins;
  readonly sent: string[];
  readonly gaveUp: string[];
}

function make(ready = true): Made {
  const clock = new TestClock();
  const sent: string[] = [];
  const gaveUp: string[] = [];
  const joins = new Joins({
    clock,
    send: (line) => sent.push(line),
    gaveUp: (name, why) => gaveUp.push(`${name} ${why.reason}`),
  });
  if (ready) joins.onReady(undefined);
  return { clock, joins, sent, gaveUp };
}

describe('irc/joins', () => {
  it('CONN-11: what is asked for in one go travels in one line', async () => {
    const { joins, sent } = make();
    void joins.join(cats, undefined, false);
    void joins.join(channel('#dogs'), 'bone', false);
    await settle();
    assert.deepEqual(sent, ['JOIN #dogs,#cats bone']);
  });

  it('waits for registration, a minute at most', async () => {
    const { clock, joins, sent } = make(false);
    const early = joins.join(cats, undefined, false);
    await clock.advance(60_000);
    assert.equal(reasonOf(await early), 'timed-out');
    const late = joins.join(cats, undefined, false);
    await clock.advance(30_000);
    joins.onReady(undefined);
    await settle();
    assert.deepEqual(sent, ['JOIN #cats']);
    assert.ok(joins.onJoined(cats, undefined));
    assert.equal(reasonOf(await late), 'granted');
    assert.equal(clock.timers, 0);
  });

  it('gives up after 25 s without an answer', async () => {
    const { clock, joins } = make();
    const outcome = joins.join(cats, undefined, false);
    await clock.advance(25_000);
    assert.equal(reasonOf(await outcome), 'timed-out');
    assert.deepEqual(joins.channels, []);
    assert.equal(joins.onJoined(cats, undefined), false, 'a late JOIN is one that nobody asked for');
  });

  it('CONN-11: the patient ask five times, 15 s apart, for what may pass', async () => {
    const { clock, joins, sent } = make();
    let outcome: Outcome | undefined;
    void joins.join(cats, undefined, true).then((told) => (outcome = told));
    for (let n = 1; n <= 5; n++) {
      await settle();
      assert.equal(sent.length, n);
      assert.equal(outcome, undefined);
      joins.onNumeric('471', ['me', '#CATS', 'Cannot join channel (+l)']);
      if (n < 5) await clock.advance(15_000);
    }
    await settle();
    assert.equal(outcome && reasonOf(outcome), 'channel-full');
    await clock.advance(60_000);
    assert.equal(sent.length, 5);
  });

  it('R17: what does not pass is told at once, to the patient too', async () => {
    const { joins, sent } = make();
    const outcome = joins.join(cats, undefined, true);
    await settle();
    joins.onNumeric('474', ['me', '#cats', 'Cannot join channel (+b)']);
    assert.equal(reasonOf(await outcome), 'banned-from-channel');
    assert.equal(sent.length, 1);
  });

  it('a numeric about another channel, or when nothing was asked, is no answer', async () => {
    const { joins } = make();
    void joins.join(cats, undefined, false);
    await settle();
    assert.equal(joins.onNumeric('473', ['me', '#dogs', 'x']), false);
    assert.equal(joins.onNumeric('473', ['me']), false);
    joins.onJoined(cats, undefined);
    assert.equal(joins.onNumeric('477', ['me', '#cats', 'cannot speak']), false);
    assert.ok(joins.isIn(cats));
  });

  it('after a loss it joins again with keys, and tells what refuses it then', async () => {
    const { clock, joins, sent, gaveUp } = make();
    for (const [name, key] of [['#cats', 'k'], ['#dogs', undefined]] as const) void joins.join(channel(name), key, false);
    joins.onJoined(cats, 5);
    joins.onJoined(channel('#dogs'), undefined);
    assert.equal(joins.since('#CATS'), 5);
    joins.onLost();
    assert.equal(joins.isIn(cats), false);
    assert.deepEqual(joins.channels, ['#cats', '#dogs']);
    await clock.advance(3_600_000);
    sent.length = 0;
    joins.onReady(undefined);
    await settle();
    assert.deepEqual(sent, ['JOIN #cats,#dogs k']);
    joins.onJoined(cats, undefined);
    joins.onNumeric('474', ['me', '#dogs', 'banned']);
    assert.deepEqual(gaveUp, ['#dogs banned-from-channel']);
    assert.deepEqual(joins.channels, ['#cats']);
  });

  it('a join during a loss is answered in a minute, and the channel is still joined again', async () => {
    const { clock, joins } = make();
    void joins.join(cats, undefined, false);
    joins.onJoined(cats, undefined);
    joins.onLost();
    const outcome = joins.join(cats, undefined, false);
    await clock.advance(60_000);
    assert.equal(reasonOf(await outcome), 'timed-out');
    assert.deepEqual(joins.channels, ['#cats']);
  });

  it('PART and JOIN right after each other: the old answers are not taken for the new', async () => {
    const { joins } = make();
    void joins.join(cats, undefined, false);
    await settle();
    assert.ok(joins.part(cats));
    const again = joins.join(cats, undefined, false);
    await settle();
    assert.ok(joins.onJoined(cats, undefined), 'of the first JOIN');
    assert.equal(joins.isIn(cats), false);
    assert.ok(joins.onParted(cats), 'of our PART');
    assert.deepEqual(joins.channels, ['#cats']);
    joins.onJoined(cats, undefined);
    assert.equal(reasonOf(await again), 'granted');
  });

  it('a kick takes it out for good; end answers everybody and leaves no timer', async () => {
    const { clock, joins } = make();
    void joins.join(cats, undefined, false);
    joins.onJoined(cats, undefined);
    joins.onRemoved(cats);
    assert.deepEqual(joins.channels, []);
    const waiting = joins.join(channel('#dogs'), undefined, true);
    joins.end({ reason: 'killed', say: 'x', permanent: true });
    assert.equal(reasonOf(await waiting), 'killed');
    assert.equal(clock.timers, 0);
  });

  it('refuses what is no channel without asking', async () => {
    const { joins, sent } = make();
    for (const bad of ['#a b', '#a,#b', '0', '#a\r\nQUIT', '']) {
      assert.equal(reasonOf(await joins.join(channel(bad), undefined, false)), 'not-a-channel');
    }
    await settle();
    assert.deepEqual(sent, []);
  });

  it('R30: two channels that become one leave one, the other’s waiters are answered', async () => {
    const { joins } = make();
    joins.rekey('ascii');
    const first = joins.join(channel('#x['), undefined, false);
    void joins.join(channel('#x{'), undefined, false);
    joins.rekey('rfc1459');
    assert.equal(reasonOf(await first), 'server-said-no');
    assert.deepEqual(joins.channels, ['#x{']);
  });
});

describe('irc/registry', () => {
  const client = (owner: string): { id: { owner: ClientOwner } } => ({ id: { owner: owner as ClientOwner } });

  it('knows owners by connection; a rename moves the nick', () => {
    const registry = new Registry(new TestClock());
    const alice = client('@a:hs');
    registry.add(alice);
    registry.named(alice, 'Alice[');
    assert.equal(registry.byNick('aLICE{'), alice);
    registry.named(alice, 'Guest1');
    assert.equal(registry.byNick('Alice['), undefined);
    assert.equal(registry.byNick('guest1'), alice);
    assert.equal(registry.of('@a:hs' as ClientOwner), alice);
  });

  it('a nick lingers after a loss until it is seen to quit, or five minutes', async () => {
    const clock = new TestClock();
    const registry = new Registry<ReturnType<typeof client>>(clock);
    const [alice, bob] = [client('@a:hs'), client('@b:hs')];
    registry.named(alice, 'alice');
    registry.lost(alice);
    assert.equal(registry.byNick('alice'), alice);
    registry.seenLeaving('ALICE');
    assert.equal(registry.byNick('alice'), undefined);
    registry.named(bob, 'bob');
    registry.seenLeaving('bob');
    assert.equal(registry.byNick('bob'), bob, 'a live one is not taken by a line');
    registry.lost(bob);
    await clock.advance(300_001);
    assert.equal(registry.byNick('bob'), undefined);
  });

  it('the newer owner of a nick is not harmed by the loss of the older', () => {
    const registry = new Registry<ReturnType<typeof client>>(new TestClock());
    const [alice, bob] = [client('@a:hs'), client('@b:hs')];
    registry.named(alice, 'same');
    registry.named(bob, 'same');
    registry.lost(alice);
    assert.equal(registry.byNick('same'), bob);
    registry.rekey('ascii');
    assert.equal(registry.byNick('SAME'), bob);
  });
});
