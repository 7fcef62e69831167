/** audit.jsonl of the data directory: a JSON line for each thing done about an account, the newest few MiB (SYN-17). */

import { appendFile, open, readFile, rename, stat } from 'node:fs/promises';
import type { Log } from '../lib/log.js';
import { BridgeError, faultText } from '../model/errors.js';
import type { AuditRow } from '../model/audit-row.js';
import { parseUserId, type UserId } from '../model/ids.js';
import type { AuditTrail } from './port.js';

/** Of each of the two files, in bytes: when the first is full it takes the place of the second. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Rows that wait for a disk that does not write; of more the oldest are in the log alone. */
const MOST_WAITING = 50_000;

export class AuditFile implements AuditTrail {
  readonly #paths: readonly [now: string, before: string];
  readonly #log: Log;
  readonly #mostBytes: number;
  #size: number | undefined;
  #waiting: AuditRow[] = [];
  /** Reading and writing, one after the other. */
  #tail: Promise<void> = Promise.resolve();

  /** Nothing is opened before the first row. @param path of the first file; the second one's ends in `.1` */
  constructor(path: string, log: Log, mostBytes = MOST_BYTES) {
    this.#paths = [path, `${path}.1`];
    this.#log = log;
    this.#mostBytes = mostBytes;
  }

  add(row: AuditRow): void {
    if (this.#waiting.push(row) > MOST_WAITING) this.#waiting.shift();
    // All that come while one write is under way are the next one.
    if (this.#waiting.length === 1) void this.#inTurn(() => this.#write());
  }

  async all(): Promise<readonly AuditRow[]> {
    let rows: readonly AuditRow[] = [];
    await this.#inTurn(async () => {
      rows = [...(await linesOf(this.#paths[1])), ...(await linesOf(this.#paths[0]))].flatMap((line) => rowOf(line) ?? []);
    });
    return rows;
  }

  async forget(people: ReadonlySet<UserId>): Promise<void> {
    this.#waiting = this.#waiting.filter(({ person }) => !people.has(person));
    let failed: unknown;
    await this.#inTurn(async () => {
      for (const path of this.#paths) failed ??= await without(path, people).then(() => undefined, (fault: unknown) => fault);
      this.#size = undefined;
    });
    if (failed !== undefined) throw new BridgeError('STORE_FAULT', `audit not written: ${faultText(failed)}`, { cause: failed });
  }

  /** Resolves when all is written, or cannot be. */
  close(): Promise<void> {
    return this.#inTurn(() => Promise.resolve());
  }

  /** `work` must not reject. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#tail = this.#tail.then(work);
    return this.#tail;
  }

  async #write(): Promise<void> {
    const rows = this.#waiting;
    this.#waiting = [];
    let text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    const [now, before] = this.#paths;
    try {
      if (this.#size === undefined) {
        this.#size = await stat(now).then(({ size }) => size, () => 0);
        // The last line may be torn, by a crash or a full disk.
        if (this.#size > 0) text = `\n${text}`;
      }
      if (this.#size > 0 && this.#size + Buffer.byteLength(text) > this.#mostBytes) {
        await rename(now, before);
        this.#size = 0;
      }
      await appendFile(now, text, { mode: 0o600 });
      this.#size += Buffer.byteLength(text);
    } catch (fault) {
      // Nothing waits for it, and the log has the same.
      this.#size = undefined;
      this.#log.warn('audit not written', { rows: rows.length, why: faultText(fault) });
    }
  }
}

async function linesOf(path: string): Promise<readonly string[]> {
  try {
    return (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return [];
    throw fault;
  }
}

/** `undefined`: no row, such as one that a crash has torn. */
function rowOf(line: string): AuditRow | undefined {
  try {
    const row = JSON.parse(line) as Partial<Record<keyof AuditRow, unknown>> | null;
    // Written by us, so the rest holds.
    return row && parseUserId(row.person) ? (row as AuditRow) : undefined;
  } catch {
    // Nobody can say any more what stood there.
    return undefined;
  }
}

/** Writes a file anew without the rows of these people, and without what is torn: that may be theirs. */
async function without(path: string, people: ReadonlySet<UserId>): Promise<void> {
  const lines = await linesOf(path);
  const kept = lines.filter((line) => {
    const row = rowOf(line);
    return row !== undefined && !people.has(row.person);
  });
  if (kept.length === lines.length) return;
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(kept.map((line) => `${line}\n`).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}

/** The same in memory, for a store without a directory. */
export class MemoryAudit implements AuditTrail {
  rows: AuditRow[] = [];

  add(row: AuditRow): void {
    this.rows.push(row);
  }

  all(): Promise<readonly AuditRow[]> {
    return Promise.resolve([...this.rows]);
  }

  forget(people: ReadonlySet<UserId>): Promise<void> {
    this.rows = this.rows.filter(({ person }) => !people.has(person));
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
