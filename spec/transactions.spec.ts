/** What the homeserver pushes, and what it should never push: each transaction answered, each message carried once. */

import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { FaultProxy } from '../src/sandbox/fault-proxy.js';
import { Ledger } from './support/ledger.js';
import { residentMiB, until } from './support/look.js';
import type { IrcPerson, MatrixPerson } from './support/people.js';
import { aTextEvent, Pusher } from './support/push.js';
import { stage } from './support/stage.js';

describe('transactions', () => {
  const proxy = new FaultProxy(() => set.bridge.port);
  const set = stage({ bridge: { reachedAt: async () => `http://127.0.0.1:${await proxy.start()}` } });
  let bob: IrcPerson;
  let alice: MatrixPerson;
  let room: string;
  let pusher: Pusher;

  before(async () => {
    bob = await set.people.onIrc('bob', '#tea');
    alice = await set.people.onMatrix('alice');
    room = await alice.joins(set.people.alias('#tea'));
    pusher = new Pusher(set.bridge);
    await marked('begin');
  });
  after(async () => {
    pusher.end();
    await proxy.stop();
  });

  /** Waits until all that was pushed before is through: one puppet's lines keep their order. */
  async function marked(text: string): Promise<void> {
    await pusher.push([aTextEvent(alice.userId, room, text)]);
    await bob.sees(text, { to: '#tea' });
  }
  const judged = (ledger: Ledger): ReturnType<Ledger['judge']> => ledger.judge(bob.messages.map(({ text }) => text));
  const clean = (sent: number): object => ({ sent, lost: [], doubled: [], disordered: [] });
  const says = (ledger: Ledger, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> =>
    aTextEvent(alice.userId, room, ledger.token('alice', 'tea'), more);

  it('T1, T2, T3: ids of transactions and events come again in every way, and each event counts once', async () => {
    const ledger = new Ledger('t1');
    const [a, b] = [says(ledger), says(ledger)];
    for (const [id, event] of [['A', a], ['B', b], ['A', a], ['A', a], ['C', a], ['D', b]] as const) {
      assert.deepEqual((await pusher.push([event], id)).body, {});
    }
    // The homeserver breaks its word: what is new under an old id is no less a message.
    assert.equal((await pusher.push([a, says(ledger), b], 'A')).status, 200);
    await marked('end of t1');
    assert.deepEqual(judged(ledger), clean(3));
  });

  it('T1: a thousand transactions, replayed in full after a restart, have no second effect', async function () {
    const ledger = new Ledger('replay');
    const events = Array.from({ length: 1000 }, () => says(ledger));
    for (const [n, event] of events.entries()) await pusher.push([event], `replay-${n}`);
    await marked('all of replay');
    await set.bridge.restart();
    for (const [n, event] of events.entries()) assert.equal((await pusher.push([event], `replay-${n}`)).status, 200);
    await marked('replay is over');
    assert.deepEqual(judged(ledger), clean(1000));
  });

  it('T5: our 200 is lost again and again: the homeserver comes again, nothing is doubled', async function () {
    const ledger = new Ledger('t5');
    const { homeserver, service } = set.world;
    const unanswered = (): number => homeserver.deliveries(service).filter(({ status }) => status === 0).length;
    for (let n = 0; n < 60; n++) {
      const before = unanswered();
      if (n % 15 === 0) proxy.cutAfter.set('down', 0);
      await alice.says(room, ledger.token('alice', 'tea'));
      if (n % 15 === 0) await until('an answer is lost', () => unanswered() > before);
      proxy.cutAfter.delete('down');
    }
    await alice.says(room, 'end of t5');
    await bob.sees('end of t5', { to: '#tea' });
    assert.deepEqual(judged(ledger), clean(60));
  });

  it('T7, L1: a hundred events of 64 KiB and a hundred ephemeral ones, plain and gzip, at little memory', async function () {
    const filler = 'x'.repeat(64_000);
    const body = (): string =>
      JSON.stringify({
        events: Array.from({ length: 100 }, () => aTextEvent(alice.userId, room, 'big', { content: { msgtype: 'm.text', body: 'big', filler } })),
        ephemeral: Array.from({ length: 100 }, () => ({ type: 'm.receipt', room_id: room, content: {} })),
      });
    const before = residentMiB(set.bridge);
    assert.equal((await pusher.raw(body())).status, 200);
    assert.equal((await pusher.raw(gzipSync(body()), undefined, { headers: { 'content-encoding': 'gzip' } })).status, 200);
    await marked('end of t7');
    assert.equal(bob.messages.filter(({ text }) => text === 'big').length, 200);
    const grown = residentMiB(set.bridge) - before;
    assert.ok(grown <= 60, `${Math.round(grown)} MiB more after two of 7 MB each`);
  });

  it('T9, L2, L9: malformed items among 99 good ones: 200, and the 99 come once', async () => {
    const ledger = new Ledger('t9');
    const good = Array.from({ length: 99 }, () => JSON.stringify(says(ledger)));
    const bad = (more: object): string => JSON.stringify({ ...aTextEvent(alice.userId, room, 'never'), ...more });
    const rotten = [
      'null', '7', '"text"', '[]', '[[]]', bad({ type: undefined }), bad({ type: 5 }), bad({ sender: undefined }), bad({ sender: 'alice' }),
      bad({ sender: '@a\ud800:hs.test' }), bad({ room_id: null }), bad({ room_id: ['!r'] }), bad({ event_id: undefined }), bad({ event_id: `$${'x'.repeat(1_000_000)}` }),
      bad({ content: undefined }), bad({ content: null }), bad({ content: [] }), bad({ content: {} }), bad({ content: { msgtype: 'm.text', body: 5 } }),
      bad({ content: { msgtype: 5, body: 'never' } }), bad({ origin_server_ts: -1 }), bad({ origin_server_ts: 2 ** 53 }), bad({ origin_server_ts: 'NaN' }),
      bad({ state_key: 5 }), bad({ type: 'm.room.member', state_key: 'nobody' }), bad({ type: 'm.room.tombstone', state_key: '', content: {} }),
      bad({ content: '@' }).replace('"@"', `${'['.repeat(10_000)}${']'.repeat(10_000)}`), bad({ ['k'.repeat(1_000_000)]: 1, content: 1 }),
      '{"__proto__":{"type":"m.room.message"},"constructor":{"prototype":{}}}',
    ];
    const mixed = good.flatMap((text, n) => (n < rotten.length ? [rotten[n] ?? '', text] : [text]));
    assert.equal((await pusher.raw(`{"events":[${mixed.join()}]}`)).status, 200);
    await marked('end of t9');
    assert.deepEqual(judged(ledger), clean(99));
    assert.equal(bob.messages.filter(({ text }) => text.includes('never')).length, 0);
    assert.ok(set.bridge.log.some((line) => line.includes('malformed events left out')));
  });

  it('T11: single-event transactions back to back, as after an outage: in order, none lost or doubled', async function () {
    const ledger = new Ledger('t11');
    const times: number[] = [];
    const begun = performance.now();
    for (let n = 0; n < 1500; n++) times.push((await pusher.push([says(ledger)])).ms);
    const rate = 1500 / ((performance.now() - begun) / 1000);
    await marked('end of t11');
    assert.deepEqual(judged(ledger), clean(1500));
    const p99 = times.sort((a, b) => a - b)[1485] ?? 0;
    console.log(`      ${Math.round(rate)} transactions a second, p99 ${p99.toFixed(1)} ms (on two idle cores 500 and 20 ms are wanted)`);
  });

  it('T12: transactions side by side, some of them the same: taken one after another, none twice', async () => {
    const ledger = new Ledger('t12');
    const blocks = Array.from({ length: 10 }, (_, block) => Array.from({ length: 20 }, () => aTextEvent(alice.userId, room, ledger.token('alice', `b${block}`))));
    const pushed = Array.from({ length: 20 }, (_, n) => pusher.push(blocks[n % 10], `t12-${n % 10}`));
    for (const { status } of await Promise.all(pushed)) assert.equal(status, 200);
    await marked('end of t12');
    assert.deepEqual(judged(ledger), clean(200));
    const order = bob.messages.flatMap(({ text }) => /«t12:alice:(b\d):/u.exec(text)?.[1] ?? []);
    assert.equal(order.filter((block, n) => block !== order[n - 1]).length, 10, 'blocks are whole');
  });

  it('T4: an event of three days ago, never seen before, is carried', async () => {
    await pusher.push([aTextEvent(alice.userId, room, 'late but there', { origin_server_ts: Date.now() - 3 * 86_400_000 })]);
    await bob.sees('late but there', { to: '#tea' });
  });

  it('S5, L10: somebody elsewhere whose name looks like a ghost is a person, and is heard', async () => {
    for (const [n, sender] of ['@irc_x:evil.org', '@irc_y:hs.test.evil.org', '@irc_bob:evil.org'].entries()) {
      await pusher.push([aTextEvent(sender, room, `visible ${n}`)]);
      await bob.sees(`visible ${n}`, { to: '#tea' });
    }
    await pusher.push([aTextEvent(set.people.ghost('bob'), room, 'our own ghost')]);
    await marked('end of s5');
    assert.equal(bob.messages.filter(({ text }) => text === 'our own ghost').length, 0);
  });
});
