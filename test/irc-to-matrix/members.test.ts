import assert from 'node:assert/strict';
import { aLine, aLink, aNickChange, CATS, channelOf, NET, nickOf, ROOM, roomId, userId } from '../support/make.js';
import { World, type WorldWish } from '../support/world.js';

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

  const there = (world: World, user = BOB, room = ROOM): boolean => world.homeserver.members.get(room)?.has(user) === true;
  const left = (world: World): string[] => world.homeserver.deeds.filter((deed) => /^(?:join|leave|register) @irc_/u.test(deed));
  const CARL = userId('@irc_carl:hs.test');
  const DAVE = userId('@irc_dave:hs.test');
  const TWO = roomId('!two:hs.test');
  const quit = (nick = 'bob') => ({ kind: 'quit', who: { nick: nickOf(nick) }, reason: 'bye', ...heard }) as const;
  const bobIn = async (network?: WorldWish['network']): Promise<World> => {
    const world = await World.of({ links: [aLink(), aLink({ channel: channelOf('#two'), room: TWO })], ...(network && { network }) });
    world.flows.onIrcEvent(aLine('hello'));
    await world.quiet();
    assert.ok(there(world));
    await world.restart();
    world.homeserver.deeds.length = 0;
    return world;
  };
  const kick = { kind: 'kick', who: who.nick, by: { nick: nickOf('op') }, channel: CATS, ...heard } as const;
  const afterStart: [string, (world: World) => void, ghost?: typeof BOB][] = [
    ['QUIT', (world) => world.flows.onIrcEvent(quit())],
    ['PART', (world) => world.flows.onIrcEvent({ kind: 'part', who, channel: CATS, ...heard })],
    ['KICK', (world) => world.flows.onIrcEvent(kick)],
    ['NICK', (world) => world.flows.onIrcEvent(aNickChange('bob', 'carl')), CARL],
    [
      'NICK, NICK and QUIT',
      (world) => {
        world.flows.onIrcEvent(aNickChange('bob', 'carl'));
        world.flows.onIrcEvent(aNickChange('carl', 'dave'));
        world.flows.onIrcEvent(quit('dave'));
      },
    ],
    [
      'NICK and NICK',
      (world) => {
        world.flows.onIrcEvent(aNickChange('bob', 'carl'));
        world.flows.onIrcEvent(aNickChange('carl', 'dave'));
      },
      DAVE,
    ],
  ];
  for (const [name, goes, now] of afterStart) {
    it(`MEM-7, G8: ${name} of somebody whose ghost came before the bridge was started takes it out`, async () => {
      const world = await bobIn();
      goes(world);
      await world.quiet();
      const ghosts = [...(world.homeserver.members.get(ROOM) ?? [])].filter((user) => user.startsWith('@irc_'));
      assert.deepEqual(ghosts, now ? [now] : []);
      assert.deepEqual([...(world.homeserver.members.get(TWO) ?? [])], [world.homeserver.bot.userId]);
    });
  }

  it('MEM-7, G8: JOIN and QUIT that come in one piece with other JOINs keep their order', async () => {
    const world = await World.of({ network: MIRRORED });
    for (const nick of ['carl', 'dave', 'bob']) world.flows.onIrcEvent({ kind: 'join', who: { nick: nickOf(nick) }, channel: CATS, ...heard });
    world.flows.onIrcEvent(quit());
    await world.quiet();
    assert.deepEqual([there(world, CARL), there(world)], [true, false]);
  });

  it('MEM-7: who has no ghost gets none by going, and each room is asked for once', async () => {
    const world = await bobIn();
    for (const nick of ['eve', 'fred', 'gus']) world.flows.onIrcEvent(quit(nick));
    world.flows.onIrcEvent({ kind: 'part', who: { nick: nickOf('hal') }, channel: CATS, ...heard });
    await world.quiet();
    world.flows.onIrcEvent(quit('ida'));
    await world.quiet();
    assert.deepEqual(left(world), []);
    assert.ok(there(world));
    assert.equal(world.homeserver.deeds.filter((deed) => deed.startsWith('learnRoom')).length, 2);
  });

  it('MEM-7: the homeserver is down at the start: who went meanwhile is taken out when it is back', async () => {
    const world = await bobIn();
    world.homeserver.goDown();
    world.flows.onIrcEvent(quit());
    await world.clock.advance(60_000);
    world.homeserver.comeUp();
    await world.quiet();
    assert.equal(there(world), false);
  });

  it('MEM-7: who went and came back before it was known where he is stays', async () => {
    const world = await bobIn();
    const release = world.homeserver.hold('learnRoom', world.homeserver.bot.userId);
    world.flows.onIrcEvent(quit());
    world.flows.onIrcEvent(aLine('back'));
    await world.clock.advance(6_000);
    release();
    await world.quiet();
    assert.ok(there(world));
    assert.deepEqual(world.homeserver.said(ROOM), ['hello', 'back']);
  });

  it('MEM-7: a room of which nothing is told is not asked for at each QUIT', async () => {
    const world = await bobIn();
    world.homeserver.deny('learnRoom', 'HOMESERVER_FORBIDDEN');
    for (const nick of ['eve', 'fred', 'bob']) {
      world.flows.onIrcEvent(quit(nick));
      await world.quiet();
    }
    assert.equal(world.homeserver.deeds.filter((deed) => deed === `learnRoom ${world.homeserver.bot.userId} ${ROOM}`).length, 1);
    world.homeserver.relent();
    await world.clock.advance(601_000);
    world.flows.onIrcEvent(quit());
    await world.quiet();
    assert.equal(there(world), false);
  });
});
