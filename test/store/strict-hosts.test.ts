import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLog, quiet } from '../../src/lib/log.js';
import { StrictHostsFile } from '../../src/store/strict-hosts.js';

describe('store/strict-hosts', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'causeway-test-'));
    path = join(directory, 'tls-hosts.json');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const host = (until: number): [string, { port: number; seconds: number; until: number }] => ['irc.test', { port: 6697, seconds: 60, until }];

  it('R15: gives back what was kept last, however quickly it followed', async () => {
    const file = new StrictHostsFile(path, quiet);
    assert.equal((await file.read()).size, 0);
    for (let until = 1; until <= 50; until++) file.keep(new Map([host(until)]));
    await file.settled();
    assert.deepEqual(await new StrictHostsFile(path, quiet).read(), new Map([host(50)]));
    file.keep(new Map());
    await file.settled();
    assert.equal(readFileSync(path, 'utf8'), '{}');
  });

  for (const text of ['', '[', 'null', '{"irc.test":{"port":"6697"}}', '{"irc.test":null}']) {
    it(`a file of ${JSON.stringify(text)} is told, and nothing is known`, async () => {
      writeFileSync(path, text);
      const told: string[] = [];
      const file = new StrictHostsFile(path, makeLog('error', (line) => void told.push(JSON.stringify(line))));
      assert.equal((await file.read()).size, 0);
      assert.equal(told.length, 1);
    });
  }

  it('a disk that takes nothing is told, and stops nobody', async () => {
    const told: string[] = [];
    const file = new StrictHostsFile(join(directory, 'none', 'x.json'), makeLog('error', (line) => void told.push(JSON.stringify(line))));
    file.keep(new Map([host(1)]));
    await file.settled();
    assert.equal(told.length, 1);
  });
});
