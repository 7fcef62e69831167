import assert from 'node:assert/strict';

import { plainToIrc } from '../../src/text/plain-to-irc.js';
import { splitLines } from '../../src/text/split.js';

const ROWS: readonly (readonly [string, string, number, readonly string[]])[] = [
  ['M2I-47: a blank body is nothing', ' \t\n\u00a0\n\x02 \x02', 100, []],
  ['M2I-27: empty lines are skipped', 'a\n\n \nb\r\nc\rd', 100, ['a', 'b', 'c', 'd']],
  ['M2I-31: a line of exactly the budget is one', 'x'.repeat(10), 10, ['x'.repeat(10)]],
  ['M2I-31: one byte more is two', 'x'.repeat(11), 10, ['x'.repeat(10), 'x']],
  ['M2I-31: a blank right behind the budget is the cut', 'aaaaa bbbbb', 5, ['aaaaa', 'bbbbb']],
  ['M2I-31: many blanks at a cut are none', 'aaaa    bbbb', 6, ['aaaa', 'bbbb']],
  ['M2I-31: blanks in front are no place to cut', '    aaaaaaaa', 8, ['    aaaa', 'aaaa']],
  ['C1: a character is never cut', 'ééé', 5, ['éé', 'é']],
  ['C1: nor a surrogate pair', '🫖🫖', 7, ['🫖', '🫖']],
  ['C1: nor a flag', 'x🇩🇪🇫🇷', 12, ['x🇩🇪', '🇫🇷']],
  ['M2I-31: a mark on a blank is not torn from it', 'aaa \u0301bbb', 5, ['aaa', ' \u0301bb', 'b']],
  ['M2I-31: a code is never cut', 'aaaaaaaaaa\x0304,05bbb', 12, ['aaaaaaaaaa', '\x0304,05bbb']],
  ['M2I-31: formatting goes on', '\x02\x1daaaa bbbb', 7, ['\x02\x1daaaa', '\x02\x1dbbbb']],
  ['M2I-31: reverse and colours, too', '\x16\x0304,05aaaa bbbb', 12, ['\x16\x0304,05aaaa', '\x16\x0304,05bbbb']],
  ['M2I-31: and what was ended does not', '\x02aa\x02 bbbb', 6, ['\x02aa\x02', 'bbbb']],
  ['M2I-31: a digit behind a reopened colour is text', '\x0304aaaaaa 5bbb', 10, ['\x0304aaaaaa', '\x03045bbb']],
  ['M2I-31: a comma behind a reopened colour is text', '\x0304aaaaaaa ,5b', 10, ['\x0304aaaaaaa', '\x0304\x02\x02,5b']],
  ['S-311: what cannot fit is left out', 'a🫖b', 3, ['a', 'b']],
];

describe('split', () => {
  for (const [name, text, bytes, lines] of ROWS) it(name, () => assert.deepEqual(splitLines(text, bytes), lines));

  it('C1: every length around the limit is cut right', () => {
    for (let length = 380; length <= 820; length++) {
      for (const piece of ['a', 'é', '茶', '🫖', 'ab ']) {
        const text = piece.repeat(Math.ceil(length / Buffer.byteLength(piece)));
        const lines = splitLines(text, 400);
        assert.ok(lines.every((each) => Buffer.byteLength(each) <= 400));
        assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
        assert.ok(
          lines.slice(0, -1).every((each) => Buffer.byteLength(each) > 396),
          'lines are filled',
        );
      }
    }
  });

  it('M2I-46: plain text loses its controls and keeps its words', () => {
    assert.equal(plainToIrc('a\x02b\x0304c\x01d\x00e\x7f\u0080f'), 'ab04cdef');
    assert.equal(plainToIrc('a\r\nb\rc\u2028d\u2029e\u0085f\vg\fh'), 'a\nb\nc\nd\ne\nf\ng\nh');
    assert.equal(plainToIrc('\tx\ud800'), '    x\ufffd');
    assert.equal(plainToIrc('שלום \u202e 👨‍👩‍👧 e\u0301'), 'שלום \u202e 👨‍👩‍👧 e\u0301');
  });
});
