/** Takes away segments whose entries are done, and carries on what keeps an old one from going. */

import { carriedFrom } from './gathering.js';
import type { Gathering } from './gathering.js';
import type { HeldEntries } from './held.js';
import type { SeenIds } from './seen.js';
import type { Segments } from './segments.js';

/** What tidying needs of the journal. */
export interface ToTidy {
  readonly segments: Segments;
  readonly seen: SeenIds;
  readonly open: HeldEntries;
  /** So many dead bytes may lie about before open entries are worth writing again. */
  readonly mostDead: () => number;
  /** Writes again what was carried; resolves when it is on disk. */
  readonly write: (carried: Gathering) => Promise<void>;
}

/**
 * Works from the oldest segment on, and never takes one from the middle: marks lie in later segments than their entries,
 * so an entry could come back to life.
 */
export async function tidy({ segments, seen, open, mostDead, write }: ToTidy): Promise<void> {
  // Those there are now: what is carried on makes new ones, after which this must not run for ever.
  const { last } = segments;
  for (let { oldest } = segments; oldest && oldest.number <= last; { oldest } = segments) {
    if (oldest.open > 0) {
      if (!oldest.tainted && segments.total - open.bytes <= mostDead()) return;
      await write(await carriedFrom(oldest, open));
      // What cannot be read again (a disk that lost it since the start) stays until it is done.
      if (oldest.open > 0) return;
    }
    await seen.save();
    segments.removeOldest();
  }
}
