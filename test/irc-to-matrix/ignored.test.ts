import assert from 'node:assert/strict';
import { parseNick } from '../../src/model/irc-names.js';
import type { JsonObject } from '../../src/model/matrix-content.js';
import { ALICE, aLine, aLink, aMessage, CATS, eventId, NET, ROOM, roomId, START } from '../support/make.js';
import { World } from '../support/world.js';

const OTHER = roomId('!other:hs.test');
const heard = { network: NET, at: START, heardBy: { network: NET, owner: 'bot' } } as const;
const spammer = { nick: parseNick('spammer')!, user: 's', host: 'evil.test' };

/** A channel with two rooms, of which one says something for itself. */
async function withSettings(content: JsonObject, network = {}): Promise<World> {
  const world = await World.of({ links: [aLink(), aLink({ room: OTHER })], service: { perRoomConfig: { enabled: true } }, network });
  world.homeserver.states.set(`${ROOM} org.matrix.appservice-irc.config `, content);
  return world;
}
const said = (world: World, type = 'm.room.message'): string[] => world.homeserver.sent.filter((event) => event.type === type).map(({ room }) => room);

describe('irc-to-matrix: what a room does not want', () => {
  it('RC-4, I2M-16: `ignoreMasks` keep words and reactions out of that room alone, and in no journal', async () => {
    const world = await withSettings({ ignoreMasks: ['*!*@evil.test'] });
    for (const room of [ROOM, OTHER]) {
      world.events.add({ room, event: eventId(`$m${room}`), network: NET, target: CATS, msgid: 'm1', kind: 'message', nick: spammer.nick, at: START, hash: '' });
    }
    world.flows.onIrcEvent(aLine('buy', { from: spammer }));
    world.flows.onIrcEvent({ kind: 'reaction', ...heard, channel: CATS, from: spammer, msgid: 'm1', key: '$', undo: false });
    world.flows.onIrcEvent(aLine('hello', { from: { ...spammer, host: 'good.test' } }));
    await world.quiet();
    assert.deepEqual([said(world).sort(), said(world, 'm.reaction')], [[ROOM, OTHER, OTHER].sort(), [OTHER]]);
    assert.deepEqual(world.journal.open(), []);
  });

  it('I2M-16: the network\'s masks keep reactions out, too', async () => {
    const world = await withSettings({}, { ignoreMasks: ['spam*'] });
    world.events.add({ room: ROOM, event: eventId('$m'), network: NET, target: CATS, msgid: 'm1', kind: 'message', nick: spammer.nick, at: START, hash: '' });
    world.flows.onIrcEvent({ kind: 'reaction', ...heard, channel: CATS, from: spammer, msgid: 'm1', key: '$', undo: false });
    await world.quiet();
    assert.deepEqual(world.homeserver.sent, []);
  });

  it('RC-4, MEM-5: `membership` keeps joins from being carried, of those that are carried at all', async () => {
    const lists = { enabled: true, global: { ircToMatrix: { incremental: true }, matrixToIrc: { incremental: true } } };
    const rows = [['off', false, false], ['irc', true, false], ['matrix', false, true], ['any', true, true], [undefined, true, true]] as const;
    for (const [membership, toIrc, toMatrix] of rows) {
      const world = await withSettings(membership === undefined ? {} : { membership }, { membershipLists: lists });
      world.flows.onIrcEvent({ kind: 'join', ...heard, who: spammer, channel: CATS });
      world.take({ kind: 'member', room: ROOM, id: aMessage().id, sender: ALICE, target: ALICE, at: START, now: 'join', isDirect: false });
      await world.quiet();
      const came = world.homeserver.members.get(ROOM)?.size === 2;
      assert.deepEqual([world.network.wishes.length === 1, came], [toIrc, toMatrix], membership);
    }
    const off = await withSettings({ membership: 'any' });
    off.take({ kind: 'member', room: ROOM, id: aMessage().id, sender: ALICE, target: ALICE, at: START, now: 'join', isDirect: false });
    await off.quiet();
    assert.equal(off.network.wishes.length, 0);
  });
});
