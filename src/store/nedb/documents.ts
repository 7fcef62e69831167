/** One NeDB file: read by field, written one document at a time, memory and disk always the same. */

import { randomBytes } from 'node:crypto';
import { stat, truncate } from 'node:fs/promises';
import type { Clock } from '../../lib/clock.js';
import type { Log } from '../../lib/log.js';
import { BridgeError, faultText } from '../../model/errors.js';
import { loadFile } from './file.js';
import type { Doc, File, FileShape } from './file.js';
import { dropDuplicates, prepareFile } from './guard.js';

/** A file is written anew when it has grown by this much, and to twice what it was. */
const SLACK = 4 * 1024 * 1024;

export class Documents {
  readonly #path: string | undefined;
  readonly #file: File;
  readonly #log: Log;
  /** Bytes of the file, while nothing is being written; and after it was last written anew. */
  #size: number;
  #compacted: number;
  /** Writes go one after the other, so that taking one back cannot undo another. */
  #writes: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(path: string | undefined, file: File, log: Log, size: number) {
    this.#path = path;
    this.#file = file;
    this.#log = log;
    this.#size = size;
    this.#compacted = size;
  }

  /**
   * Opens a file, setting aside what is faulty in it.
   * @throws BridgeError `STORE_FAULT` when it cannot be read or written
   */
  static async open(shape: FileShape, clock: Clock, log: Log): Promise<Documents> {
    const { path, unique } = shape;
    try {
      if (path === undefined) return new Documents(path, await loadFile(shape), log, 0);
      await prepareFile(path, unique, clock.now(), log);
      const file = await loadFile(shape).catch(async (fault: unknown) => {
        const twice = fault instanceof Error && 'errorType' in fault && fault.errorType === 'uniqueViolated';
        if (!twice || unique === undefined) throw fault;
        await dropDuplicates(path, unique, clock.now(), log);
        return loadFile(shape);
      });
      return new Documents(path, file, log, (await stat(path)).size);
    } catch (fault) {
      throw new BridgeError('STORE_FAULT', `cannot open ${path ?? 'the store'}: ${faultText(fault)}`, { cause: fault });
    }
  }

  /** Documents whose fields have these values; a field may be a path such as `data.origin`. */
  async find(fields: Readonly<Record<string, string>>): Promise<readonly Doc[]> {
    return this.#file.find<Doc>(fields);
  }

  /** Writes a document: in the place of the one with its `_id`, otherwise as a new one. */
  put(doc: Doc): Promise<void> {
    return this.change(() => Promise.resolve({ put: [doc] }));
  }

  /**
   * Decides and writes in one step, between which nobody else writes. What is to be put is written first.
   * @throws BridgeError `STORE_FAULT` when the disk fails; what was written of the change stays
   */
  change(decide: () => Promise<{ readonly put?: readonly Doc[]; readonly drop?: readonly Doc[] }>): Promise<void> {
    const write = this.#writes.then(async () => {
      if (this.#closed) throw new BridgeError('STORE_FAULT', 'the store is closed');
      const { put = [], drop = [] } = await decide();
      for (const doc of put) await this.#put(doc);
      for (const { _id } of drop) if (_id !== undefined) await this.#drop(_id);
    });
    // Whoever asked hears of a fault; the next write is not stopped by it.
    this.#writes = write.catch(() => undefined);
    return write;
  }

  /**
   * Writes the file anew, so that nothing of what was removed or replaced is left in it.
   * @throws BridgeError `STORE_FAULT` when the disk fails; the old file stays in use then
   */
  compact(): Promise<void> {
    const path = this.#path;
    const write = this.#writes.then(async () => {
      if (path === undefined || this.#closed) return;
      try {
        await this.#file.compactDatafileAsync();
      } catch (fault) {
        throw new BridgeError('STORE_FAULT', `cannot write ${path} anew: ${faultText(fault)}`, { cause: fault });
      }
      this.#size = (await stat(path)).size;
      this.#compacted = this.#size;
    });
    this.#writes = write.catch(() => undefined);
    return write;
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await this.#writes;
    this.#closed = true;
  }

  async #put(doc: Doc): Promise<void> {
    const { _id = randomBytes(8).toString('hex') } = doc;
    const before = await this.#file.findOne<Doc>({ _id });
    if (before) {
      await this.#write(
        () => this.#file.updateOne({ _id }, doc),
        () => this.#file.updateOne({ _id }, before),
      );
    } else {
      await this.#write(
        () => this.#file.insertOne({ ...doc, _id }),
        () => this.#file.removeOne({ _id }, {}),
      );
    }
  }

  async #drop(_id: string): Promise<void> {
    const before = await this.#file.findOne<Doc>({ _id });
    if (!before) return;
    await this.#write(
      () => this.#file.removeOne({ _id }, {}),
      () => this.#file.insertOne(before),
    );
  }

  /** NeDB changes its memory first and leaves it so when the disk fails (RELIABILITY L19): then we take it back. */
  async #write(work: () => Promise<unknown>, back: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (fault) {
      await this.#takeBack(back);
      throw new BridgeError('STORE_FAULT', `cannot write ${this.#path ?? 'the store'}: ${faultText(fault)}`, { cause: fault });
    }
    if (this.#path === undefined) return;
    this.#size = (await stat(this.#path)).size;
    if (this.#size > 2 * this.#compacted + SLACK) await this.#compact(this.#path);
  }

  async #takeBack(back: () => Promise<unknown>): Promise<void> {
    const { persistence } = this.#file;
    persistence.inMemoryOnly = true;
    try {
      await back();
    } finally {
      persistence.inMemoryOnly = this.#path === undefined;
    }
    if (this.#path === undefined) return;
    // Half a line may be left, onto which the next good one would be written.
    await truncate(this.#path, this.#size).catch((fault: unknown) =>
      this.#log.error('half a line may be left in the store', { file: this.#path, why: faultText(fault) }),
    );
  }

  async #compact(path: string): Promise<void> {
    try {
      await this.#file.compactDatafileAsync();
      this.#size = (await stat(path)).size;
    } catch (fault) {
      // The old file is whole and stays in use; it is tried again after as much growth.
      this.#log.warn('store file not written anew', { file: path, why: faultText(fault) });
    }
    this.#compacted = this.#size;
  }
}
