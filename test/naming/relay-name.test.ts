import assert from 'node:assert/strict';
import fc from 'fast-check';
import { relayName, type RelayNameParts } from '../../src/naming/relay-name.js';
import { userId } from '../support/make.js';

const name = (displayName: string | undefined, set: Partial<RelayNameParts> = {}): string =>
  relayName({ user: userId('@telegram_42:hs.test'), way: 'display', displayName, isNick: () => false, ...set });
/** Without the sign that keeps clients from telling somebody of that nick. */
const seen = (...of: Parameters<typeof name>): string => name(...of).replace('\u200b', '');

describe('naming/relay-name', () => {
  const rows: readonly (readonly [string, string | undefined, string])[] = [
    ['a name', 'Bob Example', 'Bob Example'],
    ['none', undefined, 'telegram_42'],
    ['nothing that can be seen', '\u202e \u200b\x02', 'telegram_42'],
    ['one that would end the form', '>bob< <alice>', 'bob alice'],
    ['control codes and line breaks', 'b\x0304o\x02b\r\nQUIT', 'b04obQUIT'],
    ['what turns text around', 'bob\u202e\u2066x', 'bobx'],
    ['the sign of an operator', '@+bob', 'bob'],
    ['emoji of several parts', '👩\u200d🚀 Eva', '👩\u200d🚀 Eva'],
    ['a long one', 'x'.repeat(100_000), 'x'.repeat(60)],
    ['a long one is cut between letters', '👩\u200d🚀'.repeat(20), '👩\u200d🚀'.repeat(5)],
  ];
  for (const [what, shown, expected] of rows) it(`M2I-42: ${what}`, () => assert.equal(seen(shown), expected));

  it('M2I-42: nobody on IRC is pinged by it, and who is called like somebody there says where he is from', () => {
    assert.equal(name('bob'), 'b\u200bob');
    assert.equal(seen('bob', { isNick: (nick) => nick === 'bob' }), 'bob (telegram)');
    assert.equal(seen('bob', { user: userId('@bob:far.test'), isNick: () => true }), 'bob (far.test)');
  });

  it('M2I-42: a room or network may want short names or whole ids', () => {
    assert.equal(seen('Bob', { way: 'localpart' }), 'telegram_42');
    assert.equal(name('Bob', { way: 'mxid' }), '@telegram_42:hs.test');
  });

  it('law, M2I-42: whatever it is called, it is one short word of its own without codes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), fc.boolean(), (shown, taken) => {
        const made = name(shown, { isNick: () => taken });
        assert.ok(made.length > 0 && made.isWellFormed() && Buffer.byteLength(made) < 100, made);
        assert.ok(!/[<>\r\n\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(made), made);
      }),
    );
  });
});
