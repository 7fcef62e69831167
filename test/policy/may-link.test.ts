import assert from 'node:assert/strict';

import { foldName } from '../../src/naming/casefold.js';
import { isExcluded, mayLink, mayLinkByAlias } from '../../src/policy/may-link.js';
import { parseLinkableChannel } from '../../src/naming/channel-name.js';

const network = { fold: (name: string) => foldName('rfc1459', name) };

interface Rules {
  readonly enabled: boolean;
  readonly createAlias: boolean;
  readonly joinRule: 'public' | 'invite';
  readonly exclude: readonly string[];
}
const open: Rules = { enabled: true, createAlias: true, joinRule: 'public', exclude: ['#Secret[1]', 'no channel'] };

describe('may link', () => {
  const ROWS: readonly (readonly [string, string, Partial<Rules>, string])[] = [
    ['ROOM-1: a channel of an open network may', '#tea', {}, 'granted'],
    ['ROOM-1: not when portals are off', '#tea', { enabled: false }, 'channel-not-allowed'],
    ['ROOM-1: not when they get no alias', '#tea', { createAlias: false }, 'channel-not-allowed'],
    ['ROOM-1: not when they are for invited people', '#tea', { joinRule: 'invite' }, 'channel-not-allowed'],
    ['ROOM-12: not when excluded, however it is written', '#sECRET{1}', {}, 'excluded'],
    ['A-3: not when it is no channel', '#a,b', {}, 'not-a-channel'],
    ["S-173: not when it is one server's", '&tea', {}, 'not-a-channel'],
  ];
  for (const [name, channel, more, result] of ROWS) {
    it(name, () => {
      const outcome = mayLinkByAlias(channel, { ...open, ...more }, network);
      assert.equal(outcome.ok ? 'granted' : outcome.refusal.reason, result);
      if (outcome.ok) assert.equal(outcome.value, channel);
      else assert.ok(outcome.refusal.permanent && outcome.refusal.say.endsWith('.'));
    });
  }

  it('ROOM-12: excluded channels are refused whoever asks', () => {
    const secret = parseLinkableChannel('#secret{1}');
    assert.ok(secret !== undefined && isExcluded(secret, open.exclude, network));
    assert.ok(!mayLink(secret, open, network).ok);
    assert.ok(mayLink('#tea', open, network).ok);
  });
});
