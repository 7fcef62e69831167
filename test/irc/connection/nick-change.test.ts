import assert from 'node:assert/strict';
import fc from 'fast-check';
import { alternativesTo, cutNick, isForcedId } from '../../../src/irc/connection/nick-change.js';
import { nick } from '../../support/irc-network.js';

describe('irc/nick-change', () => {
  const cuts: readonly [sentence: string, wish: string, length: number | undefined, cut: string][] = [
    ['unknown NICKLEN: as it is', 'averyveryverylongnickindeedtobesure', undefined, 'averyveryverylongnickindeedtobesure'],
    ['short enough', 'bob', 9, 'bob'],
    ['cut', 'bobbobbobbob', 9, 'bobbobbob'],
    ['NICK-3: the suffix stays', 'bobbobbob[m]', 9, 'bobbob[m]'],
    ['NICK-3: of other kinds too', 'bobbobbob|m', 9, 'bobbobb|m'],
    ['no room for the suffix', 'bob[matrix]', 5, 'bob[m'],
  ];
  for (const [sentence, wish, length, cut] of cuts) it(sentence, () => assert.equal(cutNick(nick(wish), length), cut));

  it('R12: ten, in order, before the suffix, within the length', () => {
    const found = alternativesTo(nick('bobbob[m]'), 9, () => false);
    assert.deepEqual(found, [...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `bobbo${n}[m]`), 'bobb10[m]']);
  });
  it('R12: leaves out nicks of our own', () => {
    const found = alternativesTo(nick('bob'), 30, (taken) => taken === 'bob1' || taken === 'bob3');
    assert.deepEqual(found.slice(0, 3), ['bob2', 'bob4', 'bob5']);
  });
  const plain: readonly [wish: string, first: string][] = [
    ['zoë', 'zo'],
    ['1abc', 'M1abc'],
    ['-x', 'M-x'],
    ['ñ', 'M'],
  ];
  for (const [wish, first] of plain) {
    it(`432: "${wish}" is tried as ${first}`, () => assert.equal(alternativesTo(nick(wish), 30, () => false)[0], first));
  }
  it('R11: is never a digit first, never over the length, never twice, always the same', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (wish, length) => {
        const found = alternativesTo(nick(wish), length, () => false);
        assert.ok(found.length <= 10);
        assert.equal(new Set(found).size, found.length);
        assert.ok(found.every((one) => one.length <= length && !isForcedId(one) && /^[A-Za-z[\]\\`_^{|}][^\s]*$/.test(one)));
        assert.deepEqual(alternativesTo(nick(wish), length, () => false), found);
      }),
    );
  });
});
