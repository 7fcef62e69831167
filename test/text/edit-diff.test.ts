import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { editDiff } from '../../src/text/edit-diff.js';

const said = (before: string, after: string): string => {
  const edit = editDiff(before, after);
  return edit.kind === 'diff' ? edit.text : edit.kind;
};

describe('text/edit-diff', () => {
  const rows: [string, string, string, string][] = [
    ['M2I-13: nothing but blanks changed', 'pour the  tea into the cups ', 'pour the tea into the cups', 'same'],
    ['a sign takes the word before it along', 'i like tea, coffee and milk in here', 'i like tea coffee and milk in here', 's/tea,/tea/'],
    ['a sign put in is shown with words around it', 'this is a very nice day for a walk', 'this is a very nice day for a walk!', '* a walk!'],
    ['an address is one word, and the sign between is another', 'see https://a.b/c for more of it', 'see https://a.b/d for more of it', 's|https://a.b/c|https://a.b/d|'],
    ['two replacements', 'the harbr was very cold and quit windy today', 'the harbour was very cold and quite windy today', 's/harbr/harbour/, s/quit/quite/'],
    ['four are too many', 'aa one bb two cc three dd four ee', 'aa 1 bb 2 cc 3 dd 4 ee', 'whole'],
    ['a line put in is repeated with the rest', 'one\ntwo\nthree', 'one\nand a half\ntwo\nthree', 'whole'],
    ['the context stays in its line', 'alpha beta\ngamma delta\nepsilon', 'alpha beta\nnew gamma delta\nepsilon', '* new gamma delta'],
    ['a text of which nothing is left', 'all of this is going to vanish now', 'x', 'whole'],
    ['an empty text', '', 'something', 'whole'],
    ['S-053: backslashes in one text only are no change', 'the 3.5 litre kettle is on', 'the 3\\.5 litre kettle is on', 'same'],
    ['S-053: nor do they hide one', 'a \\*very\\* small cup of tea', 'a *very* large cup of tea', 's/small/large/'],
    ['S-053: in both they are what they are', 'match \\d\\. and nothing else', 'match \\d\\+ and nothing else', 's/d\\./d\\+/'],
  ];
  for (const [sentence, before, after, wanted] of rows) {
    it(`M2I-12: ${sentence}`, () => assert.equal(said(before, after), wanted));
  }

  const texts = fc
    .array(fc.constantFrom('tea', 'cup', 'milk', 'the', 'of', '\n', ',', '!', '/', '|', '#', '🫖', "don't", ' '), { maxLength: 30 })
    .map((words) => words.join(' '));

  it('M2I-12: a correction is shorter than the text, in one line, and no text differs from itself', () => {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        assert.equal(editDiff(after, after).kind, 'same');
        const edit = editDiff(before, after);
        if (edit.kind !== 'diff') return;
        assert.ok(edit.text.length < after.length);
        assert.doesNotMatch(edit.text, /\n/u);
        assert.match(edit.text, /^(?:\* |s[/|#])/u);
      }),
      { numRuns: 1000 },
    );
  });

  it('G4: the longest texts are compared in bounded time', () => {
    const long = (word: string): string => `${word} `.repeat(32_000 / word.length).trim();
    for (const [before, after] of [
      [long('a'), long('b')],
      [long('a b'), long('b a')],
      [`x ${long('a')}`, `y ${long('a')}`],
      ["'".repeat(60_000), '’'.repeat(60_000)],
      [long('a'), `${long('a')} b`],
    ] as const) {
      const begin = process.cpuUsage();
      editDiff(before, after);
      const { user, system } = process.cpuUsage(begin);
      assert.ok((user + system) / 1000 < 1000, `${(user + system) / 1000} ms`);
    }
  });
});
