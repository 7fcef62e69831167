/** Disks that are full, files that are broken, clocks that jump. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fullDisk, runFast } from '../support/fast-time.js';
import { bodies, Ledger } from '../support/ledger.js';
import { until } from '../support/look.js';
import { stage } from '../support/stage.js';

const DAY = 86_400_000;
/** More of them in a long run. */
const KILLS = 3 * Number(process.env['CAUSEWAY_KILLS'] ?? 2);

describe('faults: disks and clocks', () => {
  const set = stage();

  /** Talk while nothing more fits, and once there is room again. */
  async function talksThroughD1(name: string, fill: () => void, empty: () => void): Promise<void> {
    const { bridge, people, world } = set;
    const channel = `#disk-${name}`;
    const bob = await people.onIrc(`dora${name}`, channel);
    const alice = await people.onMatrix(`alan${name}`);
    const room = await alice.joins(people.alias(channel));
    await alice.says(room, 'begin');
    await bob.sees('begin', { to: channel });
    const connections = world.ircd.connections.length;
    fill();
    const before = world.homeserver.deliveries(world.service).length;
    const ledger = new Ledger('disk');
    for (let n = 0; n < 20; n++) await alice.says(room, ledger.token('alan', 'disk'));
    await until('it is refused', () => world.homeserver.deliveries(world.service).slice(before).some(({ status }) => status >= 500), 20_000);
    assert.ok(world.ircd.client('CausewayBot') && bridge.process.running);
    assert.deepEqual(ledger.judge(bob.messages.map(({ text }) => text)).doubled, []);
    empty();
    await until('all came', () => ledger.judge(bob.messages.map(({ text }) => text)).lost.length === 0, 60_000);
    assert.deepEqual(ledger.judge(bob.messages.map(({ text }) => text)), { sent: 20, lost: [], doubled: [], disordered: [] });
    assert.equal(world.ircd.connections.length, connections, 'IRC stays');
  }

  it('D1: the disk says that it is full: transactions are not taken, IRC stays, and all comes once there is room, without a restart', async function () {
    this.timeout(300_000);
    const { bridge } = set;
    await bridge.stop();
    const mark = join(bridge.process.directory, 'full');
    fullDisk(bridge, join(bridge.process.directory, 'data'), mark);
    try {
      await bridge.start();
      await talksThroughD1('told', () => writeFileSync(mark, ''), () => rmSync(mark));
    } finally {
      rmSync(mark, { force: true });
      await bridge.stop();
      runFast(bridge, 1);
      await bridge.start();
    }
  });

  it('D1: the disk is full, a real one of 20 MiB: the same', async function () {
    this.timeout(300_000);
    const { bridge } = set;
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
    const fill = (): void => {
      try {
        writeFileSync(join(data, 'fill'), Buffer.alloc(32 * 1024 * 1024));
      } catch (fault) {
        assert.equal((fault as NodeJS.ErrnoException).code, 'ENOSPC');
      }
    };
    try {
      await bridge.start();
      await talksThroughD1('real', fill, () => rmSync(join(data, 'fill')));
    } finally {
      await bridge.stop();
      execFileSync('umount', [data]);
      rmSync(data, { recursive: true, force: true });
      await bridge.start();
    }
  });

  it('D2: files of the store and of the journal torn, with NULs, garbage, twice the same: it starts, keeps what is whole, puts the rest aside', async function () {
    this.timeout(300_000);
    const { bridge, people } = set;
    const bob = await people.onIrc('dick', '#files');
    const alice = await people.onMatrix('abel');
    const room = await alice.joins(people.alias('#files'));
    await alice.says(room, 'begin');
    await bob.sees('begin', { to: '#files' });
    const data = join(bridge.process.directory, 'data');
    const files = (): string[] => readdirSync(data, { recursive: true, encoding: 'utf8' }).filter((name) => /\.db$|^journal\/\d/u.test(name) && !name.includes('.corrupt-'));
    const ills: readonly (readonly [string, (text: Buffer) => Buffer])[] = [
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
      assert.ok(files().some((name) => name.startsWith('journal/')), files().join(' '));
      for (const file of files()) {
        // A line ending of another system would make every line of the journal unreadable: that is no accident.
        if (what.startsWith('CRLF') && file.startsWith('journal/')) continue;
        writeFileSync(join(data, file), ill(readFileSync(join(data, file))));
      }
      await bridge.start();
      await talk;
      await bob.sees(`before ${what}`, { to: '#files', withinMs: 60_000 });
      bob.says('#files', `irc after ${what}`);
      await alice.sees(`irc after ${what}`, { room, withinMs: 60_000 });
    }
    assert.ok(readdirSync(data).some((name) => name.includes('.corrupt-')), readdirSync(data).join(' '));
  });

  it('D2: any file of the store or the journal empty, or gone: it starts', async function () {
    this.timeout(300_000);
    const { bridge } = set;
    const data = join(bridge.process.directory, 'data');
    const all = readdirSync(data, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(data, name)).isFile());
    await bridge.stop();
    const kept = join(bridge.process.directory, 'kept');
    cpSync(data, kept, { recursive: true });
    for (const how of ['empty', 'gone']) {
      // Half of them at a time, so that each is missed by others that are there.
      for (const half of [0, 1]) {
        rmSync(data, { recursive: true, force: true });
        cpSync(kept, data, { recursive: true });
        for (const [n, name] of all.entries()) {
          if (n % 2 !== half) continue;
          if (how === 'empty') writeFileSync(join(data, name), '');
          else rmSync(join(data, name), { force: true });
        }
        await bridge.start();
        assert.deepEqual(await bridge.stop(), { code: 0, signal: null }, `${how} ${half}`);
      }
    }
    rmSync(data, { recursive: true, force: true });
    cpSync(kept, data, { recursive: true });
    await bridge.start();
  });

  it(`D3: killed ${KILLS} times as soon as it has said that something is stored: it is, each time`, async function () {
    this.timeout(600_000);
    const { bridge, people, world } = set;
    const alice = await people.onMatrix('ada');
    const bob = await people.onIrc('dean');
    for (let kill = 0; kill < KILLS; kill++) {
      const channel = `#kept${kill}`;
      const room = await alice.joins(people.alias(channel));
      await bridge.kill();
      const from = world.homeserver.asked.length;
      await bridge.start();
      await bob.joins(channel);
      await alice.says(room, `after kill ${kill}`);
      await bob.sees(`after kill ${kill}`, { to: channel, withinMs: 60_000 });
      assert.deepEqual(world.homeserver.asked.slice(from).filter(({ path }) => path.endsWith('/createRoom')), []);
    }
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
