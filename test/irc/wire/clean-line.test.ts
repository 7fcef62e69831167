/** The outgoing gate: whatever goes in, one line that fits comes out (IRC-LINE, G10). */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cleanLine, cutBytes, ircLine, LINE_BYTES, TAG_BYTES } from '../../../src/irc/wire/clean-line.js';

const long = 'x'.repeat(600);

describe('cleanLine', () => {
  const rows: readonly [string, string, string][] = [
    ['lets an ordinary line be', 'PRIVMSG #c :hi there', 'PRIVMSG #c :hi there'],
    ['makes CR, LF and NUL spaces', 'PRIVMSG #c :a\r\nQUIT\0x', 'PRIVMSG #c :a  QUIT x'],
    ['takes spaces in front away, so that nothing after a CR becomes a command', '\r\nQUIT', 'QUIT'],
    ['replaces half a surrogate pair', 'PRIVMSG #c :\ud83d', 'PRIVMSG #c :\ufffd'],
    ['keeps characters that become CR LF only in 8-bit charsets', 'PRIVMSG #c :\u010d\u010a', 'PRIVMSG #c :\u010d\u010a'],
    ['cuts at 510 bytes', `PRIVMSG #c :${long}`, `PRIVMSG #c :${long}`.slice(0, 510)],
    ['does not count tags', `@a=${long} PRIVMSG #c :x`, `@a=${long} PRIVMSG #c :x`],
    ['gives nothing for tags alone', '@a=b', ''],
    ['gives nothing for nothing', '\r\n', ''],
    ['leaves out tags that do not fit', `@a=1;b=${'y'.repeat(5000)} PING :x`, '@a=1 PING :x'],
    ['leaves out a single tag that does not fit', `@b=${'y'.repeat(5000)} PING :x`, 'PING :x'],
  ];
  for (const [sentence, line, clean] of rows) it(sentence, () => assert.equal(cleanLine(line), clean));

  it('G10: any text becomes one line of at most 510 bytes, tags at most 4094, and cleaning twice changes nothing', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 900 }),
      fc.array(fc.constantFrom('\r', '\n', '\0', ' ', '@', ':', ';', 'é', '\ud83d\ude00', '\ud83d', 'PRIVMSG #c :', 'x'.repeat(97)), {
        maxLength: 120,
      }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (line) => {
        const clean = cleanLine(line);
        assert.ok(!/[\r\n\0]/.test(clean) && clean.isWellFormed());
        const tags = clean.startsWith('@') ? clean.slice(1, clean.indexOf(' ')) : '';
        const rest = clean.startsWith('@') ? clean.slice(clean.indexOf(' ') + 1) : clean;
        assert.ok(Buffer.byteLength(tags) <= TAG_BYTES && Buffer.byteLength(rest) <= LINE_BYTES);
        assert.equal(cleanLine(clean), clean);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('cutBytes', () => {
  it('gives the longest start that fits and never half a code point', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat(80), (text, most) => {
        const cut = cutBytes(text, most);
        const rest = Array.from(text.slice(cut.length));
        assert.ok(text.startsWith(cut) && Buffer.byteLength(cut) <= most && cut.isWellFormed());
        if (rest[0] !== undefined) assert.ok(Buffer.byteLength(cut + rest[0]) > most);
      }),
    );
  });
});

describe('ircLine', () => {
  const rows: readonly [string, string | undefined, string | undefined][] = [
    ['always writes a colon before the last parameter', ircLine('PRIVMSG', ['#c'], 'a'), 'PRIVMSG #c :a'],
    ['writes an empty last parameter', ircLine('PRIVMSG', ['#c'], ''), 'PRIVMSG #c :'],
    ['refuses an empty middle parameter', ircLine('MODE', ['']), undefined],
    ['refuses a middle parameter with a space', ircLine('MODE', ['a b']), undefined],
    ['refuses a middle parameter that begins with a colon', ircLine('MODE', [':a']), undefined],
    ['refuses a middle parameter with LF', ircLine('MODE', ['a\nQUIT']), undefined],
    ['refuses a middle parameter with half a surrogate pair', ircLine('MODE', ['\udc00']), undefined],
    ['refuses a command that is none', ircLine('QUIT x', []), undefined],
    ['refuses middle parameters that fill the line, rather than cut a target', ircLine('MODE', [long]), undefined],
  ];
  for (const [sentence, line, expected] of rows) it(sentence, () => assert.equal(line, expected));
});
