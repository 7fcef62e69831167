import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseChannelName, parseNick } from '../../src/model/irc-names.js';
import { refused, granted } from '../../src/model/refusal.js';
import { BridgeError, faultText, isFault } from '../../src/model/errors.js';

type Row = readonly [string, unknown, boolean];

describe('model/irc-names', () => {
  describe('parseChannelName (A-3: a name that a server would cut, split or read anew is none)', () => {
    const rows: readonly Row[] = [
      ['a channel', '#cats', true],
      ['a local channel', '&cats', true],
      ['only the sign', '#', true],
      ['many signs', '###', true],
      ['letters of all kinds', '#Кошки☃', true],
      ['a colon within', '#a:b', true],
      ['200 bytes', `#${'a'.repeat(199)}`, true],
      ['201 bytes', `#${'a'.repeat(200)}`, false],
      ['201 bytes in fewer characters', `#${'☃'.repeat(67)}`, false],
      ['two channels', '#a,#b', false],
      ['a key behind it', '#a key', false],
      ['BEL', '#a\x07', false],
      ['NUL', '#a\0', false],
      ['a second line', '#a\r\nJOIN #b', false],
      ['DEL', '#a\x7f', false],
      ['NEL', '#a\u0085', false],
      ['line and paragraph separators', '#a\u2028b\u2029', false],
      ['half a character', '#a\ud800', false],
      ['no sign', 'cats', false],
      ['a status sign', '@#cats', false],
      ['nothing', '', false],
      ['no text', 7, false],
    ];
    for (const [sentence, text, good] of rows) {
      it(`${good ? 'reads' : 'refuses'} ${sentence}`, () => assert.equal(parseChannelName(text), good ? text : undefined));
    }

    it('knows only the signs that the network has', () => {
      assert.equal(parseChannelName('&cats', '#'), undefined);
      assert.equal(parseChannelName('~cats', '~'), '~cats');
    });

    it('what was read is one parameter of a line, to the letter', () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
          const channel = parseChannelName(`#${text}`);
          if (channel === undefined) return;
          const line = Buffer.from(`JOIN ${channel}\r\n`).toString('utf8');
          assert.deepEqual(line.trimEnd().split(/[ ,\r\n\0]/), ['JOIN', channel]);
        }),
      );
    });
  });

  describe('parseNick', () => {
    const rows: readonly Row[] = [
      ['a nick', 'bob', true],
      ['all that RFC 2812 allows', 'a-[]\\`_^{|}9', true],
      ['letters of all kinds', 'Жук', true],
      ['a digit in front, as UTF-8 servers and webchats give', '9bob', true],
      ['a blank', 'bob smith', false],
      ['a mask', 'bob!b@h', false],
      ['a colon in front', ':bob', false],
      ['a channel', '#bob', false],
      ['wild cards', 'b*b', false],
      ['a second line', 'bob\nQUIT', false],
      ['nothing', '', false],
      ['a nick of 201 characters', 'a'.repeat(201), false],
      ['no text', null, false],
    ];
    for (const [sentence, text, good] of rows) {
      it(`${good ? 'reads' : 'refuses'} ${sentence}`, () => assert.equal(parseNick(text), good ? text : undefined));
    }
  });
});

describe('model/refusal', () => {
  it('says whether asking again is pointless', () => {
    assert.deepEqual(refused('excluded', 'No.', true), { ok: false, refusal: { reason: 'excluded', say: 'No.', permanent: true } });
    assert.equal(refused('timed-out', 'Later.').refusal.permanent, false);
    assert.deepEqual(granted(1), { ok: true, value: 1 });
  });
});

describe('model/errors', () => {
  const rows: [ConstructorParameters<typeof BridgeError>[0], boolean][] = [
    ['HOMESERVER_UNAVAILABLE', true],
    ['HOMESERVER_LIMIT', true],
    ['IRC_LOST', true],
    ['HOMESERVER_FORBIDDEN', false],
    ['HOMESERVER_TOO_LARGE', false],
    ['STOPPING', false],
  ];
  for (const [code, passing] of rows) {
    it(`${code} is ${passing ? 'passing' : 'lasting'}`, () => assert.equal(new BridgeError(code, '').passing, passing));
  }

  it('keeps what a homeserver said', () => {
    const cause = new Error('socket');
    const fault = new BridgeError('HOMESERVER_LIMIT', 'slow down', { retryAfterMs: 5, errcode: 'M_LIMIT_EXCEEDED', status: 429, cause });
    assert.deepEqual([fault.retryAfterMs, fault.errcode, fault.status, fault.cause], [5, 'M_LIMIT_EXCEEDED', 429, cause]);
    assert.equal(isFault(fault, 'HOMESERVER_LIMIT'), true);
    assert.equal(isFault(fault, 'STOPPING'), false);
    assert.equal(isFault('HOMESERVER_LIMIT', 'HOMESERVER_LIMIT'), false);
    assert.equal(faultText(fault), 'slow down');
    assert.equal(faultText('text'), 'text');
  });
});
