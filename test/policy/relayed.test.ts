import assert from 'node:assert/strict';
import { networkDefaults } from '../../src/config/network.js';
import { isForeignGhost, isGuest, isRelayed } from '../../src/policy/relayed.js';
import { userId } from '../support/make.js';

describe('policy/relayed', () => {
  const rules = networkDefaults({ foreignGhosts: ['^@tg-'] });
  const rows: readonly (readonly [string, string, boolean])[] = [
    ['somebody', '@alice:hs.test', false],
    ['as the specification advises', '@_xmpp_bob=40chat.test:hs.test', true],
    ['of a widespread bridge', '@telegram_123456789:hs.test', true],
    ['of another one, by UUID', '@signal_0f3a1b2c-9d8e-4f5a-8b7c-6d5e4f3a2b1c:hs.test', true],
    ['somebody who likes such a name', '@telegram_fan1:hs.test', false],
    ['one whom the configuration names', '@tg-bob:hs.test', true],
    ['somebody with an underscore', '@under_score12345:hs.test', false],
    ['nothing behind the name', '@_discord_:hs.test', false],
  ];
  for (const [who, id, is] of rows) it(`M2I-42: ${is ? 'a ghost' : 'no ghost'}: ${who}`, () => assert.equal(isForeignGhost(userId(id), rules), is));

  it('M2I-42: relayed is who is a ghost, unless those have connections, there is no bot, or he is excluded', () => {
    const ghost = userId('@_discord_1:hs.test');
    const relayed = (set: Parameters<typeof networkDefaults>[0]): boolean => isRelayed(ghost, networkDefaults(set));
    assert.deepEqual(
      [relayed({}), relayed({ puppetForeignGhosts: true }), relayed({ botConfig: { enabled: false } }), relayed({ excludedUsers: [{ regex: '^@_discord' }] })],
      [true, false, false, false],
    );
  });

  it('M2I-41: a guest is called by a number', () => {
    const guests = ['@1:hs', '@-12:hs', '@1a:hs', '@a1:hs', '@--1:hs', '@-:hs'].map((id) => isGuest(userId(id)));
    assert.deepEqual(guests, [true, true, false, false, false, false]);
  });
});
