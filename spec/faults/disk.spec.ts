/** Disks that are full, files that are broken, clocks that jump. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runFast } from '../support/fast-time.js';
import { bodies, Ledger } from '../support/ledger.js';
import { until } from '../support/look.js';
import { stage } from '../support/stage.js';

const DAY = 86_400_000;

describe('faults: disks and clocks', () => {
  const set = stage();

  it('D1: the disk is full: transactions are not taken, IRC stays, and all comes once there is room, without a restart', async function () {
    this.timeout(300_000);
    const { bridge, people, world } = set;
    await bridge.stop();
    const data = join(bridge.process.directory, 'data');
    rmSync(data, { recursive: true, force: true });
    mkdirSync(data);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', data], { stdio: 'ignore' });
    } catch {
      console.log('        skipped: a file system of 20 MiB can be mounted only by root');
      await bridge.start();
      this.skip();
    }
    try {
      await bridge.start();
      const bob = await people.onIrc('dora', '#disk');
      const alice = await people.onMatrix('alan');
      const room = await alice.joins(people.alias('#disk'));
      await alice.says(room, 'begin');
      await bob.sees('begin', { to: '#disk' });
      const fill = join(data, 'fill');
      try {
        writeFileSync(fill, Buffer.alloc(32 * 1024 * 1024));
      } catch (fault) {
        assert.equal((fault as NodeJS.ErrnoException).code, 'ENOSPC');
      }
      const before = world.homeserver.deliveries(world.service).length;
      const ledger = new Ledger('disk');
      for (let n = 0; n < 20; n++) await alice.says(room, ledger.token('alan', 'disk'));
      await until('it is refused', () => world.homeserver.deliveries(world.service).slice(before).some(({ status }) => status >= 500), 10_000);
      assert.ok(world.ircd.client('CausewayBot') && bridge.process.running);
      rmSync(fill);
      await until('all came', () => ledger.judge(bob.messages.map(({ text }) => text)).lost.length === 0, 40_000);
      assert.deepEqual(ledger.judge(bob.messages.map(({ text }) => text)), { sent: 20, lost: [], doubled: [], disordered: [] });
    } finally {
      await bridge.stop();
      execFileSync('umount', [data]);
      rmSync(data, { recursive: true, force: true });
      await bridge.start();
    }
  });

  it('D2, D3: store and journal files torn, with NULs, garbage, twice the same, empty or gone: it starts, keeps what is whole, puts the rest aside', async function () {
    this.timeout(300_000);
    const { bridge, people } = set;
    const bob = await people.onIrc('dick', '#files');
    const alice = await people.onMatrix('abel');
    const room = await alice.joins(people.alias('#files'));
    await alice.says(room, 'begin');
    await bob.sees('begin', { to: '#files' });
    const data = join(bridge.process.directory, 'data');
    const databases = (): string[] => readdirSync(data).filter((name) => name.endsWith('.db')).map((name) => join(data, name));
    const ills: readonly (readonly [string, (text: Buffer) => Buffer | undefined])[] = [
      ['a torn last line', (text) => Buffer.concat([text, Buffer.from('{"_id":"torn')])],
      ['a page of NULs', (text) => Buffer.concat([text, Buffer.alloc(4096), Buffer.from('\n')])],
      ['a line of garbage', (text) => Buffer.concat([Buffer.from('\u00ff garbage\n'), text])],
      ['every line twice', (text) => Buffer.concat([text, text])],
      ['CRLF and a byte order mark', (text) => Buffer.from(`\ufeff${text.toString().replace(/\n/gu, '\r\n')}`)],
    ];
    for (const [what, ill] of ills) {
      // Killed in the middle of writing, too.
      const talk = alice.says(room, `before ${what}`);
      await bridge.kill();
      for (const file of databases()) {
        const bytes = ill(readFileSync(file));
        if (bytes !== undefined) writeFileSync(file, bytes);
      }
      await bridge.start();
      await talk;
      await bob.sees(`before ${what}`, { to: '#files', withinMs: 20_000 });
      bob.says('#files', `irc after ${what}`);
      await alice.sees(`irc after ${what}`, { room, withinMs: 20_000 });
    }
    assert.ok(readdirSync(data).some((name) => name.includes('.corrupt-')), readdirSync(data).join(' '));
  });

  it('D7: the wall clock jumps by days and hours, both ways: no reconnect, nothing lost or doubled, no hang', async function () {
    this.timeout(300_000);
    const { bridge, people, world } = set;
    runFast(bridge, 1, [DAY, -DAY, -DAY, DAY, -3_600_000, -3_600_000, 2 * DAY]);
    await bridge.restart();
    const bob = await people.onIrc('dave', '#clock');
    const alice = await people.onMatrix('anton');
    const room = await alice.joins(people.alias('#clock'));
    await alice.says(room, 'begin');
    await bob.sees('begin', { to: '#clock' });
    const before = world.ircd.connections.length;
    const [toIrc, toMatrix] = [new Ledger('clock'), new Ledger('kcolc')];
    for (let n = 0; n < 50; n++) {
      await alice.says(room, toIrc.token('anton', 'clock'));
      bob.says('#clock', toMatrix.token('dave', 'clock'));
      await sleep(80);
    }
    bob.says('#clock', 'the end');
    await alice.sees('the end', { room });
    await until('all came', () => toIrc.judge(bob.messages.map(({ text }) => text)).lost.length === 0);
    assert.deepEqual(toIrc.judge(bob.messages.map(({ text }) => text)), { sent: 50, lost: [], doubled: [], disordered: [] });
    assert.deepEqual(toMatrix.judge(await bodies(alice, room)), { sent: 50, lost: [], doubled: [], disordered: [] });
    assert.equal(world.ircd.connections.length, before);
    runFast(bridge, 1);
  });
});
