/** What there is only so much of: room in the journal, descriptors, memory. Nothing is lost when it runs out, and all goes on after. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { bodies, Ledger } from './support/ledger.js';
import { descriptors, residentMiB, until } from './support/look.js';
import { stage } from './support/stage.js';

describe('limits', () => {
  const set = stage({ bridge: { service: { journal: { maxBytes: 1_048_576 }, logging: { level: 'info', toConsole: true } } } });

  it('the journal is full while IRC is away: 503, the homeserver comes again, and all arrives', async function () {
    const { world, people, bridge } = set;
    const alice = await people.onMatrix('alice');
    const room = await alice.joins(people.alias('#full'));
    await alice.says(room, 'begin');
    await until('she is on IRC', () => world.ircd.client('alice[m]') !== undefined);
    await world.ircd.stop(true);
    const ledger = new Ledger('full');
    // 1.5 MB, of which the journal keeps what fits.
    for (let n = 0; n < 75; n++) await alice.says(room, `${ledger.token('alice', 'full')} ${'x'.repeat(20_000)}`);
    const refused = (): boolean => world.homeserver.deliveries(world.service).some(({ status }) => status === 503);
    await until('it is refused', refused, 20_000);
    assert.ok(bridge.process.running);
    await world.ircd.start();
    const bob = await people.onIrc('bob', '#full');
    await until('all has come', () => ledger.judge(bob.messages.map(({ text }) => text)).lost.length === 0, 60_000);
    assert.deepEqual(ledger.judge(bob.messages.map(({ text }) => text)), { sent: 75, lost: [], doubled: [], disordered: [] });
  });

  it('the journal is full while the homeserver is away: whose line is not taken is told so; the rest arrives', async function () {
    const { world, people } = set;
    const carol = await people.onMatrix('carol');
    const room = await carol.joins(people.alias('#flood'));
    const bob = await people.onIrc('bert', '#flood');
    bob.says('#flood', 'begin');
    await carol.sees('begin', { room });
    await world.killHomeserver();
    const ledger = new Ledger('flood');
    for (let n = 0; n < 6000; n++) bob.says('#flood', `${ledger.token('bert', 'flood')} ${'x'.repeat(300)}`);
    const told = await bob.sees(/did not reach Matrix: the bridge has no room left/u);
    assert.equal(told.command, 'NOTICE');
    await world.startHomeserver();
    let seen: string[] = [];
    const late = performance.now() + 60_000;
    while (performance.now() < late && !seen.includes('room again')) {
      bob.says('#flood', 'room again');
      await sleep(500);
      seen = await bodies(carol, room);
    }
    const report = ledger.judge(seen);
    assert.deepEqual({ doubled: report.doubled, disordered: report.disordered }, { doubled: [], disordered: [] });
    assert.ok(report.lost.length < 6000 && report.lost.length > 0);
    const holes = ledger.tokens.map((token) => !report.lost.includes(token));
    assert.ok(holes.slice(0, 1000).every(Boolean), 'the first of them were taken, and had to come');
  });

  it('F9: descriptors run out: nobody is lost, those who are on IRC talk on, and the others come when there are some again', async function () {
    if (!existsSync('/usr/bin/prlimit')) this.skip();
    const { world, people, bridge } = set;
    const bob = await people.onIrc('bill', '#few');
    const first = await people.onMatrix('first');
    const room = await first.joins(people.alias('#few'));
    await first.says(room, 'begin');
    // The homeserver may still be backing off from the 503s of before.
    await bob.sees('begin', { to: '#few' });
    const limit = (most: number): void => void execFileSync('prlimit', ['--pid', String(bridge.process.pid), `--nofile=${most}:4096`]);
    limit(descriptors(bridge) + 4);
    const crowd = await Promise.all(Array.from({ length: 12 }, (_, n) => people.onMatrix(`crowd${n}`)));
    const ledger = new Ledger('few');
    for (const [n, person] of crowd.entries()) {
      await person.joins(room);
      await person.says(room, ledger.token(`c${n}`, 'few'));
    }
    await first.says(room, 'still here');
    await bob.sees('still here', { to: '#few' });
    bob.says('#few', 'and back');
    await first.sees('and back', { room });
    await sleep(2000);
    assert.ok(bridge.process.running);
    assert.ok(ledger.judge(bob.messages.map(({ text }) => text)).lost.length > 0, 'descriptors did not run out');
    limit(4096);
    await until('all have come', () => ledger.judge(bob.messages.map(({ text }) => text)).lost.length === 0, 60_000);
    assert.deepEqual(ledger.judge(bob.messages.map(({ text }) => text)).doubled, []);
    assert.ok(residentMiB(bridge) < 400);
    await until('the homeserver has brought all', () => world.homeserver.backlog(world.service) === 0);
  });
});
