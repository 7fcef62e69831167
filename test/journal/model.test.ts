import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Entry, Journal, Lane } from '../../src/journal/port.js';
import { TestClock } from '../support/clock.js';
import { diskFault, FaultyDisk } from '../support/disk.js';
import { aJournal, directories } from '../support/journal.js';

type Step =
  | { readonly do: 'keep'; readonly lane: Lane; readonly sizes: readonly number[]; readonly wait: boolean }
  | { readonly do: 'note' | 'done'; readonly which: number }
  | { readonly do: 'turn' | 'tick' | 'fullDisk' | 'roomAgain' | 'brokenSync' | 'restart' }
  | { readonly do: 'kill' | 'powerCut'; readonly part: number };

const lane = fc.constantFrom<Lane[]>('matrix', 'irc', 'synthetic');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('keep' as const),
      lane,
      sizes: fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 4 }),
      wait: fc.boolean(),
    }),
  },
  { weight: 10, arbitrary: fc.record({ do: fc.constantFrom('note' as const, 'done' as const, 'done' as const), which: fc.nat(30) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('turn' as const, 'turn' as const, 'tick' as const, 'restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('fullDisk' as const, 'brokenSync' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('roomAgain' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('kill' as const, 'powerCut' as const), part: fc.double({ min: 0, max: 1, noNaN: true }) }) },
);

/** What the model knows of one entry. */
interface Known {
  readonly entry: Entry;
  readonly seen: string;
  /** How keeping it went; `undefined`: nobody knows yet. */
  kept: boolean | undefined;
  note: number | undefined;
  done: boolean;
}

/** A journal and what should be in it. */
class Run {
  readonly clock = new TestClock();
  readonly known: Known[] = [];
  disk = new FaultyDisk();
  /** Whether marks were made that the disk did not take. */
  owes = false;
  #count = 0;
  #directory: string;
  readonly #fresh: () => string;
  readonly #maxBytes: number;
  #journal: Journal | undefined;

  /** @param maxBytes few: then segments are small, often full, and entries are carried on */
  constructor(fresh: () => string, maxBytes: number) {
    this.#fresh = fresh;
    this.#maxBytes = maxBytes;
    this.#directory = fresh();
  }

  async begin(): Promise<void> {
    this.#journal = await aJournal(this.#directory, { maxBytes: this.#maxBytes, disk: this.disk, clock: this.clock });
  }

  get journal(): Journal {
    assert.ok(this.#journal);
    return this.#journal;
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'keep':
        return this.#keep(step.lane, step.sizes, step.wait);
      case 'note':
      case 'done': {
        const open = this.known.filter(({ kept, done }) => kept !== false && !done);
        const known = open[step.which % Math.max(1, open.length)];
        if (known) this.#mark(known, step.do);
        return;
      }
      case 'turn':
        return new Promise((resolve) => setImmediate(resolve));
      case 'tick':
        return this.clock.advance(1000);
      case 'fullDisk':
        this.disk.room = 100;
        return;
      case 'brokenSync':
        this.disk.syncFault = diskFault('EIO');
        return;
      case 'roomAgain':
        this.disk.room = Infinity;
        this.disk.syncFault = undefined;
        return;
      case 'restart':
        return this.restart();
      case 'kill':
      case 'powerCut':
        return this.#crash(step.do, step.part);
    }
  }

  /** Stops, starts, and finds all and only what should be there. */
  async restart(): Promise<void> {
    this.#heal();
    await this.clock.advance(1000);
    await this.journal.close();
    await settled();
    await this.begin();
    await this.#check('exact');
  }

  async end(): Promise<void> {
    this.#heal();
    await this.journal.close();
    rmSync(this.#directory, { recursive: true });
  }

  async #keep(lane: Lane, sizes: readonly number[], wait: boolean): Promise<void> {
    const seen = `$${this.#count++}`;
    const bodies = sizes.map((size, n) => ({ n, text: 'ü'.repeat(size / 4) }));
    const { entries, durable } = this.journal.keep(lane, bodies, [seen]);
    const knowns = entries.map((entry): Known => ({ entry, seen, kept: undefined, note: undefined, done: false }));
    this.known.push(...knowns);
    const settle = (kept: boolean): void => knowns.forEach((each) => (each.kept = kept));
    const kept = durable.then(
      () => settle(true),
      () => settle(false),
    );
    let over = !wait;
    void kept.then(() => (over = true));
    // Lines from IRC may be gathered for some milliseconds.
    while (!over) await this.clock.advance(5);
  }

  #mark(known: Known, what: 'note' | 'done'): void {
    if (what === 'note') this.journal.note(known.entry.id, (known.note = this.#count++));
    else {
      this.journal.done(known.entry.id);
      known.done = true;
    }
    if (this.disk.room !== Infinity) this.owes = true;
  }

  #heal(): void {
    this.disk.room = Infinity;
    this.disk.syncFault = undefined;
    this.owes = false;
  }

  /**
   * Ends the process without a word: what was written is there (kill), or of each file at least what was synced and at
   * most what was written (power cut).
   */
  async #crash(how: 'kill' | 'powerCut', part: number): Promise<void> {
    const copy = this.#fresh();
    mkdirSync(copy, { recursive: true });
    const judged = this.known.map((each) => ({ ...each }));
    for (const name of readdirSync(this.#directory)) {
      if (name === 'lock') continue;
      const from = join(this.#directory, name);
      copyFileSync(from, join(copy, name));
      const size = statSync(from).size;
      const synced = this.disk.synced.get(from) ?? (this.#old.has(from) ? size : 0);
      if (how === 'powerCut' && name.endsWith('.log')) truncateSync(join(copy, name), synced + Math.floor((size - synced) * part));
    }
    const owed = this.owes;
    this.#heal();
    const left = this.journal;
    const leftDirectory = this.#directory;
    this.known.splice(0, Infinity, ...judged);
    this.#directory = copy;
    this.disk = new FaultyDisk();
    await this.begin();
    this.#old = new Set(readdirSync(copy).map((name) => join(copy, name)));
    await this.#check(how === 'kill' && !owed ? 'killed' : 'cut');
    await left.close();
    rmSync(leftDirectory, { recursive: true });
  }

  /** Files of former lives, which are on the disk whole. */
  #old = new Set<string>();

  /**
   * Compares what is open with what should be.
   * @param how `exact`: all marks count; `killed`: all but done marks of the irc lane do; `cut`: marks may be missing
   */
  async #check(how: 'exact' | 'killed' | 'cut'): Promise<void> {
    const open = this.journal.open();
    const byId = new Map(open.map((entry) => [entry.id, entry]));
    assert.equal(byId.size, open.length, 'none comes twice');
    const wanted = this.known.filter(({ entry }) => byId.has(entry.id)).map(({ entry }) => entry.id);
    assert.deepEqual(open.map(({ id }) => id), wanted, 'in order of acceptance, and none that was never kept');
    for (const each of this.known) {
      const { entry, kept, done, note, seen } = each;
      const found = byId.get(entry.id);
      if (kept === false) assert.equal(found, undefined, 'refused, so not there');
      if (kept === true && !done) assert.ok(found, `${entry.id} was kept and is not done`);
      if (done && (how === 'exact' || (how === 'killed' && entry.lane !== 'irc'))) assert.equal(found, undefined, 'done');
      if (found) {
        assert.deepEqual(found.body, entry.body);
        assert.equal(found.at, entry.at);
        if (how !== 'cut') assert.equal(found.note, note);
        assert.ok(this.journal.seen(seen), 'an entry that is there brings its id');
      }
      const known = this.journal.seen(seen);
      if (kept !== undefined) assert.equal(known, kept, 'the id of what was kept, and not of what was refused');
      // Killed before anybody knew: the whole call is there or nothing of it.
      if (kept === undefined && known && !done) assert.ok(found, 'kept together');
      each.kept = known;
      each.done = found === undefined;
      each.note = typeof found?.note === 'number' ? found.note : undefined;
    }
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('journal against a simple model', () => {
  const fresh = directories();

  it('F1, D3, D4: whatever is done and however it ends, what was kept is there and what was done is not', async function () {
    this.timeout(600_000);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 80, size: 'max' }), fc.constantFrom(5_000, 15_000), async (steps, most) => {
        const run = new Run(fresh, most);
        await run.begin();
        for (const each of steps) await run.take(each);
        await run.restart();
        await run.end();
      }),
      { numRuns: Number(process.env["MODEL_RUNS"] ?? 100) },
    );
  });
});
