import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/model/matrix-content.js';
import { ALICE, aMessage, aText, CAROL, ROOM, roomId, START } from '../support/make.js';
import { World } from '../support/world.js';

/** Sets a room's own settings; what the bot says of it. */
async function sets(world: World, content: JsonObject, stateKey = '', room = ROOM, sender = ALICE): Promise<readonly unknown[]> {
  const before = world.notices(room).length;
  world.homeserver.states.set(`${room} org.matrix.appservice-irc.config ${stateKey}`, content);
  world.take({ kind: 'roomSettings', room, id: aMessage().id, sender, at: START, stateKey, content });
  await world.quiet();
  return world.notices(room).slice(before);
}

/** What is heard of a message that was answered a long time later. */
async function saysBold(world: World): Promise<string[]> {
  const before = world.heard().length;
  world.take(aMessage({ sender: CAROL, body: aText('hi', { html: '<b>hi</b>' }) }));
  await world.quiet();
  return world.heard().slice(before);
}

describe('matrix-to-irc: what a room sets for itself', () => {
  const enabled = { service: { perRoomConfig: { enabled: true, lineLimitMax: 5 } } };

  it('RC-3, RC-4: what is wrong is told in the room, once, and the rest is in force', async () => {
    const world = await World.of(enabled);
    const told = await sets(world, { formatting: 'plain', edits: 7, lineLimit: 9, topicsync: 'any' });
    assert.deepEqual(told, [
      'Some settings of this room (org.matrix.appservice-irc.config) cannot be used, the others are in force: ' +
        'edits must be one of diff, full, silent, got 7; lineLimit must be at most 5 on this bridge, which is in force, got 9; ' +
        'topicsync is not a setting known here; did you mean topicSync?.',
    ]);
    const notice = world.homeserver.sent.find(({ sender }) => sender === world.homeserver.bot.userId);
    assert.deepEqual(notice?.content['m.mentions'], { user_ids: [ALICE] });
    assert.deepEqual(await saysBold(world), ['hi']);
    assert.deepEqual(world.journal.open(), []);
  });

  it('RC-3: what is right is not told, nor what is set where nothing is linked, or where rooms may set nothing', async () => {
    const world = await World.of(enabled);
    assert.deepEqual(await sets(world, { formatting: 'plain' }), []);
    assert.deepEqual(await sets(world, { formatting: 'x' }, '', roomId('!elsewhere:hs.test')), []);
    assert.deepEqual(await sets(world, { formatting: 'x' }, '', ROOM, world.homeserver.bot.userId), []);
    assert.deepEqual(await sets(await World.of(), { formatting: 'x' }), []);
  });

  it('RC-3: an empty event takes the settings back, and a restart finds what is set', async () => {
    const world = await World.of(enabled);
    assert.deepEqual(await saysBold(world), ['\x02hi']);
    await sets(world, { formatting: 'plain' });
    assert.deepEqual(await saysBold(world), ['hi']);
    await world.restart();
    assert.deepEqual(await saysBold(world), ['hi']);
    await sets(world, {});
    assert.deepEqual(await saysBold(world), ['\x02hi']);
  });
});
