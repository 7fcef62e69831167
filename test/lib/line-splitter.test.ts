import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LineSplitter } from '../../src/lib/line-splitter.js';
import type { Piece } from '../../src/lib/line-splitter.js';

/** Gives bytes in pieces and takes down what is told. */
function split(pieces: readonly Buffer[], longest = 1_000_000): { told: [string, Piece][]; whole: number } {
  const told: [string, Piece][] = [];
  const lines = new LineSplitter((line, piece) => told.push([line.toString('latin1'), piece]), longest);
  for (const piece of pieces) {
    // The caller may reuse its memory, as a reader of files does.
    const lent = Buffer.from(piece);
    lines.push(lent);
    lent.fill(0);
  }
  lines.end();
  return { told, whole: lines.whole };
}

describe('line splitter', () => {
  it('splits at \\n alone, however the bytes come', () => {
    const bytes = fc.array(fc.constantFrom(10, 13, 0, 65, 0xe2, 0x80, 0xa8), { maxLength: 60 }).map((each) => Buffer.from(each));
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 8 }), (pieces) => {
        const all = Buffer.concat(pieces).toString('latin1');
        const lines = all.split('\n');
        const rest = lines.pop() ?? '';
        const wanted: [string, Piece][] = lines.map((line) => [line, 'line']);
        if (rest !== '') wanted.push([rest, 'torn']);
        const { told, whole } = split(pieces);
        assert.deepEqual(told, wanted);
        assert.equal(whole, all.length - rest.length);
      }),
    );
  });

  it('tells a line that is too long in pieces, and the next one whole', () => {
    const pieces = ['aaaa', 'bbbb', 'cccc', 'd\nnext\n'].map((text) => Buffer.from(text));
    assert.deepEqual(split(pieces, 6).told, [
      ['aaaabbbb', 'piece'],
      ['ccccd', 'piece'],
      ['next', 'line'],
    ]);
  });
});
