import assert from 'node:assert/strict';
import { CATS, NET, nickOf, ROOM, userId, aLine } from '../support/make.js';
import { World } from '../support/world.js';

const BOB = userId('@irc_bob:hs.test');
const heard = { network: NET, at: 0, heardBy: { network: NET, owner: 'bot' } } as const;
const who = { nick: nickOf('bob') };
const MIRRORED = { membershipLists: { enabled: true, global: { ircToMatrix: { incremental: true } } } };

describe('irc-to-matrix/members', () => {
  const goings: [string, (world: World) => void][] = [
    ['QUIT', (world) => world.flows.onIrcEvent({ kind: 'quit', who, reason: 'bye', ...heard })],
    ['PART', (world) => world.flows.onIrcEvent({ kind: 'part', who, channel: CATS, reason: 'bye', ...heard })],
  ];
  for (const [name, goes] of goings) {
    it(`MEM-7, G8: ${name} of somebody whose ghost is still on its way in takes it out again`, async () => {
      const world = await World.of({ network: MIRRORED });
      const release = world.homeserver.hold('join', BOB);
      world.flows.onIrcEvent({ kind: 'join', who, channel: CATS, ...heard });
      await world.quiet();
      goes(world);
      await world.clock.advance(6_000);
      assert.equal(world.homeserver.isIn(BOB, ROOM), false);
      release();
      await world.quiet();
      assert.deepEqual(world.homeserver.deeds.filter((deed) => deed.includes(BOB) && /join|leave/u.test(deed)).length, 2);
      assert.equal(world.homeserver.isIn(BOB, ROOM), false);
    });
  }

  it('MEM-7, G8: who quits while his lines wait for the homeserver does not stay when they are through', async () => {
    const world = await World.of({ network: MIRRORED });
    world.homeserver.goDown();
    world.flows.onIrcEvent(aLine('late'));
    world.flows.onIrcEvent({ kind: 'quit', who, reason: 'bye', ...heard });
    await world.clock.advance(30_000);
    world.homeserver.comeUp();
    await world.clock.advance(30_000);
    await world.flows.whenIdle();
    assert.deepEqual(world.homeserver.said(ROOM), ['late']);
    assert.equal(world.homeserver.isIn(BOB, ROOM), false);
  });
});
