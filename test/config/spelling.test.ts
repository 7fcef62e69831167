import assert from 'node:assert/strict';
import { nearest } from '../../src/config/spelling.js';

const known = ['lineLimit', 'port', 'ssl', 'sasl', 'botConfig', 'mappings', 'nick'];
const rows: readonly (readonly [string, string, string | undefined])[] = [
  ['a letter is missing', 'lineLimt', 'lineLimit'],
  ['two letters are swapped', 'prot', 'port'],
  ['the case is wrong', 'botconfig', 'botConfig'],
  ['a letter is wrong', 'sasi', 'sasl'],
  ['it is one of them', 'ssl', 'ssl'],
  ['it is like none', 'frobnicate', undefined],
  ['a short word does not become another one altogether', 'tls', undefined],
  ['it is empty', '', undefined],
  ['it is very long', 'x'.repeat(100_000), undefined],
];

describe('the likely spelling', () => {
  for (const [what, word, meant] of rows) it(what, () => assert.equal(nearest(word, known), meant));
});
