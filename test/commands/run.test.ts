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
    assert.match((await say(world, '!help')) ?? '', /!nick.*\n!join/u);
    assert.match((await say(world, '!help !JOIN')) ?? '', /Write it like this: !join \[network\] <#channel> \[key\]/u);
    assert.match((await say(world, '!help steep')) ?? '', /no command !steep/u);
    for (const text of ['steep', '!steep', '!', '']) assert.match((await say(world, text)) ?? '', /!help/u);
    assert.deepEqual(world.journal.open(), []);
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
    assert.match((await say(world, `!whois ${CAROL}`)) ?? '', /not connected/u);
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
    const commands = fc.constantFrom('nick', 'join', 'whois', 'listrooms', 'reconnect', 'help', 'active', 'cmd', 'quit');
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
