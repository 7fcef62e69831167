/** Which room is linked with which channel: mapped, asked for by alias, shared, refused; and what a banned ghost does to it. */

import assert from 'node:assert/strict';
import { until } from './support/look.js';
import { Refused } from './support/people.js';
import type { MatrixPerson } from './support/people.js';
import { Pusher } from './support/push.js';
import { replaceRoom } from './support/replaced-room.js';
import { stage } from './support/stage.js';

describe('rooms', () => {
  let shared: readonly [string, string];
  let double: string;
  let owner: MatrixPerson;
  const set = stage({
    bridge: async (_world, people) => {
      owner = await people.onMatrix('owner');
      shared = [await owner.makesRoom(), await owner.makesRoom()];
      double = await owner.makesRoom();
      return {
        network: {
          mappings: {
            '#shared': { roomIds: [...shared] },
            '#left': { roomIds: [double] },
            '#right': { roomIds: [double] },
          },
          dynamicChannels: {
            enabled: true, createAlias: true, published: false, aliasTemplate: '#irc_$CHANNEL', exclude: ['#Staff{}', '#other'],
          },
        },
      };
    },
  });
  before(async () => {
    for (const room of [...shared, double]) await owner.seesMember('@appservice-irc:hs.test', 'join', room, 20_000);
  });

  it('ROOM-8: one channel, two rooms: each line comes to both, each message to the channel once and to the other room', async () => {
    const [one, two] = shared;
    const bob = await set.people.onIrc('bob', '#shared');
    const [ada, ben] = [await set.people.onMatrix('ada'), await set.people.onMatrix('ben')];
    await ada.joins(one);
    await ben.joins(two);
    bob.says('#shared', 'to both');
    assert.equal((await ada.sees('to both', { room: one })).sender, set.people.ghost('bob'));
    assert.equal((await ben.sees('to both', { room: two })).sender, set.people.ghost('bob'));
    await ada.says(one, 'from the first room');
    await bob.sees('from the first room', { to: '#shared' });
    const copy = await ben.sees('from the first room', { room: two });
    assert.match(copy.sender, /^@irc_ada/u);
    await ben.says(two, 'and back');
    await bob.sees('and back', { to: '#shared' });
    await ada.sees('and back', { room: one });
    bob.says('#shared', 'the end');
    await ada.sees('the end', { room: one });
    await ben.sees('the end', { room: two });
    for (const [person, room] of [[ada, one], [ben, two]] as const) {
      const texts = (await person.history(room)).map(({ content }) => content['body']).filter((body) => body !== undefined);
      assert.deepEqual(texts, ['to both', 'from the first room', 'and back', 'the end']);
    }
    assert.deepEqual(bob.messages.map(({ text }) => text), ['from the first room', 'and back']);
  });

  it('ROOM-8: one room, two channels: a message goes to both once, and a line of one goes to the room alone', async () => {
    const [left, right] = [await set.people.onIrc('lena', '#left'), await set.people.onIrc('rita', '#right')];
    const cat = await set.people.onMatrix('cat');
    await cat.joins(double);
    await cat.says(double, 'to both sides');
    await left.sees('to both sides', { to: '#left' });
    await right.sees('to both sides', { to: '#right' });
    left.says('#left', 'from the left');
    right.says('#right', 'from the right');
    await cat.sees('from the left', { room: double });
    await cat.sees('from the right', { room: double });
    await cat.says(double, 'the end');
    await left.sees('the end', { to: '#left' });
    await right.sees('the end', { to: '#right' });
    assert.deepEqual(left.messages.map(({ text }) => text), ['to both sides', 'the end']);
    assert.deepEqual(right.messages.map(({ text }) => text), ['to both sides', 'the end']);
  });

  it('ROOM-4: an alias of a channel that has a room is pointed at it; a hundred asking at once get one room (AS-3)', async () => {
    const dan = await set.people.onMatrix('dan');
    assert.equal(await dan.joins(set.people.alias('#SHARED')), shared[0]);
    const pusher = new Pusher(set.bridge);
    const spellings = ['#crowd', '#CROWD', '#Crowd'];
    const asked = Array.from({ length: 100 }, (_, n) => `/_matrix/app/v1/rooms/${encodeURIComponent(set.people.alias(spellings[n % 3] ?? ''))}`);
    const answers = await Promise.all(asked.map((path) => pusher.ask(path)));
    pusher.end();
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    const rooms = new Set(await Promise.all(spellings.map((channel) => dan.joins(set.people.alias(channel)))));
    assert.equal(rooms.size, 1);
  });

  it('ROOM-12: an excluded channel is refused in whatever spelling, and nobody of ours goes there', async () => {
    const eve = await set.people.onMatrix('eve');
    const before = set.world.ircd.connections.flatMap(({ lines }) => lines).filter((line) => line.startsWith('JOIN')).length;
    for (const channel of ['#staff{}', '#STAFF{}', '#Staff{}', '#other', '#OTHER']) {
      await assert.rejects(eve.joins(set.people.alias(channel)), (fault) => fault instanceof Refused && fault.status === 404, channel);
    }
    const after = set.world.ircd.connections.flatMap(({ lines }) => lines).filter((line) => line.startsWith('JOIN')).length;
    assert.equal(after, before);
  });

  it('A-3, ROOM-15: names that are no channel, or more than one, never become a room', async () => {
    const eve = await set.people.onMatrix('mallory');
    const bad = ['#a,#shared', '#a b', '#a\u0007', '#a\r\nJOIN #shared', '#a\0', 'shared', '', '0', '#shared,0', '#', '#'.padEnd(300, 'x'), '@#shared', '+#shared', ' #shared'];
    for (const channel of bad) {
      await assert.rejects(eve.joins(set.people.alias(channel)), (fault) => fault instanceof Refused && fault.status >= 400, JSON.stringify(channel));
    }
    const joined = set.world.ircd.connections.flatMap(({ lines }) => lines).filter((line) => line.startsWith('JOIN'));
    for (const line of joined) assert.match(line, /^JOIN #[^ ,]{1,63}( [^ ,]+)?$|^JOIN #[^ ,]+(,#[^ ,]+)*$/u, line);
    // Alike and yet two: each has a room of its own.
    const rooms = [];
    for (const channel of ['#twin', '#twin_', '##twin', '#twín', '#tw=in']) rooms.push(await eve.joins(set.people.alias(channel)));
    assert.equal(new Set(rooms).size, rooms.length);
  });

  it('H7: a ghost banned in the room: told on IRC, once, and the room goes on', async () => {
    const room = await owner.joins(set.people.alias('#banned'));
    const [fay, gus] = [await set.people.onIrc('fay', '#banned'), await set.people.onIrc('gus', '#banned')];
    gus.says('#banned', 'gus is here');
    await owner.sees('gus is here', { room });
    const { homeserver } = set.world;
    // As a ban does: neither joining nor speaking, and nobody can invite the ghost back.
    homeserver.fault({ method: 'POST', path: /\/join/u, user: set.people.ghost('fay') }, { status: 403, errcode: 'M_FORBIDDEN' });
    homeserver.fault({ method: 'PUT', path: /\/send\//u, user: set.people.ghost('fay') }, { status: 403, errcode: 'M_FORBIDDEN' });
    homeserver.fault({ method: 'POST', path: /\/invite/u }, { status: 403, errcode: 'M_FORBIDDEN' });
    const begun = performance.now();
    fay.says('#banned', 'am I heard?');
    gus.says('#banned', 'I am');
    await owner.sees('I am', { room });
    assert.ok(performance.now() - begun < 30_000, 'others waited for the banned one');
    const told = await fay.sees(/did not reach Matrix/u);
    assert.equal(told.command, 'NOTICE');
    assert.ok(told.text.includes('#banned'));
    fay.says('#banned', 'and now?');
    gus.says('#banned', 'still here');
    await owner.sees('still here', { room });
    homeserver.clearFaults();
    assert.equal(fay.messages.filter(({ text }) => text.includes('did not reach Matrix')).length, 1);
    await until('the room is clean of it', () => owner.messages(room).every(({ content }) => content['body'] !== 'am I heard?'));
  });
});

describe('a room that is replaced', () => {
  const wish = { service: { bridgeInfoState: { enabled: true, stable: true } } };
  const set = stage({ asleep: true, bridge: wish });

  it('ROOM-17, ROOM-18: is followed under talk, with its alias and ghosts, to an id without a domain, and over a kill', async function () {
    this.timeout(240_000);
    await replaceRoom(set, wish);
  });
});
