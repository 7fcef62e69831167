import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLog } from '../../src/lib/log.js';
import type { LogLine } from '../../src/lib/log.js';
import { parseRoomId, parseUserId } from '../../src/model/ids.js';
import { asNetworkName, parseChannelName } from '../../src/model/irc-names.js';
import type { Link } from '../../src/model/link.js';
import type { Store } from '../../src/store/port.js';
import { aStore } from '../support/store.js';

const network = asNetworkName('irc.example.org');
const link = (name: string): Link => ({
  network,
  channel: parseChannelName(name)!,
  room: parseRoomId('!a:hs')!,
  origin: 'alias',
});
const line = (name: string, _id: string, more: object = {}): string =>
  `${JSON.stringify({
    id: `!a:hs irc.example.org ${name}`,
    remote_id: `irc.example.org ${name}`,
    matrix_id: '!a:hs',
    remote: { domain: 'irc.example.org', channel: name, type: 'channel', ...more },
    matrix: { extras: {} },
    data: { origin: 'alias' },
    _id,
  })}\n`;
const many = (count: number): string => Array.from({ length: count }, (_, n) => line(`#c${n}`, `id${n}`)).join('');
const index = '{"$$indexCreated":{"fieldName":"id","unique":true,"sparse":false}}\n';
const channelsOf = async (store: Store): Promise<string[]> => (await store.links.all()).map(({ channel }) => channel).sort();

