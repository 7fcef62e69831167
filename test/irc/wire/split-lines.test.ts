/** R4: lines are the same whatever pieces they come in. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { knownEncoding, lineDecoder } from '../../../src/irc/wire/decode-line.js';
import { LineSplitter, MOST_LINE_BYTES } from '../../../src/irc/wire/split-lines.js';

const decode = lineDecoder();

function split(pieces: readonly Buffer[]): { readonly lines: string[]; readonly ok: boolean } {
  const lines: string[] = [];
  const splitter = new LineSplitter((buf, start, end) => lines.push(decode(buf, start, end)));
  return { ok: pieces.every((piece) => splitter.push(piece)), lines };
}

/** Cuts into pieces of the given sizes, the rest in one. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return [...pieces, bytes.subarray(at)];
}

const HOSTILE = Buffer.from(':a!b@c PRIVMSG #c :h\u00e9 \u20ac \u{1f600}\r\n\r\n\n\rPING :a\rb\0c\r\r\n\0\nPONG\n:x JOIN #\u00e9\r\nhalf');
const LINES = [':a!b@c PRIVMSG #c :h\u00e9 \u20ac \u{1f600}', 'PING :abc', '', 'PONG', ':x JOIN #\u00e9'];

describe('split-lines', () => {
  it('R4: every split into two and three, and byte for byte', () => {
    for (let at = 0; at <= HOSTILE.length; at++) {
      assert.deepEqual(split(cut(HOSTILE, [at])), { ok: true, lines: LINES }, `split at ${at}`);
      for (const more of [1, 2, 3]) assert.deepEqual(split(cut(HOSTILE, [at, more])).lines, LINES);
    }
    assert.deepEqual(split(cut(HOSTILE, new Array<number>(HOSTILE.length).fill(1))).lines, LINES);
  });

  it('R4: any bytes in any pieces', () => {
    const bytes = fc.array(fc.constantFrom(0, 10, 13, 32, 58, 65, 0xc3, 0xa9, 0xff), { maxLength: 200 });
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(9), { maxLength: 60 }), (all, sizes) => {
        const buf = Buffer.from(all);
        assert.deepEqual(split(cut(buf, sizes)), split([buf]));
        const whole = buf.toString('latin1').split('\n').slice(0, -1).filter((line) => /[^\r]/.test(line));
        assert.equal(split([buf]).lines.length, whole.length);
      }),
      { numRuns: 1000 },
    );
  });

  const long = (length: number) => Buffer.from(`${'x'.repeat(length)}\n`);
  for (const size of [100_000, 1, 7, 4096]) {
    it(`L14: the longest line passes and one byte more does not, in pieces of ${size}`, () => {
      const pieces = (buf: Buffer) => cut(buf, new Array<number>(Math.floor(buf.length / size)).fill(size));
      assert.deepEqual(split(pieces(long(MOST_LINE_BYTES))).lines.map((line) => line.length), [MOST_LINE_BYTES]);
      const over = split(pieces(long(MOST_LINE_BYTES + 1)));
      assert.equal(over.ok && over.lines.length > 0, false);
    });
  }

  it('L14: a line without end stops at the cap, not after it', () => {
    const splitter = new LineSplitter(() => assert.fail('no line'));
    let taken = 0;
    while (splitter.push(Buffer.from('x'))) taken++;
    assert.equal(taken, MOST_LINE_BYTES + 1);
  });
});

describe('decode-line', () => {
  const rows: readonly [string, string, string | undefined][] = [
    ['WHATWG label', 'windows-1251', 'windows-1251'],
    ['iconv spelling', 'win1251', 'windows-1251'],
    ['iconv spelling with cp', 'CP1252', 'windows-1252'],
    ['iconv spelling without dashes', 'iso88592', 'iso-8859-2'],
    ['Latin 1 by its number', 'ISO-8859-1', 'windows-1252'],
    ['Cyrillic of old', 'KOI8-R', 'koi8-r'],
    ['Japanese', 'Shift_JIS', 'shift_jis'],
    ['one in which no IRC line could be', 'utf-16le', undefined],
    ['one that nobody knows', 'no-such-thing', undefined],
  ];
  for (const [sentence, label, name] of rows) it(`CONN-22: ${sentence}: ${label}`, () => assert.equal(knownEncoding(label), name));

  const text = (bytes: readonly number[], fallback?: string) => lineDecoder(fallback)(Buffer.from(bytes), 0, bytes.length);
  it('CONN-22: bytes that are no UTF-8 are read in the old encoding, others never', () => {
    assert.equal(text([0xe9], 'latin1'), 'é');
    assert.equal(text([0xc3, 0xa9], 'latin1'), 'é');
    assert.equal(text([0xe9]), '\ufffd');
    assert.equal(text([0xcf, 0xf0, 0xe8], 'win1251'), 'При');
  });
  it('no CR and no NUL come out of an old encoding either', () => assert.equal(text([0xe9, 13, 0, 65], 'latin1'), 'éA'));
});
