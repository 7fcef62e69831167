/** One long text as a file: a line of JSON with what is known of it, then the text to the letter. */

import { open, readFile, rename, rm } from 'node:fs/promises';
import type { Paste } from './page.js';

/** A text, and what is kept besides it. */
export interface Kept extends Paste {
  /** Digests of the events with which it ends. */
  readonly events: readonly string[];
  /** Digest of whose it is. */
  readonly author?: string;
}

/** More than the first line ever has. */
const HEAD_BYTES = 4096;

/** The file's content. */
export function writePaste({ text, ...head }: Kept): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), Buffer.from(text)]);
}

/** Reads all of it. Throws what the disk says, and what JSON says of a faulty first line. */
export async function readPaste(path: string): Promise<Kept> {
  const file = await readFile(path, 'utf8');
  const end = file.indexOf('\n');
  return { ...headOf(file.slice(0, end)), text: file.slice(end + 1) };
}

/** Reads the first line only; `undefined`: there is none that can be read. */
export async function readPasteHead(path: string): Promise<Omit<Kept, 'text'> | undefined> {
  try {
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      const end = buffer.indexOf(0x0a);
      return end < 0 || end >= bytesRead ? undefined : headOf(buffer.toString('utf8', 0, end));
    } finally {
      await handle.close();
    }
  } catch {
    // Removed meanwhile, or written by others: it says nothing.
    return undefined;
  }
}

function headOf(line: string): Omit<Kept, 'text'> {
  const head = JSON.parse(line) as Omit<Kept, 'text'>;
  return { ...head, events: Array.isArray(head.events) ? head.events.filter((each) => typeof each === 'string') : [] };
}

/** Puts the file in the place of another at once, with this time (ms since the epoch). Throws what the disk says, and leaves nothing then. */
export async function replaceFile(path: string, bytes: Buffer, at: number): Promise<void> {
  const fresh = `${path}.new`;
  const time = new Date(at);
  try {
    const handle = await open(fresh, 'w', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.utimes(time, time);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, path);
  } catch (fault) {
    // On a full disk half a file would take what room there is.
    await rm(fresh, { force: true }).catch(() => undefined);
    throw fault;
  }
}
