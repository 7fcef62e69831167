import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDirectory } from '../../src/journal/lock.js';
import { systemClock } from '../../src/lib/clock.js';
import { quiet } from '../../src/lib/log.js';
import { asNetworkName } from '../../src/model/irc-names.js';
import { networkKeys } from '../../src/store/nedb/network-keys.js';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/port.js';

describe('opening a store', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'causeway-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const open = (connectionString: string, engine: 'nedb' | 'postgres' = 'nedb'): Promise<Store> =>
    openStore({
      database: { engine, connectionString },
      networks: [asNetworkName('irc.example.org')],
      events: { maxEntries: 1000, ttlDays: 30 },
      lock: (each) => lockDirectory(each, systemClock),
      clock: systemClock,
      log: quiet,
    });

  it('CFG-70, DB-2: makes the directory and the three files', async () => {
    const store = await open(`nedb://${directory}/deep/data`);
    await store.close();
    assert.deepEqual(readdirSync(join(directory, 'deep/data')).sort(), ['accounts.db', 'aside.db', 'events', 'fates.db', 'media.db', 'rooms.db', 'user-activity.db', 'users.db']);
  });

  it('DB-1: takes a path relative to the working directory', async () => {
    const before = process.cwd();
    process.chdir(directory);
    try {
      await (await open('nedb://data')).close();
    } finally {
      process.chdir(before);
    }
    assert.ok(readdirSync(join(directory, 'data')).includes('rooms.db'));
  });

  it('F11: refuses a directory that is open already, and gives it back at close', async () => {
    const store = await open(`nedb://${directory}`);
    await assert.rejects(open(`nedb://${directory}`), { code: 'STORE_LOCKED' });
    await store.close();
    await (await open(`nedb://${directory}`)).close();
  });

  it('says that PostgreSQL is not there yet, and that nothing was touched', async () => {
    await assert.rejects(open('postgres://user:hunter2@localhost/db', 'postgres'), (fault: { code?: string; message: string }) => {
      assert.equal(fault.code, 'CONFIG_FAULT');
      assert.match(fault.message, /PostgreSQL is not in this version yet.*[Nn]othing was touched/u);
      return !fault.message.includes('hunter2');
    });
  });
});

describe('names of networks in documents', () => {
  /** Sentence, networks of the configuration, the key of each. */
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['dots are underscores, as in mairc', ['irc.libera.chat', 'localhost'], ['irc_libera_chat', 'localhost']],
    ['so are they beside underscores', ['irc_net.example'], ['irc_net_example']],
    ['DB-4: two that would be the same are kept apart', ['a.b', 'a_b'], ['a_b', 'a%5fb']],
    ['DB-4: and so are three', ['a.b.c', 'a_b.c', 'a.b_c'], ['a_b_c', 'a%5fb_c', 'a_b%5fc']],
  ];
  for (const [sentence, names, keys] of rows) {
    it(sentence, () => {
      const networks = names.map(asNetworkName);
      assert.deepEqual(networks.map(networkKeys(networks)), keys);
    });
  }
});
