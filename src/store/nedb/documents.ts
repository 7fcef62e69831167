/** One NeDB file: read by field, written in one go for all who wait, memory and disk always the same. */

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

/** What is written, and dropped. */
interface Wish {
  readonly put?: readonly Doc[];
  readonly drop?: readonly Doc[];
}

/** Somebody who waits for his change. */
interface Waiting {
  readonly decide: () => Promise<Wish>;
  readonly done: () => void;
  readonly failed: (fault: unknown) => void;
}

/** Changes made in memory: the lines that the file is still to get, and how each is taken back, last one first. */
interface Made {
  readonly lines: Doc[];
  readonly undo: (() => Promise<unknown>)[];
}

export class Documents {
  readonly #path: string | undefined;
  readonly #file: File;
  readonly #log: Log;
  /** Bytes of the file, while nothing is being written; and after it was last written anew. */
  #size: number;
  #compacted: number;
  /** Writes go one after the other, so that taking one back cannot undo another. */
  #writes: Promise<void> = Promise.resolve();
  /** Those who come while the file is being written; they are written together. */
  #waiting: Waiting[] = [];
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

  /** The ids of all documents of a type, without copies of them. */
  ids(type: string): readonly unknown[] {
    return this.#file.getAllData().flatMap((doc) => (doc['type'] === type ? [doc['id']] : []));
  }

  /** Writes a document: in the place of the one with its `_id`, otherwise as a new one. */
  put(doc: Doc): Promise<void> {
    return this.change(() => Promise.resolve({ put: [doc] }));
  }

  /**
   * Decides and writes in one step, between which nobody else writes. What is to be put is written first.
   * @throws BridgeError `STORE_FAULT` when the disk fails; nothing of the change stays then
   */
  change(decide: () => Promise<Wish>): Promise<void> {
    return new Promise((done, failed) => {
      if (this.#waiting.push({ decide, done, failed }) > 1) return;
      this.#writes = this.#writes.then(() => this.#writeAll());
    });
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

  /** One append for all who wait: hundreds of people may come at once, and each wants his ident on disk first. */
  async #writeAll(): Promise<void> {
    const all = this.#waiting;
    this.#waiting = [];
    const made: Made = { lines: [], undo: [] };
    const decided: Waiting[] = [];
    for (const one of all) {
      try {
        const mine = await this.#decide(one);
        made.lines.push(...mine.lines);
        made.undo.push(...mine.undo);
        decided.push(one);
      } catch (fault) {
        // He hears of it; the others are not stopped by it.
        one.failed(fault);
      }
    }
    try {
      await this.#write(made);
      for (const { done } of decided) done();
    } catch (fault) {
      for (const { failed } of decided) failed(fault);
    }
  }

  /** Makes a change in memory; on a fault nothing of it stays. */
  async #decide({ decide }: Waiting): Promise<Made> {
    if (this.#closed) throw new BridgeError('STORE_FAULT', 'the store is closed');
    const { put = [], drop = [] } = await decide();
    const made: Made = { lines: [], undo: [] };
    try {
      await this.#inMemory(async () => {
        for (const doc of put) await this.#put(doc, made);
        for (const { _id } of drop) if (_id !== undefined) await this.#drop(_id, made);
      });
    } catch (fault) {
      await this.#takeBack(made);
      throw this.#fault(fault);
    }
    return made;
  }

  async #put(doc: Doc, { lines, undo }: Made): Promise<void> {
    const whole = { ...doc, _id: doc._id ?? randomBytes(8).toString('hex') };
    const { _id } = whole;
    const before = doc._id === undefined ? undefined : await this.#file.findOne<Doc>({ _id });
    if (before) await this.#file.updateOne({ _id }, doc);
    else await this.#file.insertOne(whole);
    undo.push(() => (before ? this.#file.updateOne({ _id }, before) : this.#file.removeOne({ _id }, {})));
    lines.push(whole);
  }

  async #drop(_id: string, { lines, undo }: Made): Promise<void> {
    const before = await this.#file.findOne<Doc>({ _id });
    if (!before) return;
    await this.#file.removeOne({ _id }, {});
    undo.push(() => this.#file.insertOne(before));
    lines.push({ $$deleted: true, _id });
  }

  /** Writes what was made in memory; when the disk fails it is taken back there (RELIABILITY L19). */
  async #write(made: Made): Promise<void> {
    if (this.#path === undefined || made.lines.length === 0) return;
    try {
      await this.#file.persistence.persistNewStateAsync(made.lines);
    } catch (fault) {
      await this.#takeBack(made);
      // Half a line may be left, onto which the next good one would be written.
      await truncate(this.#path, this.#size).catch((why: unknown) =>
        this.#log.error('half a line may be left in the store', { file: this.#path, why: faultText(why) }),
      );
      throw this.#fault(fault);
    }
    this.#size = (await stat(this.#path)).size;
    if (this.#size > 2 * this.#compacted + SLACK) await this.#compact(this.#path);
  }

  #takeBack({ undo }: Made): Promise<void> {
    return this.#inMemory(async () => {
      for (const step of undo.reverse()) await step();
    });
  }

  /** Does work on the documents of which the file is not to know. */
  async #inMemory(work: () => Promise<void>): Promise<void> {
    const { persistence } = this.#file;
    persistence.inMemoryOnly = true;
    try {
      await work();
    } finally {
      persistence.inMemoryOnly = this.#path === undefined;
    }
  }

  #fault(cause: unknown): BridgeError {
    return new BridgeError('STORE_FAULT', `cannot write ${this.#path ?? 'the store'}: ${faultText(cause)}`, { cause });
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
