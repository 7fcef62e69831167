/** `kill -9` at the worst moments, both ways: what was accepted is neither lost nor doubled. */

import assert from 'node:assert/strict';
import { bodies, Ledger, textOf } from './support/ledger.js';
import { until } from './support/look.js';
import type { IrcPerson, MatrixPerson } from './support/people.js';
import { Chance } from './support/random.js';
import { stage } from './support/stage.js';
import { talkIn, type Talk } from './support/talk.js';

const KILLS = Number(process.env['CAUSEWAY_KILLS'] ?? 2);

describe('kill -9', () => {
  const set = stage();
  const chance = new Chance(20_261_121);

  const opened = (channel: string, name: string): Promise<Talk> => talkIn(set.people, channel, name);
  async function killAndStart(): Promise<void> {
    await set.bridge.kill();
    await set.bridge.start();
  }
  it(`F1: in bursts to IRC by eight people, ${KILLS} times: none lost, at most one line doubled for each and kill`, async function () {
    const { bob, alice, room } = await opened('#f1', 'f1');
    const people = await Promise.all(Array.from({ length: 8 }, (_, n) => set.people.onMatrix(`f1-${n}`)));
    for (const person of people) await person.joins(room);
    const ledger = new Ledger('f1');
    for (let kill = 0; kill < KILLS; kill++) {
      const talk = Promise.all(
        people.map(async (person, n) => {
          for (let i = 0; i < 30; i++) await person.says(room, ledger.token(`p${n}`, 'f1'));
        }),
      );
      // At another point of the burst each time: when so many of its lines are out.
      const before = bob.messages.length;
      const point = 10 + chance.below(180);
      await until(`${point} lines`, () => bob.messages.length >= before + point);
      await killAndStart();
      await talk;
    }
    await alice.says(room, 'the end');
    await bob.sees('the end', { to: '#f1' });
    await until('all is delivered', () => ledger.judge(bob.messages.map(({ text }) => text)).lost.length === 0);
    const report = ledger.judge(bob.messages.map(({ text }) => text));
    assert.deepEqual({ sent: report.sent, lost: report.lost, disordered: report.disordered }, { sent: KILLS * 240, lost: [], disordered: [] });
    for (const n of people.keys()) {
      const doubled = report.doubled.filter((token) => token.includes(`:p${n}:`));
      assert.ok(doubled.length <= KILLS, `doubled ${doubled.join(' ')}`);
    }
  });

  it(`F2: in bursts to Matrix in four channels, ${KILLS} times: none of the lines it took is lost, none is doubled`, async function () {
    const channels = await Promise.all(['a', 'b', 'c', 'd'].map((name) => opened(`#f2${name}`, `f2${name}`)));
    const ledger = new Ledger('f2');
    for (let kill = 0; kill < KILLS; kill++) {
      // With the bot listening again, or the server gives the lines to nobody.
      for (const [n, { bob, alice, room }] of channels.entries()) await heard(bob, alice, room, `#f2${'abcd'[n] ?? ''}`, `ready ${kill}`);
      let count = 0;
      const enough = 5 + chance.below(150);
      const stop = set.world.homeserver.onEvent(({ content }) => {
        if (textOf(content).startsWith('«f2:')) count += 1;
      });
      for (let i = 0; i < 60; i++) for (const [n, { bob }] of channels.entries()) bob.says(`#f2${'abcd'[n] ?? ''}`, ledger.token(`b${n}`, 'f2'));
      await until(`${enough} lines`, () => count >= enough);
      await killAndStart();
      stop();
    }
    for (const [n, { bob, alice, room }] of channels.entries()) {
      await heard(bob, alice, room, `#f2${'abcd'[n] ?? ''}`, 'the end');
      const report = ledger.judge(await bodies(alice, room));
      assert.deepEqual({ doubled: report.doubled, disordered: report.disordered }, { doubled: [], disordered: [] });
      const mine = ledger.tokens.filter((token) => token.includes(`:b${n}:`));
      assertNoHoles(mine, report.lost, 60);
    }
  });

  it(`F3: killed between "the homeserver has applied it" and "the bridge has heard so", ${2 * KILLS} times: none doubled, none lost`, async function () {
    const { bob, alice, room } = await opened('#f3', 'f3');
    const ledger = new Ledger('f3');
    const { homeserver } = set.world;
    for (let kill = 0; kill < 2 * KILLS; kill++) {
      await heard(bob, alice, room, '#f3', `ready ${kill}`);
      let left = 1 + chance.below(60);
      const stop = homeserver.onEvent(({ content }) => {
        // The event is in the room, and no byte of the answer is written yet.
        if (textOf(content).startsWith('«f3:') && --left === 0) set.bridge.process.signal('SIGKILL');
      });
      for (let i = 0; i < 80; i++) bob.says('#f3', ledger.token('bob', 'f3'));
      await set.bridge.process.ending;
      stop();
      // Its memory of transaction ids goes with a restart, or after half an hour (H14).
      if (kill % 2 === 1) homeserver.forgetTransactions();
      await killAndStart();
    }
    await heard(bob, alice, room, '#f3', 'the end');
    const report = ledger.judge(await bodies(alice, room));
    assert.deepEqual({ doubled: report.doubled, disordered: report.disordered }, { doubled: [], disordered: [] });
    assertNoHoles(ledger.tokens, report.lost, 80);
  });

  it('H14: the homeserver forgets transaction ids while answers are lost: nothing is doubled', async function () {
    const { bob, alice, room } = await opened('#h14', 'h14');
    const ledger = new Ledger('h14');
    const { homeserver } = set.world;
    for (let round = 0; round < 5; round++) {
      const fault = homeserver.fault({ method: 'PUT', path: /\/send\//u, user: set.people.ghost('bobh14'), times: 1, skip: 3 }, { reset: 'after' });
      for (let i = 0; i < 10; i++) bob.says('#h14', ledger.token('bob', 'h14'));
      await until('one answer is lost', () => fault.hits > 0);
      homeserver.forgetTransactions();
      fault.end();
    }
    await heard(bob, alice, room, '#h14', 'the end');
    assert.deepEqual(ledger.judge(await bodies(alice, room)), { sent: 50, lost: [], doubled: [], disordered: [] });
  });

  it('F11: a second one on the same data refuses and harms nothing', async function () {
    const { bob, alice, room } = await opened('#f11', 'f11');
    const { process: first } = set.bridge;
    const begun = performance.now();
    const before = first.log.length;
    const { code } = await first.run(['-c', first.configFile, '-f', first.registrationFile, '-p', '0']);
    assert.equal(code, 1);
    const why = first.log.slice(before).find((line) => /another process|already|in use|locked/iu.test(line));
    assert.ok(why?.includes(first.directory), first.log.slice(before).join('\n'));
    // Starting Node takes most of it.
    assert.ok(performance.now() - begun < 30_000);
    await heard(bob, alice, room, '#f11', 'unharmed');
  });

  /** Says a line until it is carried: after a start the bridge takes a moment to be in the channel. */
  async function heard(bob: IrcPerson, alice: MatrixPerson, room: string, channel: string, text: string): Promise<void> {
    for (let n = 0; n < 60; n++) {
      bob.says(channel, `${text} ${n}`);
      try {
        await alice.sees(new RegExp(`^${text} \\d+$`, 'u'), { room, withinMs: 1000 });
        return;
      } catch (fault) {
        if (!(fault instanceof Error) || !fault.message.includes('not within')) throw fault;
      }
    }
    throw new Error(`never heard: ${text}`);
  }
});

/**
 * What the kernel still held when the process died was never read, and IRC gives it to nobody: of each burst the last
 * lines may be missing, and only those.
 */
function assertNoHoles(tokens: readonly string[], lost: readonly string[], burst: number): void {
  const gone = new Set(lost);
  for (let from = 0; from < tokens.length; from += burst) {
    const come = tokens.slice(from, from + burst).map((token) => !gone.has(token));
    assert.ok(come.slice(0, come.lastIndexOf(true) + 1).every(Boolean), `burst from ${tokens[from] ?? ''}: a hole before the last line that came`);
  }
}
