import assert from 'node:assert/strict';

import * as fc from 'fast-check';

import { hexOf } from '../../src/text/colours.js';
import { htmlToIrc } from '../../src/text/html-to-irc.js';
import { escapeHtml, writeHtml } from '../../src/text/html-write.js';
import { colourless, readCodes, writeCodes } from '../../src/text/irc-codes.js';
import { ircToHtml } from '../../src/text/irc-to-html.js';
import { plainToIrc } from '../../src/text/plain-to-irc.js';
import { SpanList, type Colour, type Line, type Style } from '../../src/text/spans.js';
import { splitLines } from '../../src/text/split.js';
import { htmlRuns, ircRuns, type Run } from '../support/runs.js';

const pieces = (...all: string[]) => fc.array(fc.constantFrom(...all), { maxLength: 40 }).map((some) => some.join(''));
const anyText = fc.string({ unit: 'binary', maxLength: 200 });
/** Codes, whole and broken, and what may be mistaken for their arguments. */
const ircSoup = pieces(
  ...[
    '\x02',
    '\x03',
    '\x0304',
    '\x034,',
    '\x0399',
    '\x0304,05',
    '\x03,5',
    '\x04',
    '\x04zzzzzz',
    '\x04ff0000',
    '\x0400ff00,0000ff',
  ],
  ...[
    '\x0f',
    '\x11',
    '\x16',
    '\x1d',
    '\x1e',
    '\x1f',
    '\x01',
    '\x00',
    '1',
    ',',
    '2',
    ' ',
    'tea',
    '<b>',
    '&',
    '"',
    "'",
    'é',
    '🫖',
    '\ud800',
  ],
  ...['http://e.x/a', '(', ')', '\t', '\n'],
);
const htmlSoup = pieces(
  ...[
    '<b>',
    '</b>',
    '<i>',
    '</i>',
    '<font color="red">',
    '</font>',
    '<span data-mx-bg-color="#00f">',
    '</span>',
    '<p>',
    '</p>',
  ],
  ...[
    '<br>',
    '<ul><li>',
    '</ul>',
    '<ol start="9"><li>',
    '<blockquote>',
    '</blockquote>',
    '<pre>',
    '</pre>',
    '<code>',
    '</code>',
  ],
  ...[
    '<a href="https://e.x/">',
    '<a href="javascript:x">',
    '</a>',
    '<mx-reply>',
    '</mx-reply>',
    '<script>',
    '</script>',
    '<!--',
    '-->',
  ],
  ...[
    '<table><tr><td>',
    '<td>',
    '</table>',
    '<img alt="x\x02">',
    '<hr>',
    '&#2;',
    '&#10;',
    '&amp;',
    '&lt;b&gt;',
    '\x03',
    '\x01',
    '\x00',
  ],
  ...['\r\nQUIT', '  ', 'tea', '7', ',5', '🫖', '\u2028', '\ud800', '<', '"'],
);
const colour = fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 98 }));
const looksOf = (most: number, colours: fc.Arbitrary<Colour | undefined>): fc.Arbitrary<Style> =>
  fc.record({ marks: fc.integer({ min: 0, max: most }), fg: colours, bg: colours }, { noNullPrototype: true });
const style = looksOf(63, colour);
const word = pieces('a', 'é', '🫖', '1', '9', ',', '<', '&', '"', "'", '*').filter((text) => text !== '');
const line = (looks: fc.Arbitrary<Style>): fc.Arbitrary<Line> =>
  fc.array(fc.record({ text: word, style: looks }), { minLength: 1, maxLength: 8 }).map((spans) => {
    const merged = new SpanList();
    for (const span of spans) merged.add(span.text, span.style);
    return merged.take();
  });

const runsOf = (spans: Line): Run[] =>
  spans.map(({ text, style: { marks, fg, bg } }) => {
    const f = Array.from('biusmr')
      .filter((_, bit) => marks & (1 << bit))
      .join('');
    return { t: text, ...(f ? { f } : {}), ...(fg === undefined ? {} : { fg }), ...(bg === undefined ? {} : { bg }) };
  });
const unstyled = (runs: readonly Run[]): string => runs.map((run) => run.t).join('');

