import assert from 'node:assert/strict';
import { aLine, ALICE, aLink, aMessage, aPrivateLine, aText, CATS, NET, nickOf, ROOM, roomId, START, userId } from '../support/make.js';
import { World, type WorldWish } from '../support/world.js';

const BOT = { network: NET, owner: 'bot' } as const;
const heard = { network: NET, at: START, heardBy: BOT, channel: CATS } as const;
const bob = { nick: nickOf('bob'), user: 'u', host: 'h.test' };

async function withAlice(wish: WorldWish = {}): Promise<World> {
  const world = await World.of(wish);
  world.take(aMessage({ sender: ALICE, body: aText('here') }));
  await world.quiet();
  return world;
}

/** What was sent last. */
const last = (world: World): Record<string, unknown> => ({ ...world.homeserver.sent.at(-1)?.content });

describe('irc-to-matrix: names, topics, modes', () => {
  it('I2M-7: a nick of somebody on Matrix who is in the channel is a mention of him', async () => {
    const world = await withAlice();
    world.flows.onIrcEvent(aLine('m-ALICE: tea?'));
    await world.quiet();
    assert.deepEqual(last(world)['m.mentions'], { user_ids: [ALICE] });
    assert.equal(last(world)['body'], 'm-ALICE: tea?');
    assert.equal(last(world)['formatted_body'], `<a href="https://matrix.to/#/${ALICE}">m-ALICE</a>: tea?`);
  });

  it('I2M-7: not of who is not there, of the bot, or of anybody where it is off', async () => {
    const world = await withAlice({ service: { ircHandler: { mapIrcMentionsToMatrix: 'force-off' } } });
    const other = await withAlice();
    other.network.clientOf(ALICE)?.part(CATS);
    for (const each of [world, other]) {
      each.flows.onIrcEvent(aLine('M-alice: tea?'));
      each.flows.onIrcEvent(aLine(`${each.network.bot.nick}: tea?`));
      await each.quiet();
      for (const { content } of each.homeserver.sent) assert.deepEqual(content['m.mentions'], {});
    }
  });

  it('I2M-9: a nick on IRC is a link, where that is wanted and its ghost is there', async () => {
    const world = await withAlice({ service: { ircHandler: { linkIrcNicks: true } } });
    world.flows.onIrcEvent(aLine('hello', { nick: 'bobby' }));
    await world.quiet();
    world.flows.onIrcEvent(aLine('bobby: hi, nobody', { nick: 'carl' }));
    await world.quiet();
    assert.equal(last(world)['formatted_body'], '<a href="https://matrix.to/#/@irc_bobby:hs.test">bobby</a>: hi, nobody');
    assert.deepEqual(last(world)['m.mentions'], {});
  });

  it('I2M-16: what masks say stays on IRC, in channels and in private', async () => {
    const world = await withAlice({ network: { ignoreMasks: ['spam*', '*!*@evil.test', 'x!y@z'] } });
    const before = world.homeserver.sent.length;
    world.flows.onIrcEvent(aLine('buy', { nick: 'SpamBot' }));
    world.flows.onIrcEvent(aLine('buy', { from: { nick: nickOf('eve'), user: 'e', host: 'EVIL.test' } }));
    world.flows.onIrcEvent(aPrivateLine('buy', { from: { nick: nickOf('spammer'), user: 'e', host: 'h' }, to: { network: NET, owner: ALICE } }));
    await world.quiet();
    assert.equal(world.homeserver.sent.length, before);
    assert.deepEqual(world.homeserver.rooms, []);
    world.flows.onIrcEvent(aLine('hello', { nick: 'nospam' }));
    await world.quiet();
    assert.equal(last(world)['body'], 'hello');
  });

  it('I2M-18, S-063: the topic of a portal is set by the ghost, without codes, and once', async () => {
    const world = await withAlice();
    world.flows.onIrcEvent({ kind: 'topic', ...heard, by: bob, text: '\x02Fresh\x02 ones' });
    await world.quiet();
    world.flows.onIrcEvent({ kind: 'topic', ...heard, text: 'Fresh ones' });
    await world.quiet();
    assert.deepEqual(
      world.homeserver.sent.filter(({ type }) => type === 'm.room.topic').map(({ sender, content }) => [sender, content]),
      [[userId('@irc_bob:hs.test'), { topic: 'Fresh ones' }]],
    );
  });

  it('I2M-18: by the bot where the ghost may not; what is there already is left', async () => {
    const world = await withAlice();
    world.homeserver.states.set(`${ROOM} m.room.topic `, { topic: 'old' });
    world.homeserver.deny('send', 'HOMESERVER_FORBIDDEN', { user: userId('@irc_bob:hs.test') });
    world.flows.onIrcEvent({ kind: 'topic', ...heard, text: 'old' });
    world.flows.onIrcEvent({ kind: 'topic', ...heard, by: bob, text: 'new' });
    await world.quiet();
    const topics = world.homeserver.sent.filter(({ type }) => type === 'm.room.topic');
    assert.deepEqual(topics.map(({ sender, content }) => [sender, content]), [[world.homeserver.bot.userId, { topic: 'new' }]]);
  });

  it('I2M-18, S-063: rooms of the configuration keep their own topic, and ours is not echoed', async () => {
    const world = await withAlice({ links: [aLink(), aLink({ room: roomId('!own:hs.test'), origin: 'config' })] });
    world.homeserver.states.set(`${ROOM} m.room.topic `, { topic: 'mine' });
    world.flows.onIrcEvent({ kind: 'topic', ...heard, by: { nick: nickOf('M-alice'), user: 'u', host: 'h' }, text: 'mine' });
    world.flows.onIrcEvent({ kind: 'topic', ...heard, by: bob, text: 'his' });
    await world.quiet();
    const topics = world.homeserver.sent.filter(({ type }) => type === 'm.room.topic');
    assert.deepEqual(topics.map(({ room, content }) => [room, content]), [[ROOM, { topic: 'his' }]]);
  });

  it('I2M-25: changes of modes are told where that is wanted, what the modes are is not', async () => {
    const changes = [{ add: true, letter: 'o', param: 'alice' }, { add: true, letter: 'v', param: 'carl' }, { add: false, letter: 't' }];
    for (const [modeNotices, said] of [[true, ['bob sets mode +ov-t alice carl on #cats']], [false, []]] as const) {
      const world = await withAlice({ service: { ircHandler: { modeNotices } } });
      world.flows.onIrcEvent({ kind: 'mode', ...heard, by: bob, changes });
      world.flows.onIrcEvent({ kind: 'mode', ...heard, changes });
      await world.quiet();
      assert.deepEqual(world.notices(ROOM), said);
    }
  });
});
