import assert from 'node:assert/strict';
import { ALICE, aLink, aMessage, aText, CAROL, roomId } from '../support/make.js';
import { World, type WorldWish } from '../support/world.js';

const HOUR_MS = 3_600_000;
const quits = (world: World): string[] => world.network.traffic.filter((line) => line.startsWith('QUIT'));

async function scene(network: WorldWish['network'] = {}): Promise<World> {
  const ircClients = { nickTemplate: '$DISPLAY', idleTimeout: 7200, ...network.ircClients };
  const world = await World.of({ network: { sendConnectionMessages: false, ...network, ircClients } });
  await say(world);
  return world;
}

async function say(world: World, set: Parameters<typeof aMessage>[0] = {}): Promise<void> {
  world.take(aMessage({ room: aLink().room, ...set }));
  await world.quiet();
}

describe('people/idle (CONN-5)', () => {
  it('whoever says nothing for so long is disconnected, keeps his rooms, and is back with the next word', async () => {
    const world = await scene();
    await world.clock.advance(HOUR_MS);
    await say(world, { sender: CAROL });
    await world.clock.advance(HOUR_MS + 60_000);
    assert.deepEqual(quits(world), ['QUIT alice Idle for 2 hours']);
    assert.ok(!world.homeserver.deeds.some((deed) => deed.startsWith('kick')));
    await say(world);
    assert.equal(world.network.clientOf(ALICE)?.status, 'ready');
    await world.clock.advance(HOUR_MS);
    assert.deepEqual(quits(world).slice(1), ['QUIT carol Idle for 2 hours']);
  });

  it('CMD-2: !active puts it off', async () => {
    const world = await scene();
    const admin = roomId('!admin:hs.test');
    world.homeserver.room(admin, ALICE);
    await world.adminRooms.add({ room: admin, person: ALICE });
    await world.flows.load();
    await world.clock.advance(HOUR_MS);
    await say(world, { room: admin, body: aText('!active') });
    assert.match(String(world.notices(admin).at(-1)), /marked as active/u);
    await world.clock.advance(1.5 * HOUR_MS);
    assert.deepEqual(quits(world), []);
    await world.clock.advance(HOUR_MS);
    assert.equal(quits(world).length, 1);
  });

  it('never happens with 0, nor where all of a room are on IRC from the start', async () => {
    const initial = { enabled: true, global: { matrixToIrc: { initial: true } } };
    for (const network of [{ ircClients: { idleTimeout: 0 } }, { membershipLists: initial }]) {
      const world = await scene(network);
      await world.clock.advance(10 * HOUR_MS);
      assert.deepEqual(quits(world), []);
    }
  });
});
