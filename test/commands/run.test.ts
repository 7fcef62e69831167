import assert from 'node:assert/strict';
import fc from 'fast-check';
import { refused } from '../../src/model/refusal.js';
import { ALICE, CAROL, CATS, channelOf, eventId, NET, nickOf, roomId, userId, aLink, aMessage, aText } from '../support/make.js';
import { World, type WorldWish } from '../support/world.js';

const ADMIN = roomId('!admin:hs.test');
const usual: WorldWish['network'] = {
  ircClients: { nickTemplate: '$DISPLAY', allowNickChanges: true },
  dynamicChannels: { enabled: true, exclude: ['#secret'] },
  sendConnectionMessages: false,
};

/** A world where alice has an admin room. */
async function scene(wish: WorldWish = {}): Promise<World> {
  const world = await World.of({ ...wish, network: { ...usual, ...wish.network } });
  world.homeserver.room(ADMIN, ALICE);
  await world.adminRooms.add({ room: ADMIN, person: ALICE });
  await world.flows.load();
  return world;
}

async function say(world: World, text: string, set: Parameters<typeof aMessage>[0] = {}): Promise<string | undefined> {
  const before = world.notices(set.room ?? ADMIN).length;
  world.take(aMessage({ room: ADMIN, body: aText(text), ...set }));
  await world.quiet();
  return world.notices(set.room ?? ADMIN)[before] as string | undefined;
}

