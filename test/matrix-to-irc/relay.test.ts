import assert from 'node:assert/strict';
import type { EventPair } from '../../src/model/event-pair.js';
import { parseNick } from '../../src/model/irc-names.js';
import type { MessageEvent } from '../../src/model/matrix-event.js';
import { refused } from '../../src/model/refusal.js';
import { ALICE, aLink, aMessage, aText, CATS, eventId, NET, ROOM, roomId, START, userId } from '../support/make.js';
import { World, type WorldWish } from '../support/world.js';

const EVE = userId('@telegram_123456:hs.test');
const GUEST = userId('@4711:hs.test');
const OTHER = roomId('!other:hs.test');

/** A world where Eve of another bridge is called `Eve`. */
async function withEve(wish: WorldWish = {}): Promise<World> {
  const world = await World.of(wish);
  world.homeserver.names.set(EVE, 'Eve');
  return world;
}

async function says(world: World, plain: string, set: Partial<MessageEvent> = {}): Promise<MessageEvent> {
  const event = aMessage({ sender: EVE, body: aText(plain), ...set });
  world.take(event);
  await world.quiet();
  return event;
}

/** What the channel heard, without the sign that pings nobody. */
const heard = (world: World): string[] => world.heard().map((line) => line.replaceAll('\u200b', ''));

