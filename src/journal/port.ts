/**
 * The journal: what was accepted and is not done, kept on disk until it is (RELIABILITY §0).
 * Both directions use it; what it holds is put back into the queues at the next start, before the listener opens.
 */

import type { Json } from '../model/matrix-content.js';

/** `<epoch>.<number>`: unique for ever, since each start of the process has an epoch of its own. ASCII, URL-safe. */
export type EntryId = string;

/** From where the entry came, so that replay puts it into the right flow. */
export type Lane = 'matrix' | 'irc' | 'synthetic';

/** One thing accepted. `body` is plain JSON; `note` is the last one taken for it, or `undefined`. */
export interface Entry {
  readonly id: EntryId;
  readonly lane: Lane;
  /** When it was accepted, ms since the epoch by our clock. */
  readonly at: number;
  readonly body: Json;
  readonly note?: Json;
}

/** Ids that are to be known again: of transactions (`txn:…`) or events (`$…`). */
export type SeenId = string;

export interface Journal {
  /**
   * Takes entries in. Their ids are known at once; `durable` resolves when they are on disk (fdatasync, gathered per
   * tick or so) and rejects with `JOURNAL_FULL` or `JOURNAL_FAULT`, after which none of them is kept. Nobody waits for
   * lane `irc`: where a sync has just ended, its entries are gathered for five milliseconds before they are written.
   * `seen` becomes known in the same step: after a crash either both the entries and the ids are there, or neither.
   */
  keep(
    lane: Lane,
    bodies: readonly Json[],
    seen?: readonly SeenId[],
  ): { readonly entries: readonly Entry[]; readonly durable: Promise<void> };
  /** Whether an id was kept before: in memory from `keep` on, after a restart if it was durable. */
  seen(id: SeenId): boolean;
  /**
   * Remembers how far an entry has come (the last note wins). Written to the file before it returns, without waiting
   * for the disk: a killed process leaves it, so at most the step between doing and noting can come twice.
   */
  note(id: EntryId, note: Json): void;
  /** The entry is done, or its author was told; harmless when repeated. Written like `note`. */
  done(id: EntryId): void;
  /** What was not done when the process ended, oldest first; asked once, at start. */
  open(): readonly Entry[];
  /** Whether entries are being refused for want of room or because the disk fails. */
  readonly full: boolean;
  /**
   * Leaves nothing on the disk of what is done; what is open is written again. Costs as much as what is open is large.
   * @throws BridgeError `JOURNAL_FAULT` when the disk fails; what it was to leave out may then still be there
   */
  clean(): Promise<void>;
  /** Writes everything out and closes. */
  close(): Promise<void>;
}