describe('commands', () => {
  it('CMD-1, ADM-5: helps, and points to help', async () => {
    const world = await scene();
    assert.match(
      (await say(world, '!help')) ?? '',
      /\n\nChannels and people:\n!join .*\n!query .*\n\nYour connection:\n!nick .*\n\nThe bridge:\n!help .*\n!bridgeversion /su,
    );
    assert.match((await say(world, '!help nick')) ?? '', /\[network\] <new nick>\nFor example: !nick Oolong$/u);
    assert.match((await say(world, '!help !JOIN')) ?? '', /Write it like this: !join \[network\] <#channel> \[key\]/u);
    assert.match((await say(world, '!help steep')) ?? '', /no command !steep/u);
    for (const text of ['steep', '!steep', '!', '']) assert.match((await say(world, text)) ?? '', /!help/u);
    assert.deepEqual(world.journal.open(), []);
  });

  it('CMD-20: whether a login connects is asked, set and kept', async () => {
    const world = await scene();
    assert.match((await say(world, '!autoconnect')) ?? '', /only where/u);
    assert.match((await say(world, '!autoconnect ON')) ?? '', /when you log in\.$/u);
    assert.equal((await world.people.record(ALICE))?.features['autoconnect'], true);
    assert.match((await say(world, '!autoconnect')) ?? '', /when you log in\.$/u);
    for (const wrong of ['!autoconnect maybe', '!autoconnect on off']) assert.match((await say(world, wrong)) ?? '', /!autoconnect \[on/u);
    assert.match((await say(world, '!autoconnect off')) ?? '', /only where/u);
  });

  it('S-134, ADM-9: notices, emotes, edits and files are no commands', async () => {
    const world = await scene();
    assert.equal(await say(world, '', { body: aText('!help', { how: 'notice' }) }), undefined);
    assert.equal(await say(world, '', { body: aText('!help', { how: 'act' }) }), undefined);
    assert.equal(await say(world, '!help', { replaces: eventId('$old') }), undefined);
  });

  it('S29, ADM-2: orders of others are none; in a crowd the bot explains and leaves', async () => {
    const world = await scene();
    world.homeserver.members.get(ADMIN)?.delete(ALICE);
    assert.equal(await say(world, '!help', { sender: CAROL }), undefined);
    world.homeserver.members.set(ADMIN, new Set([ALICE, CAROL, world.homeserver.bot.userId]));
    assert.match((await say(world, '!quit')) ?? '', /you and me alone/u);
    assert.deepEqual([world.homeserver.isIn(world.homeserver.bot.userId, ADMIN), world.adminRooms.rooms], [false, []]);
  });

  it('SEED-004d: any direct talk with the bot will do, a room of more will not', async () => {
    const world = await scene();
    const talk = world.homeserver.room('!talk:hs.test', CAROL);
    assert.match((await say(world, '!nick kitty', { room: talk, sender: CAROL })) ?? '', /is kitty now/u);
    const crowd = world.homeserver.room('!crowd:hs.test', CAROL, ALICE);
    assert.equal(await say(world, '!nick kitty', { room: crowd, sender: CAROL }), undefined);
    assert.equal(await say(world, 'hello', { room: talk, sender: userId('@eve:hs.test') }), undefined);
  });

  const permissions: [string, WorldWish['permissions'], RegExp][] = [
    ['ADM-14: everybody may, unless told', {}, /Causeway/u],
    ['ADM-14: a rule for all', { '*': 'block' }, /not allowed to give commands/u],
    ['ADM-14: a domain beats all', { '*': 'block', 'hs.test': 'user' }, /Causeway/u],
    ['ADM-14: a user beats his domain', { 'hs.test': 'admin', '@alice:hs.test': 'relay' }, /not allowed/u],
  ];
  for (const [sentence, rules, answer] of permissions) {
    it(sentence, async () => {
      const world = await scene({ ...(rules === undefined ? {} : { permissions: rules }) });
      assert.match((await say(world, '!version')) ?? '', answer);
    });
  }

  it('answers twenty commands in ten seconds', async () => {
    const world = await scene();
    for (let n = 0; n < 20; n++) assert.match((await say(world, '!active')) ?? '', /active/u);
    assert.match((await say(world, '!active')) ?? '', /Wait ten seconds/u);
    await world.clock.advance(10_000);
    assert.match((await say(world, '!active')) ?? '', /You are marked/u);
  });

  it('ADM-6: with two networks one has to be named', async () => {
    const other = 'irc.other' as typeof NET;
    const world = await scene({ networks: [NET, other] });
    assert.match((await say(world, '!listrooms')) ?? '', /which network you mean. There are: irc.test, irc.other/u);
    assert.match((await say(world, '!listrooms IRC.Other')) ?? '', /not connected to irc.other/u);
  });

  describe('!nick', () => {
    it('S-140, S-142: what IRC refuses is told and not kept', async () => {
      const world = await scene();
      world.network.deny('nick Oolong', refused('nick-taken', 'Somebody has this nick already.').refusal);
      assert.match((await say(world, '!nick Oolong')) ?? '', /not changed. Somebody has this nick/u);
      assert.equal((await world.people.settings(ALICE, NET))?.nick, undefined);
    });

    it('NICK-7: what is granted is kept, and wished at the next connection', async () => {
      const world = await scene();
      assert.match((await say(world, '!nick Oolong')) ?? '', /was alice and is Oolong now/u);
      await say(world, '!quit');
      await say(world, '!reconnect');
      assert.deepEqual(world.network.wishes.map(({ wish }) => wish.nick), ['alice', 'Oolong']);
    });

    it('NICK-7: where it is not allowed, that is said', async () => {
      const world = await scene({ network: { ircClients: { nickTemplate: '$DISPLAY' } } });
      assert.match((await say(world, '!nick Oolong')) ?? '', /cannot be changed on this bridge/u);
      assert.deepEqual(world.network.wishes, []);
    });

    it('RC-1: in a bridged room by !irc, and IRC hears nothing of it', async () => {
      const world = await scene();
      const { room } = aLink();
      assert.match((await say(world, '!irc nick Oolong', { room })) ?? '', /is Oolong now/u);
      assert.match((await say(world, '!irc quit', { room })) ?? '', /only "!irc nick"/u);
      assert.match((await say(world, '!irc', { room })) ?? '', /only "!irc nick"/u);
      assert.deepEqual(world.heard(), []);
      await say(world, '!ircle', { room });
      assert.deepEqual(world.heard(), ['!ircle']);
    });
  });

  it('CMD-12: !quit kicks from the rooms of the channels, and says when one is back', async () => {
    const world = await scene();
    await say(world, 'hello', { room: aLink().room });
    assert.match((await say(world, '!quit')) ?? '', /when you next speak, or by !reconnect/u);
    assert.ok(world.homeserver.deeds.some((deed) => deed === `kick ${ALICE} ${aLink().room}`));
    assert.equal(world.network.clientOf(ALICE), undefined);
  });

  it('CMD-7: !reconnect comes back into the same channels', async () => {
    const world = await scene();
    await say(world, 'hello', { room: aLink().room });
    world.network.traffic.length = 0;
    assert.match((await say(world, '!reconnect')) ?? '', /new connection to irc.test as alice/u);
    assert.deepEqual(world.network.traffic, ['QUIT alice Reconnecting', 'JOIN alice #cats']);
  });

  it('CMD-6: !whois tells what IRC tells', async () => {
    const world = await scene();
    world.network.whois.set(nickOf('bob'), { nick: nickOf('bob'), user: 'u', host: 'h', realname: 'Bob', channels: ['#cats'], secure: true });
    assert.match((await say(world, '!whois bob')) ?? '', /bob on irc.test: u@h \(Bob\)\nChannels: #cats\nbob uses an encrypted/u);
    assert.match((await say(world, '!whois eve')) ?? '', /Nobody is called eve/u);
    assert.match((await say(world, `!whois ${CAROL}`)) ?? '', /not connected to IRC/u);
    assert.equal(await say(world, `!whois irc.test ${ALICE}`), `${ALICE} is alice on irc.test.`);
    assert.equal(await say(world, `!whois irc.test ${CAROL}`), `${CAROL} is not connected to irc.test by this bridge.`);
  });

  it('CMD-14: !bridgeversion tells the version, and what the servers can do', async () => {
    const world = await scene();
    assert.match((await say(world, '!bridgeversion')) ?? '', /^This is Causeway \d.*in use:\nirc\.test: none, or not connected$/u);
    world.network.capabilities = ['server-time', 'batch'];
    assert.match((await say(world, '!version')) ?? '', /\nirc\.test: batch, server-time$/u);
  });

  it('PM-13: !query opens one room with a nick, finds it again, and asks back who has left it', async () => {
    const world = await scene();
    assert.equal(await say(world, '!query bob'), 'Nobody is called bob on irc.test now.');
    world.network.whois.set(nickOf('bob'), { nick: nickOf('Bob') });
    assert.match((await say(world, '!start-chat irc.test bob')) ?? '', /invited to a chat with Bob on irc\.test/u);
    const [room] = world.homeserver.rooms;
    assert.deepEqual(room?.wish.invite, [ALICE]);
    assert.match((await say(world, '!query BOB')) ?? '', new RegExp(`matrix\\.to/#/${encodeURIComponent(room.id)}`, 'u'));
    assert.equal(world.homeserver.rooms.length, 1);
    const [known] = await world.pmRooms.all();
    assert.ok(known);
    await world.pmRooms.add({ ...known, left: true });
    await world.flows.load();
    assert.equal(await say(world, '!query bob'), 'You are invited to your chat with bob on irc.test again.');
    assert.ok(world.homeserver.deeds.includes(`invite ${ALICE} ${known.room}`));
    assert.match((await say(world, '!query bob hello')) ?? '', /Write it like this: !query/u);
    assert.match((await say(world, '!query a,b')) ?? '', /Say whom you mean/u);
  });

  it('PM-13: !msg says all that follows the nick, and the room of the answer is another', async () => {
    const world = await scene();
    assert.match((await say(world, '!msg bob hello')) ?? '', /Nobody is called bob .* Nothing was said/u);
    world.network.whois.set(nickOf('bob'), { nick: nickOf('bob'), away: 'tea' });
    assert.match((await say(world, '!msg bob is  "it" on?\u0001')) ?? '', /^Said to bob on irc\.test, who is away \(tea\)\./u);
    assert.deepEqual(world.heard('bob'), ['is  "it" on?']);
    world.network.lineBudget = 10;
    await say(world, '!msg bob one two three four');
    assert.deepEqual(world.heard('bob').slice(1), ['one two', 'three four']);
    world.network.lineBudget = 400;
    world.network.deny('say bob', refused('cannot-send', 'They take no messages.').refusal);
    assert.equal(await say(world, '!msg bob hello'), 'It was not said to bob. They take no messages.');
    assert.match((await say(world, '!msg bob')) ?? '', /Write it like this: !msg/u);
  });

  it('PM-13: what the server refuses after it was said is told', async () => {
    const world = await scene();
    world.network.whois.set(nickOf('bob'), { nick: nickOf('bob') });
    await say(world, '!msg bob hello');
    world.network.refuseLast(refused('cannot-send', 'They take no messages.').refusal);
    await world.quiet();
    assert.equal(world.notices(ADMIN).at(-1), 'What you said to bob on irc.test did not reach them. They take no messages.');
  });

  it('PM-13, PM-14: neither is done where private talks are not allowed', async () => {
    const world = await scene({ network: { privateMessages: { exclude: ['BOB'] } } });
    world.network.whois.set(nickOf('bob'), { nick: nickOf('bob') });
    for (const order of ['!msg bob hello', '!query bob']) assert.match((await say(world, order)) ?? '', /with bob are not allowed/u);
    assert.deepEqual([world.heard('bob'), world.homeserver.rooms], [[], []]);
  });

  it('PM-11: !services keeps where services speak, and forgets nothing else of the person', async () => {
    const world = await scene();
    await world.people.saveRecord({ person: ALICE, lastSeen: 7, features: { mentions: false }, deactivated: false });
    assert.match((await say(world, '!services')) ?? '', /your room with me\. Write it like this: !services room/u);
    assert.match((await say(world, '!services room ON')) ?? '', /a chat of its own/u);
    assert.deepEqual(await world.people.record(ALICE), { person: ALICE, lastSeen: 7, features: { mentions: false, servicesRoom: true }, deactivated: false });
    assert.match((await say(world, '!services room perhaps')) ?? '', /Write it like this/u);
    assert.match((await say(world, '!services room off')) ?? '', /your room with me/u);
  });

  it('CMD-3: two who join a new channel at once get one room, and both are invited', async () => {
    const world = await scene();
    const his = world.homeserver.room('!his:hs.test', CAROL);
    await world.adminRooms.add({ room: his, person: CAROL });
    await world.flows.load();
    world.take(aMessage({ room: ADMIN, body: aText('!join #new') }));
    world.take(aMessage({ room: his, sender: CAROL, body: aText('!join #new') }));
    await world.quiet();
    const made = world.homeserver.rooms.filter(({ wish }) => wish.name === '#new');
    assert.deepEqual(made.map(({ wish }) => wish.invite), [[ALICE]]);
    assert.equal(world.homeserver.deeds.filter((deed) => deed === `invite ${CAROL} ${made[0]?.id}`).length, 1);
  });

  it('A-8, S3, S-INJ: whatever a command is given, IRC gets only what that command says, for one channel or nick', async () => {
    const payloads = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.constantFrom('#a,#b', '0', '#a\rQUIT', '#a\nNICK x', '#a b', ':x', 'a,b', '\u0001', '#\u2028x', 'ChanServ', '#a\u0000', '-o'),
    );
    const commands = fc.constantFrom('nick', 'join', 'msg', 'query', 'whois', 'listrooms', 'reconnect', 'help', 'active', 'cmd', 'quit');
    const world = await scene();
    await fc.assert(
      fc.asyncProperty(commands, fc.array(payloads, { maxLength: 3 }), async (name, args) => {
        await world.clock.advance(10_000);
        world.network.traffic.length = 0;
        await say(world, `!${name} ${args.join(' ')}`);
        for (const line of world.network.traffic) {
          assert.match(line, /^(?:JOIN \S+ #[^\s,]+(?: [^\s,:]\S*)?|PART bridge #\S+|NICK \S+ [A-Za-z[\]\\`_^{|}][\w[\]\\`^{|}-]*|QUIT \S+ .*)$/u);
        }
      }),
      { numRuns: 150 },
    );
    assert.equal(world.heard(CATS).length, 0);
    assert.ok(channelOf('#a'));
  });
});