describe('matrix-to-irc: people of other bridges', () => {
  it('M2I-42, INV-1: the bot says it under the name, each line, and nobody is connected', async () => {
    const world = await withEve();
    await says(world, 'hello\n<bob> hi', {});
    await says(world, '', { body: aText('waves\ntwice', { how: 'act' }) });
    await says(world, '', { body: aText('beep', { how: 'notice' }) });
    assert.deepEqual(heard(world), ['<Eve> hello', '<Eve> <bob> hi', '* Eve waves', '* Eve twice', '<Eve> beep']);
    assert.deepEqual(new Set(world.network.lines.map(({ owner }) => owner)), new Set(['bot']));
    assert.deepEqual([world.network.wishes.length, world.network.bot.inChannel(CATS)], [0, true]);
    assert.deepEqual(world.journal.open(), []);
  });

  it('M2I-42: `puppetForeignGhosts` gives connections, and without a bot everybody has one', async () => {
    for (const network of [{ puppetForeignGhosts: true }, { botConfig: { enabled: false } }]) {
      const world = await withEve({ network });
      await says(world, 'hello');
      assert.deepEqual([world.network.wishes.length, heard(world)], [1, ['hello']]);
    }
  });

  it('M2I-41, MEM-14: who is excluded is not relayed either, nor is anything said of it', async () => {
    const world = await withEve({ network: { excludedUsers: [{ regex: '^@telegram_' }] } });
    await says(world, 'hello');
    assert.deepEqual([heard(world), world.notices(ROOM), world.network.wishes.length], [[], [], 0]);
  });

  it('M2I-41: guests are like everybody, unless they are ignored', async () => {
    for (const ignoreGuests of [false, true]) {
      const world = await World.of({ network: { ignoreGuests, membershipLists: { enabled: true, global: { matrixToIrc: { incremental: true } } } } });
      world.take({ kind: 'member', room: ROOM, id: aMessage().id, sender: GUEST, target: GUEST, at: START, now: 'join', isDirect: false });
      await world.quiet();
      await says(world, 'hello', { sender: GUEST });
      assert.deepEqual([heard(world), world.network.wishes.length], ignoreGuests ? [[], 0] : [['hello'], 1]);
      assert.deepEqual([world.notices(ROOM), world.journal.open()], [[], []]);
    }
  });

  it('M2I-42: every line fits with the name before it, and too much is cut as for everybody', async () => {
    const world = await withEve();
    world.network.lineBudget = 40;
    await says(world, 'words '.repeat(12));
    assert.ok(world.heard().length > 2);
    assert.ok(heard(world).every((line) => line.startsWith('<Eve> ')));
    const whole = await withEve();
    await says(whole, 'a\nb\nc\nd');
    assert.deepEqual(heard(whole), ['<Eve> a', '<Eve> b', '<Eve> (truncated)']);
  });

  it('M2I-42, M2I-17: replies, edits and reactions of theirs, and replies to them', async () => {
    const world = await withEve();
    const first = await says(world, 'tea?');
    await says(world, 'yes please', { sender: ALICE, replyTo: first.id, at: first.at + 1000 });
    const hers = await says(world, 'milk', { sender: ALICE });
    await says(world, 'no milk', { replyTo: hers.id, at: hers.at + 1000 });
    await says(world, 'coffee?', { replaces: first.id });
    world.take({ kind: 'reaction', room: ROOM, id: eventId('$r:hs'), sender: EVE, at: START, target: hers.id, key: '👍' });
    await world.clock.advance(5_000);
    await world.quiet();
    assert.deepEqual(heard(world), ['<Eve> tea?', 'Eve: yes please', 'milk', '<Eve> M-alice: no milk', '<Eve> * coffee?', '<Eve> +👍 to M-alice: "milk"']);
  });

  it('M2I-42, CAP-9: where tags pass, the bot does not react for several people, but deletes its own words', async () => {
    const world = await withEve();
    world.network.tags = true;
    const hers = await says(world, 'milk', { sender: ALICE });
    const pair = { room: ROOM, network: NET, target: CATS, kind: 'message', nick: parseNick('bridge')!, at: START, hash: '' } as const;
    world.events.add({ ...pair, event: hers.id, msgid: 'm1' } satisfies EventPair);
    const own = await says(world, 'oops');
    world.events.add({ ...pair, event: own.id, msgid: 'm2', author: EVE } satisfies EventPair);
    world.take({ kind: 'reaction', room: ROOM, id: eventId('$r:hs'), sender: EVE, at: START, target: hers.id, key: '👍' });
    await world.clock.advance(5_000);
    world.take({ kind: 'redaction', room: ROOM, id: eventId('$d:hs'), sender: EVE, at: START, redacts: own.id });
    await world.quiet();
    assert.deepEqual(world.network.traffic.filter((line) => /^(?:TAGMSG|REDACT)/u.test(line)).map((line) => line.split(' ').slice(0, 4).join(' ')), ['REDACT bridge #cats m2']);
    assert.equal(heard(world).at(-1), '<Eve> +👍 to M-alice: "milk"');
  });

  it('M2I-42, PM-14: they have no private talks, and are told so', async () => {
    const world = await withEve();
    const room = roomId('!pm:hs.test');
    const ghost = userId('@irc_bob:hs.test');
    world.homeserver.room(room);
    world.take({ kind: 'member', room, id: aMessage().id, sender: EVE, target: ghost, at: START, now: 'invite', isDirect: true });
    await world.quiet();
    const told = world.homeserver.sent.filter((event) => event.room === room).map(({ content }) => content['body']);
    assert.deepEqual(told, ['In channels the bot says what people of other bridges say; they can do nothing else on IRC.']);
    assert.equal(world.pmRooms.rooms.length, 0);
  });

  it('M2I-42: where the bot is not let in, the author is told and not put out of the room', async () => {
    const world = await withEve();
    world.network.deny(`join ${CATS}`, refused('banned-from-channel', 'You are banned.', true).refusal);
    await says(world, 'hello');
    assert.match(String(world.notices(ROOM)), /not delivered to #cats/u);
    assert.deepEqual(world.homeserver.deeds.filter((deed) => deed.startsWith('kick')), []);
  });

  it('M2I-42, MEM-1: who joins a room is not connected, nor told of it', async () => {
    const world = await withEve({ network: { membershipLists: { enabled: true, global: { matrixToIrc: { incremental: true } } } } });
    world.take({ kind: 'member', room: ROOM, id: aMessage().id, sender: EVE, target: EVE, at: START, now: 'join', isDirect: false });
    await world.quiet();
    assert.deepEqual([world.network.wishes, world.homeserver.sent], [[], []]);
  });

  it('ROOM-8, M2I-42: in other rooms of the channel it stands under the name too', async () => {
    const world = await withEve({ links: [aLink(), aLink({ room: OTHER })] });
    const said = await says(world, 'hello', { body: aText('hello', { html: '<b>hello</b>' }) });
    await says(world, 'hullo', { replaces: said.id });
    const copies = world.homeserver.sent.filter((event) => event.room === OTHER && event.type === 'm.room.message');
    assert.deepEqual(
      copies.map(({ content }) => JSON.stringify(content['body']).replaceAll('\u200b', '')),
      ['"<Eve> hello"', '"* <Eve> hullo"'],
    );
    assert.equal(JSON.stringify(copies[0]?.content['formatted_body']).replaceAll('\u200b', ''), '"&lt;Eve&gt; <b>hello</b>"');
  });

  it('RC-4, M2I-42: a room says what they are called', async () => {
    const world = await withEve({ service: { perRoomConfig: { enabled: true } } });
    world.homeserver.states.set(`${ROOM} org.matrix.appservice-irc.config `, { relayName: 'localpart' });
    await says(world, 'hello');
    assert.deepEqual(heard(world), ['<telegram_123456> hello']);
  });
});
