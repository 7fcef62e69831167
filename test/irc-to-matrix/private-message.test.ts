import assert from 'node:assert/strict';
import type { UserId } from '../../src/model/ids.js';
import type { IrcEvent, IrcEventOf } from '../../src/model/irc-event.js';
import { ALICE, aNickChange, aPrivateLine, CAROL, NET, nickOf, roomId, userId } from '../support/make.js';
import { World } from '../support/world.js';

const BOB = userId('@irc_bob:hs.test');
const ROB = userId('@irc_rob:hs.test');

type Set = Partial<IrcEventOf<'privateMessage'>> & { readonly nick?: string; readonly host?: string };

/** A line to alice's client. */
function toAlice(text: string, { nick = 'bob', host = 'h.test', ...set }: Set = {}): IrcEvent {
  const to = { network: NET, owner: ALICE };
  return aPrivateLine(text, { to, heardBy: to, from: { nick: nickOf(nick), user: 'u', host }, ...set });
}

async function scene(wish: Parameters<typeof World.of>[0] = {}, ...people: UserId[]): Promise<World> {
  const world = await World.of(wish);
  for (const person of [ALICE, ...people]) {
    await world.network.connect(person, { nick: nickOf(person.slice(1, person.indexOf(':'))), ident: 'x', realname: 'x' });
  }
  return world;
}

async function hear(world: World, ...events: IrcEvent[]): Promise<void> {
  for (const event of events) world.flows.onIrcEvent(event);
  await world.quiet();
}

const said = (world: World): [string, unknown][] => world.homeserver.sent.map(({ sender, content }) => [sender, content['body']]);

