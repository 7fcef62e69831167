/** Opens the journal of a directory: locks it, reads what former lives left, and begins a new segment. */

import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import type { Metrics } from '../metrics/port.js';
import { BridgeError, faultText } from '../model/errors.js';
import { realDisk } from './disk.js';
import type { Disk } from './disk.js';
import { FileJournal, type FileJournalParts } from './file.js';
import { lockDirectory } from './lock.js';
import type { Journal } from './port.js';
import { replay } from './replay.js';
import { SeenIds } from './seen.js';
import { Segments } from './segments.js';
import { Trouble } from './trouble.js';

export interface JournalOptions {
  /** Made if missing; ours alone while open. */
  readonly directory: string;
  /** Bytes that segments may take before entries are refused; 1 GiB unless told. */
  readonly maxBytes?: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Another disk, for tests of what disks do. */
  readonly disk?: Disk;
}

const GIB = 2 ** 30;
const SEGMENT = 8 * 2 ** 20;

/** What is set aside of faulty lines, by `replay`. */
const SET_ASIDE = /\.corrupt-[\w.-]+$/u;

/** Its cleaning takes the copies of faulty lines too: nobody can tell of whom they speak. */
class JournalOfDirectory extends FileJournal {
  readonly #directory: string;
  readonly #disk: Disk;

  constructor(directory: string, disk: Disk, parts: FileJournalParts) {
    super(parts);
    this.#directory = directory;
    this.#disk = disk;
  }

  override async clean(): Promise<void> {
    await super.clean();
    try {
      for (const name of readdirSync(this.#directory)) if (SET_ASIDE.test(name)) this.#disk.remove(join(this.#directory, name));
    } catch (fault) {
      throw new BridgeError('JOURNAL_FAULT', `old copies are left: ${faultText(fault)}`, { cause: fault });
    }
  }
}

/**
 * Opens a journal.
 * @throws BridgeError `STORE_LOCKED` when another process has it
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { directory, maxBytes = GIB, clock, metrics, disk = realDisk } = options;
  const log = options.log.part('journal');
  const lock = await lockDirectory(directory, clock);
  let seen: SeenIds | undefined;
  try {
    seen = await SeenIds.load(directory, disk, clock);
    const known = seen;
    const begun = clock.elapsed();
    const found = await replay(directory, disk, clock.now(), log, (id) => known.add(id));
    log.info('journal open', { directory, open: found.open.length, ms: Math.round(clock.elapsed() - begun) });
    return new JournalOfDirectory(directory, disk, {
      // Random and not the time: clocks jump, and an id must never come again.
      epoch: randomBytes(8).toString('base64url'),
      next: found.next,
      maxBytes,
      held: found.open.map(({ entry: { id, lane, note }, segment, bytes }) => ({ id, lane, bytes, segment, note })),
      entries: found.open.map(({ entry }) => entry),
      seen,
      clock,
      metrics,
      trouble: (look) => new Trouble(clock, log, metrics, look),
      segments: (onFault) =>
        new Segments({ directory, disk, clock }, found.segments, Math.min(SEGMENT, Math.ceil(maxBytes / 16)), onFault),
      release: () => lock.release(),
    });
  } catch (fault) {
    seen?.close();
    await lock.release();
    throw fault;
  }
}
