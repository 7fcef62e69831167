import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { hostileHtml, hostileText } from '../../bench/hostile-texts.js';
import { textBudget } from '../../src/irc/wire/own-mask.js';
import { isBlank, toUtterance } from '../../src/matrix-to-irc/to-utterance.js';
import { pageText } from '../../src/matrix-to-irc/word-text.js';
import type { Nick } from '../../src/model/irc-names.js';
import type { MessageEvent } from '../../src/model/matrix-event.js';
import type { How } from '../../src/model/utterance.js';
import { aFile, ALICE, aMessage, aText, eventId, START } from '../support/make.js';
import { aWording } from '../support/wording.js';

type Body = MessageEvent['body'];
const word = (body: Body, lineLimit = 3, budget = 400): ReturnType<typeof toUtterance> =>
  toUtterance(aMessage({ body }), aWording({ lineLimit }, { budget: () => budget }));

describe('matrix-to-irc/to-utterance', () => {
  const rows: [string, Body, string, readonly string[]][] = [
    ['M2I-1: text', aText('hi'), 'say', ['hi']],
    ['M2I-2: a notice', aText('hi', { how: 'notice' }), 'notice', ['hi']],
    ['M2I-3: an emote', aText('waves', { how: 'act' }), 'act', ['waves']],
    ['HTML wins over the plain body', aText('**hi**', { html: '<b>hi</b>' }), 'say', ['\x02hi']],
    ['HTML of which nothing is left does not swallow the plain body', aText('hi', { html: '<img src="x">' }), 'say', ['hi']],
    ['M2I-27: empty lines are skipped, and do not count', aText('a\n\n \nb\n\nc'), 'say', ['a', 'b', 'c']],
    ['M2I-27: as many lines as allowed', aText('a\nb\nc'), 'say', ['a', 'b', 'c']],
    ['over the limit: one line less, and a mark', aText('a\nb\nc\nd'), 'say', ['a', 'b', '(truncated)']],
    ['M2I-46: U+2028 and U+2029 end lines, NUL is dropped', aText('a\u2028b\u2029c\0'), 'say', ['a', 'b', 'c']],
    ['M2I-47: blank', aText('  \n\t \u00a0'), 'say', []],
    ['a file is named', aFile('cat.png'), 'act', ['posted a file: cat.png']],
    ['a file whose name is lines of commands is one line', aFile('a\r\nQUIT :b'), 'act', ['posted a file: a QUIT :b']],
    ['a file without a name is named by its kind', aFile(' ', { media: 'video' }), 'act', ['uploaded a video: video']],
    ['a caption follows', aFile('a.png', { caption: 'look\nhere' }), 'act', ['posted a file: a.png', 'look', 'here']],
    ['a caption too long is cut with the mark', aFile('a.png', { caption: 'a\nb\nc' }), 'act', ['posted a file: a.png', 'a', '(truncated)']],
  ];
  for (const [sentence, body, how, lines] of rows) {
    it(sentence, () => assert.deepEqual(word(body).utterance, { how, lines }));
  }

  it('M2I-27: lines are counted after they are cut to the budget', () => {
    const worded = word(aText('x'.repeat(50)), 3, 10);
    assert.deepEqual(worded.utterance.lines, ['x'.repeat(10), 'x'.repeat(10), '(truncated)']);
    assert.equal(worded.long, true);
  });

  it('tells whether anything was cut', () => {
    assert.equal(word(aText('a\nb\nc')).long, false);
    assert.equal(word(aText('a\nb\nc\nd')).long, true);
    assert.equal(word(aFile('a', { caption: 'a\nb\nc' })).long, true);
    assert.equal(word(aFile('a')).fileNamed, true);
  });

  it('asks for the budget of what it says', () => {
    const asked: string[] = [];
    const budget = (how: string): number => asked.push(how) * 400;
    toUtterance(aMessage({ body: aText('a', { how: 'notice' }) }), aWording({}, { budget }));
    toUtterance(aMessage({ body: aFile('a') }), aWording({}, { budget }));
    assert.deepEqual(asked, ['notice', 'act']);
  });

  it('M2I-31, C1: whatever is said by whom and where, nobody sees a line of more than 512 bytes, or of what LINELEN says', () => {
    const name = (most: number): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom('a', 'é', '茶', '1'), minLength: 1, maxLength: most });
    const said = fc.array(fc.constantFrom('tea ', 'x'.repeat(90), '🫖'.repeat(40), '<b>', '</b>', '<font color="red">', '</font>', 'e\u0301', '\n'), { maxLength: 30 }).map((all) => all.join(''));
    const how: fc.Arbitrary<How> = fc.constantFrom('say', 'act', 'notice');
    fc.assert(
      fc.property(name(30), name(10), name(63), name(50), said, how, fc.constantFrom(512, 512, 1000, 4096, 8192), (nick, user, host, channel, html, way, most) => {
        const mask = { nick: nick as Nick, user, host };
        const budget = (as: How): number => textBudget(mask, user, `#${channel}`, as, most - 2);
        const { utterance } = toUtterance(aMessage({ body: aText('x', { html, how: way }) }), aWording({ lineLimit: 99 }, { budget }));
        for (const line of utterance.lines) {
          const text = utterance.how === 'act' ? `\x01ACTION ${line}\x01` : line;
          const seen = `:${nick}!${user}@${host} ${utterance.how === 'notice' ? 'NOTICE' : 'PRIVMSG'} #${channel} :${text}\r\n`;
          assert.ok(Buffer.byteLength(seen) <= most && seen.isWellFormed(), `${Buffer.byteLength(seen)} bytes`);
        }
      }),
    );
  });

  it('G4: whatever is said, quoted or edited is worded in bounded time', () => {
    const bodies = [
      ...Object.entries(hostileText).map(([name, text]) => [name, aText(text)] as const),
      ...Object.entries(hostileHtml).map(([name, html]) => [name, aText('x', { html })] as const),
    ];
    for (const [name, body] of bodies) {
      const prepared = { earlier: { sender: ALICE, at: START - 1_000_000, body: aText(`${body.plain} y`, body.html === undefined ? {} : { html: `${body.html} y` }) } };
      const took: number[] = [];
      while (took.length < 3 && !took.some((ms) => ms < 2000)) {
        const before = process.cpuUsage();
        toUtterance(aMessage({ body, replaces: eventId('$e') }), aWording(), prepared);
        toUtterance(aMessage({ body, replyTo: eventId('$e') }), aWording(), prepared);
        pageText(body, true);
        const { user, system } = process.cpuUsage(before);
        took.push((user + system) / 1000);
      }
      assert.ok(Math.min(...took) < 2000, `${name}: ${took.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    }
  });

  it('M2I-47: knows what is blank before anything is connected for it', () => {
    assert.equal(isBlank({ body: aText(' \n ') }), true);
    assert.equal(isBlank({ body: aText('', { html: '<p> <br></p>' }) }), true);
    assert.equal(isBlank({ body: aText('a') }), false);
    assert.equal(isBlank({ body: aFile('') }), false);
  });
});
