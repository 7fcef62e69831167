import assert from 'node:assert/strict';
import { ALICE, aMessage, aText, eventId, ROOM } from '../support/make.js';
import { World } from '../support/world.js';

describe('matrix-to-irc/route', () => {
  const first = eventId('$first');
  const edits: [string, string[]][] = [
    ['!irc nick Oolong', []],
    ['!IRC  help', []],
    ['!irc', []],
    ['!ircle of friends', ['!ircle of friends']],
  ];
  for (const [plain, heard] of edits) {
    it(`RC-1, ADM-9: an edit that says “${plain}” is no order${heard.length > 0 ? ', but talk' : ' again, and no talk'}`, async () => {
      const world = await World.of();
      world.take(aMessage({ id: first, body: aText('!irc nick Oolnog') }));
      await world.quiet();
      const answers = world.notices(ROOM).length;
      assert.equal(answers, 1);
      const nick = world.network.clientOf(ALICE)?.nick;
      world.take(aMessage({ replaces: first, body: aText(plain) }));
      await world.quiet();
      assert.equal(world.heard().length, heard.length);
      assert.equal(world.notices(ROOM).length, answers);
      if (heard.length === 0) assert.equal(world.network.clientOf(ALICE)?.nick, nick);
      assert.deepEqual(world.journal.open(), []);
    });
  }
});
