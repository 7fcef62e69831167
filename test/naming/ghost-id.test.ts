import assert from 'node:assert/strict';

import * as fc from 'fast-check';

import { parseUserId } from '../../src/model/ids.js';
import { parseNick, type Nick } from '../../src/model/irc-names.js';
import {
  ghostDisplayName,
  ghostId,
  ghostNick,
  isGhost,
  sameGhost,
  type GhostNaming,
} from '../../src/naming/ghost-id.js';

const naming: GhostNaming = { userTemplate: '@irc_$NICK', server: 'irc.test', domain: 'hs.example' };

function nick(text: string): Nick {
  const parsed = parseNick(text);
  assert.ok(parsed, text);
  return parsed;
}

describe('ghost id', () => {
  const SAME: readonly (readonly [string, string])[] = [
    ['bob[away]', '@irc_bob=5baway=5d:hs.example'],
    ['a\\b`c^d{e|f}g', '@irc_a=5cb=60c=5ed=7be=7cf=7dg:hs.example'],
    ['A-b.c_d', '@irc_A-b.c_d:hs.example'],
    ['a=b', '@irc_a=b:hs.example'],
    ['a=5b', '@irc_a=3d5b:hs.example'],
    ['thé', '@irc_th=c3=a9:hs.example'],
    ['$NICK', '@irc_=24NICK:hs.example'],
  ];
  for (const [name, id] of SAME) {
    it(`GHOST-2, GHOST-2a: ${name} is ${id} and back`, () => {
      assert.equal(ghostId(naming, nick(name)), id);
      assert.equal(ghostNick(naming, id), name);
    });
  }

  it('GHOST-1: the template has a server and a tail', () => {
    const other = { ...naming, userTemplate: '@$SERVER/$NICK-x' };
    assert.equal(ghostId(other, nick('bob')), '@irc.test/bob-x:hs.example');
    assert.equal(ghostNick(other, '@irc.test/bob-x:hs.example'), 'bob');
    assert.equal(isGhost(other, '@irc.test/bob:hs.example'), false);
  });

  const STRANGERS = [
    '@irc_bob:hs.example.org',
    '@irc_bob:evil.hs.example',
    '@x@irc_bob:hs.example',
    '@xirc_bob:hs.example',
    '@irc_bob:hs.example:80',
    '@ircXbob:hs.example',
    'irc_bob:hs.example',
  ];
  for (const id of STRANGERS) {
    it(`S-174: ${id} is none of our ghosts`, () => {
      assert.equal(isGhost(naming, id), false);
      assert.equal(ghostNick(naming, id), undefined);
    });
  }

  const NOBODY = [
    '@irc_:hs.example',
    '@irc_a=20b:hs.example',
    '@irc_a=00:hs.example',
    '@irc_=61:hs.example',
    '@irc_a b:hs.example',
    '@irc_=ff:hs.example',
    '@irc_bob:x:hs.example',
    `@irc_${'a'.repeat(250)}:hs.example`,
  ];
  for (const id of NOBODY) {
    it(`C12: ${id.slice(0, 40)} lies in our namespace and is no nick's`, () => {
      assert.equal(isGhost(naming, id), true);
      assert.equal(ghostNick(naming, id), undefined);
    });
  }

  it('C12: a nick comes back from its ghost, and no two nicks share one', () => {
    const piece = fc.constantFrom(
      'a',
      'B',
      '=',
      '5',
      'b',
      '=5b',
      '[',
      'é',
      '茶',
      '🫖',
      '~',
      '-',
      '.',
      '_',
      '/',
      '+',
      '%',
    );
    const name = fc.array(piece, { minLength: 1, maxLength: 12 }).map((parts) => nick(`n${parts.join('')}`));
    fc.assert(
      fc.property(name, name, (one, other) => {
        const id = ghostId(naming, one);
        assert.equal(ghostNick(naming, id), one);
        assert.equal(parseUserId(id), id);
        assert.match(id, /^@[\w.=-]+:hs\.example$/);
        assert.equal(ghostId(naming, other) === id, other === one);
      }),
      { numRuns: 500 },
    );
  });

  it('C12: nicks too long for an id still get ids of their own, of 255 bytes, that are no nick', () => {
    const [one, other] = [nick('茶'.repeat(150)), nick(`${'茶'.repeat(149)}X`)];
    assert.notEqual(ghostId(naming, one), ghostId(naming, other));
    assert.equal(ghostId(naming, one).length, 255);
    assert.equal(parseUserId(ghostId(naming, one)), ghostId(naming, one));
    assert.equal(isGhost(naming, ghostId(naming, one)), true);
    assert.equal(ghostNick(naming, ghostId(naming, one)), undefined);
  });

  it('GHOST-4: spellings the network holds equal are one ghost', () => {
    assert.ok(sameGhost('rfc1459', 'Bob[]', 'bOB{}'));
    assert.ok(!sameGhost('ascii', 'Bob[]', 'bOB{}'));
  });

  it('GHOST-6, C2: the display name follows the template; direction marks vanish', () => {
    assert.equal(ghostDisplayName(naming, nick('bob')), 'bob');
    assert.equal(
      ghostDisplayName({ ...naming, displayName: '$NICK ($SERVER)' }, nick('$SERVER\u202ebob')),
      '$SERVERbob (irc.test)',
    );
  });
});
