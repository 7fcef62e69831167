/** ROOM-17: a linked room is replaced, and the link follows: whole, once, whatever is killed on the way; and not everywhere. */

import assert from 'node:assert/strict';
import { BridgeError } from '../../src/model/errors.js';
import type { RoomId } from '../../src/model/ids.js';
import type { MatrixEvent } from '../../src/model/matrix-event.js';
import { ALICE, aliasId, aLine, aLink, aMessage, aText, CAROL, CATS, channelOf, eventId, NET, ROOM, roomId, START, userId } from '../support/make.js';
import { World, type WorldWish } from '../support/world.js';

const BOB = userId('@irc_bob:hs.test');
/** As in room version 12: without a domain. */
const NEW = roomId('!7bLr3JsV9nuIYxkB0Lw2Cq');
const OLD = aliasId('#irc_#cats:hs.test');
const SETTINGS = 'org.matrix.appservice-irc.config';

const tombstone = (replacement: RoomId = NEW, room: RoomId = ROOM): MatrixEvent => ({
  kind: 'tombstone', room, id: eventId(`$tomb${replacement.slice(0, 8)}`), sender: userId('@admin:far.test'), at: START, replacement,
});

async function take(world: World, ...events: MatrixEvent[]): Promise<void> {
  for (const event of events) world.take(event);
  await world.quiet();
}

/** A linked room with bob's ghost in it, and a room that names it as its predecessor, in which the bot is not. */
async function scene(wish: WorldWish = {}, predecessor: unknown = { room_id: ROOM }): Promise<World> {
  const dynamicChannels = { aliasTemplate: '#irc_$CHANNEL' };
  const world = await World.of({ links: [aLink({ key: 'k' })], ...wish, network: { dynamicChannels, ...wish.network } });
  const { homeserver } = world;
  homeserver.members.get(ROOM)?.add(ALICE);
  homeserver.members.set(NEW, new Set([ALICE]));
  homeserver.states.set(`${NEW} m.room.create `, { room_version: '12', predecessor: predecessor as never });
  homeserver.states.set(`${ROOM} ${SETTINGS} `, { lineLimit: 3 });
  homeserver.aliases.set(OLD, ROOM);
  world.flows.onIrcEvent(aLine('before'));
  await world.quiet();
  return world;
}

const said = (world: World, room: RoomId): unknown[] => world.homeserver.said(room).filter((body) => body !== undefined);
const linked = (world: World): [RoomId, string | undefined, string][] => world.links.links.map(({ room, key, origin }) => [room, key, origin]);

/** All is as it should be once the link has followed. */
async function assertMoved(world: World): Promise<void> {
  const { homeserver } = world;
  assert.deepEqual(linked(world), [[NEW, 'k', 'alias']]);
  assert.deepEqual([homeserver.isIn(BOB, ROOM) || homeserver.members.get(ROOM)?.has(BOB), homeserver.members.get(NEW)?.has(BOB)], [false, true]);
  assert.equal(homeserver.aliases.get(OLD), NEW);
  assert.deepEqual(await homeserver.stateOf(NEW, SETTINGS, ''), { lineLimit: 3 });
  assert.deepEqual(said(world, ROOM), ['before', '#cats on irc.test is linked with the new room now: go on there.']);
  assert.deepEqual(said(world, NEW).slice(0, 1), ['This room is linked with #cats on irc.test now, as the one before it was.']);
  assert.deepEqual([...world.roomFates.replaced.values()].map(({ stage }) => stage), ['moved']);
  assert.deepEqual(world.journal.open(), []);
}

