/** Makers for tests around a journal. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/lib/clock.js';
import { quiet } from '../../src/lib/log.js';
import type { Metrics } from '../../src/metrics/port.js';
import { openJournal } from '../../src/journal/open.js';
import type { JournalOptions } from '../../src/journal/open.js';
import type { Journal } from '../../src/journal/port.js';

/** Metrics that nobody reads. */
export const noMetrics: Metrics = { count: () => undefined, time: () => undefined, set: () => undefined };

/** Gives each test that calls it a fresh directory, and deletes them all after the tests of the describe block. */
export function directories(): () => string {
  const made: string[] = [];
  after(() => made.forEach((each) => rmSync(each, { recursive: true, force: true })));
  return () => {
    const directory = mkdtempSync(join(tmpdir(), 'causeway-'));
    made.push(directory);
    return directory;
  };
}

/** Opens a journal on the real disk, with the real clock unless told. */
export function aJournal(directory: string, more: Partial<JournalOptions> = {}): Promise<Journal> {
  return openJournal({ directory, clock: systemClock, log: quiet, metrics: noMetrics, ...more });
}
