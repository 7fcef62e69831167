import assert from 'node:assert/strict';

import { ircToHtml } from '../../src/text/irc-to-html.js';

const ROWS: readonly (readonly [string, string, string, string?])[] = [
  ['I2M-6: plain text has no HTML', 'tea & <b>', 'tea & <b>'],
  [
    'FMT-3: colours with backgrounds',
    '\x034,8x',
    'x',
    '<span data-mx-color="#ff0000" data-mx-bg-color="#ffff00">x</span>',
  ],
  ['FMT-3: 99 is the default', '\x0304a\x0399b', 'ab', '<span data-mx-color="#ff0000">a</span>b'],
  ['FMT-3: of 99 colours', '\x0398a', 'a', '<span data-mx-color="#ffffff">a</span>'],
  [
    'FMT-3: hex colours in either case',
    '\x04Ff00aA,00FF00x\x04y',
    'xy',
    '<span data-mx-color="#ff00aa" data-mx-bg-color="#00ff00">x</span>y',
  ],
  ['FMT-3: overlapping marks nest', '\x02a\x1db\x02c', 'abc', '<b>a<i>b</i></b><i>c</i>'],
  ['C6: a bare code at the end', 'x\x03', 'x'],
  ['C6: a comma without a number is text', '\x0304,x', ',x', '<span data-mx-color="#ff0000">,x</span>'],
  ['C6: a comma behind no colour is text', '\x03,5', ',5'],
  ['C6: hex that is none is text', '\x04zzzzzz', 'zzzzzz'],
  ['C6: a third digit is text', '\x03123', '3', '<span data-mx-color="#0000fc">3</span>'],
  [
    'INV-5: no text becomes a tag',
    '\x02<img src=x onerror="a">&amp;\'',
    '<img src=x onerror="a">&amp;\'',
    '<b>&lt;img src=x onerror=&quot;a&quot;&gt;&amp;amp;&#39;</b>',
  ],
  ['FMT-4: other control characters vanish', 'a\x01\x00\x07b\x7f', 'ab'],
  [
    'I2M-30: a link with codes inside stays one',
    'see http://e.x/\x02a\x02b.',
    'see http://e.x/ab.',
    'see <a href="http://e.x/ab">http://e.x/<b>a</b>b</a>.',
  ],
  ['I2M-30: a bracket around a link is not of it', '(\x02http://e.x/a\x02)', '(http://e.x/a)', '(<b>http://e.x/a</b>)'],
  [
    'I2M-30: a bracket inside of it is',
    'http://e.x/a_(\x02b\x02)',
    'http://e.x/a_(b)',
    '<a href="http://e.x/a_(b)">http://e.x/a_(<b>b</b>)</a>',
  ],
  [
    'I2M-30: links are escaped',
    'http://e.x/?a=\x02"b"&c',
    'http://e.x/?a="b"&c',
    'http://e.x/?a=<b>&quot;b&quot;&amp;c</b>',
  ],
  [
    'I2M-30: ampersands in them, too',
    'http://e.x/?a&\x02b',
    'http://e.x/?a&b',
    '<a href="http://e.x/?a&amp;b">http://e.x/?a&amp;<b>b</b></a>',
  ],
  ['FMT-3: lines joined by a batch', '\x02a\nb', 'a\nb', '<b>a</b><br><b>b</b>'],
];

describe('irc to html', () => {
  for (const [name, irc, plain, html] of ROWS) {
    it(name, () => assert.deepEqual(ircToHtml(irc), html === undefined ? { plain } : { plain, html }));
  }

  it('FMT-3: HTML too long for an event is left out, the text is not', () => {
    const text = '\x02a\x02b'.repeat(20_000);
    assert.deepEqual(ircToHtml(text), { plain: 'ab'.repeat(20_000) });
  });
});
