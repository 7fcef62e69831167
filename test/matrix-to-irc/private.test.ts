import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/model/matrix-content.js';
import type { RoomId, UserId } from '../../src/model/ids.js';
import type { MemberEvent } from '../../src/model/matrix-event.js';
import { ALICE, aLink, aMessage, aPrivateLine, aText, CAROL, CATS, channelOf, eventId, NET, nickOf, ROOM, roomId, START, userId } from '../support/make.js';
import { refused } from '../../src/model/refusal.js';
import { World } from '../support/world.js';

const BOB = userId('@irc_bob:hs.test');
const DM = roomId('!dm:hs.test');
let ids = 0;

function member(set: Partial<MemberEvent> & { readonly target: UserId }): MemberEvent {
  return { kind: 'member', room: DM, id: eventId(`$member${ids++}`), sender: ALICE, at: START, now: 'invite', isDirect: true, ...set };
}

async function take(world: World, ...events: Parameters<World['take']>[0][]): Promise<void> {
  for (const event of events) world.take(event);
  await world.quiet();
}

/** A world where alice talks with bob in DM. */
async function scene(wish: Parameters<typeof World.of>[0] = {}): Promise<World> {
  const world = await World.of({ ...wish, network: { sendConnectionMessages: false, ...wish.network } });
  world.homeserver.members.set(DM, new Set([ALICE]));
  await take(world, member({ target: BOB }));
  return world;
}

const inDm = (text: string, set: Parameters<typeof aMessage>[0] = {}): ReturnType<typeof aMessage> => aMessage({ room: DM, body: aText(text), ...set });
const said = (world: World, room: RoomId = DM): [string, unknown][] =>
  world.homeserver.sent.filter((event) => event.room === room).map(({ sender, content }) => [sender, content['body']]);

