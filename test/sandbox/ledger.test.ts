/** The ledger finds what is lost, doubled or out of order. */

import assert from 'node:assert/strict';
import { Ledger } from '../../spec/support/ledger.js';

describe('ledger', () => {
  const rows: readonly [string, (tokens: readonly string[]) => readonly string[], object][] = [
    ['all in order', (t) => t, { lost: 0, doubled: 0, disordered: 0 }],
    ['one missing', (t) => t.slice(1), { lost: 1, doubled: 0, disordered: 0 }],
    ['one twice', (t) => [...t, t[2]!], { lost: 0, doubled: 1, disordered: 0 }],
    ['two swapped', (t) => [t[1]!, t[0]!, t[2]!], { lost: 0, doubled: 0, disordered: 1 }],
    ['two in one text', (t) => [`${t[0]!} and ${t[1]!}`, t[2]!], { lost: 0, doubled: 0, disordered: 0 }],
    ['those of another run do not count', (t) => [...t, '«other:a:b:0»'], { lost: 0, doubled: 0, disordered: 0 }],
  ];
  for (const [sentence, bend, expected] of rows) {
    it(sentence, () => {
      const ledger = new Ledger('run');
      const tokens = [0, 1, 2].map(() => ledger.token('alice', 'tea'));
      const { lost, doubled, disordered } = ledger.judge(bend(tokens).map((token) => `text ${token} text`));
      assert.deepEqual({ lost: lost.length, doubled: doubled.length, disordered: disordered.length }, expected);
    });
  }
});
