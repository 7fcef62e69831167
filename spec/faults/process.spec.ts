/** The process under ill treatment: killed in a row, stopped under load, frozen, started with nobody there. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultProxy } from '../../src/sandbox/fault-proxy.js';
import type { MatrixPerson, People } from '../support/people.js';
import { bodies, Ledger, toldOf } from '../support/ledger.js';
import { until } from '../support/look.js';
import { Pusher } from '../support/push.js';
import { runFast } from '../support/fast-time.js';
import { stage } from '../support/stage.js';

/** People who have spoken in the channel, so that their clients are there. */
async function talkers(people: People, channel: string, names: readonly string[]): Promise<{ room: string; all: MatrixPerson[] }> {
  const all: MatrixPerson[] = [];
  let room = '';
  for (const name of names) {
    const person = await people.onMatrix(name);
    room = await person.joins(people.alias(channel));
    all.push(person);
  }
  return { room, all };
}

describe('faults: the process', () => {
  const set = stage();
  afterEach(async () => {
    runFast(set.bridge, 1);
    if (!set.bridge.process.running) await set.bridge.start();
  });

  it('F4: ten kills in twenty seconds under a steady load: none lost, no storm of connections, it opens each time', async function () {
    this.timeout(300_000);
    const { bridge, people, world } = set;
    const bob = await people.onIrc('bob', '#loop');
    const { room, all } = await talkers(people, '#loop', ['ann', 'ben', 'cat', 'dan']);
    for (const [n, person] of all.entries()) {
      await person.says(room, `begin ${n}`);
      await bob.sees(`begin ${n}`, { to: '#loop' });
    }
    const ledger = new Ledger('loop');
    const state = { over: false };
    const talk = (async () => {
      for (let n = 0; !state.over; n++) {
        const person = all[n % all.length];
        await person?.says(room, ledger.token(`p${n % all.length}`, 'loop'));
        await sleep(50);
      }
    })();
    const before = world.ircd.connections.length;
    for (let n = 0; n < 10; n++) {
      await sleep(500);
      await bridge.kill();
      await bridge.start();
    }
    state.over = true;
    await talk;
    for (const [n, person] of all.entries()) {
      await person.says(room, `the end ${n}`);
      await bob.sees(`the end ${n}`, { to: '#loop', withinMs: 60_000 });
    }
    const report = ledger.judge(bob.messages.map(({ text }) => text));
    assert.deepEqual([report.lost, report.disordered], [[], []]);
    assert.ok(report.doubled.length <= 10 * all.length, `doubled ${report.doubled.length}`);
    assert.ok(world.ircd.connections.length - before <= 10 * 5 + 5, `${world.ircd.connections.length - before} connections`);
  });

  it('F5: SIGTERM with a hundred clients and talk both ways: 503 then, QUITs, exit 0 within 10 s, nothing lost or doubled', async function () {
    this.timeout(300_000);
    const { bridge, people, world } = set;
    const bob = await people.onIrc('bo', '#term');
    const names = Array.from({ length: 100 }, (_, n) => `t${n}`);
    const { room, all } = await talkers(people, '#term', names);
    await Promise.all(all.map((person) => person.says(room, `${person.userId.slice(1, 5)} is in`)));
    await until('all are in', () => bob.messages.filter(({ text }) => text.endsWith('is in')).length === 100, 60_000);
    const [toIrc, toMatrix] = [new Ledger('up'), new Ledger('down')];
    const talk = Promise.all(all.slice(0, 10).map(async (person, k) => {
      for (let n = 0; n < 10; n++) await person.says(room, toIrc.token(`t${k}`, 'term'));
    }));
    for (let n = 0; n < 100; n++) bob.says('#term', toMatrix.token('bo', 'term'));
    await sleep(50);
    const begun = performance.now();
    const ending = await bridge.stop();
    assert.ok(performance.now() - begun < 10_000);
    assert.deepEqual(ending, { code: 0, signal: null });
    const ours = world.ircd.connections.filter(({ nick }) => /^t\d+\[m\]$/u.test(nick));
    const silent = ours.filter(({ received }) => !received.some(({ line }) => line.startsWith('QUIT ')));
    assert.deepEqual(silent.map(({ nick }) => nick), []);
    await bridge.start();
    await talk;
    await until('all have come', () => toIrc.judge(bob.messages.map(({ text }) => text)).lost.length === 0, 60_000);
    assert.deepEqual(toIrc.judge(bob.messages.map(({ text }) => text)), { sent: 100, lost: [], doubled: [], disordered: [] });
    bob.says('#term', 'over');
    await all[0]?.sees('over', { room, withinMs: 30_000 });
    const heard = toMatrix.judge(await bodies(all[0] as MatrixPerson, room));
    assert.deepEqual([heard.doubled, heard.disordered], [[], []]);
  });

  it('F5: while it stops, transactions are answered 503 and come after the next start; a second SIGTERM ends it at once', async function () {
    this.timeout(300_000);
    const { bridge, people, world } = set;
    const bob = await people.onIrc('bess', '#twice');
    const { room, all: [dora] } = await talkers(people, '#twice', ['dora']);
    assert.ok(dora);
    await dora.says(room, 'begin');
    await bob.sees('begin', { to: '#twice' });
    // The server takes QUIT and does not act on it, so that stopping takes its two seconds.
    world.ircd.knobs.hold = true;
    const { ending } = bridge.process;
    bridge.process.signal('SIGTERM');
    const statuses = new Set<number>();
    const pusher = new Pusher(bridge);
    try {
      await until('it takes nothing more', () => {
        void pusher.push([]).then(({ status }) => statuses.add(status), () => statuses.add(0));
        return statuses.has(503) || statuses.has(0);
      });
      await dora.says(room, 'while it stops');
    } finally {
      pusher.end();
    }
    bridge.process.signal('SIGTERM');
    const { code, signal } = await ending;
    assert.ok(statuses.has(503), [...statuses].join());
    assert.ok(signal === null ? code !== null : signal === 'SIGTERM');
    world.ircd.release();
    await bridge.kill();
    await bridge.start();
    await bob.sees('while it stops', { to: '#twice', withinMs: 60_000 });
    await dora.says(room, 'the end');
    await bob.sees('the end', { to: '#twice' });
    assert.equal(bob.messages.filter(({ text }) => text === 'while it stops').length, 1);
  });

  it('F7: frozen for ninety seconds and thawed when the servers have given up on it: nothing doubled, or lost and not told, back within 60 s', async function () {
    this.timeout(300_000);
    const { bridge, people, world } = set;
    // Nine of our seconds.
    await bridge.stop();
    runFast(bridge, 10);
    await bridge.start();
    const bob = await people.onIrc('fred', '#frozen');
    const { room, all } = await talkers(people, '#frozen', ['fay']);
    const [fay] = all;
    assert.ok(fay);
    await fay.says(room, 'begin');
    await bob.sees('begin', { to: '#frozen' });
    bob.says('#frozen', 'begin too');
    await fay.sees('begin too', { room });
    const [toIrc, toMatrix] = [new Ledger('ice'), new Ledger('ice2')];
    bridge.process.signal('SIGSTOP');
    for (let n = 0; n < 20; n++) {
      await fay.says(room, toIrc.token('fay', 'frozen'));
      bob.says('#frozen', toMatrix.token('fred', 'frozen'));
    }
    await sleep(4_500);
    // The IRC server has dropped them all meanwhile, and the homeserver tries its transaction again.
    world.ircd.client('fay[m]')?.close('Ping timeout: 120 seconds');
    world.ircd.client('CausewayBot')?.close('Ping timeout: 120 seconds');
    await sleep(4_500);
    bridge.process.signal('SIGCONT');
    await fay.says(room, 'the end');
    await bob.sees('the end', { to: '#frozen', withinMs: 60_000 });
    await until('they are back', () => ['fay[m]', 'CausewayBot'].every((nick) => (world.ircd.client(nick)?.channels.size ?? 0) >= 1));
    bob.says('#frozen', 'over');
    await fay.sees('over', { room, withinMs: 60_000 });
    const { lost, doubled, disordered } = toIrc.judge(bob.messages.map(({ text }) => text));
    assert.deepEqual([doubled, disordered], [[], []]);
    // A line that was said before the end of its connection was read may have gone with it: then its author knows.
    await until(`told of ${lost.length}`, () => toldOf(fay, room) >= lost.length);
    assert.ok(lost.length <= 1, lost.join());
    assert.deepEqual(toMatrix.judge(await bodies(fay, room)), { sent: 20, lost: [], doubled: [], disordered: [] });
  });
});

