/** Looks at a NeDB file before the library does, which would drop what it cannot read without a word. */

import { createReadStream } from 'node:fs';
import { appendFile, constants, copyFile, open, rename, stat } from 'node:fs/promises';
import { LineSplitter } from '../../lib/line-splitter.js';
import type { Log } from '../../lib/log.js';
import type { JsonObject } from '../../model/matrix-content.js';
import { oneLine } from './file.js';

/** A longer line is garbage. */
const LONGEST = 64 * 1024 * 1024;

/**
 * Makes a file fit for loading: a copy `.bak` of what was there before we ever opened it, faulty lines moved to
 * `.corrupt-<date>`, and line ends inside strings escaped. A missing or empty file is fit.
 * @param unique the field by which no two documents may be the same
 * @param now ms since the epoch
 */
export async function prepareFile(path: string, unique: string | undefined, now: number, log: Log): Promise<void> {
  // A process that was killed while it wrote the file anew has left the new one under this name, whole.
  if (!(await exists(path)) && (await exists(`${path}~`))) await rename(`${path}~`, path);
  if (!(await exists(path)) || (await stat(path)).size === 0) return;
  if (!(await exists(`${path}.bak`))) await copyFile(path, `${path}.bak`, constants.COPYFILE_EXCL);
  const found = { unfit: 0, indexes: 0 };
  await eachLine(path, (text) => {
    const doc = parseDoc(text);
    if (doc === undefined || text !== oneLine(withoutMark(text))) found.unfit++;
    else if (doc['$$indexCreated'] !== undefined && text.includes(JSON.stringify(unique))) found.indexes++;
  });
  if (found.unfit > 0) await rewrite(path, now, log, (text) => parseDoc(text) !== undefined);
  // Without it the library would write the file anew, in another order, before it finds two documents of the same id.
  const index = { $$indexCreated: { fieldName: unique, unique: true, sparse: false } };
  if (unique !== undefined && found.indexes === 0) await appendFile(path, `\n${JSON.stringify(index)}\n`);
}

/** Sets aside all but the last of the documents that have the same value in `field`. */
export async function dropDuplicates(path: string, field: string, now: number, log: Log): Promise<void> {
  const values = new Map<string, unknown>();
  await eachLine(path, (text) => {
    const doc = parseDoc(text);
    if (typeof doc?.['_id'] !== 'string') return;
    // Deleted and set again, so that the order is that of the last line of each.
    values.delete(doc['_id']);
    if (doc['$$deleted'] !== true) values.set(doc['_id'], doc[field]);
  });
  const lasts = new Map<unknown, string>();
  for (const [id, value] of values) lasts.set(value, id);
  const stay = new Set(lasts.values());
  await rewrite(path, now, log, (text) => {
    const id = parseDoc(text)?.['_id'];
    return typeof id !== 'string' || stay.has(id) || !values.has(id);
  });
}

/** Copies the lines that may stay to a new file, the others aside, and puts the new one in the place of the old one. */
async function rewrite(path: string, now: number, log: Log, stays: (text: string) => boolean): Promise<void> {
  const aside = `${path}.corrupt-${new Date(now).toISOString().replaceAll(':', '-')}`;
  const fresh = `${path}.new`;
  const file = await open(fresh, 'w', 0o600);
  let kept: string[] = [];
  let gone: string[] = [];
  let lines = 0;
  const flush = async (): Promise<void> => {
    await file.appendFile(kept.join(''));
    if (gone.length > 0) await appendFile(aside, gone.join(''), { mode: 0o600 });
    kept = [];
    gone = [];
  };
  try {
    await eachLine(
      path,
      (text) => {
        if (stays(text)) kept.push(`${oneLine(withoutMark(text))}\n`);
        else {
          gone.push(`${text}\n`);
          lines++;
        }
      },
      flush,
    );
    await flush();
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
  if (lines > 0) log.warn('faulty lines of the store set aside', { file: path, lines, aside });
}

/** Tells each line that is not blank; `between` is waited for now and then, so that nothing piles up. */
async function eachLine(path: string, onLine: (text: string) => void, between?: () => Promise<void>): Promise<void> {
  const lines = new LineSplitter((bytes) => {
    const text = bytes.toString('utf8');
    if (text.trim() !== '') onLine(text);
  }, LONGEST);
  // A stream of bytes: its pieces are Buffers.
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    lines.push(piece);
    await between?.();
  }
  lines.end();
}

/** Reads a line as NeDB means it: a document, its removal, or an index; `undefined` for what NeDB would drop. */
function parseDoc(text: string): JsonObject | undefined {
  let value: unknown;
  try {
    value = JSON.parse(withoutMark(text));
  } catch {
    // Torn or garbage: the caller sets it aside.
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const doc = value as JsonObject;
  const isDoc = typeof doc['_id'] === 'string' && doc['_id'] !== '';
  return isDoc || doc['$$indexCreated'] !== undefined || typeof doc['$$indexRemoved'] === 'string' ? doc : undefined;
}

/** Without the byte order mark that an editor may have put before the first line. */
function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (fault: unknown) => {
      if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return false;
      throw fault;
    },
  );
}
