import assert from 'node:assert/strict';
import { htmlToIrc, type Formatting } from '../../src/text/html-to-irc.js';

describe('text: how much formatting', () => {
  const html = '<b>b <i>bi</i></b> <font color="red">red</font> <code>x <b>y</b></code> <span data-mx-spoiler="why">end</span>';
  const rows: [Formatting, string, string][] = [
    ['full', 'codes and colours, M2I-35: spoilers black on black', '\x02b \x1dbi\x0f \x0304red\x0f \x11x \x02y\x0f (why) \x0301,01end'],
    ['nocolor', 'M2I-48: codes only, M2I-35: spoilers between bars', '\x02b \x1dbi\x0f red \x11x \x02y\x0f (why) ||end||'],
    ['plain', 'words only', 'b bi red x y (why) ||end||'],
    ['markdown', 'with signs', '**b *bi*** red `x y` (why) ||end||'],
  ];
  for (const [formatting, sentence, wanted] of rows) {
    it(`FMT-9, ${formatting}: ${sentence}`, () => assert.equal(htmlToIrc(html, { formatting }), wanted));
  }

  it('FMT-9: signs stand at words, not at blanks', () => {
    assert.equal(htmlToIrc('a <b>bold </b>x<i> y</i>', { formatting: 'markdown' }), 'a **bold** x *y*');
  });
});
