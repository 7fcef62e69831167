import assert from 'node:assert/strict';
import { channelOf, aLine, aLink, aPrivateLine, CATS, NET, nickOf, ROOM, roomId, userId } from '../support/make.js';
import { World } from '../support/world.js';

const ROOM2 = roomId('!cats2:hs.test');
const BOB = userId('@irc_bob:hs.test');
const MAL = userId('@irc_mal:hs.test');

describe('irc-to-matrix/dispatch', () => {
  it('I2M-1: a line of a linked channel is said by its ghost in the room, and its entry is done', async () => {
    const world = await World.of();
    world.flows.onIrcEvent(aLine('hi'));
    await world.quiet();
    assert.deepEqual(world.homeserver.sent.map(({ sender, room, type, content }) => [sender, room, type, content]), [
      [BOB, ROOM, 'm.room.message', { msgtype: 'm.text', body: 'hi', 'm.mentions': {} }],
    ]);
    assert.deepEqual(world.journal.open(), []);
    assert.equal(world.metrics.counts.get('bridge_messages_total irc_to_matrix say success'), 1);
  });

  const kinds = [['I2M-2: a NOTICE', 'notice', 'm.notice'], ['I2M-3: an ACTION', 'act', 'm.emote']] as const;
  for (const [what, how, msgtype] of kinds) {
    it(`${what} is ${msgtype}`, async () => {
      const world = await World.of();
      world.flows.onIrcEvent(aLine('hi', { how }));
      await world.quiet();
      assert.equal(world.homeserver.sent[0]?.content['msgtype'], msgtype);
    });
  }

  it('a line of a channel that is not linked is neither kept nor sent', async () => {
    const world = await World.of();
    world.flows.onIrcEvent(aLine('hi', { channel: channelOf('#dogs') }));
    await world.quiet();
    assert.deepEqual([world.homeserver.sent, world.journal.finished], [[], []]);
  });

  it('S-065, S-286: a channel is known in every spelling that the network holds equal', async () => {
    const world = await World.of();
    world.flows.onIrcEvent(aLine('hi', { channel: channelOf('#CATS') }));
    await world.quiet();
    assert.deepEqual(world.homeserver.said(ROOM), ['hi']);
  });

  it('INV-2: the line comes once into each room of the channel', async () => {
    const world = await World.of({ links: [aLink(), aLink({ room: ROOM2 })] });
    world.flows.onIrcEvent(aLine('hi'));
    await world.quiet();
    assert.deepEqual([world.homeserver.said(ROOM), world.homeserver.said(ROOM2)], [['hi'], ['hi']]);
    assert.deepEqual(world.journal.open(), []);
  });

  it('I2M-14, INV-3: lines come in the order in which they were heard, whoever said them', async () => {
    const world = await World.of();
    for (let n = 0; n < 30; n++) world.flows.onIrcEvent(aLine(`${n}`, { nick: ['bob', 'eve', 'mal'][n % 3] ?? 'bob' }));
    await world.quiet();
    assert.deepEqual(world.homeserver.said(ROOM), Array.from({ length: 30 }, (_, n) => `${n}`));
  });

  it('H11, I2M-14: a ghost that does not get in is set aside after 5 s; its own lines keep their order', async () => {
    const world = await World.of();
    const { timers } = world.clock;
    const release = world.homeserver.hold('join', MAL);
    world.flows.onIrcEvent(aLine('mal 1', { nick: 'mal' }));
    world.flows.onIrcEvent(aLine('bob 1'));
    world.flows.onIrcEvent(aLine('mal 2', { nick: 'mal' }));
    world.flows.onIrcEvent(aLine('bob 2'));
    await world.clock.advance(4_999);
    assert.deepEqual(world.homeserver.said(ROOM), []);
    await world.clock.advance(1);
    await world.quiet();
    assert.deepEqual(world.homeserver.said(ROOM), ['bob 1', 'bob 2']);
    await world.clock.advance(25_000);
    world.flows.onIrcEvent(aLine('mal 3', { nick: 'mal' }));
    await world.quiet();
    release();
    await world.quiet();
    assert.deepEqual(world.homeserver.said(ROOM), ['bob 1', 'bob 2', 'mal 1', 'mal 2', 'mal 3']);
    world.flows.onIrcEvent(aLine('mal 4', { nick: 'mal' }));
    world.flows.onIrcEvent(aLine('bob 3'));
    await world.quiet();
    assert.deepEqual(world.homeserver.said(ROOM).slice(5), ['mal 4', 'bob 3']);
    assert.deepEqual(world.journal.open(), []);
    assert.equal(world.clock.timers, timers);
  });

  it('H11: a slow ghost in one room is in time in another', async () => {
    const world = await World.of({ links: [aLink(), aLink({ channel: channelOf('#dogs'), room: ROOM2 })] });
    world.homeserver.members.get(ROOM2)?.add(MAL);
    world.homeserver.accounts.set(MAL, 'mal');
    world.homeserver.hold('join', MAL);
    world.flows.onIrcEvent(aLine('slow', { nick: 'mal' }));
    world.flows.onIrcEvent(aLine('quick', { nick: 'mal', channel: channelOf('#dogs') }));
    await world.quiet();
    assert.deepEqual(world.homeserver.said(ROOM2), ['quick']);
  });

  it('while the homeserver is away the order of all is kept, up to a minute', async () => {
    const world = await World.of();
    world.homeserver.goDown();
    for (const nick of ['bob', 'eve', 'mal']) world.flows.onIrcEvent(aLine(nick, { nick }));
    await world.clock.advance(50_000);
    world.homeserver.comeUp();
    await world.quiet();
    assert.deepEqual(world.homeserver.said(ROOM), ['bob', 'eve', 'mal']);
  });

  it('INV-7: a room whose ghosts are refused holds up no other room', async () => {
    const world = await World.of({ links: [aLink(), aLink({ room: ROOM2 })] });
    world.homeserver.deny('join', 'HOMESERVER_FORBIDDEN', { room: ROOM });
    for (let n = 0; n < 3; n++) world.flows.onIrcEvent(aLine(`${n}`));
    await world.quiet();
    assert.deepEqual([world.homeserver.said(ROOM), world.homeserver.said(ROOM2)], [[], ['0', '1', '2']]);
    assert.deepEqual(world.journal.open(), []);
  });

  it('H7, I2M-22: what is lastingly refused is counted, and told once an hour; the next line is tried', async () => {
    const world = await World.of();
    world.homeserver.deny('send', 'HOMESERVER_FORBIDDEN', { user: BOB, times: 2 });
    for (const text of ['a', 'b', 'c']) world.flows.onIrcEvent(aLine(text));
    world.flows.onIrcEvent(aLine('d', { nick: 'eve' }));
    await world.quiet();
    assert.deepEqual(world.homeserver.said(ROOM), ['c', 'd']);
    assert.equal(world.metrics.counts.get('bridge_dropped_total HOMESERVER_FORBIDDEN'), 2);
    assert.deepEqual(world.network.lines.map(({ owner, target, how }) => [owner, target, how]), [['bot', 'bob', 'notice']]);
  });

  it('a journal that is full takes nothing more: the author is told, nothing is sent', async () => {
    const world = await World.of();
    world.journal.full = true;
    world.flows.onIrcEvent(aLine('hi'));
    await world.quiet();
    assert.deepEqual(world.homeserver.sent, []);
    assert.match(world.heard('bob')[0] ?? '', /did not reach Matrix: the bridge has no room left to keep it\./);
  });

  it('a line that could not be kept is sent all the same, under an id of its own', async () => {
    const world = await World.of();
    world.journal.refuseNext = true;
    world.flows.onIrcEvent(aLine('a'));
    world.flows.onIrcEvent(aLine('b'));
    await world.quiet();
    assert.deepEqual(world.homeserver.said(ROOM), ['a', 'b']);
    assert.equal(world.metrics.counts.get('bridge_journal_faults_total irc'), 1);
  });

  it('a ghost that cannot be had is a fault of that line alone', async () => {
    const world = await World.of();
    const broken = world.homeserver.as.bind(world.homeserver);
    world.homeserver.as = (user) => {
      if (user === MAL) throw new Error('no actor');
      return broken(user);
    };
    world.flows.onIrcEvent(aLine('a', { nick: 'mal' }));
    world.flows.onIrcEvent(aLine('b'));
    await world.quiet();
    assert.deepEqual(world.homeserver.said(ROOM), ['b']);
    assert.deepEqual(world.journal.open(), [], 'it does not stay in the journal for ever');
    assert.equal(world.metrics.counts.get('bridge_dropped_total FAULT'), 1);
  });

  describe('F2: what the journal brings back', () => {
    it('a line not sent is sent, in order, before new ones', async () => {
      const world = await World.of();
      world.homeserver.goDown();
      for (const text of ['a', 'b']) world.flows.onIrcEvent(aLine(text));
      await world.quiet();
      await world.restart();
      world.flows.onIrcEvent(aLine('c'));
      await world.quiet();
      assert.deepEqual(world.homeserver.said(ROOM), ['a', 'b', 'c']);
      assert.deepEqual(world.journal.open(), []);
    });

    it('H14: a line sent but not marked is not doubled, though the homeserver has forgotten', async () => {
      const world = await World.of();
      const { journal } = world;
      journal.done = () => undefined;
      world.flows.onIrcEvent(aLine('a', { msgid: 'x' }));
      await world.quiet();
      world.homeserver.forget();
      await world.restart();
      await world.quiet();
      assert.deepEqual(world.homeserver.said(ROOM), ['a']);
    });

    it('a room that has the line does not get it again because another has not', async () => {
      const world = await World.of({ links: [aLink(), aLink({ room: ROOM2 })] });
      const release = world.homeserver.hold('send', BOB);
      world.flows.onIrcEvent(aLine('a'));
      await world.quiet();
      assert.equal(world.journal.open().length, 1);
      release();
      await world.quiet();
      world.homeserver.deny('join', 'STOPPING', { room: ROOM2, times: 1 });
      world.flows.onIrcEvent(aLine('b', { nick: 'eve' }));
      await world.quiet();
      assert.deepEqual(world.journal.open().map(({ note }) => note), [[ROOM]]);
      await world.restart();
      await world.quiet();
      assert.deepEqual([world.homeserver.said(ROOM), world.homeserver.said(ROOM2)], [['a', 'b'], ['a', 'b']]);
      const asked = world.homeserver.deeds.filter((deed) => deed.includes('@irc_eve:hs.test') && deed.endsWith(ROOM));
      assert.deepEqual(asked, [`join @irc_eve:hs.test ${ROOM}`, `send @irc_eve:hs.test ${ROOM}`]);
    });

    it('STOPPING leaves lines open, and nobody is told', async () => {
      const world = await World.of();
      world.homeserver.goDown();
      world.flows.onIrcEvent(aLine('a'));
      world.flows.onIrcEvent(aLine('b', { nick: 'eve' }));
      await world.quiet();
      await world.stop();
      assert.equal(world.journal.open().length, 2);
      assert.deepEqual(world.network.lines, []);
    });

    it('a line of a channel unlinked meanwhile is dropped, logged and counted', async () => {
      const world = await World.of();
      world.homeserver.goDown();
      world.flows.onIrcEvent(aLine('a'));
      await world.quiet();
      world.links.links = [];
      await world.restart();
      await world.quiet();
      assert.deepEqual(world.journal.open(), []);
      assert.equal(world.metrics.counts.get('bridge_dropped_total unlinked'), 1);
    });

    for (const body of [null, 7, [], {}, { network: NET, nick: 'bob', channel: CATS, text: 'a', how: 'shout', at: 1 }, { network: NET, nick: 7 }]) {
      it(`an entry that cannot be read (${JSON.stringify(body)}) is logged and done`, async () => {
        const world = await World.of();
        world.flows.replay(world.journal.keepOne('irc', body));
        await world.quiet();
        assert.deepEqual([world.homeserver.sent, world.journal.open()], [[], []]);
        assert.equal(world.metrics.counts.get('bridge_dropped_total unreadable'), 1);
      });
    }
  });

  describe('GHOST-11: NICK', () => {
    const nick = (from: string, to: string): Parameters<World['flows']['onIrcEvent']>[0] => ({
      kind: 'nick',
      network: NET,
      at: 0,
      heardBy: { network: NET, owner: 'bot' },
      from: { nick: nickOf(from) },
      to: nickOf(to),
    });
    const members = (world: World, room = ROOM): string[] => [...(world.homeserver.members.get(room) ?? [])];

    it('the old ghost leaves and the new one joins, in the rooms where the old one was', async () => {
      const world = await World.of({ links: [aLink(), aLink({ channel: channelOf('#dogs'), room: ROOM2 })] });
      world.flows.onIrcEvent(aLine('hi'));
      await world.quiet();
      world.flows.onIrcEvent(nick('bob', 'rob'));
      await world.quiet();
      assert.deepEqual(members(world), ['@bot:hs.test', '@irc_rob:hs.test']);
      assert.deepEqual(members(world, ROOM2), ['@bot:hs.test']);
    });

    it('INV-3: what was said under the old nick comes before, and does not bring the old ghost back', async () => {
      const world = await World.of();
      world.flows.onIrcEvent(aLine('warm up'));
      await world.quiet();
      const release = world.homeserver.hold('send', BOB);
      world.flows.onIrcEvent(aLine('as bob'));
      world.flows.onIrcEvent(nick('bob', 'rob'));
      world.flows.onIrcEvent(aLine('as rob', { nick: 'rob' }));
      await world.quiet();
      release();
      await world.quiet();
      assert.deepEqual(world.homeserver.sent.slice(1).map(({ sender, content }) => [sender, content['body']]), [
        [BOB, 'as bob'],
        ['@irc_rob:hs.test', 'as rob'],
      ]);
      assert.deepEqual(members(world), ['@bot:hs.test', '@irc_rob:hs.test']);
    });

    it('GHOST-4: only another spelling is the same ghost under another name', async () => {
      const world = await World.of();
      world.flows.onIrcEvent(aLine('hi'));
      world.flows.onIrcEvent(nick('bob', 'BOB'));
      await world.quiet();
      assert.deepEqual(members(world), ['@bot:hs.test', BOB]);
      assert.equal(world.homeserver.accounts.get(BOB), 'BOB');
    });

    it('INV-1: a client of ours that changes its nick becomes no ghost', async () => {
      const world = await World.of();
      world.flows.onIrcEvent(aLine('hi'));
      await world.quiet();
      world.flows.onIrcEvent(nick('bob', 'bridge'));
      await world.quiet();
      assert.deepEqual(members(world), ['@bot:hs.test', BOB]);
    });

    it('I2M-14: a new ghost that does not get in holds up the room for 5 s, and no notice or log line at all', async () => {
      const world = await World.of();
      world.flows.onIrcEvent(aLine('hi'));
      await world.quiet();
      world.homeserver.hold('join', userId('@irc_rob:hs.test'));
      world.flows.onIrcEvent(nick('bob', 'rob'));
      world.flows.onIrcEvent(aLine('after', { nick: 'eve' }));
      world.flows.onIrcEvent(aPrivateLine('hello?'));
      await world.quiet();
      assert.equal(world.heard('bob').length, 1);
      await world.clock.advance(5_000);
      await world.quiet();
      assert.deepEqual(world.homeserver.said(ROOM), ['hi', 'after']);
    });

    it('INV-7: a room that does not let the new one in holds up no other', async () => {
      const world = await World.of({ links: [aLink(), aLink({ room: ROOM2 })] });
      world.flows.onIrcEvent(aLine('hi'));
      await world.quiet();
      world.homeserver.deny('join', 'HOMESERVER_FORBIDDEN', { room: ROOM });
      world.flows.onIrcEvent(nick('bob', 'rob'));
      await world.quiet();
      assert.deepEqual(members(world, ROOM2), ['@bot:hs.test', '@irc_rob:hs.test']);
      assert.ok(world.log.lines.some(({ event }) => event === 'ghost not renamed'));
    });

    it('changes that pile up while the homeserver is away are bounded', async () => {
      const world = await World.of();
      world.homeserver.goDown();
      world.flows.onIrcEvent(aLine('hi'));
      for (let n = 0; n < 10_050; n++) world.flows.onIrcEvent(nick('bob', `rob${n % 7}`));
      await world.quiet();
      assert.equal(world.metrics.counts.get('bridge_dropped_total too-many-changes'), 50);
      world.homeserver.comeUp();
      await world.flows.whenIdle();
      assert.deepEqual(world.homeserver.said(ROOM), ['hi']);
    });
  });

  describe('private lines', () => {
    const lines: [string, Parameters<typeof aPrivateLine>[1], number][] = [
      ['PM-12: who writes to the bot is told what it is', {}, 1],
      ['an ACTION is answered too', { how: 'act' }, 1],
      ['a NOTICE is never answered (RFC 2812 §3.3.2)', { how: 'notice' }, 0],
      ['a server is never answered', { fromUser: false }, 0],
      ['INV-1: a client of ours is never answered', { from: { nick: nickOf('Bridge') } }, 0],
    ];
    for (const [sentence, set, answers] of lines) {
      it(sentence, async () => {
        const world = await World.of();
        world.flows.onIrcEvent(aPrivateLine('hello', set));
        await world.quiet();
        assert.equal(world.network.lines.length, answers);
        assert.deepEqual(world.homeserver.sent, []);
      });
    }

    it('PM-4: switched off, is answered once an hour for a person, by the client that was spoken to', async () => {
      const world = await World.of({ network: { privateMessages: { enabled: false } } });
      const alice = userId('@alice:hs.test');
      await world.network.connect(alice, { nick: nickOf('alice'), ident: 'a', realname: 'a' });
      const to = { network: NET, owner: alice };
      for (let n = 0; n < 3; n++) world.flows.onIrcEvent(aPrivateLine('hello', { to }));
      world.flows.onIrcEvent(aPrivateLine('hello', { to, from: { nick: nickOf('eve') } }));
      await world.quiet();
      await world.clock.advance(3_600_000);
      world.flows.onIrcEvent(aPrivateLine('hello', { to }));
      await world.quiet();
      assert.deepEqual(world.network.lines.map(({ owner, target, how }) => [owner, target, how]), [
        [alice, 'bob', 'notice'],
        [alice, 'eve', 'notice'],
        [alice, 'bob', 'notice'],
      ]);
    });

    it('an answer that did not go out is tried at the next line', async () => {
      const world = await World.of();
      world.network.bot.lose();
      world.flows.onIrcEvent(aPrivateLine('hello'));
      await world.quiet();
      world.network.bot.status = 'ready';
      world.flows.onIrcEvent(aPrivateLine('hello'));
      await world.quiet();
      assert.equal(world.network.lines.length, 1);
    });
  });

  it('LIFE-3: a refused bot is an error in the log, a person’s lost connection a warning', async () => {
    const world = await World.of();
    const status = { kind: 'clientStatus', network: NET, at: 0, heardBy: { network: NET, owner: 'bot' } } as const;
    const why = { reason: 'auth-failed', say: 'Wrong password.', permanent: true } as const;
    world.flows.onIrcEvent({ ...status, client: { network: NET, owner: 'bot' }, status: 'refused', why });
    world.flows.onIrcEvent({ ...status, client: { network: NET, owner: userId('@alice:hs.test') }, status: 'lost' });
    world.flows.onIrcEvent({ ...status, client: { network: NET, owner: 'bot' }, status: 'ready' });
    await world.quiet();
    assert.deepEqual(world.log.lines.map(({ level }) => level), ['error', 'warn', 'info']);
  });

  it('comings and goings that are not mirrored, and topics that are not shared, do nothing', async () => {
    const world = await World.of({ links: [aLink({ origin: 'config' })] });
    const heard = { network: NET, at: 0, heardBy: { network: NET, owner: 'bot' } } as const;
    const who = { nick: nickOf('bob') };
    world.flows.onIrcEvent({ kind: 'join', who, channel: CATS, ...heard });
    world.flows.onIrcEvent({ kind: 'part', who, channel: CATS, ...heard });
    world.flows.onIrcEvent({ kind: 'quit', who, ...heard });
    world.flows.onIrcEvent({ kind: 'topic', channel: CATS, text: 'x', ...heard });
    await world.quiet();
    assert.deepEqual(world.homeserver.deeds, []);
  });
});
