import assert from 'node:assert/strict';
import { aGhost, anEdge, aRoom } from './edge.js';
import type { Edge } from './edge.js';

describe('homeserver: sending', () => {
  let edge: Edge;
  afterEach(() => edge.stop());

  it('GHOST-5: registers once, joins once, sends as the ghost', async () => {
    edge = await anEdge();
    const bob = edge.homeserver.as(aGhost);
    await Promise.all([bob.ensureRegistered('bob'), bob.ensureRegistered('bob')]);
    await Promise.all([bob.join(aRoom), bob.join(aRoom)]);
    assert.equal(await bob.send(aRoom, 'm.room.message', { msgtype: 'm.text', body: 'hi' }, 'n.1'), '$event0');
    assert.equal(edge.remote.of('/register').length, 1);
    assert.equal(edge.remote.of('/join/').length, 1);
    const [sent] = edge.remote.of('/send/');
    assert.equal(sent?.user, aGhost);
    assert.equal(sent?.path, '/_matrix/client/v3/rooms/!room%3Ahs.test/send/m.room.message/n.1');
    assert.deepEqual(sent?.body, { msgtype: 'm.text', body: 'hi', 'chat.causeway.id': 'n.1' });
  });
});
