import assert from 'node:assert/strict';

import * as fc from 'fast-check';

import { parseUserId, type UserId } from '../../src/model/ids.js';
import type { Nick } from '../../src/model/irc-names.js';
import { isTrustedName, nickAlternatives, readNick, wishNick, type NickWish } from '../../src/naming/nick.js';

const LEGAL = /^[A-Za-z[\]\\`_^{|}][A-Za-z0-9\-[\]\\`_^{|}]*$/;

function userId(text: string): UserId {
  const id = parseUserId(text);
  assert.ok(id, text);
  return id;
}
const marge = userId('@marge:far.example');
const wish = (more: Partial<NickWish>): Nick => wishNick({ userId: marge, template: '$DISPLAY', ...more });

describe('nick', () => {
  const ROWS: readonly (readonly [string, Partial<NickWish>, string])[] = [
    ['NICK-1: no display name is the local part', { displayName: '' }, 'marge'],
    ['NICK-1: nor is one of blanks', { displayName: '   ' }, 'marge'],
    ['NICK-1: the wish goes before the template', { wish: 'Tea', displayName: 'Pot', template: 'M-$DISPLAY' }, 'Tea'],
    ['NICK-1: a wish of nothing legal does not', { wish: '茶', displayName: 'Pot', template: 'M-$DISPLAY' }, 'M-Pot'],
    [
      'NICK-1: a display name is no template',
      { displayName: '$LOCALPART', template: '$DISPLAY|$LOCALPART' },
      'LOCALPART|marge',
    ],
    ['NICK-2: line breaks and commands vanish', { displayName: 'a\r\nQUIT :x\0' }, 'aQUITx'],
    ['C11: @op is op', { displayName: '@op' }, 'op'],
    ['C11: a colon in front', { displayName: ':tea' }, 'tea'],
    ['C11: not the one-letter services of some networks', { displayName: 'q' }, 'M-q'],
    ['C11: direction marks vanish', { displayName: '\u202eab\u200d' }, 'ab'],
    ['NICK-3: cut to length', { displayName: 'Teapotteapot', nickLength: 9 }, 'Teapottea'],
    [
      'NICK-3: the tail of the template stays',
      { displayName: 'Teapotteapot', template: '$DISPLAY[m]', nickLength: 9 },
      'Teapot[m]',
    ],
    [
      'NICK-3: even when the name ends like it',
      { displayName: 'Teapot[m]', template: '$DISPLAY[m]', nickLength: 9 },
      'Teapot[m]',
    ],
    [
      'NICK-3: a tail longer than a nick does not',
      { displayName: 'Tea', template: '$DISPLAY-on-matrix', nickLength: 5 },
      'Tea-o',
    ],
    ['C11: NickServ is not given away', { displayName: 'NickServ' }, 'M-NickServ'],
    ['C11: not in another case', { displayName: 'CHANSERV' }, 'M-CHANSERV'],
    ['C11: not by cutting either', { displayName: 'NickServant', nickLength: 8 }, 'M-NickSe'],
    ['C11: not with a wish', { wish: 'OperServ' }, 'M-OperServ'],
    ['C11: NickServ behind a prefix is only a name', { displayName: 'NickServ', template: 'M-$DISPLAY' }, 'M-NickServ'],
  ];
  for (const [name, given, nick] of ROWS) it(name, () => assert.equal(wish(given), nick));

  it('NICK-2, NICK-3, C11: any person gets a legal nick of fitting length, always the same', () => {
    const template = fc.constantFrom(
      'M-$DISPLAY',
      '$DISPLAY[m]',
      '$DISPLAY',
      '$USERID',
      '$LOCALPART|m',
      '1$DISPLAY',
      '$DISPLAY👻',
    );
    const name = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('🫖'.repeat(255), '-', '0', 'NickServ', '\n', 'x'.repeat(60_000)),
    );
    const local = fc.constantFrom('marge', '🫖', '-', '0_0', 'nickserv', '茶'.repeat(50));
    fc.assert(
      fc.property(
        template,
        fc.option(name, { nil: undefined }),
        local,
        fc.integer({ min: 5, max: 40 }),
        (pattern, displayName, part, nickLength) => {
          const given: NickWish = {
            userId: userId(`@${part}:far.example`),
            displayName,
            template: pattern,
            nickLength,
          };
          const nick = wishNick(given);
          assert.match(nick, LEGAL);
          assert.ok(nick.length <= nickLength);
          assert.ok(!isTrustedName(nick), nick);
          assert.equal(wishNick(given), nick);
          assert.ok(wishNick({ ...given, nickLength: undefined }).length <= 100);
        },
      ),
      { numRuns: 500 },
    );
  });

  const REFUSED: readonly (readonly [string, string, RegExp])[] = [
    ['NICK-7: illegal characters are quoted', 'te!a@pot', /characters that IRC does not allow: !@$/],
    ['NICK-7: a digit in front', '1tea', /cannot begin with a digit/],
    ['NICK-7: nothing', '', /at least one/],
    ['NICK-7: too long', 'teapotteapot', /at most 9 characters/],
    ['C11: services', 'nickserv', /taken for a service/],
    ['INV-4: line breaks are not repeated', 'a\r\nb', /^The nick "ab" has/],
  ];
  for (const [name, asked, say] of REFUSED) {
    it(`${name} is refused, not mended`, () => {
      const outcome = readNick(asked, 9);
      assert.ok(!outcome.ok);
      assert.equal(outcome.refusal.reason, 'nick-invalid');
      assert.match(outcome.refusal.say, say);
    });
  }

  it('C11: names of services and staff are known, others are not', () => {
    for (const name of ['NickServ', 'chanserv', 'Global', 'Services', 'Q', 'root', 'IRCop'])
      assert.ok(isTrustedName(name), name);
    for (const name of ['marge', 'serve', 'Conserve', 'NickServ_', 'op']) assert.ok(!isTrustedName(name), name);
  });

  it('NICK-5: alternatives are legal, fit, keep the tail, differ, and come in the same order', () => {
    const [first, second] = nickAlternatives(wish({ displayName: 'Teapot', template: '$DISPLAY[m]' }), 9, '[m]');
    assert.deepEqual([first, second], ['Teapo1[m]', 'Teapo2[m]']);
    const all = [...nickAlternatives(wish({ displayName: 'a1' }), 5)];
    assert.deepEqual(all.slice(0, 2), ['a11', 'a12']);
    assert.equal(all.length, 999);
    assert.equal(new Set(all).size, 999);
    assert.ok(all.every((nick) => LEGAL.test(nick) && nick.length <= 5));
  });
});
