import assert from 'node:assert/strict';

import * as fc from 'fast-check';

import { aliasOf, channelOfAlias, type AliasNaming } from '../../src/naming/alias.js';
import { foldName, type CaseMapping } from '../../src/naming/casefold.js';
import { parseLinkableChannel } from '../../src/naming/channel-name.js';

const naming: AliasNaming = { aliasTemplate: '#irc_$SERVER_$CHANNEL', server: 'irc.test', domain: 'hs.example' };
const alias = (channel: string, mapping: CaseMapping = 'rfc1459'): string | undefined => {
  const outcome = aliasOf(naming, mapping, channel);
  return outcome.ok ? outcome.value : undefined;
};
const channel = (text: string, mapping: CaseMapping = 'rfc1459') => channelOfAlias(naming, mapping, text);

describe('alias', () => {
  it('ROOM-1: a channel has one alias however it is written', () => {
    assert.equal(alias('#Tea[x]'), '#irc_irc.test_#tea{x}:hs.example');
    assert.equal(alias('#tEA{X}'), '#irc_irc.test_#tea{x}:hs.example');
    assert.equal(alias('#Tea[x]', 'ascii'), '#irc_irc.test_#tea[x]:hs.example');
  });

  it('ROOM-15: the way back ignores case of template and channel', () => {
    assert.equal(channel('#IRC_irc.Test_#TEA:hs.example'), '#tea');
    assert.equal(channelOfAlias({ ...naming, aliasTemplate: '#$CHANNEL/x' }, 'ascii', '###Tea/X:hs.example'), '##tea');
  });

  const REFUSED: readonly (readonly [string, string])[] = [
    ['ROOM-15: a colon', '#a:b'],
    ['A-3: a comma', '#a,b'],
    ['A-3: a blank', '#a b'],
    ['A-3: a BEL', '#a\x07'],
    ['A-3: a NUL', '#a\0'],
    ['A-3: a line break', '#a\r\nJOIN'],
    ['A-3: a line separator', '#a\u2028b'],
    ['A-3: over 200 bytes', `#${'é'.repeat(100)}`],
    ['C12: # alone', '#'],
    ['C12: no prefix', 'tea'],
    ['C12: a channel of one server', '&local'],
    ['C12: a safe channel', '!safe'],
    ['C2: a lone surrogate', '#\ud800'],
  ];
  for (const [name, written] of REFUSED) {
    it(`${name} is refused both ways`, () => {
      assert.equal(alias(written), undefined);
      assert.equal(channel(`#irc_irc.test_${written}:hs.example`), undefined);
    });
  }

  it('ROOM-15: the reason is told', () => {
    const outcome = aliasOf(naming, 'rfc1459', '#a:b');
    assert.ok(!outcome.ok && outcome.refusal.permanent && outcome.refusal.say.includes('!join'));
  });

  it('A-3: folding cannot smuggle in a colon, a comma or a blank', () => {
    for (const wide of ['#a：b', '#a，b', '#a\u3000b']) assert.equal(alias(wide, 'rfc7613'), undefined);
    assert.equal(channel('#irc_irc.test_#a，b:hs.example', 'rfc7613'), undefined);
  });

  it('CS-ALIAS: an alias over 255 bytes is refused', () => {
    const long = { ...naming, server: `${'s'.repeat(100)}.test` };
    assert.ok(aliasOf(long, 'ascii', `#${'c'.repeat(100)}`).ok);
    assert.ok(!aliasOf(long, 'ascii', `#${'c'.repeat(150)}`).ok);
  });

  it('A-3, C12: a channel comes back from its alias, and different channels never share one', () => {
    const piece = fc.constantFrom(
      'a',
      'A',
      '#',
      '[',
      '{',
      '\\',
      '|',
      '~',
      '^',
      '/',
      '+',
      '=',
      '_',
      'é',
      '茶',
      '🫖',
      '$CHANNEL',
      '%',
      '\u200b',
    );
    const name = fc.array(piece, { minLength: 1, maxLength: 10 }).map((parts) => `#${parts.join('')}`);
    const mapping = fc.constantFrom<CaseMapping>('ascii', 'rfc1459', 'rfc1459-strict', 'rfc7613');
    fc.assert(
      fc.property(mapping, name, name, (rule, one, other) => {
        const its = alias(one, rule);
        assert.ok(its !== undefined && Buffer.byteLength(its) <= 255);
        assert.equal(channel(its, rule), foldName(rule, one));
        assert.equal(alias(other, rule) === its, foldName(rule, other) === foldName(rule, one));
      }),
      { numRuns: 500 },
    );
  });

  it('CHAN: reads only text', () => {
    assert.equal(parseLinkableChannel(undefined), undefined);
    assert.equal(parseLinkableChannel(['#tea']), undefined);
  });
});
