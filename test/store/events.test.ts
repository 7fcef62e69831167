import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quiet } from '../../src/lib/log.js';
import { EventLog } from '../../src/store/events/event-log.js';
import { TestClock } from '../support/clock.js';
import { aStore } from '../support/store.js';
import { eventStoreContract, pair } from './events.js';

const DAY_MS = 86_400_000;

describe('event store in memory', () => eventStoreContract(() => aStore()));

describe('event store in files', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'causeway-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const open = (more: { maxEntries?: number; ttlDays?: number; clock?: TestClock } = {}): Promise<EventLog> =>
    EventLog.open({ directory, maxEntries: 1000, ttlDays: 30, clock: new TestClock(), log: quiet, ...more });
  const files = (): string[] => readdirSync(directory).sort();
  const written = (): string =>
    files()
      .map((name) => {
        try {
          return readFileSync(join(directory, name), 'utf8');
        } catch {
          // Just forgotten.
          return '';
        }
      })
      .join('');
  /** Adds, each as a line by itself comes, and waits until all is on disk. */
  const add = async (events: EventLog, from: number, to: number, at?: number): Promise<void> => {
    for (let n = from; n < to; n++) {
      events.add(pair(n, at === undefined ? {} : { at }));
      if (n % 5 === 0 || n === to - 1) while (!written().includes(`$event${n}"`)) await new Promise((resolve) => setImmediate(resolve));
    }
  };

  eventStoreContract(
    async () => {
      const events = await open();
      return { events, close: () => events.close() };
    },
    async () => {
      const events = await open();
      return { events, close: () => events.close() };
    },
  );

  it('DB-10: never holds more than maxEntries, and forgets the oldest first', async () => {
    const events = await open({ maxEntries: 80 });
    await add(events, 0, 300);
    await events.close();
    const again = await open({ maxEntries: 80 });
    const kept = files().reduce((sum, name) => sum + readFileSync(join(directory, name), 'utf8').split('\n').length - 1, 0);
    assert.ok(kept <= 80 && kept >= 60, String(kept));
    assert.deepEqual(await again.ofEvent(pair(100).event), []);
    assert.equal((await again.ofEvent(pair(299).event)).length, 1);
    await again.close();
  });

  it('DB-10: what is older than ttlDays is not found, and its file goes', async () => {
    const clock = new TestClock();
    const start = clock.now();
    const events = await open({ clock, ttlDays: 8 });
    await add(events, 0, 1, start);
    await add(events, 1, 2, start + 2 * DAY_MS);
    await clock.advance(9 * DAY_MS);
    assert.deepEqual(await events.ofEvent(pair(0).event), []);
    assert.equal((await events.ofEvent(pair(1).event)).length, 1);
    await events.close();
  });

  it('DB-10, F4: a torn last line and garbage in between cost only themselves', async () => {
    const events = await open();
    await add(events, 0, 3);
    await events.close();
    const file = join(directory, files()[0] ?? '');
    appendFileSync(file, 'garbage\n[1,2,"\n');
    appendFileSync(file, '[0,1735689600000,"$torn');
    const again = await open();
    await add(again, 4, 6);
    await again.close();
    const third = await open();
    for (const n of [0, 2, 4, 5]) assert.equal((await third.ofEvent(pair(n).event)).length, 1, String(n));
    await third.close();
  });

  it('DB-10: maxEntries 0 keeps nothing', async () => {
    const events = await open({ maxEntries: 0 });
    events.add(pair(1));
    assert.deepEqual(await events.ofEvent(pair(1).event), []);
    await events.close();
  });

  it('DB-10: no text of what was said is on the disk', async () => {
    const events = await open();
    await add(events, 1, 2);
    await events.close();
    assert.ok(!readFileSync(join(directory, files()[0] ?? ''), 'utf8').includes('text 1'));
  });
});
