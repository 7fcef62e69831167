/** A Journal in memory, which a test can fill up, make fail, and carry over a crash. */

import { BridgeError } from '../../src/model/errors.js';
import type { Json } from '../../src/model/matrix-content.js';
import type { Entry, EntryId, Journal, Lane, SeenId } from '../../src/journal/port.js';

export class MemoryJournal implements Journal {
  /** Set by a test: entries are refused from now on. */
  full = false;
  /** Set by a test: the next `keep` is refused although the journal did not say `full`. */
  refuseNext = false;
  /** Ids of entries that are done, in order. */
  readonly finished: EntryId[] = [];
  readonly #epoch: number;
  #next = 0;
  readonly #open = new Map<EntryId, Entry>();
  readonly #seen: Set<SeenId>;

  constructor(epoch = 0, open: readonly Entry[] = [], seen: Iterable<SeenId> = []) {
    this.#epoch = epoch;
    this.#seen = new Set(seen);
    for (const entry of open) this.#open.set(entry.id, entry);
  }

  keep(lane: Lane, bodies: readonly Json[], seen: readonly SeenId[] = []): ReturnType<Journal['keep']> {
    const entries = bodies.map((body) => ({ id: `${this.#epoch}.${this.#next++}`, lane, at: 0, body: copy(body) }));
    if (this.full || this.refuseNext) {
      this.refuseNext = false;
      const durable = Promise.reject(new BridgeError('JOURNAL_FULL', 'full'));
      durable.catch(() => undefined);
      return { entries, durable };
    }
    for (const entry of entries) this.#open.set(entry.id, entry);
    for (const id of seen) this.#seen.add(id);
    return { entries, durable: Promise.resolve() };
  }

  /** Keeps one body and gives its entry. */
  keepOne(lane: Lane, body: unknown): Entry {
    const [entry] = this.keep(lane, [body as Json]).entries;
    if (!entry) throw new Error('keep gave no entry');
    return entry;
  }

  seen(id: SeenId): boolean {
    return this.#seen.has(id);
  }

  note(id: EntryId, note: Json): void {
    const entry = this.#open.get(id);
    if (entry) this.#open.set(id, { ...entry, note: copy(note) });
  }

  done(id: EntryId): void {
    if (this.#open.delete(id)) this.finished.push(id);
  }

  open(): readonly Entry[] {
    return [...this.#open.values()];
  }

  /** The note of an open entry. */
  noteOf(id: EntryId): Json | undefined {
    return this.#open.get(id)?.note;
  }

  /** What the next life of the process finds. */
  afterCrash(): MemoryJournal {
    return new MemoryJournal(this.#epoch + 1, this.open(), this.#seen);
  }

  async clean(): Promise<void> {
    await Promise.resolve();
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }
}

/** As it would come back from a file: what is not JSON shows here. */
function copy(json: Json): Json {
  return JSON.parse(JSON.stringify(json)) as Json;
}
