/** What is remembered of addresses that people without accounts were given. */

import type { MxcUri } from './ids.js';

/** A short address of a file (MEDIA-6). */
export interface FileAddress {
  /** 16 letters; another where it only says which event the file is of (`media/quarantine.ts`). */
  readonly id: string;
  readonly mxc: MxcUri;
  /** As it stands in the address. */
  readonly name: string;
  /** Digests of the events with which it ends. */
  readonly events: readonly string[];
  /** Digest of whose it is. */
  readonly author?: string;
  /** When it ends, ms since the epoch; absent: never. */
  readonly until?: number;
}

/** An event that was redacted: no address of it works any more (MEDIA-13). */
export interface Withdrawal {
  /** The event's digest. */
  readonly event: string;
  /** When all its addresses have ended by themselves, ms since the epoch; absent: never. */
  readonly until?: number;
}
