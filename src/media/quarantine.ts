/** Has Synapse lock files away whose messages somebody else than their author deleted: what moderators do (MEDIA-13). */

import type { Homeserver } from '../homeserver/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { faultText, isFault } from '../model/errors.js';
import type { FileAddress } from '../model/file-address.js';
import type { MxcUri } from '../model/ids.js';
import type { FileAddressStore } from '../store/port.js';

export interface QuarantineNeeds {
  readonly homeserver: Pick<Homeserver, 'quarantine'>;
  /** Keeps which file is of which event, under ids that no address has; those without an author are to be locked away. */
  readonly store: Pick<FileAddressStore, 'file' | 'addFile'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A message that is deleted later keeps its file. */
const KEPT_MS = 30 * 86_400_000;
/** Files of one event. */
const MOST = 8;
/** Redactions that are remembered for files of which we hear later. */
const MOST_ORDERS = 10_000;

/** No digest of anybody: the file is locked away, and its row only waits to be forgotten. */
const DONE = 'done';

export class Quarantine {
  readonly #needs: QuarantineNeeds;
  /** By event, who deleted it. */
  readonly #orders = new BoundedMap<string, string>(MOST_ORDERS);
  readonly #due = new BoundedMap<string, FileAddress>(MOST_ORDERS);
  /** One look at the store after the other. */
  #work: Promise<void> = Promise.resolve();
  #round: Promise<void> | undefined;
  /** What was logged, until it works. */
  #complaint: string | undefined;

  constructor(needs: QuarantineNeeds) {
    this.#needs = needs;
  }

  /** Remembers a file that is shown by these events (digests), and whose it is; nothing waits for it. */
  note(events: readonly string[], mxc: MxcUri, author: string): void {
    const until = this.#needs.clock.now() + KEPT_MS;
    for (const event of events) void this.#inTurn(() => this.#keep({ event, mxc, author, until }));
  }

  /** An event was deleted: resolves when it is on disk which files are to be locked away. That is done behind. */
  async order(event: string, by: string): Promise<void> {
    this.#orders.set(event, by);
    await this.#inTurn(async () => {
      for (const row of await this.#rowsOf(event)) await this.#judge(row, event);
    });
    this.retry();
  }

  /** Takes up what an earlier life has left; `events` are digests of what was deleted. */
  async load(events: readonly string[]): Promise<void> {
    await this.#inTurn(async () => {
      for (const event of events) {
        for (const row of await this.#rowsOf(event)) if (row.author === undefined) this.#due.set(row.id, row);
      }
    });
    this.retry();
  }

  /** Tries what is left to be done; nothing waits for it. */
  retry(): void {
    if (this.#due.size > 0) this.#round ??= this.#run().finally(() => (this.#round = undefined));
  }

  /** Waits for the disk. */
  async close(): Promise<void> {
    await this.#work;
    await this.#round;
  }

  async #keep({ event, mxc, author, until }: { event: string; mxc: MxcUri; author: string; until: number }): Promise<void> {
    const rows = await this.#rowsOf(event);
    const free = Array.from({ length: MOST }, (_, at) => idOf(event, at)).find((id) => !rows.some((row) => row.id === id));
    if (free === undefined || rows.some((row) => row.mxc === mxc)) return;
    const row = { id: free, mxc, name: 'file', events: [event], author, until };
    await this.#needs.store.addFile(row);
    await this.#judge(row, event);
    this.retry();
  }

  /** What its own author deletes stays with him: he may show it elsewhere, and others the same picture. */
  async #judge({ author, ...row }: FileAddress, event: string): Promise<void> {
    const by = this.#orders.get(event);
    if (author === undefined || author === DONE || by === undefined || author === by) return;
    this.#due.set(row.id, row);
    await this.#needs.store.addFile(row);
  }

  async #rowsOf(event: string): Promise<FileAddress[]> {
    const rows = await Promise.all(Array.from({ length: MOST }, (_, at) => this.#needs.store.file(idOf(event, at))));
    return rows.filter((row) => row !== undefined);
  }

  async #run(): Promise<void> {
    const { homeserver, store, log } = this.#needs;
    for (const [id, row] of this.#due) {
      try {
        await homeserver.quarantine(row.mxc);
        this.#due.delete(id);
        this.#complaint = undefined;
        log.info('file quarantined', { file: row.mxc });
        await store.addFile({ ...row, author: DONE, until: 0 });
      } catch (fault) {
        if (isFault(fault, 'STOPPING')) return;
        const why = faultText(fault);
        if (why !== this.#complaint) log.warn('deleted files are not quarantined; it is tried again every hour', { why });
        this.#complaint = why;
        // What ails one ails all.
        return;
      }
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work).catch((fault: unknown) => {
      this.#needs.log.error('not kept which files are to be quarantined', { why: faultText(fault) });
    });
    return this.#work;
  }
}

function idOf(event: string, at: number): string {
  return `of ${event} ${at}`;
}
