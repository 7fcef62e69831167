/** The main job: a Matrix user joins a channel by its alias and talks with somebody on IRC, both ways. */

import assert from 'node:assert/strict';
import { story } from './support/story.js';
import { sandboxWorld } from './support/world.js';

for (const profile of ['inspircd', 'ngircd', 'solanum', 'unreal', 'ergo'] as const) {
  describe(`first talk on ${profile}`, () => {
    it('AS-3, ROOM-1: alice joins by alias, and she and bob hear each other once', () =>
      story(() => sandboxWorld({ ircd: { profile } }), {}, async ({ people }) => {
        const bob = await people.onIrc('bob', '#tea');
        const alice = await people.onMatrix('alice');
        const room = await alice.joins(people.alias('#tea'));
        await alice.says(room, 'hello from matrix');
        const heard = await bob.sees('hello from matrix', { to: '#tea' });
        assert.match(heard.from, /^alice/u);
        bob.says('#tea', 'hello from irc');
        const seen = await alice.sees('hello from irc', { room });
        assert.equal(seen.sender, people.ghost('bob'));
        bob.says('#tea', 'the end');
        await alice.sees('the end', { room });
        const bodies = (await alice.history(room)).map(({ content }) => content.body);
        assert.equal(bodies.filter((body) => body === 'hello from irc').length, 1);
        assert.equal(bob.messages.filter(({ text }) => text === 'hello from matrix').length, 1);
      })).timeout(60_000);
  });
}