describe('faults: a start with nobody there', () => {
  for (const [what, homeserver, irc] of [['the homeserver', true, false], ['the IRC server', false, true], ['both', true, true]] as const) {
    describe(what, () => {
      const toHomeserver = new FaultProxy(() => set.world.homeserver.port);
      const toIrc = new FaultProxy(() => set.world.ircPort);
      const set = stage({
        asleep: true,
        bridge: async () => ({ homeserverUrl: `http://127.0.0.1:${await toHomeserver.start()}`, ircPort: await toIrc.start() }),
      });
      after(async () => {
        await toHomeserver.stop();
        await toIrc.stop();
      });

      it('F10: started while it cannot be reached: stays up, says so, and is well within 15 s after that is over', async function () {
        this.timeout(300_000);
        const { bridge, people } = set;
        const bob = await people.onIrc('bob', '#down');
        toHomeserver.refuse = homeserver;
        toIrc.refuse = irc;
        await bridge.start();
        await sleep(9_000);
        assert.ok(bridge.process.running);
        const ready = await fetch(`http://127.0.0.1:${bridge.port}/ready`);
        assert.equal(ready.status, 503);
        toHomeserver.refuse = toIrc.refuse = false;
        const alice = await people.onMatrix('alice');
        const begun = performance.now();
        const room = await alice.joins(people.alias('#down'));
        await alice.says(room, 'hello');
        await bob.sees('hello', { to: '#down' });
        bob.says('#down', 'hello back');
        await alice.sees('hello back', { room });
        assert.ok(performance.now() - begun < 15_000, `${performance.now() - begun} ms`);
      });
    });
  }
});
