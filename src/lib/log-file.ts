/** A log file that changes by day, and never gets in the way of the bridge when it cannot be written (D8). */

import { closeSync, fstatSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Clock } from './clock.js';

export interface LogFile {
  /** Appends a line; on a fault the line is lost and the file is tried again after a minute. */
  write(text: string): void;
  /** Closes the file; the next line opens it anew (for a file that was moved away, CLI-10). */
  reopen(): void;
}

export interface LogFileOptions {
  /** Old files that are kept, named `PATH.YYYY-MM-DD`; 0 keeps all. */
  readonly maxFiles: number;
  readonly clock: Clock;
  /** Told once for each time that the file becomes unwritable. */
  readonly onFault: (fault: unknown) => void;
}

/** How long a file that failed is left alone, in ms. */
const PAUSE_MS = 60_000;

/** Makes a log file; nothing is opened before the first line. Days are those of UTC, like the times of the lines. */
export function logFile(path: string, { maxFiles, clock, onFault }: LogFileOptions): LogFile {
  let open: { readonly fd: number; readonly day: string } | undefined;
  let brokenAt: number | undefined;
  const today = (): string => dayOf(clock.now());
  const reopen = (): void => {
    const old = open;
    open = undefined;
    if (old) closeSync(old.fd);
  };
  const ready = (): number => {
    if (open && open.day !== today()) {
      const { day } = open;
      reopen();
      renameSync(path, `${path}.${day}`);
      prune(path, maxFiles);
    }
    open ??= begin(path, today());
    if (open.day !== today()) return ready();
    return open.fd;
  };
  return {
    write(text) {
      if (brokenAt !== undefined && clock.elapsed() - brokenAt < PAUSE_MS) return;
      try {
        writeSync(ready(), `${text}\n`);
        brokenAt = undefined;
      } catch (fault) {
        const first = brokenAt === undefined;
        brokenAt = clock.elapsed();
        open = undefined;
        if (first) onFault(fault);
      }
    },
    reopen,
  };
}

/** Opens for appending; a file that is there belongs to the day on which it was last written. */
function begin(path: string, today: string): { readonly fd: number; readonly day: string } {
  const fd = openSync(path, 'a', 0o640);
  const { size, mtimeMs } = fstatSync(fd);
  return { fd, day: size === 0 ? today : dayOf(mtimeMs) };
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Deletes the oldest files of earlier days until `most` are left. */
function prune(path: string, most: number): void {
  if (most === 0) return;
  const start = `${basename(path)}.`;
  const old = readdirSync(dirname(path))
    .filter((name) => name.startsWith(start) && /^\d{4}-\d\d-\d\d$/u.test(name.slice(start.length)))
    .sort();
  for (const name of old.slice(0, -most)) rmSync(join(dirname(path), name));
}
