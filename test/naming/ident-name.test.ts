import assert from 'node:assert/strict';

import * as fc from 'fast-check';

import { parseUserId, type UserId } from '../../src/model/ids.js';
import { identCandidates } from '../../src/naming/ident-name.js';
import { realname } from '../../src/naming/realname.js';
import { aroundVariable, between, fillTemplate } from '../../src/naming/template.js';

function userId(text: string): UserId {
  const id = parseUserId(text);
  assert.ok(id, text);
  return id;
}

function firstOf(text: string, count: number, length?: number): string[] {
  const found: string[] = [];
  for (const ident of identCandidates(userId(text), length)) {
    if (found.push(ident) === count) break;
  }
  return found;
}

describe('ident name', () => {
  const ROWS: readonly (readonly [string, string, readonly string[]])[] = [
    ['IDENT-1: numbers behind a short name', '@bob:e.x', ['bob', 'bob_1', 'bob_2']],
    ['IDENT-1: small letters and digits only', '@Bob.B-o_b+7/x=:e.x', ['bobbob7x']],
    ['R36: M before a digit', '@42tea:e.x', ['M42tea']],
  ];
  for (const [name, id, idents] of ROWS) it(name, () => assert.deepEqual(firstOf(id, idents.length), idents));

  it('IDENT-1: a name without a letter is made of the id', () => {
    const [ident] = firstOf('@🫖:e.x', 1);
    assert.match(ident ?? '', /^M[0-9a-f]{9}$/);
    assert.notEqual(firstOf('@茶:e.x', 1)[0], ident);
  });

  it('IDENT-1: a shorter USERLEN is kept, a longer one is not used', () => {
    assert.deepEqual(firstOf('@averylongteaname:e.x', 2, 6), ['averyl', 'aver_1']);
    assert.deepEqual(firstOf('@averylongteaname:e.x', 1, 18), ['averylongt']);
  });

  it('IDENT-1, R36: every candidate is fit for any server, and all differ', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (local) => {
        const id = parseUserId(`@${local}:e.x`);
        fc.pre(id !== undefined);
        const all = firstOf(id, 1200);
        assert.equal(new Set(all).size, 1200);
        for (const ident of all) assert.match(ident, /^[A-Za-z][a-z0-9]*(?:_[1-9]\d*)?$/);
        assert.ok(all.every((ident) => ident.length <= 10));
      }),
      { numRuns: 30 },
    );
  });
});

describe('realname', () => {
  const ROWS: readonly (readonly [string, string, string, string | undefined, string])[] = [
    ['REAL-1: a template', '@marge:far.example', '$DISPLAY ($USERID)', 'Marge S', 'Marge S (@marge:far.example)'],
    ['REAL-1: without a display name', '@marge:far.example', '$DISPLAY', undefined, 'marge'],
    ['REAL-1: nothing printable is the id', '@marge:far.example', '$DISPLAY', '🫖', '@marge:far.example'],
    ['REAL-1: 48 characters at most', '@marge:far.example', '$DISPLAY', 'x'.repeat(60_000), 'x'.repeat(48)],
    ['INV-4: line breaks vanish', '@marge:far.example', '$DISPLAY', 'a\r\nQUIT\0', 'aQUIT'],
    ['REAL-1: a port is not turned round', '@marge:e.x:8448', 'reverse-mxid', undefined, 'x:8448.e:marge'],
  ];
  for (const [name, id, format, display, out] of ROWS)
    it(name, () => assert.equal(realname(userId(id), format, display), out));
});

describe('template', () => {
  it('fills each variable once, and takes values for text', () => {
    assert.equal(fillTemplate('$SERVER_$NICK$NICK$&', { SERVER: '$NICK', NICK: '$&' }), '$NICK_$&$&$&');
    assert.equal(fillTemplate('$CHANNEL $FOO', {}), '$CHANNEL $FOO');
  });
  it('takes apart what it filled in', () => {
    const around = aroundVariable('@$SERVER_$NICK.x', 'NICK', { SERVER: 's' });
    assert.deepEqual(around, { before: '@s_', after: '.x' });
    assert.equal(between('@s_bob.x', around), 'bob');
    assert.equal(between('@s_.x', around), '');
    assert.equal(between('@s.x', around), undefined);
    assert.equal(aroundVariable('@x', 'NICK'), undefined);
  });
});