describe('irc-to-matrix/private-message', () => {
  it('PM-1: two quick lines make one room, by the ghost, direct, for the person', async () => {
    const world = await scene();
    await hear(world, toAlice('one'), toAlice('two'));
    assert.deepEqual(said(world), [[BOB, 'one'], [BOB, 'two']]);
    const [made, another] = world.homeserver.rooms;
    assert.equal(another, undefined);
    assert.deepEqual([made?.wish.isDirect, made?.wish.invite, made?.wish.name], [true, [ALICE], 'bob (PM on irc.test)']);
    assert.deepEqual(made?.wish.powerLevels?.['users'], { [ALICE]: 10 });
    assert.equal(made.wish.preset, undefined);
    assert.deepEqual([...(world.homeserver.members.get(made.id) ?? [])], [BOB]);
    assert.deepEqual(world.journal.open(), []);
  });

  it('PM-9: one room however the nick is written', async () => {
    const world = await scene();
    await hear(world, toAlice('one'), toAlice('two', { nick: 'BOB' }));
    assert.equal(world.homeserver.rooms.length, 1);
    assert.deepEqual(said(world), [[BOB, 'one'], [BOB, 'two']]);
  });

  it('PM-14: what is said to one comes to nobody else', async () => {
    const world = await scene({}, CAROL);
    const to = { network: NET, owner: CAROL };
    await hear(world, toAlice('for alice'), toAlice('for carol', { to, heardBy: to }));
    const rooms = world.homeserver.rooms.map(({ wish, id }) => [wish.invite, world.homeserver.said(id)]);
    assert.deepEqual(rooms, [[[ALICE], ['for alice']], [[CAROL], ['for carol']]]);
  });

  it('F2: what was not sent is sent after a kill, in order, into the same room', async () => {
    const world = await scene();
    await hear(world, toAlice('one'));
    world.homeserver.goDown();
    await hear(world, toAlice('two'), toAlice('three'));
    await world.restart();
    await world.quiet();
    assert.deepEqual(said(world), [[BOB, 'one'], [BOB, 'two'], [BOB, 'three']]);
    assert.deepEqual([world.homeserver.rooms.length, world.journal.open()], [1, []]);
  });

  it('H14: what was sent and not marked is not doubled', async () => {
    const world = await scene();
    world.journal.done = () => undefined;
    await hear(world, toAlice('one'));
    world.homeserver.forget();
    await world.restart();
    await world.quiet();
    assert.deepEqual(said(world), [[BOB, 'one']]);
  });

  it('PM-2: put out of its room, the ghost makes another, and the line is there', async () => {
    const world = await scene();
    await hear(world, toAlice('one'));
    const [made] = world.homeserver.rooms;
    world.homeserver.members.get(made?.id ?? ALICE as never)?.delete(BOB);
    world.homeserver.deny('join', 'HOMESERVER_FORBIDDEN', { user: BOB, times: 1 });
    await hear(world, toAlice('two'));
    assert.deepEqual(world.homeserver.rooms.map(({ id }) => world.homeserver.said(id)), [['one'], ['two']]);
    assert.equal(world.pmRooms.rooms.length, 1);
  });

  it('PM-1: refused for good, the author is told by the client he wrote to, once', async () => {
    const world = await scene();
    world.homeserver.deny('createRoom', 'HOMESERVER_FORBIDDEN');
    await hear(world, toAlice('one'), toAlice('two'), toAlice('three', { how: 'notice' }));
    assert.deepEqual(world.network.lines.map(({ owner, target, how }) => [owner, target, how]), [[ALICE, 'bob', 'notice']]);
    assert.match(world.network.lines[0]?.text ?? '', /did not reach me: I am on Matrix.*Try again later/u);
    assert.deepEqual(world.journal.open(), []);
  });

  it('a journal that is full takes nothing: the author is told', async () => {
    const world = await scene();
    world.journal.full = true;
    await hear(world, toAlice('one'));
    assert.match(world.heard('bob')[0] ?? '', /no room left/u);
    assert.deepEqual(said(world), []);
  });

  const refusals: [string, Parameters<typeof World.of>[0], RegExp][] = [
    ['S-122: private messages off', { network: { privateMessages: { enabled: false } } }, /private messages.*off/iu],
    ['PM-7: an excluded nick', { network: { privateMessages: { exclude: ['BOB'] } } }, /not allowed/u],
  ];
  for (const [sentence, wish, words] of refusals) {
    it(sentence, async () => {
      const world = await scene(wish);
      await hear(world, toAlice('one'));
      assert.match(world.heard('bob')[0] ?? '', words);
      assert.deepEqual([world.homeserver.rooms, world.journal.open()], [[], []]);
    });
  }

  it('S-125: a person of another server is not written to where rooms do not federate', async () => {
    const far = userId('@dora:far.test');
    const world = await scene({ network: { privateMessages: { federate: false } } }, far);
    const to = { network: NET, owner: far };
    await hear(world, toAlice('one', { to, heardBy: to }));
    assert.match(world.heard('bob')[0] ?? '', /people of other servers/u);
    await hear(world, toAlice('two'));
    assert.deepEqual(world.homeserver.rooms.map(({ wish }) => wish.creationContent), [{ 'm.federate': false }]);
  });

  describe('PM-11: notices', () => {
    it('go into the room when there is one', async () => {
      const world = await scene();
      await hear(world, toAlice('one'), toAlice('two', { how: 'notice' }));
      assert.deepEqual(said(world), [[BOB, 'one'], [BOB, 'two']]);
      assert.equal(world.homeserver.sent[1]?.content['msgtype'], 'm.notice');
    });

    it('of services and strangers go to the admin room, which is opened for them', async () => {
      const world = await scene();
      await hear(world, toAlice('register!', { how: 'notice', nick: 'NickServ' }));
      assert.deepEqual(said(world), [['@bot:hs.test', '-NickServ- register! (irc.test)']]);
      assert.deepEqual(world.adminRooms.rooms.map(({ person }) => person), [ALICE]);
    });

    it('of services open a room of their own where their person wishes that; those of others do not', async () => {
      const world = await scene();
      await world.people.saveRecord({ person: ALICE, features: { servicesRoom: true }, deactivated: false });
      await hear(world, toAlice('register!', { how: 'notice', nick: 'NickServ' }));
      await hear(world, toAlice('spam', { how: 'notice', nick: 'eve' }));
      assert.deepEqual(said(world), [['@irc_NickServ:hs.test', 'register!'], ['@bot:hs.test', '-eve- spam (irc.test)']]);
    });

    it('of services go to the admin room all the same where they may have no private talk', async () => {
      const world = await scene({ network: { privateMessages: { exclude: ['nickserv'] } } });
      await world.people.saveRecord({ person: ALICE, features: { servicesRoom: true }, deactivated: false });
      await hear(world, toAlice('register!', { how: 'notice', nick: 'NickServ' }));
      assert.deepEqual(said(world), [['@bot:hs.test', '-NickServ- register! (irc.test)']]);
    });

    it('of services that nobody reads, because their person has left the room with the bot, are no success', async () => {
      const world = await scene();
      const [service, room] = [toAlice('register!', { how: 'notice', nick: 'NickServ' }), '!admin:hs.test'];
      world.homeserver.room(room);
      await world.adminRooms.add({ room: roomId(room), person: ALICE });
      world.homeserver.states.set(`${room} m.room.member ${ALICE}`, { membership: 'leave' });
      await world.restart();
      await hear(world, service);
      assert.deepEqual(said(world), []);
      assert.equal(world.metrics.counts.get('bridge_dropped_total unread'), 1);
      assert.deepEqual(world.journal.open(), []);
      world.homeserver.states.set(`${room} m.room.member ${ALICE}`, { membership: 'invite' });
      await world.restart();
      await hear(world, service);
      assert.deepEqual(said(world).map(([, body]) => body), ['-NickServ- register! (irc.test)']);
    });

    it('of servers go to the room with the bot, but for what they say of a deafness that is our doing', async () => {
      const world = await scene();
      const fromServer = { how: 'notice', fromUser: false, nick: 'irc.test' } as const;
      await hear(world, toAlice('register!', { how: 'notice', nick: 'NickServ' }));
      await hear(world, toAlice('*** You have enabled user mode +d, deaf mode. This mode means …', fromServer), toAlice('*** Notice', fromServer));
      assert.deepEqual(said(world).slice(1).map(([, body]) => body), ['-irc.test- *** Notice (irc.test)']);
    });

    it('of servers open none', async () => {
      const world = await scene();
      await hear(world, toAlice('hello', { how: 'notice', fromUser: false, nick: 'irc.test' }));
      assert.deepEqual([said(world), world.homeserver.rooms, world.journal.open()], [[], [], []]);
    });
  });

  it('INV-1, PM-15: our bot starts no talk; another person of ours may', async () => {
    const world = await scene({}, CAROL);
    await hear(world, toAlice('from the bot', { nick: 'bridge' }), toAlice('from carol', { nick: 'carol' }));
    assert.deepEqual(said(world), [['@irc_carol:hs.test', 'from carol']]);
  });

  it('MET-5, AS-12: a private line that takes long is told as delayed, and as dead', async () => {
    const world = await scene();
    world.homeserver.goDown();
    world.flows.onIrcEvent(toAlice('late'));
    await world.clock.advance(310_000);
    const told = world.log.lines.filter(({ event }) => event.startsWith('private line'));
    assert.deepEqual(told.map(({ event }) => event), ['private line delayed', 'private line dead']);
    world.homeserver.comeUp();
    await world.quiet();
    assert.deepEqual(said(world), [[BOB, 'late']]);
  });

  it('PM-2: who has left is invited again, at most each five minutes', async () => {
    const world = await scene();
    await hear(world, toAlice('one'));
    const [pm] = world.pmRooms.rooms;
    assert.ok(pm);
    await world.pmRooms.add({ ...pm, left: true });
    await world.flows.load();
    await hear(world, toAlice('two'), toAlice('three'));
    await world.clock.advance(300_000);
    await hear(world, toAlice('four'));
    assert.equal(world.homeserver.deeds.filter((deed) => deed === `invite ${ALICE} ${pm.room}`).length, 2);
    assert.equal(world.homeserver.said(pm.room).length, 4);
  });

  it('S10: another address is marked, also after a restart', async () => {
    const world = await scene();
    await hear(world, toAlice('one'));
    await world.restart();
    await hear(world, toAlice('two', { host: 'evil.test' }));
    assert.match(String(said(world)[1]?.[1]), /another address now \(u@evil.test, before u@h.test\)/u);
    assert.equal(said(world)[2]?.[1], 'two');
  });

  it('S9: ten rooms in a minute, then the author is told', async () => {
    const people = Array.from({ length: 12 }, (_, n) => userId(`@p${n}:hs.test`));
    const world = await scene({}, ...people);
    for (const owner of people) await hear(world, toAlice('buy', { to: { network: NET, owner }, heardBy: { network: NET, owner } }));
    assert.equal(world.homeserver.rooms.length, 10);
    assert.match(world.heard('bob')[0] ?? '', /Too many private talks/u);
    await world.clock.advance(60_000);
    await hear(world, toAlice('once more'));
    assert.equal(world.homeserver.rooms.length, 11);
  });

  it('PM-8, MEM-19: the talk goes on under the new nick, in order', async () => {
    const world = await scene();
    await hear(world, toAlice('warm up'));
    const release = world.homeserver.hold('send', BOB);
    await hear(world, toAlice('as bob'), aNickChange('bob', 'rob'), toAlice('as rob', { nick: 'rob' }));
    release();
    await world.quiet();
    assert.deepEqual(said(world).slice(1), [
      [BOB, 'as bob'],
      [ROB, 'bob is now called rob. This talk goes on.'],
      [ROB, 'as rob'],
    ]);
    assert.equal(world.homeserver.rooms.length, 1);
    assert.deepEqual(world.pmRooms.rooms.map(({ nick, ghost }) => [nick, ghost]), [['rob', ROB]]);
  });

  it('PM-8: the talk follows two changes of nick that come at once, and back', async () => {
    for (const [nicks, last] of [[['bob', 'rob', 'tom'], 'tom'], [['bob', 'rob', 'bob'], 'bob'], [['bob', 'rob', 'tom', 'rob'], 'rob']] as const) {
      const world = await scene();
      await hear(world, toAlice('warm up'));
      const release = world.homeserver.hold('invite', userId(`@irc_${nicks[1]}:hs.test`));
      for (const [n, nick] of nicks.slice(1).entries()) world.flows.onIrcEvent(aNickChange(nicks[n] ?? '', nick));
      await world.quiet();
      world.flows.onIrcEvent(toAlice('it is me', { nick: last }));
      release();
      await world.quiet();
      assert.deepEqual(world.pmRooms.rooms.map(({ nick }) => nick), [last]);
      assert.equal(world.homeserver.rooms.length, 1, nicks.join(' '));
      assert.deepEqual(said(world).at(-1), [`@irc_${last}:hs.test`, 'it is me']);
    }
  });

  it('PM-6: away is told once for each text', async () => {
    const world = await scene();
    await hear(world, toAlice('one'));
    const away = (text: string): IrcEvent => ({
      kind: 'away',
      network: NET,
      at: 0,
      heardBy: { network: NET, owner: ALICE },
      nick: nickOf('bob'),
      text,
    });
    await hear(world, away('lunch'), away('lunch'), away('dinner'));
    assert.deepEqual(said(world).slice(1).map(([, body]) => /is away: (\w+)/u.exec(String(body))?.[1]), ['lunch', 'dinner']);
  });
});