describe('text laws', () => {
  it('FMT-2: any styled line is read back from its codes as it was written', () => {
    fc.assert(
      fc.property(line(style), (spans) => {
        assert.deepEqual(ircRuns(writeCodes(spans, 99)), runsOf(spans));
        assert.deepEqual(readCodes(writeCodes(spans, 99)), spans);
      }),
    );
  });

  it('FMT-2: hex colours come back, too', () => {
    const hex: fc.Arbitrary<Colour> = fc.constantFrom('#123456', '#abcdef', '#ff0001');
    const looks = looksOf(63, hex).chain((full) => fc.constantFrom(full, { ...full, bg: undefined }));
    fc.assert(fc.property(line(looks), (spans) => assert.deepEqual(readCodes(writeCodes(spans, 'hex')), spans)));
  });

  it('FMT-3, FMT-4, INV-5, C6: whatever IRC sends becomes well-formed HTML and text without codes', () => {
    fc.assert(
      fc.property(fc.oneof(ircSoup, anyText), (text) => {
        const { plain, html } = ircToHtml(text);
        assert.doesNotMatch(plain, /[\x00-\x08\x0b-\x1f\x7f]/);
        assert.ok(plain.isWellFormed());
        if (html !== undefined) assert.equal(unstyled(htmlRuns(html)), plain);
      }),
      { numRuns: 1000 },
    );
  });

  it('FMT-12: HTML to IRC and back keeps all that IRC can say', () => {
    const sayable = looksOf(31, colour);
    fc.assert(
      fc.property(line(sayable), (spans) => {
        const html = writeHtml([spans]);
        const there = htmlToIrc(html);
        const { plain, html: back } = ircToHtml(there);
        assert.deepEqual(htmlRuns(back ?? escapeHtml(plain)), htmlRuns(html));
      }),
    );
  });

  it('FMT-12: each of the 99 colours keeps its look, and the sixteen their number', () => {
    for (let number = 0; number <= 98; number++) {
      const codes = htmlToIrc(`<font color="${hexOf(number)}">x</font>`);
      const [run] = ircRuns(codes);
      assert.equal(hexOf(Number(run?.fg)), hexOf(number));
      if (number < 16) assert.equal(run?.fg, number);
    }
  });

  it('INV-4, C3, C4, M2I-46: nothing but our own codes and LF gets out of a body', () => {
    fc.assert(
      fc.property(fc.oneof(htmlSoup, anyText), (text) => {
        for (const out of [htmlToIrc(text), plainToIrc(text)]) {
          assert.doesNotMatch(out, /[\x00\x01\x05-\x09\x0b-\x0e\x10\x12-\x15\x17-\x1c\x7f-\x9f\u2028\u2029]/);
          assert.ok(out.isWellFormed());
        }
        assert.doesNotMatch(plainToIrc(text), /[\x00-\x09\x0b-\x1f]/);
        assert.doesNotMatch(htmlToIrc(text), /\n\n|^\n|\n$/);
      }),
      { numRuns: 1000 },
    );
  });

  it('M2I-31, C1: every line is within its budget, well-formed, visible, and nothing visible is lost', () => {
    const budget = fc.integer({ min: 4, max: 80 });
    fc.assert(
      fc.property(fc.oneof(ircSoup, anyText, htmlSoup), budget, (text, bytes) => {
        const lines = splitLines(text, bytes);
        for (const each of lines) {
          assert.ok(Buffer.byteLength(each) <= bytes, `${Buffer.byteLength(each)} > ${bytes}`);
          assert.ok(each.isWellFormed());
          assert.match(colourless(each), /\S/);
          assert.doesNotMatch(each, /[\r\n]/);
        }
        // Colour codes need more than the smallest budgets.
        if (bytes >= 20) assert.equal(lines.map(colourless).join('').replace(/\s/g, ''), seen(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('M2I-31: what follows a cut looks as it did before', () => {
    const each = (list: readonly Run[]) =>
      list.flatMap(({ t, ...looks }) => Array.from(t).map((character) => [character, looks]));
    fc.assert(
      fc.property(line(style), fc.integer({ min: 32, max: 60 }), (spans, bytes) => {
        const runs = splitLines(writeCodes(spans, 99), bytes).flatMap(ircRuns);
        assert.deepEqual(each(runs), each(runsOf(spans)));
      }),
    );
  });

  it('M2I-31: no grapheme is torn that fits a line', () => {
    const clusters = fc.array(fc.constantFrom('👨‍👩‍👧‍👦', '🇩🇪', 'e\u0301', '한', 'a', ' ', 'क्षि', '👍🏽'), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(clusters, fc.integer({ min: 25, max: 60 }), (all, bytes) => {
        const text = all.join('');
        const borders = new Set([...new Intl.Segmenter().segment(text)].map(({ index }) => index));
        let at = 0;
        for (const each of splitLines(text, bytes)) {
          at = text.indexOf(each, at);
          assert.ok(borders.has(at), `a line begins inside a grapheme: ${JSON.stringify(each)}`);
          at += each.length;
          assert.ok(at === text.length || borders.has(at), `a line ends inside a grapheme: ${JSON.stringify(each)}`);
        }
      }),
    );
  });
});

/** What is visible of a text, without blanks. */
function seen(text: string): string {
  return text
    .toWellFormed()
    .split(/\r\n|[\r\n]/)
    .map(colourless)
    .join('')
    .replace(/\s/g, '');
}
