import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../src/lib/clock.js';
import { lockDirectory } from '../../src/journal/lock.js';
import { aJournal, directories } from '../support/journal.js';

const isLinux = process.platform === 'linux';

describe('lock of a directory', () => {
  const fresh = directories();
  const lockOf = (directory: string): Record<string, unknown> =>
    JSON.parse(readFileSync(join(directory, 'lock'), 'utf8')) as Record<string, unknown>;
  const write = (directory: string, owner: object): void => writeFileSync(join(directory, 'lock'), JSON.stringify(owner));

  /** The clock, and how many ms of waiting were asked of it: what a slow machine adds is not the lock's doing. */
  const counting = (): { readonly clock: Clock; waited(): number } => {
    let sum = 0;
    const after: Clock['after'] = (ms, job) => {
      sum += ms;
      return systemClock.after(ms, job);
    };
    return { clock: { ...systemClock, after }, waited: () => sum };
  };

  it('F11: refuses a second owner within 2 s, naming the process and the directory; the first is unharmed', async () => {
    const directory = fresh();
    const journal = await aJournal(directory);
    const patience = counting();
    await assert.rejects(
      aJournal(directory, { clock: patience.clock }),
      (fault: { code?: string; message: string }) =>
        fault.code === 'STORE_LOCKED' && fault.message.includes(String(process.pid)) && fault.message.includes(directory),
    );
    assert.ok(patience.waited() < 2000);
    await journal.keep('irc', ['unharmed']).durable;
    await journal.close();
    const again = await aJournal(directory);
    assert.equal(again.open().length, 1);
    await again.close();
    assert.deepEqual(readdirSync(directory).filter((name) => name.startsWith('lock')), [], 'nothing is left');
  });

  it('F11: takes over the lock of a process that was killed', async () => {
    const directory = fresh();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'ignore' });
    const lock = await lockDirectory(directory, systemClock);
    const stats = isLinux ? readFileSync(`/proc/${child.pid}/stat`, 'latin1') : '';
    const started = stats.slice(stats.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    const owner = { ...lockOf(directory), pid: child.pid, started };
    await lock.release();
    write(directory, owner);
    await assert.rejects(lockDirectory(directory, systemClock), { code: 'STORE_LOCKED' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await lockDirectory(directory, systemClock)).release();
  });

  it('F11: takes over the lock of a dead process whose id another one has now', async function () {
    if (!isLinux) return this.skip();
    const directory = fresh();
    const lock = await lockDirectory(directory, systemClock);
    const owner = lockOf(directory);
    await lock.release();
    write(directory, { ...owner, pid: process.ppid, started: '1' });
    await (await lockDirectory(directory, systemClock)).release();
  });

  it('F11: watches a lock from another container, and takes it only when nobody touches it', async function () {
    const directory = fresh();
    write(directory, { pid: 1, started: '5', space: 'pid:[elsewhere]', boot: 'x' });
    const touch = setInterval(() => utimesSync(join(directory, 'lock'), new Date(), new Date()), 300);
    const patience = counting();
    try {
      await assert.rejects(lockDirectory(directory, patience.clock), { code: 'STORE_LOCKED' });
      assert.ok(patience.waited() > 1000 && patience.waited() < 2000, String(patience.waited()));
    } finally {
      clearInterval(touch);
    }
    await (await lockDirectory(directory, systemClock)).release();
  });

  it('takes over what is no lock of ours', async function () {
    const directory = fresh();
    writeFileSync(join(directory, 'lock'), 'garbage');
    await (await lockDirectory(directory, systemClock)).release();
  });

  it('gives a directory to one of many that ask at once', async () => {
    const directory = fresh();
    write(directory, { ...(await ownOwner(directory)), pid: 999_999_999 });
    const asked = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(directory, systemClock)));
    const given = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    assert.equal(given.length, 1);
    await given[0]!.release();
  });

  async function ownOwner(directory: string): Promise<object> {
    const lock = await lockDirectory(directory, systemClock);
    const owner = lockOf(directory);
    await lock.release();
    return owner;
  }
});