describe('matrix-to-irc/upgrade', () => {
  it('ROOM-17: link, key, origin, settings, alias and ghosts go over; both rooms are told; talk goes on there', async () => {
    const world = await scene();
    await take(world, tombstone());
    world.flows.onIrcEvent(aLine('from irc'));
    await take(world, aMessage({ room: NEW, body: aText('from the new room') }), aMessage({ room: ROOM, body: aText('into the old one') }));
    await assertMoved(world);
    assert.deepEqual(said(world, NEW).slice(1), ['from irc']);
    assert.deepEqual(world.heard(), ['from the new room']);
    assert.ok(world.homeserver.deeds.includes(`join ${world.homeserver.bot.userId} ${NEW} via far.test`), 'found by the sender’s server');
    assert.ok(world.homeserver.deeds.some((deed) => deed.startsWith('moveListing')));
  });

  it('ROOM-17, A-6: what is said in the new room while it is looked at waits, and goes to IRC', async () => {
    const world = await scene();
    const go = world.homeserver.hold('join', world.homeserver.bot.userId);
    await take(world, tombstone(), aMessage({ room: NEW, body: aText('already there') }));
    assert.deepEqual(world.heard(), []);
    go();
    await world.quiet();
    assert.deepEqual(world.heard(), ['already there']);
  });

  it('ROOM-17: lines that wait for the old room go to the new one, before those that came later', async () => {
    const world = await scene();
    const go = world.homeserver.hold('send', BOB);
    for (const text of ['one', 'two', 'three']) world.flows.onIrcEvent(aLine(text));
    await take(world, tombstone());
    world.flows.onIrcEvent(aLine('four'));
    go();
    await world.quiet();
    const all = [...said(world, ROOM), ...said(world, NEW)].filter((body) => ['one', 'two', 'three', 'four'].includes(String(body)));
    assert.deepEqual(all, ['one', 'two', 'three', 'four']);
    assert.deepEqual(said(world, NEW).slice(-3), ['two', 'three', 'four']);
  });

  it('ROOM-17: lines that the homeserver refuses in the old room before we have heard of it wait for the new one', async () => {
    const world = await scene();
    world.homeserver.deny('send', 'HOMESERVER_FORBIDDEN', { room: ROOM });
    world.homeserver.states.set(`${ROOM} m.room.tombstone `, { replacement_room: NEW });
    for (const text of ['one', 'two']) world.flows.onIrcEvent(aLine(text));
    await world.quiet();
    assert.deepEqual(world.network.lines, [], 'nobody is told that it failed');
    await take(world, tombstone());
    assert.deepEqual(said(world, NEW).slice(-2), ['one', 'two']);
    assert.deepEqual([world.network.lines, world.journal.open()], [[], []]);
  });

  it('ROOM-17: such a line is told of after half a minute when nobody can follow, and the next ones at once', async () => {
    const world = await scene();
    world.homeserver.deny('send', 'HOMESERVER_FORBIDDEN', { room: ROOM });
    world.homeserver.states.set(`${ROOM} m.room.tombstone `, { replacement_room: NEW });
    for (const text of ['one', 'two']) world.flows.onIrcEvent(aLine(text));
    await world.clock.advance(29_000);
    assert.deepEqual(world.network.lines, []);
    await world.clock.advance(1_000);
    await world.quiet();
    assert.deepEqual(world.network.lines.map(({ target, text }) => [target, /did not reach Matrix/u.test(text)]), [['bob', true]]);
    assert.deepEqual(world.journal.open(), []);
  });

  it('ROOM-17: not let in, the bot says so and waits, also over a restart, and goes when it is invited', async () => {
    const world = await scene();
    world.homeserver.deny('join', 'HOMESERVER_FORBIDDEN', { room: NEW });
    await take(world, tombstone());
    await world.restart();
    await world.flows.settle();
    await world.quiet();
    assert.deepEqual(linked(world), [[ROOM, 'k', 'alias']]);
    const told = `This room was replaced, and I cannot join the new one. Invite @bot:hs.test there; until then #cats on irc.test stays linked with this one.`;
    assert.deepEqual(said(world, ROOM), ['before', told]);
    world.flows.onIrcEvent(aLine('meanwhile'));
    await world.quiet();
    assert.deepEqual(said(world, ROOM).at(-1), 'meanwhile');
    world.homeserver.relent();
    await take(world, { kind: 'member', room: NEW, id: eventId('$invite'), sender: ALICE, at: START, target: world.homeserver.bot.userId, now: 'invite', isDirect: false });
    assert.deepEqual([linked(world), world.adminRooms.rooms], [[[NEW, 'k', 'alias']], []]);
    assert.ok(world.homeserver.members.get(NEW)?.has(BOB));
  });

  it('ROOM-17: where the new room’s server is away the old room goes on, and it is followed when the server is back', async () => {
    const world = await scene();
    const go = world.homeserver.hold('join', world.homeserver.bot.userId);
    await take(world, tombstone());
    await world.clock.advance(60_000);
    await world.quiet();
    assert.match(String(said(world, ROOM).at(-1)), /I cannot join the new one/u);
    assert.deepEqual(world.journal.open(), []);
    world.flows.onIrcEvent(aLine('meanwhile'));
    await world.quiet();
    assert.equal(said(world, ROOM).at(-1), 'meanwhile');
    go();
    await world.quiet();
    assert.deepEqual(linked(world), [[NEW, 'k', 'alias']]);
    assert.ok(world.homeserver.members.get(NEW)?.has(BOB));
  });

  it('ROOM-17: let in while the bridge was down, it goes there at the start', async () => {
    const world = await scene();
    world.homeserver.deny('join', 'HOMESERVER_FORBIDDEN', { room: NEW });
    await take(world, tombstone());
    world.homeserver.relent();
    await world.restart();
    await world.flows.settle();
    await world.quiet();
    assert.deepEqual(linked(world), [[NEW, 'k', 'alias']]);
  });

  const hostile: [string, unknown][] = [
    ['names no room before it', null],
    ['names another room', { room_id: '!other:hs.test' }],
    ['names no text', { room_id: 5 }],
    ['names a list', ['!cats:hs.test']],
    ['is text', '!cats:hs.test'],
  ];
  for (const [what, predecessor] of hostile) {
    it(`A-6, S18: a replacement whose room ${what} changes nothing, is told, and is left again`, async () => {
      const world = await scene({}, predecessor);
      await take(world, tombstone(), tombstone());
      assert.deepEqual(linked(world), [[ROOM, 'k', 'alias']]);
      assert.match(String(said(world, ROOM)[1]), /does not name it/u);
      assert.deepEqual([said(world, ROOM).length, said(world, NEW)], [2, []], 'told once');
      assert.deepEqual([world.homeserver.members.get(NEW), [...world.roomFates.replaced]], [new Set([ALICE]), []]);
      assert.ok(world.log.lines.some(({ level, event }) => level === 'warn' && event === 'replacement of a linked room refused'));
      world.flows.onIrcEvent(aLine('still here'));
      await world.quiet();
      assert.equal(said(world, ROOM).at(-1), 'still here');
      assert.equal(world.homeserver.aliases.get(OLD), ROOM);
    });
  }

  it('A-6: a room that is linked already, a private one, the bot’s own with somebody, and itself are no successors', async () => {
    const dogs = roomId('!dogs:hs.test');
    const world = await scene({ links: [aLink({ key: 'k' }), aLink({ channel: channelOf('#dogs'), room: dogs })] });
    const [dm, admin] = [roomId('!dm:hs.test'), roomId('!admin:hs.test')];
    for (const [room, target] of [[dm, BOB], [admin, world.homeserver.bot.userId]] as const) {
      world.homeserver.members.set(room, new Set([CAROL]));
      await take(world, { kind: 'member', room, id: eventId(`$in${room}`), sender: CAROL, at: START, target, now: 'invite', isDirect: true });
    }
    for (const room of [dogs, dm, admin, ROOM]) {
      world.homeserver.states.set(`${room} m.room.create `, { predecessor: { room_id: ROOM } });
      await take(world, tombstone(room));
    }
    assert.deepEqual(linked(world).map(([room]) => room), [ROOM, dogs]);
    assert.equal(world.adminRooms.rooms.length + world.pmRooms.rooms.length, 2);
    assert.deepEqual(said(world, ROOM).slice(1).map((body) => /replaced (.*), so/u.exec(String(body))?.[1]), [
      'by one that is linked already', 'by a private room of the bridge', 'by a private room of the bridge', 'by itself',
    ]);
    assert.deepEqual(world.journal.open(), []);
  });

  it('A-6: somebody else’s room that names the same successor takes nothing away, whichever came first', async () => {
    for (const first of ['the right one', 'the other']) {
      const dogs = roomId('!dogs:hs.test');
      const world = await scene({ links: [aLink(), aLink({ channel: channelOf('#dogs'), room: dogs })] });
      const { homeserver } = world;
      homeserver.deny('join', 'HOMESERVER_FORBIDDEN', { room: NEW });
      const both = [tombstone(), tombstone(NEW, dogs)];
      await take(world, ...(first === 'the right one' ? both : both.reverse()));
      homeserver.relent();
      await take(world, { kind: 'member', room: NEW, id: eventId('$invite'), sender: ALICE, at: START, target: homeserver.bot.userId, now: 'invite', isDirect: false });
      assert.deepEqual(world.links.links.map(({ channel, room }) => `${channel} ${room}`).sort(), [`#cats ${NEW}`, `#dogs ${dogs}`], first);
      assert.ok(homeserver.members.get(NEW)?.has(homeserver.bot.userId), first);
    }
  });

  it('A-6: rings of tombstones wedge nothing', async () => {
    const dogs = roomId('!dogs:hs.test');
    const world = await scene({ links: [aLink(), aLink({ channel: channelOf('#dogs'), room: dogs })] });
    await take(world, tombstone(dogs), tombstone(ROOM, dogs), tombstone(dogs), tombstone(ROOM, dogs));
    world.flows.onIrcEvent(aLine('heard'));
    await take(world, aMessage({ room: dogs, body: aText('heard too') }));
    assert.equal(said(world, ROOM).at(-1), 'heard');
    assert.deepEqual([world.heard('#dogs'), world.journal.open()], [['heard too'], []]);
  });

  it('ROOM-17, ROOM-6: a mapped room’s successor stays linked at the next start, with its own section, and an admin is told', async () => {
    const mappings = { '#cats': { roomIds: [ROOM], key: 'k' } };
    const lists = { enabled: true, rooms: [{ room: ROOM, matrixToIrc: { initial: true, incremental: true } }], floodDelayMs: 0 };
    const world = await scene({ links: [aLink({ key: 'k', origin: 'config' })], network: { mappings, membershipLists: lists } });
    await take(world, tombstone());
    await world.restart();
    await world.flows.storeConfigLinks();
    assert.deepEqual(linked(world), [[NEW, 'k', 'config']]);
    assert.ok(world.log.lines.some(({ event, fields }) => event === 'a mapped room was replaced, the new one is linked' && fields['now'] === NEW));
    void world.flows.settle();
    await world.clock.advance(1_000);
    await world.quiet();
    assert.ok(world.network.clientOf(ALICE)?.inChannel(CATS), 'the members of the new room come, as the old one’s did');
    assert.deepEqual(world.links.links[0]?.network, NET);
  });

  it('MEM-1, G8: who leaves the old room and is not in the new one leaves the channel; who is, stays', async () => {
    const world = await scene();
    const rooms = [ROOM, NEW].map((room) => world.homeserver.members.get(room));
    rooms[0]?.add(CAROL);
    await take(world, aMessage({ room: ROOM, sender: CAROL, body: aText('carol') }), aMessage({ room: ROOM, body: aText('alice') }), tombstone());
    for (const person of [ALICE, CAROL]) {
      rooms[0]?.delete(person);
      await take(world, { kind: 'member', room: ROOM, id: eventId(`$left${person}`), sender: person, at: START, target: person, now: 'leave', before: 'join', isDirect: false });
    }
    assert.equal(world.network.clientOf(ALICE)?.inChannel(CATS), true);
    assert.equal(world.network.clientOf(CAROL)?.inChannel(CATS) ?? false, false);
  });

  it('ROOM-17, G8: a ghost that quits while all go over is in neither room', async () => {
    const world = await scene();
    const go = world.homeserver.hold('join', BOB);
    await take(world, tombstone());
    world.flows.onIrcEvent({ kind: 'quit', network: NET, at: START, heardBy: { network: NET, owner: 'bot' }, who: aLine().from, reason: 'bye' });
    await world.quiet();
    go();
    await world.quiet();
    assert.deepEqual([ROOM, NEW].map((room) => world.homeserver.members.get(room)?.has(BOB)), [false, false]);
  });

  // Every write to the store and every request to the homeserver, until there are no more of them.
  for (let step = 0; step < 24; step++) {
    it(`ROOM-17, F1: killed at its step ${step}, it comes to the same after the next start, and nothing is told twice`, async () => {
      const world = await scene();
      const { homeserver, roomFates, links } = world;
      let left = step;
      let dead = false;
      const next = (): void => {
        if (dead || left-- > 0) return;
        dead = true;
        homeserver.stop();
      };
      const guard = (): void => {
        next();
        if (dead) throw new BridgeError('STOPPING', 'killed');
      };
      const act = homeserver.act.bind(homeserver);
      homeserver.act = (...deed) => {
        next();
        return act(...deed);
      };
      const [save, move] = [roomFates.saveReplacement.bind(roomFates), links.moveRoom.bind(links)];
      roomFates.saveReplacement = async (replacement) => {
        guard();
        await save(replacement);
      };
      links.moveRoom = async (...rooms) => {
        guard();
        await move(...rooms);
      };
      await take(world, tombstone());
      [left, dead] = [Infinity, false];
      await world.restart();
      await world.flows.settle();
      await world.quiet();
      await assertMoved(world);
    });
  }
});
