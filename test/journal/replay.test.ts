import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeLog } from '../../src/lib/log.js';
import type { LogLine } from '../../src/lib/log.js';
import { aJournal, directories } from '../support/journal.js';

const A = '{"k":"aaaa.1","l":"matrix","t":1000,"b":["a","b"],"s":["$1"]}\n';
const B = '{"k":"aaaa.3","l":"irc","t":1001,"b":[{"c":1}],"s":["$2"]}\n';
const NOTE = '{"n":"aaaa.2","v":[1]}\n';
const DONE = '{"d":"aaaa.1"}\n';
const page = '\0'.repeat(4096);

/** Sentence, content of the only segment, bodies open afterwards, how much is set aside (`none`: no file). */
const rows: readonly (readonly [string, string, readonly unknown[], string])[] = [
  ['whole lines', A + B + NOTE + DONE, ['b', { c: 1 }], 'none'],
  ['no bytes', '', [], 'none'],
  ['a torn last line', A + B.slice(0, 30), ['a', 'b'], B.slice(0, 30)],
  ['a last line that is whole but for its end', A + B.slice(0, -1), ['a', 'b'], B.slice(0, -1)],
  ['a torn mark', A + DONE.slice(0, 5), ['a', 'b'], DONE.slice(0, 5)],
  ['a page of NULs at the end', A + page, ['a', 'b'], page],
  ['a page of NULs inside, which takes the line behind it', `${A}${page}${B}${NOTE}`, ['a', 'b'], page + B.slice(0, -1)],
  ['a page of NULs inside, with a line end', `${A}${page}\n${B}`, ['a', 'b', { c: 1 }], page],
  ['garbage between lines', `${A}\x07\xff{{not json\n${B}`, ['a', 'b', { c: 1 }], '\x07\xff{{not json'],
  ['JSON that is none of ours', `${A}[1]\n"x"\n7\nnull\n{"k":7}\n${B}`, ['a', 'b', { c: 1 }], '[1]\n"x"\n7\nnull\n{"k":7}'],
  ['ids that are none', `${A}{"d":"../../x"}\n{"k":"a.b","l":"irc","t":1,"b":[1]}\n`, ['a', 'b'], '{"d":"../../x"}\n{"k":"a.b","l":"irc","t":1,"b":[1]}'],
  ['a lane that is none', `${A}${B.replace('irc', 'xmpp')}`, ['a', 'b'], B.replace('irc', 'xmpp').slice(0, -1)],
  ['line ends of Windows', (A + B).replaceAll('\n', '\r\n'), ['a', 'b', { c: 1 }], 'none'],
  ['a byte order mark', `\uFEFF${A}${B}`, ['a', 'b', { c: 1 }], 'none'],
  ['blank lines', `\n\n${A}   \n${B}\n`, ['a', 'b', { c: 1 }], 'none'],
  ['the same line twice', A + A + B, ['a', 'b', { c: 1 }], 'none'],
  ['marks for nothing', `{"d":"bbbb.9"}\n{"n":"bbbb.9","v":1}\n${A}`, ['a', 'b'], 'none'],
];

describe('journal replay', () => {
  const fresh = directories();
  const asideIn = (directory: string): string[] => readdirSync(directory).filter((name) => name.includes('.corrupt-'));

  for (const [sentence, text, bodies, aside] of rows) {
    it(`D2: starts with ${sentence}`, async () => {
      const directory = fresh();
      const lines: LogLine[] = [];
      const log = makeLog('warn', (line) => lines.push(line));
      writeFileSync(join(directory, '00000007.log'), text, 'latin1');
      if (text.startsWith('\uFEFF')) writeFileSync(join(directory, '00000007.log'), text);
      const journal = await aJournal(directory, { log });
      const open = journal.open();
      assert.deepEqual(open.map(({ body }) => body), bodies);
      if (text.includes('$1')) assert.equal(journal.seen('$1'), true);
      const [name] = asideIn(directory);
      if (aside === 'none') assert.equal(name, undefined);
      else assert.equal(readFileSync(join(directory, name!), 'latin1').trimEnd(), aside);
      assert.equal(lines.length, aside === 'none' ? 0 : 1, 'one warning for what is set aside');
      await journal.close();

      // What was set aside is not found again, and the rest is still there.
      const again = await aJournal(directory);
      assert.deepEqual(again.open(), open);
      assert.equal(asideIn(directory).length, aside === 'none' ? 0 : 1);
      const kept = again.keep('irc', ['new']);
      await kept.durable;
      const numbers = [...open, ...kept.entries].map(({ id }) => Number(id.split('.')[1]));
      assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b), 'numbers grow over all lives');
      await again.close();
    });
  }

  it('D2: sets a segment aside that cannot be read at all, and reads the others', async () => {
    const directory = fresh();
    writeFileSync(join(directory, '00000001.log'), A);
    mkdirSync(join(directory, '00000002.log'));
    writeFileSync(join(directory, '00000003.log'), B);
    const journal = await aJournal(directory);
    assert.deepEqual(journal.open().map(({ body }) => body), ['a', 'b', { c: 1 }]);
    assert.equal(asideIn(directory).length, 1);
    await journal.close();
  });

  it('reads marks in later segments than their entries, and notes of entries that were carried on', async () => {
    const directory = fresh();
    writeFileSync(join(directory, '00000001.log'), A + B);
    writeFileSync(join(directory, '00000002.log'), `${NOTE}{"c":"aaaa.2","l":"matrix","t":1000,"b":"b","v":[2]}\n`);
    writeFileSync(join(directory, '00000003.log'), `${DONE}{"c":"zzzz.9","l":"irc","t":1,"b":"z"}\n`);
    const journal = await aJournal(directory);
    assert.deepEqual(journal.open().map(({ id, note }) => [id, note]), [
      ['aaaa.2', [2]],
      ['aaaa.3', undefined],
      ['zzzz.9', undefined],
    ]);
    await journal.close();
  });

  it('leaves other files alone', async () => {
    const directory = fresh();
    const names = ['note.txt', '1.log', '00000001.log.bak', 'sts.json'];
    for (const name of names) writeFileSync(join(directory, name), 'hello');
    const journal = await aJournal(directory);
    await journal.close();
    for (const name of names) assert.equal(readFileSync(join(directory, name), 'utf8'), 'hello');
  });

  it('starts from the copy of a directory in which another journal goes on', async () => {
    const [from, to] = [fresh(), fresh()];
    const journal = await aJournal(from);
    await journal.keep('irc', ['x']).durable;
    for (const name of readdirSync(from)) if (name !== 'lock') copyFileSync(join(from, name), join(to, name));
    const copy = await aJournal(to);
    assert.deepEqual(copy.open().map(({ body }) => body), ['x']);
    await copy.close();
    await journal.close();
  });
});
