/** H9: a linked room that the homeserver has no more. */

import assert from 'node:assert/strict';
import type { RoomId } from '../../src/model/ids.js';
import { aLine, aLink, channelOf, ROOM, roomId, userId } from '../support/make.js';
import { World, type WorldWish } from '../support/world.js';

const DOGS = roomId('!dogs:hs.test');
const TWO = roomId('!two:hs.test');

/** #cats in two rooms, #dogs in one; all talk already. */
async function scene(wish: WorldWish = {}): Promise<World> {
  const links = [aLink(), aLink({ room: TWO }), aLink({ channel: channelOf('#dogs'), room: DOGS })];
  const world = await World.of({ links, ...wish });
  await hear(world, 'before');
  return world;
}

async function hear(world: World, text: string): Promise<void> {
  for (const channel of ['#cats', '#dogs']) world.flows.onIrcEvent(aLine(text, { channel: channelOf(channel) }));
  await world.quiet();
}

/** An admin of the homeserver purges a room: neither sending nor joining knows it any more. */
function purge(world: World, room: RoomId): void {
  world.homeserver.members.delete(room);
  world.homeserver.deny('send', 'HOMESERVER_NOT_FOUND', { room });
}

const told = (world: World): unknown[] => world.log.lines.filter(({ event }) => event === 'linked room is gone from the homeserver, unlinked').map(({ fields }) => fields['channels']);

describe('rooms/gone-rooms (H9)', () => {
  it('H9: it is unlinked at the first line, an admin is told once, IRC is not; other rooms go on', async () => {
    const world = await scene();
    purge(world, DOGS);
    for (const text of ['one', 'two']) await hear(world, text);
    assert.deepEqual(world.links.links.map(({ room }) => room), [ROOM, TWO]);
    assert.deepEqual([told(world), world.network.lines, world.journal.open()], [[['#dogs on irc.test']], [], []]);
    assert.deepEqual(world.homeserver.said(ROOM), ['before', 'one', 'two']);
    assert.equal(world.homeserver.deeds.filter((deed) => deed.startsWith('hasRoom')).length, 1, 'asked once');
    assert.equal(world.metrics.counts.get('bridge_rooms_gone_total'), 1);
    assert.ok(world.network.traffic.includes('PART bridge #dogs'), 'nobody listens there for nobody');
  });

  it('H9: of two rooms of a channel the other stays, and the channel is listened to', async () => {
    const world = await scene();
    purge(world, ROOM);
    for (const text of ['one', 'two']) await hear(world, text);
    assert.deepEqual(world.homeserver.said(TWO), ['before', 'one', 'two']);
    assert.equal(world.network.traffic.includes('PART bridge #cats'), false);
    assert.deepEqual(world.journal.open(), []);
  });

  it('H9: lines that wait for it end with it, each asked for once', async () => {
    const world = await scene();
    const go = world.homeserver.hold('send', userId('@irc_bob:hs.test'));
    for (let n = 0; n < 20; n++) world.flows.onIrcEvent(aLine(`${n}`, { channel: channelOf('#dogs') }));
    await world.quiet();
    purge(world, DOGS);
    go();
    await world.quiet();
    assert.equal(world.homeserver.deeds.filter((deed) => deed.startsWith('send') && deed.endsWith(DOGS)).length, 2, 'before, and one more');
    assert.equal(world.metrics.counts.get('bridge_dropped_total ROOM_GONE'), 20);
    assert.deepEqual([world.network.lines, world.journal.open()], [[], []]);
  });

  it('H9: where the room is there after all, the line alone is refused, told, and kept aside', async () => {
    const world = await scene();
    world.homeserver.deny('send', 'HOMESERVER_NOT_FOUND', { room: DOGS, times: 1 });
    for (const text of ['one', 'two']) await hear(world, text);
    assert.deepEqual(world.homeserver.said(DOGS), ['before', 'two']);
    assert.deepEqual([told(world), world.network.lines.length], [[], 1]);
    assert.deepEqual(world.linesAside.lines.map(({ text, room }) => [text, room]), [['one', DOGS]]);
  });

  it('H9: one that is linked anew, say by its alias, is as any other', async () => {
    const world = await scene();
    purge(world, DOGS);
    await hear(world, 'one');
    world.homeserver.relent();
    world.homeserver.room(DOGS);
    await world.flows.links.add(aLink({ channel: channelOf('#dogs'), room: DOGS }));
    await hear(world, 'back');
    assert.deepEqual(world.homeserver.said(DOGS), ['before', 'back']);
  });

  it('H9: a mapped one is not linked again at the next start, which says so, unless it is back', async () => {
    const mappings = { '#cats': { roomIds: [ROOM] } };
    const world = await World.of({ links: [aLink({ origin: 'config' })], network: { mappings } });
    purge(world, ROOM);
    world.flows.onIrcEvent(aLine('one'));
    await world.quiet();
    const start = async (): Promise<void> => {
      await world.restart();
      await world.flows.storeConfigLinks();
      void world.flows.settle();
      await world.clock.advance(1_000);
      await world.quiet();
    };
    await start();
    assert.deepEqual(world.links.links, []);
    assert.ok(world.log.lines.some(({ event, level }) => event === 'a mapped room is gone from the homeserver, not linked' && level === 'warn'));
    world.homeserver.relent();
    world.homeserver.room(ROOM);
    await start();
    assert.deepEqual(world.links.links, [aLink({ origin: 'config' })]);
    world.flows.onIrcEvent(aLine('back'));
    await world.quiet();
    assert.equal(world.homeserver.said(ROOM).at(-1), 'back');
    assert.deepEqual([...world.roomFates.goneRooms], []);
  });
});
