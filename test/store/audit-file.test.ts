import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quiet } from '../../src/lib/log.js';
import type { AuditRow } from '../../src/model/audit-row.js';
import type { UserId } from '../../src/model/ids.js';
import { AuditFile } from '../../src/store/audit-file.js';
import { ALICE, CAROL, listeningLog } from '../support/make.js';

const row = (request: string, person: UserId = ALICE): AuditRow => ({
  at: '2025-01-01T00:00:00.000Z',
  person,
  request,
  deeds: ['await'],
});

describe('store/audit-file (SYN-17)', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'causeway-audit-'));
    path = join(directory, 'audit.jsonl');
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const requests = async (file: AuditFile): Promise<string[]> => (await file.all()).map(({ request }) => request);

  it('keeps rows in order, as JSON lines, also over a restart; nothing is there before the first', async () => {
    const file = new AuditFile(path, quiet);
    assert.deepEqual([await file.all(), existsSync(path)], [[], false]);
    for (const request of ['1', '2', '3']) file.add(row(request));
    await file.close();
    const again = new AuditFile(path, quiet);
    again.add(row('4'));
    assert.deepEqual(await requests(again), ['1', '2', '3', '4']);
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8').split('\n')[0]!), row('1'));
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it('is bounded: the oldest rows go', async () => {
    const bytes = Buffer.byteLength(JSON.stringify(row('100'))) + 1;
    const file = new AuditFile(path, quiet, 10 * bytes);
    for (let n = 100; n < 150; n++) {
      file.add(row(`${n}`));
      await file.close();
    }
    assert.deepEqual(await requests(file), Array.from({ length: 20 }, (_, n) => `${130 + n}`));
    assert.ok(statSync(path).size + statSync(`${path}.1`).size <= 20 * bytes);
  });

  it('SYN-10: forgets people in both files and what still waits, and what is torn', async () => {
    const bytes = Buffer.byteLength(JSON.stringify(row('1'))) + 1;
    const killed = new AuditFile(path, quiet, 3 * bytes);
    for (const [request, person] of [['1', ALICE], ['2', CAROL], ['3', ALICE], ['4', CAROL]] as const) {
      killed.add(row(request, person));
      await killed.close();
    }
    const file = new AuditFile(path, quiet, 5 * bytes);
    appendFileSync(path, `{"at":"2025","person":"${ALICE}","req`);
    file.add(row('5', ALICE));
    file.add(row('6', CAROL));
    await file.forget(new Set([ALICE]));
    assert.deepEqual(await requests(file), ['2', '4', '6']);
    const text = readFileSync(path, 'utf8') + readFileSync(`${path}.1`, 'utf8');
    assert.ok(!text.includes(ALICE));
    file.add(row('7', CAROL));
    assert.deepEqual(await requests(file), ['2', '4', '6', '7']);
  });

  it('D8: a disk that does not write holds nothing up, and is said', async () => {
    writeFileSync(join(directory, 'file'), '');
    const { log, lines } = listeningLog();
    const file = new AuditFile(join(directory, 'file', 'audit.jsonl'), log);
    file.add(row('1'));
    await file.close();
    assert.deepEqual(lines.map(({ event, fields }) => [event, fields['rows']]), [['audit not written', 1]]);
  });
});
