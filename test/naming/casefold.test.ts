import assert from 'node:assert/strict';

import * as fc from 'fast-check';

import { CaseMap } from '../../src/naming/case-map.js';
import { caseMappingOf, foldName, type CaseMapping } from '../../src/naming/casefold.js';

const ALL: readonly CaseMapping[] = ['ascii', 'rfc1459', 'rfc1459-strict', 'rfc7613'];

describe('casefold', () => {
  const ROWS: readonly (readonly [string, CaseMapping, string, string])[] = [
    ['GHOST-4: rfc1459 folds []\\~', 'rfc1459', 'A[]\\~Z', 'a{}|^z'],
    ['GHOST-4: the strict rule leaves ~', 'rfc1459-strict', 'A[]\\~Z', 'a{}|~z'],
    ['GHOST-4: ascii leaves them all', 'ascii', 'A[]\\~Z', 'a[]\\~z'],
    ['GHOST-4: ascii leaves the rest of Unicode', 'ascii', 'İÉК', 'İÉК'],
    ['GHOST-4: rfc7613 folds all of Unicode', 'rfc7613', 'ＡÉК[', 'aéк['],
  ];
  for (const [name, mapping, from, to] of ROWS) it(name, () => assert.equal(foldName(mapping, from), to));

  it('GHOST-4: folding twice changes nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ALL), fc.string({ unit: 'grapheme' }), (mapping, name) => {
        const folded = foldName(mapping, name);
        assert.equal(foldName(mapping, folded), folded);
      }),
    );
  });

  it('reads what servers announce; what it does not know is rfc1459', () => {
    const read = (token: string | undefined) => caseMappingOf(token);
    assert.deepEqual(['ascii', 'RFC1459', 'rfc1459-strict', 'strict-rfc1459', 'rfc7613', 'klingon', ''].map(read), [
      'ascii',
      'rfc1459',
      'rfc1459-strict',
      'rfc1459-strict',
      'rfc7613',
      'rfc1459',
      'rfc1459',
    ]);
    assert.equal(read(undefined), 'rfc1459');
  });
});

describe('case map', () => {
  it('finds a name in any case and keeps the last spelling', () => {
    const map = new CaseMap<number>('rfc1459').set('Bob[m]', 1).set('alice', 2).set('BOB{M}', 3);
    assert.equal(map.size, 2);
    assert.equal(map.get('bob[M]'), 3);
    assert.equal(map.spelling('bob[m]'), 'BOB{M}');
    assert.deepEqual(
      [...map],
      [
        ['BOB{M}', 3],
        ['alice', 2],
      ],
    );
    assert.deepEqual(
      [[...map.keys()], [...map.values()]],
      [
        ['BOB{M}', 'alice'],
        [3, 2],
      ],
    );
    assert.ok(map.delete('bob{m}') && !map.delete('bob{m}') && !map.has('Bob[m]'));
  });

  it('compares anew when the rule changes, and gives back what lost its place', () => {
    const map = new CaseMap<number>('ascii').set('a[', 1).set('a{', 2).set('b', 3);
    assert.deepEqual(map.rekey('rfc1459'), [['a[', 1]]);
    assert.equal(map.get('A['), 2);
    assert.equal(map.size, 2);
    assert.deepEqual(map.rekey('ascii'), []);
    assert.equal(map.get('a['), undefined);
    assert.equal(map.mapping, 'ascii');
  });
});