describe('store: faulty files', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'causeway-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const path = (name: string): string => join(directory, name);
  const aside = (): string[] => readdirSync(directory).filter((name) => name.includes('.corrupt-'));

  /** Sentence, content of rooms.db, links afterwards, what is set aside. */
  const rows: readonly (readonly [string, string | Buffer, number, string])[] = [
    ['a torn last line in a file of one', many(1) + line('#x', 'x').slice(0, 40), 1, line('#x', 'x').slice(0, 40)],
    ['a torn last line in a file of five', many(5) + line('#x', 'x').slice(0, 40), 5, line('#x', 'x').slice(0, 40)],
    ['garbage in a file of one', `garbage\n${many(1)}`, 1, 'garbage'],
    ['garbage in a file of five', `${many(5)}{"_id":\n`, 5, '{"_id":'],
    ['garbage in a file of a hundred', `${many(100)}\x01\x02\n`, 100, '\x01\x02'],
    ['garbage alone', 'garbage', 0, 'garbage'],
    ['a page of NULs', `${many(5)}${'\0'.repeat(4096)}`, 5, '\0'.repeat(4096)],
    ['documents without an id of their own', `${many(2)}{"id":"a"}\n7\nnull\n`, 2, '{"id":"a"}\n7\nnull'],
    ['no bytes', '', 0, ''],
    ['line ends of Windows', many(5).replaceAll('\n', '\r\n'), 5, ''],
    ['a byte order mark', Buffer.from(`\uFEFF${many(5)}`), 5, ''],
    ['two documents of the same id', index + line('#c', 'old') + line('#c', 'new', { key: 'k' }), 1, line('#c', 'old').trimEnd()],
    ['two documents of the same id, without an index', line('#c', 'old') + line('#c', 'new', { key: 'k' }), 1, line('#c', 'old').trimEnd()],
    ['a document written twice', line('#c', 'one') + line('#c', 'one', { key: 'k' }), 1, ''],
  ];
  for (const [sentence, content, links, set] of rows) {
    it(`D2: starts with ${sentence}`, async () => {
      const lines: LogLine[] = [];
      writeFileSync(path('rooms.db'), content);
      const store = await aStore({ directory, log: makeLog('warn', (each) => lines.push(each)) });
      assert.equal((await store.links.all()).length, links);
      if (sentence.includes('same id') || sentence.includes('twice')) assert.equal((await store.links.all())[0]?.key, 'k');
      await store.links.add(link('#added'));
      await store.close();
      assert.equal(aside().length, set === '' ? 0 : 1);
      if (set !== '') assert.equal(readFileSync(path(aside()[0]!), 'utf8').trimEnd(), set);
      assert.equal(lines.length, set === '' ? 0 : 1);
      const again = await aStore({ directory });
      assert.equal((await again.links.all()).length, links + 1);
      assert.equal(aside().length, set === '' ? 0 : 1, 'nothing is found faulty twice');
      await again.close();
    });
  }

  it('keeps documents of the predecessor that hold what NeDB takes for a line end', async () => {
    writeFileSync(path('rooms.db'), line('#c', 'one', { key: 'a\u2028b\u0085c\u2029d' }));
    const store = await aStore({ directory });
    assert.equal((await store.links.all())[0]?.key, 'a\u2028b\u0085c\u2029d');
    await store.close();
    assert.equal(aside().length, 0);
  });

  it('D5: uses what an interrupted rewriting left, whichever file is whole', async () => {
    writeFileSync(path('rooms.db~'), many(3));
    const renamed = await aStore({ directory });
    assert.equal((await renamed.links.all()).length, 3);
    await renamed.close();
    writeFileSync(path('rooms.db~'), many(3).slice(0, 100));
    writeFileSync(path('rooms.db.new'), many(3).slice(0, 50));
    const whole = await aStore({ directory });
    assert.equal((await whole.links.all()).length, 3);
    await whole.close();
  });

  it('says plainly when a file cannot be read, and touches nothing', async () => {
    mkdirSync(path('users.db'));
    writeFileSync(path('rooms.db'), many(1));
    await assert.rejects(aStore({ directory }), (fault: { code?: string; message: string }) => {
      return fault.code === 'STORE_FAULT' && fault.message.includes('users.db');
    });
  });

  it('L19: a write that fails is not in memory either, and the next one works', async () => {
    const store = await aStore({ directory });
    await store.links.add({ ...link('#there'), key: 'before' });
    await store.counters.next(network, '*');
    // No disk is at hand that fails: a directory in the place of the file cannot be written to.
    for (const name of ['rooms.db', 'users.db']) {
      renameSync(path(name), path(`${name}.away`));
      mkdirSync(path(name));
    }
    await assert.rejects(store.links.add(link('#new')), { code: 'STORE_FAULT' });
    await assert.rejects(store.links.add(link('#there')), { code: 'STORE_FAULT' });
    await assert.rejects(store.links.remove(link('#there')), { code: 'STORE_FAULT' });
    await assert.rejects(store.links.moveRoom(link('#there').room, parseRoomId('!b:hs')!), { code: 'STORE_FAULT' });
    await assert.rejects(store.counters.next(network, '*'), { code: 'STORE_FAULT' });
    const unchanged = [{ ...link('#there'), key: 'before' }];
    const together = [store.links.add(link('#one')), store.links.remove(link('#there')), store.links.add(link('#one'))];
    const outcomes = await Promise.allSettled(together);
    assert.deepEqual(outcomes.map(({ status }) => status), ['rejected', 'rejected', 'rejected'], 'written together');
    assert.deepEqual(await store.links.all(), unchanged);
    for (const name of ['rooms.db', 'users.db']) {
      rmdirSync(path(name));
      renameSync(path(`${name}.away`), path(name));
    }
    assert.deepEqual(await store.links.all(), unchanged);
    await store.links.add(link('#new'));
    assert.equal(await store.counters.next(network, '*'), 2);
    await store.close();
    const again = await aStore({ directory });
    assert.deepEqual(await channelsOf(again), ['#new', '#there']);
    await again.close();
  });

  it('D1: on a disk that is really full, memory and disk agree, and it goes on when there is room', async function () {
    const disk = path('disk');
    mkdirSync(disk);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', disk]);
    if (mounted.status !== 0) return this.skip();
    try {
      const store = await aStore({ directory: disk });
      const person = parseUserId('@a:hs')!;
      await store.links.add(link('#before'));
      const free = 256 * 1024 - readdirSync(disk).reduce((sum, name) => sum + Math.max(4096, statSync(join(disk, name)).size), 0);
      writeFileSync(join(disk, 'filler'), Buffer.alloc(Math.max(0, free - 8192)));
      const added: string[] = ['#before'];
      let fault: unknown;
      for (let n = 0; fault === undefined && n < 500; n++) {
        await store.links.add({ ...link(`#c${n}`), key: 'k'.repeat(300) }).then(
          () => added.push(`#c${n}`),
          (why: unknown) => (fault = why),
        );
      }
      assert.ok(fault, 'the disk was full at last');
      assert.deepEqual(await channelsOf(store), added.sort());
      await store.people.sawPerson(person, 1).catch(() => undefined);
      rmSync(join(disk, 'filler'));
      await store.links.add(link('#after'));
      await store.close();
      const again = await aStore({ directory: disk });
      assert.deepEqual(await channelsOf(again), [...added, '#after'].sort());
      assert.deepEqual(readdirSync(disk).filter((name) => name.includes('corrupt')), [], 'no half line was left');
      await again.close();
    } finally {
      spawnSync('umount', [disk]);
    }
  });

  it('writes a file anew when it has grown by much, so that it stays small', async function () {
    this.timeout(60_000);
    const store = await aStore({ directory });
    const key = 'k'.repeat(100_000);
    for (let n = 0; n < 100; n++) await store.links.add({ ...link('#c'), key: `${key}${n}` });
    assert.ok(statSync(path('rooms.db')).size < 5 * 2 ** 20);
    await store.close();
    const again = await aStore({ directory });
    assert.equal((await again.links.all())[0]?.key, `${key}99`);
    await again.close();
  });
});
