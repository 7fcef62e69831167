import assert from 'node:assert/strict';
import type { Nick } from '../../src/model/irc-names.js';
import { foldName } from '../../src/naming/casefold.js';
import { fitsMask } from '../../src/policy/masks.js';

describe('policy/masks (I2M-16)', () => {
  const who = { nick: 'Spam[Bot]' as Nick, user: 'bot', host: 'a.example' };
  const rows: [mask: string, fits: boolean][] = [
    ['spam*', true],
    ['SPAM{bot}', true],
    ['spam', false],
    ['spam?bot?', true],
    ['*', true],
    ['*!*@*.example', true],
    ['*!*@*.EXAMPLE', true],
    ['*!other@*', false],
    ['bot@a.example', true],
    ['spam*!bot', true],
    ['*!*@a.example.org', false],
    ['', false],
  ];
  for (const [mask, fits] of rows) {
    it(`${mask} ${fits ? 'fits' : 'does not fit'}`, () => {
      assert.equal(fitsMask(who, mask, (name) => foldName('rfc1459', name)), fits);
    });
  }

  it('L-3: a hostile mask ends in bounded time', () => {
    assert.equal(fitsMask({ nick: 'a'.repeat(500) as Nick }, `${'*a'.repeat(200)}b`, (name) => name), false);
  });
});