describe('matrix-to-irc, private', () => {
  it('PM-3, S-120: a ghost invited joins, and what is said goes to the nick', async () => {
    const world = await scene();
    assert.ok(world.homeserver.isIn(BOB, DM));
    await take(world, inDm('psst'));
    assert.deepEqual(world.network.lines.map(({ owner, target, text }) => [owner, target, text]), [[ALICE, 'bob', 'psst']]);
    assert.deepEqual(world.pmRooms.rooms.map(({ room, person, nick }) => [room, person, nick]), [[DM, ALICE, 'bob']]);
    assert.deepEqual(world.journal.open(), []);
  });

  it('PM-14: only its own person talks there', async () => {
    const world = await scene();
    await take(world, inDm('hi', { sender: CAROL }));
    assert.deepEqual(world.network.lines, []);
    assert.match(String(said(world)[0]?.[1]), /private talk of @alice:hs.test with bob/u);
  });

  it('S-056: what one says to a nick is in no room of another who talks with it', async () => {
    const world = await scene();
    const other = roomId('!carolsdm:hs.test');
    world.homeserver.members.set(other, new Set([CAROL]));
    await take(world, member({ target: BOB, room: other, sender: CAROL }), inDm('identify hunter2'));
    assert.deepEqual(world.heard('bob'), ['identify hunter2']);
    assert.deepEqual([said(world), said(world, other)], [[], []]);
  });

  it('S-120: what is said right after the invitation waits until the ghost is there', async () => {
    const world = await World.of();
    world.homeserver.members.set(DM, new Set([ALICE]));
    const release = world.homeserver.hold('join', BOB);
    await take(world, member({ target: BOB }), inDm('psst'), inDm('hello?'));
    assert.deepEqual(world.network.lines, []);
    release();
    await world.quiet();
    assert.deepEqual(world.heard('bob'), ['psst', 'hello?']);
    assert.deepEqual(world.journal.open(), []);
  });

  it('S-129: so does a command right after the invitation of the bot', async () => {
    const world = await World.of();
    world.homeserver.members.set(DM, new Set([ALICE]));
    await take(world, member({ target: world.homeserver.bot.userId }), inDm('!help'));
    assert.match(String(said(world)[1]?.[1]), /These are the commands/u);
  });

  it('ADM-1: a room marked for plumbing is no admin room; the bot comes, and says nothing', async () => {
    const world = await World.of();
    world.homeserver.members.set(DM, new Set([ALICE]));
    world.homeserver.states.set(`${DM} m.room.plumbing `, { status: 'enabled' });
    await take(world, member({ target: world.homeserver.bot.userId }));
    assert.ok(world.homeserver.isIn(world.homeserver.bot.userId, DM));
    assert.deepEqual([world.adminRooms.rooms, said(world)], [[], []]);
  });

  it('PM-6: what the server does not take is told by the ghost, in reply to the message', async () => {
    const world = await scene();
    const { refusal } = refused('no-such-nick', 'Nobody has this name on the network now.');
    world.network.deny('say bob', refusal);
    const message = inDm('psst');
    await take(world, message);
    const [told] = world.homeserver.sent.filter(({ room }) => room === DM);
    assert.equal(told?.sender, BOB);
    assert.match(String(said(world)[0]?.[1]), /not delivered to bob on irc.test. Nobody has this name/u);
    assert.deepEqual(told.content['m.relates_to'], { 'm.in_reply_to': { event_id: message.id } });
  });

  const refusals: [string, Partial<MemberEvent>, Parameters<typeof World.of>[0], RegExp][] = [
    ['PM-5, S-121: not direct', { isDirect: false }, {}, /group chat/u],
    ['S-122: switched off', {}, { network: { privateMessages: { enabled: false } } }, /private messages.*off/iu],
    ['PM-4: of another server', { sender: userId('@dora:far.test') }, { network: { privateMessages: { federate: false } } }, /other servers/u],
    ['MEM-14: excluded', { sender: userId('@troll:hs.test') }, { network: { excludedUsers: [{ regex: '@troll.*', kickReason: 'No trolls' }] } }, /No trolls/u],
  ];
  for (const [sentence, set, wish, words] of refusals) {
    it(`${sentence}: the ghost says so and leaves; nothing reaches IRC`, async () => {
      const world = await World.of(wish);
      world.homeserver.members.set(DM, new Set([ALICE]));
      await take(world, member({ target: BOB, ...set }), inDm('for irc?'));
      assert.match(String(said(world)[0]?.[1]), words);
      assert.deepEqual([world.homeserver.isIn(BOB, DM), world.pmRooms.rooms, world.network.lines], [false, [], []]);
      assert.deepEqual(world.network.wishes, []);
    });
  }

  it('MEM-16: an invitation into a bridged room is none of this', async () => {
    const world = await World.of();
    await take(world, member({ target: BOB, room: ROOM, isDirect: false }));
    assert.deepEqual(world.homeserver.deeds, []);
  });

  it('PM-5: with a third person the ghost says so, leaves, and forgets the room', async () => {
    const world = await scene();
    await take(world, member({ target: CAROL }));
    assert.match(String(said(world)[0]?.[1]), /Three cannot talk in private/u);
    assert.deepEqual([world.homeserver.isIn(BOB, DM), world.pmRooms.rooms], [false, []]);
  });

  it('PM-15: that the nick is a person of ours is said once; talk goes by IRC all the same', async () => {
    const world = await World.of();
    world.homeserver.members.set(DM, new Set([ALICE]));
    await world.network.connect(CAROL, { nick: nickOf('carol'), ident: 'c', realname: 'c' });
    await take(world, member({ target: userId('@irc_carol:hs.test') }), inDm('hello'));
    assert.match(String(said(world)[0]?.[1]), /carol is @carol:hs.test on Matrix/u);
    assert.deepEqual(world.heard('carol'), ['hello']);
  });

  it('E2E-1, E2E-3: many unreadable messages are answered once, and the talk moves to one plain room', async () => {
    const world = await scene();
    const sealed = (n: number) => ({ kind: 'encrypted', room: DM, id: eventId(`$sealed${n}`), sender: ALICE, at: START }) as const;
    await take(world, sealed(1), sealed(2), sealed(3));
    assert.equal(said(world).length, 1);
    assert.match(String(said(world)[0]?.[1]), /IRC cannot read that.*invite you to a room without encryption/u);
    const [plain, another] = world.homeserver.rooms;
    assert.deepEqual([plain?.wish.invite, another], [[ALICE], undefined]);
    assert.deepEqual(world.pmRooms.rooms.map(({ room }) => room), [plain?.id]);
    assert.deepEqual([world.homeserver.isIn(BOB, DM), world.network.lines, world.journal.open()], [false, [], []]);
  });

  describe('PM-2: a room that is replaced', () => {
    const NEXT = roomId('!next:hs.test');
    const replaced = { kind: 'tombstone', room: DM, id: eventId('$tomb'), sender: ALICE, at: START, replacement: NEXT } as const;

    it('is left with a word, and the talk goes on in the new one, to which clients invite as to any room', async () => {
      const world = await scene();
      await take(world, replaced);
      assert.match(String(said(world).at(-1)?.[1]), /was replaced\. Invite me to the new one/u);
      assert.deepEqual([world.homeserver.isIn(BOB, DM), world.pmRooms.rooms], [false, []]);
      world.homeserver.members.set(NEXT, new Set([ALICE]));
      await take(world, member({ target: BOB, room: NEXT, isDirect: false }), aMessage({ room: NEXT, body: aText('here now') }));
      assert.deepEqual(world.heard('bob').at(-1), 'here now');
      assert.deepEqual(world.pmRooms.rooms.map(({ room }) => room), [NEXT]);
    });

    it('is no reason to go where somebody else invites, or to where nothing was replaced', async () => {
      const world = await scene();
      world.homeserver.members.set(NEXT, new Set([ALICE, CAROL]));
      await take(world, member({ target: BOB, room: NEXT, isDirect: false }));
      await take(world, replaced);
      await take(world, member({ target: BOB, room: NEXT, isDirect: false, sender: CAROL }));
      assert.deepEqual([world.homeserver.isIn(BOB, NEXT), world.pmRooms.rooms], [false, []]);
    });

    it('is not written to any more: what the nick says opens a room', async () => {
      const world = await scene();
      const before = said(world).length;
      await take(world, aMessage({ room: DM, body: aText('hi') }), replaced);
      const to = { network: NET, owner: ALICE } as const;
      world.flows.onIrcEvent(aPrivateLine('are you there?', { to, heardBy: to }));
      await world.quiet();
      assert.equal(said(world).length, before + 1);
      assert.deepEqual(world.homeserver.rooms.map(({ id }) => world.homeserver.said(id)), [['are you there?']]);
    });

    it('is waited for over a restart, and forgotten once it is there', async () => {
      const world = await scene();
      await take(world, replaced);
      await world.restart();
      world.homeserver.members.set(NEXT, new Set([ALICE]));
      await take(world, member({ target: BOB, room: NEXT, isDirect: false }), aMessage({ room: NEXT, body: aText('here now') }));
      assert.deepEqual(world.heard('bob').at(-1), 'here now');
      assert.deepEqual([world.pmRooms.rooms.map(({ room }) => room), [...world.roomFates.replaced]], [[NEXT], []]);
    });

    it('with the bot goes on in the same way', async () => {
      const world = await World.of();
      world.homeserver.members.set(DM, new Set([ALICE]));
      await take(world, member({ target: world.homeserver.bot.userId }), replaced);
      assert.deepEqual(world.adminRooms.rooms, []);
      world.homeserver.members.set(NEXT, new Set([ALICE]));
      await take(world, member({ target: world.homeserver.bot.userId, room: NEXT, isDirect: false }));
      assert.deepEqual(world.adminRooms.rooms.map(({ room }) => room), [NEXT]);
    });
  });

  const sealedDm = (n: number) => ({ kind: 'encrypted', room: DM, id: eventId(`$sealing${n}`), sender: ALICE, at: START }) as const;

  it('E2E-1, E2E-3: where no plain room can be made that is said too, and tried again at the next message', async () => {
    const world = await scene();
    world.homeserver.deny('createRoom', 'HOMESERVER_FORBIDDEN');
    await take(world, sealedDm(1), sealedDm(2));
    assert.match(String(said(world)[0]?.[1]), /nothing you write here reaches bob/u);
    assert.match(String(said(world)[1]?.[1]), /no room without encryption yet: The homeserver/u);
    // The second refusal as the first: each is an event of its own.
    assert.match(String(said(world)[2]?.[1]), /no room without encryption yet: The homeserver/u);
    assert.deepEqual([said(world).length, world.homeserver.isIn(BOB, DM), world.journal.open()], [3, true, []]);
    world.homeserver.relent();
    await take(world, sealedDm(3));
    assert.deepEqual(world.pmRooms.rooms.map(({ room }) => room), world.homeserver.rooms.map(({ id }) => id));
    assert.equal(world.homeserver.isIn(BOB, DM), false);
  });

  it('E2E-1, F1: killed after the new room was stored, it has been told all the same', async () => {
    const world = await scene();
    const add = world.pmRooms.add.bind(world.pmRooms);
    world.pmRooms.add = async (room) => {
      await add(room);
      world.homeserver.stop();
    };
    await take(world, sealedDm(1));
    world.pmRooms.add = add;
    await world.restart();
    await world.quiet();
    assert.equal(said(world).length, 1);
    assert.match(String(said(world)[0]?.[1]), /nothing you write here reaches bob/u);
    assert.deepEqual([world.homeserver.rooms.length, world.journal.open()], [1, []]);
  });

  it('E2E-3: the same of the room with the bot', async () => {
    const world = await World.of();
    world.homeserver.members.set(DM, new Set([ALICE]));
    await take(world, member({ target: world.homeserver.bot.userId }));
    world.homeserver.deny('createRoom', 'HOMESERVER_FORBIDDEN');
    await take(world, sealedDm(1));
    assert.match(String(said(world).at(-2)?.[1]), /I cannot read that/u);
    assert.match(String(said(world).at(-1)?.[1]), /no room without encryption yet/u);
  });

  it('E2E-1: switched on in a bridged room, that is said there', async () => {
    const world = await World.of();
    await take(world, { kind: 'encryptionOn', room: ROOM, id: eventId('$on'), sender: ALICE, at: START });
    assert.match(String(said(world, ROOM)[0]?.[1]), /nothing said in this room reaches #cats on irc.test/u);
  });

  describe('the bot', () => {
    it('ADM-1, RC-8: takes no room that is marked for plumbing for one of commands', async () => {
      for (const [status, isAdmin] of [['enabled', false], ['disabled', true]] as const) {
        const world = await World.of();
        world.homeserver.members.set(DM, new Set([ALICE]));
        world.homeserver.states.set(`${DM} m.room.plumbing `, { status });
        await take(world, member({ target: world.homeserver.bot.userId }), inDm('hello everybody'));
        assert.equal(world.adminRooms.rooms.length, isAdmin ? 1 : 0, status);
        assert.equal(said(world).length, isAdmin ? 2 : 0);
        assert.ok(world.homeserver.isIn(world.homeserver.bot.userId, DM));
      }
    });

    it('ADM-1, S-127, S-129: goes to direct rooms, also again, and greets', async () => {
      const world = await World.of();
      world.homeserver.members.set(DM, new Set([ALICE]));
      await take(world, member({ target: world.homeserver.bot.userId }), member({ target: world.homeserver.bot.userId }));
      assert.deepEqual(world.adminRooms.rooms, [{ room: DM, person: ALICE }]);
      assert.match(String(said(world)[0]?.[1]), /!help/u);
    });

    it('S-130: goes to no other room, but to a bridged one', async () => {
      const world = await World.of();
      world.homeserver.members.set(DM, new Set([ALICE]));
      world.homeserver.members.set(ROOM, new Set([ALICE]));
      const bot = world.homeserver.bot.userId;
      await take(world, member({ target: bot, isDirect: false }), member({ target: bot, isDirect: false, room: ROOM }));
      assert.deepEqual([world.homeserver.isIn(bot, DM), world.homeserver.isIn(bot, ROOM)], [false, true]);
    });

    const functional: [string, boolean, object | undefined, boolean][] = [
      ['leaves when a third one comes', false, undefined, false],
      ['… also one that the room declares to be a bot, unless that is wished', false, { service_members: [CAROL] }, false],
      ['stays where that is wished', true, { service_members: [CAROL, 7] }, true],
      ['leaves where the room declares somebody else', true, { service_members: ['@other:hs.test'] }, false],
      ['leaves where what the room declares makes no sense', true, { service_members: CAROL }, false],
    ];
    for (const [sentence, ignoreFunctionalMembersInAdminRooms, content, stays] of functional) {
      it(`ADM-2: ${sentence}`, async () => {
        const world = await World.of({ service: { matrixHandler: { ignoreFunctionalMembersInAdminRooms } } });
        const bot = world.homeserver.bot.userId;
        world.homeserver.members.set(DM, new Set([ALICE, CAROL]));
        if (content) world.homeserver.states.set(`${DM} io.element.functional_members `, content as JsonObject);
        await take(world, member({ target: bot }), member({ target: CAROL }));
        if (stays) await take(world, aMessage({ room: DM, body: aText('!active') }));
        assert.deepEqual([world.homeserver.isIn(bot, DM), world.adminRooms.rooms.length], [stays, stays ? 1 : 0]);
        assert.match(String(said(world).at(-1)?.[1]), stays ? /active/u : /alone/u);
      });
    }

    it('ADM-2: leaves when a third one comes, and keeps no room', async () => {
      const world = await World.of();
      world.homeserver.members.set(DM, new Set([ALICE]));
      const bot = world.homeserver.bot.userId;
      await take(world, member({ target: bot }), member({ target: CAROL }));
      assert.deepEqual([world.homeserver.isIn(bot, DM), world.adminRooms.rooms], [false, []]);
    });
  });

  describe('who goes', () => {
    it('MEM-2: parts with the reason, behind what he said before, and quits after the grace', async () => {
      const world = await World.of();
      const release = world.network.hold(`join ${CATS}`);
      await take(world, aMessage({ body: aText('last words') }), member({ target: ALICE, room: ROOM, now: 'leave', before: 'join', reason: 'bed' }));
      assert.deepEqual(world.heard(), []);
      release();
      await world.quiet();
      assert.deepEqual(world.heard(), ['last words']);
      assert.deepEqual(world.network.traffic, ['JOIN M-alice #cats', 'PART M-alice #cats bed']);
      await world.clock.advance(9_000);
      assert.ok(world.network.clientOf(ALICE));
      await world.clock.advance(1_000);
      assert.equal(world.network.clientOf(ALICE), undefined);
    });

    it('MEM-2: stays where another room of the channel, or another channel, holds him', async () => {
      const dogs = channelOf('#dogs');
      const [other, third] = [roomId('!other:hs.test'), roomId('!dogs:hs.test')];
      const world = await World.of({ links: [aLink(), aLink({ room: other }), aLink({ channel: dogs, room: third })] });
      world.homeserver.members.get(other)?.add(ALICE);
      await take(world, aMessage(), aMessage({ room: third }));
      await take(world, member({ target: ALICE, room: ROOM, now: 'leave', before: 'join' }));
      assert.deepEqual(world.network.traffic.filter((line) => line.startsWith('PART')), []);
      world.homeserver.members.get(other)?.delete(ALICE);
      await take(world, member({ target: ALICE, room: other, now: 'ban', sender: CAROL, before: 'join' }));
      assert.deepEqual(world.network.traffic.filter((line) => line.startsWith('PART')), ['PART M-alice #cats Removed from the Matrix room']);
      await world.clock.advance(60_000);
      assert.ok(world.network.clientOf(ALICE), 'still in #dogs');
    });

    it('a private talk holds him, until he leaves that too', async () => {
      const world = await scene();
      await take(world, inDm('hi'), aMessage());
      await take(world, member({ target: ALICE, room: ROOM, now: 'leave', before: 'join' }));
      await world.clock.advance(60_000);
      assert.ok(world.network.clientOf(ALICE));
      await take(world, member({ target: ALICE, now: 'leave', before: 'join' }));
      await world.clock.advance(10_000);
      assert.equal(world.network.clientOf(ALICE), undefined);
    });

    it('whoever is back within the grace stays connected', async () => {
      const world = await World.of();
      await take(world, aMessage(), member({ target: ALICE, room: ROOM, now: 'leave', before: 'join' }));
      await world.clock.advance(5_000);
      await take(world, aMessage());
      await world.clock.advance(60_000);
      assert.ok(world.network.clientOf(ALICE));
    });
  });

  it('MEM-1, MEM-8: joins are carried where that is set, for the room before for all', async () => {
    const lists = { enabled: true, global: { matrixToIrc: { incremental: true } }, rooms: [{ room: '!quiet:hs.test', matrixToIrc: { incremental: false } }] };
    const quiet = roomId('!quiet:hs.test');
    const world = await World.of({ network: { membershipLists: lists }, links: [aLink(), aLink({ channel: channelOf('#quiet'), room: quiet })] });
    await take(world, member({ target: ALICE, room: ROOM, now: 'join', before: 'invite' }), member({ target: ALICE, room: quiet, now: 'join' }));
    assert.deepEqual(world.network.traffic, ['JOIN M-alice #cats']);
  });

  it('NICK-8: a display name that changes in many rooms is one NICK, and none where it is for one room', async () => {
    const world = await World.of({ network: { ircClients: { nickTemplate: '$DISPLAY', allowNickChanges: true } }, links: [aLink(), aLink({ room: DM })] });
    await take(world, aMessage());
    world.homeserver.names.set(ALICE, 'Sencha');
    const renamed = { target: ALICE, now: 'join', before: 'join', displayName: 'Sencha' } as const;
    await take(world, member({ ...renamed, room: ROOM }), member({ ...renamed, room: DM }));
    await take(world, member({ ...renamed, room: ROOM, displayName: 'Only here' }));
    assert.deepEqual(world.network.traffic.filter((line) => line.startsWith('NICK')), ['NICK alice Sencha']);
    assert.equal(world.network.name, NET);
  });
});
