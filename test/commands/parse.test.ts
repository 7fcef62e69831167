import assert from 'node:assert/strict';
import { parseOrder } from '../../src/commands/parse.js';

describe('commands/parse', () => {
  const rows: [string, string, { readonly name: string; readonly args: readonly string[] } | undefined][] = [
    ['CMD-01: word and argument', 'brew green', { name: 'brew', args: ['green'] }],
    ['CMD-03: later lines are left out', 'brew green\n black', { name: 'brew', args: ['green'] }],
    ['A-8: so is what follows a bare CR', 'join #a\rQUIT', { name: 'join', args: ['#a'] }],
    ['CMD-08: blanks around it', '  brew green  ', { name: 'brew', args: ['green'] }],
    ['CMD-09: blanks between', 'brew   green', { name: 'brew', args: ['green'] }],
    ['ADM-4: letters of either case', 'BREW Green', { name: 'brew', args: ['Green'] }],
    ['ADM-4: quotes hold blanks', 'brew "green leaf" x ""', { name: 'brew', args: ['green leaf', 'x', ''] }],
    ['a quote that never ends is a letter', 'brew "green', { name: 'brew', args: ['"green'] }],
    ['CMD-06: nothing', '', undefined],
    ['only blanks', '   ', undefined],
    ['only an empty word', '""', undefined],
  ];
  for (const [sentence, text, out] of rows) {
    it(sentence, () => {
      const { name, args } = parseOrder(text) ?? {};
      assert.deepEqual(name === undefined ? undefined : { name, args }, out);
    });
  }

  it('PM-13: what stands behind some arguments is as it was written', () => {
    const parsed = parseOrder('msg "Test Net" bob  say "hi",  friend \nmore');
    assert.deepEqual([0, 1, 2, 9].map((count) => parsed?.behind(count)), ['"Test Net" bob  say "hi",  friend', 'bob  say "hi",  friend', 'say "hi",  friend', '']);
  });

  it('reads twenty arguments and no more, in linear time', () => {
    assert.equal(parseOrder(`a ${'b '.repeat(100_000)}`)?.args.length, 20);
  });
});
