import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aStore } from '../support/store.js';
import { NETWORKS, storeContract } from './contract.js';

describe('store: NeDB in memory', () => storeContract(() => aStore({ networks: NETWORKS })));

describe('store: NeDB in files', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'causeway-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const open = (): ReturnType<typeof aStore> => aStore({ directory, networks: NETWORKS });
  storeContract(open, async (store) => {
    await store.close();
    return open();
  });

  it('refuses writes after close', async () => {
    const store = await open();
    await store.close();
    await assert.rejects(store.counters.next(NETWORKS[0]!, '*'), { code: 'STORE_FAULT' });
  });
});
