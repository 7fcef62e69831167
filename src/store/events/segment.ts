/** One file of pairs: written at its end, read by offset; its index in memory holds a few bytes for each pair. */

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { LineSplitter } from '../../lib/line-splitter.js';
import { type EventPair, hashNumber } from '../../model/event-pair.js';
import { LONGEST, readPair, writePair } from './line.js';

/** No file has as much: of garbage without line ends, all is one line. */
const MOST_BYTES = 1 << 30;

/** Bytes that are changed before others get their turn. */
const TOGETHER = 1 << 16;

/** What a pair is found by. */
export const eventKey = (event: string): string => `e ${event}`;
export const msgidKey = (network: string, msgid: string): string => `m ${network} ${msgid}`;

export class Segment {
  readonly path: string | undefined;
  /** Pairs in it, and when the first and the last were made (ms since the epoch). */
  count = 0;
  first = Infinity;
  last = -Infinity;
  readonly #file: FileHandle | undefined;
  readonly #offsets = new Map<number, number | number[]>();
  /** Bytes that the file will have once all is written, and those it has. */
  #end = 0;
  #written = 0;
  /** What is not written yet: all there is where there is no file. */
  readonly #waiting = new Map<number, string>();

  private constructor(path: string | undefined, file: FileHandle | undefined) {
    this.path = path;
    this.#file = file;
  }

  /** Opens a file, made if missing; what a crash tore at its end is cut off. Without a path all stays in memory. */
  static async open(path: string | undefined): Promise<Segment> {
    if (path === undefined) return new Segment(undefined, undefined);
    const segment = new Segment(path, await open(path, constants.O_RDWR | constants.O_CREAT, 0o600));
    await segment.#load();
    return segment;
  }

  /** Bytes that wait to be written. */
  get waiting(): number {
    return this.#file ? this.#end - this.#written : 0;
  }

  add(pair: EventPair, line: string): void {
    this.#waiting.set(this.#end, line);
    this.#index(pair, this.#end);
    this.#end += Buffer.byteLength(line);
  }

  /** Writes what waits; rejects when the disk fails, and what was to be written goes on waiting. */
  async write(): Promise<void> {
    if (!this.#file || this.#waiting.size === 0) return;
    const batch = [...this.#waiting.keys()];
    const data = Buffer.from([...this.#waiting.values()].join(''));
    for (let done = 0; done < data.length;) {
      done += (await this.#file.write(data, done, data.length - done, this.#written + done)).bytesWritten;
    }
    this.#written += data.length;
    for (const offset of batch) this.#waiting.delete(offset);
  }

  /** The pairs that may be what is looked for, oldest first: the caller compares. Rejects when the disk fails. */
  async find(key: string): Promise<EventPair[]> {
    const found = this.#offsets.get(hashNumber(key));
    const offsets = found === undefined ? [] : typeof found === 'number' ? [found] : found;
    const pairs = await Promise.all(offsets.map(async (offset) => readPair(await this.#lineAt(offset))));
    return pairs.filter((pair) => pair !== undefined);
  }

  /**
   * Puts another pair, no longer than it, in the place of each, or none; those that come meanwhile are left alone.
   * @param change gives the very same pair to let it be
   */
  async change(change: (pair: EventPair) => EventPair | undefined): Promise<void> {
    const changed = (line: string): string | undefined => {
      const pair = readPair(line);
      const now = pair && change(pair);
      if (!pair || now === pair) return undefined;
      const text = now ? writePair(now).trimEnd() : '';
      // Offsets stay; white space behind a line means nothing, and a line of it is no pair.
      return `${text}${' '.repeat(Math.max(0, Buffer.byteLength(line.trimEnd()) - Buffer.byteLength(text)))}\n`;
    };
    for (const [offset, line] of this.#waiting) {
      const now = changed(line);
      if (now !== undefined) this.#waiting.set(offset, now);
    }
    const news: [offset: number, line: string][] = [];
    await this.#eachLine((bytes, offset) => {
      const now = offset < this.#written ? changed(bytes.toString('utf8')) : undefined;
      if (now !== undefined) news.push([offset, now]);
    }, TOGETHER);
    for (const [offset, line] of news) await this.#file?.write(Buffer.from(line), 0, undefined, offset);
    await this.#file?.sync();
  }

  async close(): Promise<void> {
    await this.#file?.sync();
    await this.#file?.close();
  }

  async #lineAt(offset: number): Promise<string> {
    const waiting = this.#waiting.get(offset);
    if (waiting !== undefined) return waiting;
    const data = Buffer.alloc(LONGEST);
    const { bytesRead } = (await this.#file?.read(data, 0, LONGEST, offset)) ?? { bytesRead: 0 };
    const end = data.subarray(0, bytesRead).indexOf(0x0a);
    return data.toString('utf8', 0, Math.max(0, end));
  }

  #index(pair: EventPair, offset: number): void {
    this.count++;
    this.first = Math.min(this.first, pair.at);
    this.last = Math.max(this.last, pair.at);
    for (const key of [eventKey(pair.event), msgidKey(pair.network, pair.msgid)]) {
      const hash = hashNumber(key);
      const before = this.#offsets.get(hash);
      if (before === undefined) this.#offsets.set(hash, offset);
      else if (typeof before === 'number') this.#offsets.set(hash, [before, offset]);
      else before.push(offset);
    }
  }

  async #load(): Promise<void> {
    const { whole, size } = await this.#eachLine((bytes, offset) => {
      const pair = readPair(bytes.toString('utf8'));
      if (pair) this.#index(pair, offset);
    });
    this.#end = this.#written = whole;
    if (whole < size) await this.#file?.truncate(whole);
  }

  /** Tells each whole line; gives how many bytes those are, and how many there are. */
  async #eachLine(onLine: (bytes: Buffer, offset: number) => void, together = 1 << 20): Promise<{ readonly whole: number; readonly size: number }> {
    let whole = 0;
    const lines = new LineSplitter((bytes) => {
      onLine(bytes, whole);
      whole += bytes.length + 1;
    }, MOST_BYTES);
    const data = Buffer.alloc(together);
    let size = 0;
    for (let read = 1; this.#file && read > 0; size += read) {
      ({ bytesRead: read } = await this.#file.read(data, 0, data.length, size));
      lines.push(Buffer.from(data.subarray(0, read)));
    }
    return { whole, size };
  }
}
