/** One process at a time on a data directory (RELIABILITY F11): two would send everything twice. */

import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { link, mkdir, readFile, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep } from '../lib/clock.js';
import type { Clock } from '../lib/clock.js';
import { BridgeError } from '../model/errors.js';
import type { JsonObject } from '../model/matrix-content.js';

/** A directory that is ours until released. */
export interface DirectoryLock {
  release(): Promise<void>;
}

/** How often the owner touches its lock, and how long another one watches for that where a process id tells nothing. */
const BEAT = 500;
const WATCH = 1600;
/** Who takes over a dead one's lock holds a gate for some milliseconds; others come again, and after a while pass one that was left. */
const GATE_WAIT = 50;
const GATE_LEFT = 1000;
const TRIES = 40;

/** What a lock says of its owner. `space` and `boot` tell whether its process id means anything to us. */
interface Owner {
  readonly pid: number;
  readonly started: string;
  readonly space: string;
  readonly boot: string;
}

/**
 * Takes the directory, making it if missing. A lock whose process is dead is taken over; one from another container or
 * an earlier boot is watched for 1.6 s, and taken over when nobody touches it.
 * @throws BridgeError `STORE_LOCKED`, naming the process and the directory, within 2 s
 */
export async function lockDirectory(directory: string, clock: Clock): Promise<DirectoryLock> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'lock');
  const ours = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  await writeFile(ours, `${JSON.stringify(ownerOf(process.pid))}\n`, { mode: 0o600 });
  try {
    for (let attempt = 0; !(await claimed(ours, path)); attempt++) {
      const text = await readFile(path, 'utf8').catch(() => undefined);
      // Gone between the two looks: the next attempt takes it.
      if (text === undefined && attempt < TRIES) continue;
      const owner = parseOwner(text ?? '');
      if (attempt > TRIES || text === undefined || (await isAlive(owner, path, clock))) {
        throw new BridgeError(
          'STORE_LOCKED',
          `${directory} is in use by process ${owner?.pid ?? '(unknown)'}: stop it first, or give this one a directory of its own`,
        );
      }
      await setAside(ours, path, text, clock);
    }
  } finally {
    await unlink(ours);
  }
  const beat = clock.every(BEAT, () => {
    const now = clock.now() / 1000;
    // A lock that is gone is noticed by nobody who could help; the next owner would see a fresh one.
    utimes(path, now, now).catch(() => undefined);
  });
  return {
    release: async () => {
      beat.end();
      await unlink(path).catch(() => undefined);
    },
  };
}

/** Makes the lock in one step; false when there is one. A link, because it never replaces what is there. */
async function claimed(ours: string, path: string): Promise<boolean> {
  try {
    await link(ours, path);
    return true;
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === 'EEXIST') return false;
    throw fault;
  }
}

/** Removes a dead owner's lock, one of us at a time: else a slow one might remove the lock of a quicker one. */
async function setAside(ours: string, path: string, judged: string, clock: Clock): Promise<void> {
  const gate = `${path}.takeover`;
  if (!(await claimed(ours, gate))) {
    if (clock.now() - (await touched(gate)) > GATE_LEFT) await unlink(gate).catch(() => undefined);
    else await sleep(clock, GATE_WAIT);
    return;
  }
  try {
    if ((await readFile(path, 'utf8').catch(() => '')) === judged) await unlink(path);
  } finally {
    await unlink(gate).catch(() => undefined);
  }
}

async function isAlive(owner: Owner | undefined, path: string, clock: Clock): Promise<boolean> {
  const here = ownerOf(process.pid);
  if (owner && owner.space === here.space && owner.boot === here.boot) {
    return processExists(owner.pid) && ownerOf(owner.pid).started === owner.started;
  }
  const before = await touched(path);
  await sleep(clock, WATCH);
  return (await touched(path)) !== before;
}

async function touched(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.mtimeMs,
    () => 0,
  );
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (fault) {
    // EPERM: it exists and is another user's.
    return fault instanceof Error && 'code' in fault && fault.code === 'EPERM';
  }
}

/** What /proc tells of a process; empty strings where there is none, which then compare as the same. */
function ownerOf(pid: number): Owner {
  const stats = fromProc(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The name in brackets may hold spaces and brackets; the start time is field 22, the 20th after it. Z is a dead one's rest.
  const fields = stats.slice(stats.lastIndexOf(')') + 2).split(' ');
  const started = fields[0] === 'Z' ? 'dead' : (fields[19] ?? '');
  return {
    pid,
    started,
    space: fromProc(() => readlinkSync('/proc/self/ns/pid')),
    boot: fromProc(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')).trim(),
  };
}

function fromProc(read: () => string): string {
  try {
    return read();
  } catch {
    // Not Linux, or hidden: the process id alone must do.
    return '';
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    const { pid, started, space, boot } = JSON.parse(text) as JsonObject;
    if (typeof pid !== 'number' || !Number.isInteger(pid) || pid < 1) return undefined;
    return typeof started === 'string' && typeof space === 'string' && typeof boot === 'string'
      ? { pid, started, space, boot }
      : undefined;
  } catch {
    // Torn or foreign: it is watched instead.
    return undefined;
  }
}
