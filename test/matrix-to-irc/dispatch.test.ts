import assert from 'node:assert/strict';
import type { RoomId, UserId } from '../../src/model/ids.js';
import { asNetworkName } from '../../src/model/irc-names.js';
import type { MatrixEvent } from '../../src/model/matrix-event.js';
import { refused } from '../../src/model/refusal.js';
import {
  aFile,
  ALICE,
  aLink,
  aMessage,
  aText,
  CAROL,
  CATS,
  channelOf,
  eventId,
  NET,
  ROOM,
  roomId,
  START,
  userId,
} from '../support/make.js';
import { World } from '../support/world.js';

const DOGS = channelOf('#dogs');
const ROOM2 = roomId('!cats2:hs.test');
const OTHER_NET = asNetworkName('other.test');
const say = (text: string, sender: UserId = ALICE, room: RoomId = ROOM): MatrixEvent =>
  aMessage({ body: aText(text), sender, room });

describe('matrix-to-irc/dispatch', () => {
  it('M2I-1: a message of a linked room is said in the channel, and its entry is done', async () => {
    const world = await World.of();
    const { id } = world.take(say('hi'));
    await world.quiet();
    assert.deepEqual(world.heard(), ['hi']);
    assert.deepEqual(world.journal.finished, [id]);
    assert.equal(world.metrics.counts.get('bridge_messages_total matrix_to_irc say success'), 1);
  });

  it('the mark of a single line is handed over in the tick in which the line goes', async () => {
    const world = await World.of();
    world.take(say('first'));
    await world.quiet();
    const { id } = world.take(say('hi'));
    const seen: boolean[] = [];
    const { lines } = world.network;
    const push = lines.push.bind(lines);
    lines.push = (...more) => {
      queueMicrotask(() => seen.push(world.journal.finished.includes(id)));
      return push(...more);
    };
    await world.quiet();
    assert.deepEqual(seen, [true]);
  });

  const ours: [string, string][] = [
    ['a ghost', '@irc_bob:hs.test'],
    ['a ghost whose id says no nick', '@irc_=00zz:hs.test'],
    ['a ghost whose nick is too long for an id', `@irc_${'=e2'.repeat(20)}=000123456789abcdef0123456789abcdef:hs.test`],
    ['the bot', '@bot:hs.test'],
  ];
  for (const [who, id] of ours) {
    it(`INV-1: what ${who} says is never said on IRC`, async () => {
      const world = await World.of();
      world.take(say('echo', userId(id)));
      await world.quiet();
      assert.deepEqual(world.network.lines, []);
      assert.deepEqual(world.network.wishes, []);
      assert.deepEqual(world.journal.open(), []);
    });
  }

  const others: [string, string][] = [
    ['the same local part on another server', '@irc_bob:evil.test'],
    ['our domain as part of another', '@irc_bob:hs.test.evil.test'],
    ['a ghost’s name within a name', '@xirc_bob:hs.test'],
  ];
  for (const [who, id] of others) {
    it(`L10: ${who} is no ghost of ours, and is heard`, async () => {
      const world = await World.of();
      world.homeserver.members.get(ROOM)?.add(userId(id));
      world.take(say('hi', userId(id)));
      await world.quiet();
      assert.deepEqual(world.heard(), ['hi']);
    });
  }

  it('SYN-15, M8: a message of a room that is not linked is done at once, and counted', async () => {
    const world = await World.of();
    world.take(say('hi', ALICE, roomId('!elsewhere:hs.test')));
    assert.deepEqual(world.journal.open(), []);
    await world.quiet();
    assert.deepEqual(world.network.lines, []);
    assert.equal(world.metrics.counts.get('events_rejected_total unmapped_room'), 1);
  });

  it('M2I-47: a blank message connects nobody and says nothing', async () => {
    const world = await World.of();
    world.take(say(' \n '));
    await world.quiet();
    assert.deepEqual(world.network.wishes, []);
    assert.deepEqual(world.journal.open(), []);
  });

  it('INV-3: messages of one sender keep their order, however slow the first is', async () => {
    const world = await World.of();
    const open = world.network.hold(`connect ${ALICE}`);
    for (let n = 0; n < 20; n++) world.take(say(`${n}`));
    await world.quiet();
    open();
    await world.quiet();
    assert.deepEqual(world.heard(), Array.from({ length: 20 }, (_, n) => `${n}`));
  });

  it('C-ORD-2, INV-7: a sender who is still connecting holds up no other', async () => {
    const world = await World.of();
    const open = world.network.hold(`connect ${ALICE}`);
    world.take(say('from alice'));
    world.take(say('from carol', CAROL));
    await world.quiet();
    assert.deepEqual(world.heard(), ['from carol']);
    open();
    await world.quiet();
    assert.deepEqual(world.heard(), ['from carol', 'from alice']);
  });

  it('CONN-1: many first messages at once make one connection and one JOIN', async () => {
    const world = await World.of({ links: [aLink(), aLink({ channel: DOGS, room: ROOM2 })] });
    for (let n = 0; n < 5; n++) {
      world.take(say(`${n}`));
      world.take(say(`${n}`, ALICE, ROOM2));
    }
    await world.quiet();
    assert.equal(world.network.wishes.length, 1);
    assert.deepEqual(world.network.traffic, ['JOIN M-alice #cats', 'JOIN M-alice #dogs']);
    assert.equal(world.network.lines.length, 10);
  });

  it('AS-13, S-057, S-059: what is too old is not said, and its author is told', async () => {
    const world = await World.of({ dropAfterSecs: 60 });
    world.take(aMessage({ at: START - 61_000 }));
    world.take(aMessage({ at: START - 59_000, body: aText('young') }));
    await world.quiet();
    assert.deepEqual(world.heard(), ['young']);
    assert.match(String(world.notices(ROOM)[0]), /was not delivered to #cats on irc\.test\. It was too old/);
    assert.deepEqual(world.journal.open(), []);
  });

  it('AS-13: a date of the future does not harm', async () => {
    const world = await World.of({ dropAfterSecs: 60 });
    world.take(aMessage({ at: Number.MAX_SAFE_INTEGER, body: aText('from the future') }));
    await world.quiet();
    assert.deepEqual(world.heard(), ['from the future']);
  });

  describe('ROOM-8: several channels and rooms', () => {
    it('is said once in each channel of the room, on whatever network', async () => {
      const links = [aLink(), aLink({ channel: DOGS }), aLink({ network: OTHER_NET })];
      const world = await World.of({ links, networks: [NET, OTHER_NET] });
      world.take(say('hi'));
      await world.quiet();
      assert.deepEqual([world.heard(), world.heard(DOGS)], [['hi'], ['hi']]);
      assert.deepEqual(world.networks.get(OTHER_NET)?.lines.map(({ text }) => text), ['hi']);
      assert.deepEqual(world.journal.open(), []);
    });

    it('one channel that cannot be reached holds up no other, and keeps the entry open', async () => {
      const world = await World.of({ links: [aLink(), aLink({ channel: DOGS })] });
      const open = world.network.hold(`join ${DOGS}`);
      const { id } = world.take(say('hi'));
      await world.quiet();
      assert.deepEqual(world.heard(), ['hi']);
      assert.deepEqual(world.journal.open().map((entry) => entry.id), [id]);
      open();
      await world.quiet();
      assert.deepEqual(world.heard(DOGS), ['hi']);
      assert.deepEqual(world.journal.open(), []);
    });

    it('is copied to the other rooms of the channel, as the ghost of the nick, under the author’s name', async () => {
      const world = await World.of({ links: [aLink(), aLink({ room: ROOM2 })] });
      world.homeserver.names.set(ALICE, 'Alice Liddell');
      world.take(aMessage({ body: aText('**hi**', { html: '<b>hi</b>', how: 'notice' }) }));
      await world.quiet();
      assert.deepEqual(world.homeserver.sent.map(({ room, sender, content }) => [room, sender, content]), [
        [
          ROOM2,
          '@irc_M-AliceLiddell:hs.test',
          { msgtype: 'm.notice', body: '**hi**', format: 'org.matrix.custom.html', formatted_body: '<b>hi</b>', 'm.mentions': {} },
        ],
      ]);
      assert.equal(world.homeserver.accounts.get(userId('@irc_M-AliceLiddell:hs.test')), 'Alice Liddell');
      assert.deepEqual(world.journal.open(), []);
    });

    it('a file is copied as a file where its address is known, else by its name', async () => {
      const world = await World.of({ links: [aLink(), aLink({ room: ROOM2 })] });
      const mxc = 'mxc://hs.test/abc' as NonNullable<ReturnType<typeof aFile>['mxc']>;
      world.take(aMessage({ body: aFile('a.png', { media: 'image', mxc, mime: 'image/png', bytes: 5, caption: 'look' }) }));
      world.take(aMessage({ body: aFile('b.png', { media: 'sticker', mxc }) }));
      world.take(aMessage({ body: aFile('c.png', { media: 'image', mxc, encrypted: true }) }));
      await world.quiet();
      const copies = world.homeserver.sent.filter(({ room }) => room === ROOM2).map(({ content }) => content);
      assert.deepEqual(copies, [
        { msgtype: 'm.image', body: 'look', filename: 'a.png', url: mxc, info: { mimetype: 'image/png', size: 5 }, 'm.mentions': {} },
        { msgtype: 'm.image', body: 'b.png', url: mxc, info: {}, 'm.mentions': {} },
        { msgtype: 'm.emote', body: 'sent a file: c.png', 'm.mentions': {} },
      ]);
    });

    it('two rooms with two channels in common: each channel once, the other room once', async () => {
      const both = [CATS, DOGS].flatMap((channel) => [aLink({ channel }), aLink({ channel, room: ROOM2 })]);
      const world = await World.of({ links: both });
      world.take(say('hi'));
      await world.quiet();
      assert.deepEqual([world.heard(), world.heard(DOGS), world.homeserver.said(ROOM2)], [['hi'], ['hi'], ['hi']]);
    });

    it('INV-7: a room that takes no copy costs neither the line, nor the next one, nor the other rooms', async () => {
      const third = roomId('!cats3:hs.test');
      const world = await World.of({ links: [aLink(), aLink({ room: ROOM2 }), aLink({ room: third })] });
      world.homeserver.deny('join', 'HOMESERVER_FORBIDDEN', { room: ROOM2 });
      world.take(say('a'));
      world.take(say('b'));
      await world.quiet();
      assert.deepEqual([world.heard(), world.homeserver.said(third)], [['a', 'b'], ['a', 'b']]);
      assert.deepEqual(world.notices(ROOM), [], 'its author is not told that a delivered message was not delivered');
      assert.deepEqual(world.journal.open(), []);
    });

    it('copies keep their order, and wait for a homeserver that is down, while IRC goes on', async () => {
      const world = await World.of({ links: [aLink(), aLink({ room: ROOM2 })] });
      world.homeserver.goDown();
      for (const text of ['a', 'b', 'c']) world.take(say(text));
      await world.quiet();
      assert.deepEqual(world.heard(), ['a', 'b', 'c']);
      assert.equal(world.journal.open().length, 3);
      world.homeserver.comeUp();
      await world.quiet();
      assert.deepEqual(world.homeserver.said(ROOM2), ['a', 'b', 'c']);
      assert.deepEqual(world.journal.open(), []);
    });
  });

  describe('INV-8: who is told what', () => {
    it('a refusal is told in the room, and the entry is done', async () => {
      const world = await World.of();
      world.network.deny(`join ${CATS}`, refused('banned-from-channel', 'You are banned from #cats.').refusal);
      world.take(say('hi'));
      await world.quiet();
      assert.deepEqual(world.notices(ROOM), ['Your message was not delivered to #cats on irc.test. You are banned from #cats.']);
      assert.deepEqual(world.journal.open(), []);
      assert.equal(world.metrics.counts.get('bridge_dropped_total banned-from-channel'), 1);
      assert.equal(world.metrics.counts.get('bridge_messages_total matrix_to_irc say dropped'), 1);
    });

    it('a second refusal within the minute does not hold up what may be said', async () => {
      const world = await World.of({ links: [aLink(), aLink({ channel: DOGS, room: ROOM2 })] });
      world.network.deny(`join ${CATS}`, refused('invite-only', 'By invitation.').refusal);
      world.take(say('a'));
      world.take(say('b'));
      world.take(say('c', ALICE, ROOM2));
      await world.quiet();
      assert.deepEqual(world.heard(DOGS), ['c']);
      world.network.relent();
      world.take(say('d'));
      await world.quiet();
      assert.deepEqual(world.heard(), ['d']);
      assert.equal(world.journal.open().length, 1, 'b is not done before its author knows');
      await world.clock.advance(60_000);
      await world.quiet();
      assert.equal(world.notices(ROOM).length, 2);
      assert.deepEqual(world.journal.open(), []);
    });

    it('a message that was cut is told once in a room', async () => {
      const world = await World.of();
      world.take(say('a\nb\nc\nd'));
      world.take(say('e\nf\ng\nh'));
      await world.quiet();
      assert.deepEqual(world.heard(), ['a', 'b', '(truncated)', 'e', 'f', '(truncated)']);
      assert.deepEqual(world.notices(ROOM), [
        'Only the first 2 lines of your message went to #cats on irc.test: more would flood the channel. Post long text elsewhere and say its address.',
      ]);
    });

    it('a file whose content stays on Matrix is told once in a room', async () => {
      const world = await World.of();
      world.take(aMessage({ body: aFile('a.png') }));
      world.take(aMessage({ body: aFile('b.png') }));
      await world.quiet();
      assert.deepEqual(world.heard(), ['posted a file: a.png', 'posted a file: b.png']);
      assert.equal(world.notices(ROOM).length, 1);
    });

    it('M2I-11: what is encrypted is told, of many the first, and nothing waits for that', async () => {
      const world = await World.of();
      for (let n = 0; n < 10; n++) {
        world.take({ kind: 'encrypted', room: ROOM, id: eventId(`$enc${n}`), sender: ALICE, at: START });
      }
      await world.quiet();
      assert.deepEqual(world.journal.open(), []);
      await world.clock.advance(60_000);
      await world.quiet();
      assert.equal(world.notices(ROOM).length, 1);
    });

    it('what is encrypted in a room that is not linked is nobody’s business', async () => {
      const world = await World.of();
      const room = world.homeserver.room('!elsewhere:hs.test', ALICE);
      world.take({ kind: 'encrypted', room, id: eventId('$enc'), sender: ALICE, at: START });
      await world.quiet();
      assert.deepEqual([world.homeserver.sent, world.journal.open()], [[], []]);
    });

    it('a bot that may not speak is logged, and the entry does not stay', async () => {
      const world = await World.of();
      world.homeserver.deny('send', 'HOMESERVER_FORBIDDEN', { user: world.homeserver.bot.userId });
      world.network.deny(`connect ${ALICE}`, refused('killed', 'Killed.').refusal);
      world.take(say('hi'));
      await world.quiet();
      assert.deepEqual(world.journal.open(), []);
      assert.ok(world.log.lines.some(({ event }) => event === 'author not told'));
    });

    it('a fault of our own is logged and told, and costs nobody else anything', async () => {
      const world = await World.of();
      world.people.record = (person) =>
        person === ALICE ? Promise.reject(new Error('store is broken')) : Promise.resolve(undefined);
      world.take(say('hi'));
      world.take(say('hello', CAROL));
      await world.quiet();
      assert.deepEqual(world.heard(), ['hello']);
      assert.match(String(world.notices(ROOM)[0]), /went wrong inside the bridge/);
      assert.equal(world.metrics.counts.get('bridge_messages_total matrix_to_irc say fail'), 1);
      assert.deepEqual(world.journal.open(), []);
    });
  });

  describe('F1: what the journal brings back', () => {
    it('a message of which some lines were said goes on behind them', async () => {
      const world = await World.of();
      world.take(say('first'));
      await world.quiet();
      const client = world.network.clientOf(ALICE);
      assert.ok(client);
      client.loseAfter = 2;
      const release = world.network.hold(`connect ${ALICE}`);
      world.take(say('a\nb\nc'));
      await world.quiet();
      assert.deepEqual(world.heard(), ['first', 'a', 'b']);
      const restarted = world.restart();
      release();
      await restarted;
      await world.quiet();
      assert.deepEqual(world.heard(), ['first', 'a', 'b', 'c']);
      assert.deepEqual(world.journal.open(), []);
    });

    it('a channel that has its lines does not get them again because another has not', async () => {
      const world = await World.of({ links: [aLink(), aLink({ channel: DOGS })] });
      const release = world.network.hold(`join ${DOGS}`);
      world.take(say('hi'));
      await world.quiet();
      const restarted = world.restart();
      release();
      await restarted;
      await world.quiet();
      assert.deepEqual([world.heard(), world.heard(DOGS)], [['hi'], ['hi']]);
      assert.deepEqual(world.journal.open(), []);
    });

    it('a refusal that was told is not told again because another channel was not reached', async () => {
      const world = await World.of({ links: [aLink(), aLink({ channel: DOGS })] });
      world.network.deny(`join ${CATS}`, refused('invite-only', 'By invitation.').refusal);
      const release = world.network.hold(`join ${DOGS}`);
      world.take(say('hi'));
      await world.quiet();
      const restarted = world.restart();
      release();
      await restarted;
      await world.quiet();
      assert.equal(world.notices(ROOM).length, 1);
      assert.deepEqual(world.heard(DOGS), ['hi']);
    });

    it('a message said but not yet copied is copied, without being said again or anybody connected for it', async () => {
      const world = await World.of({ links: [aLink(), aLink({ room: ROOM2 })] });
      world.homeserver.goDown();
      world.take(say('hi'));
      await world.quiet();
      await world.restart();
      await world.quiet();
      assert.deepEqual([world.heard(), world.homeserver.said(ROOM2)], [['hi'], ['hi']]);
      assert.equal(world.network.wishes.length, 1);
      assert.deepEqual(world.journal.open(), []);
    });

    it('STOPPING leaves what is under way open, and its author is told nothing', async () => {
      const world = await World.of();
      world.network.hold(`connect ${ALICE}`);
      const { id } = world.take(say('hi'));
      await world.quiet();
      await world.stop();
      assert.deepEqual(world.notices(ROOM), []);
      assert.deepEqual(world.journal.open().map((entry) => entry.id), [id]);
    });

    it('messages come back in the order in which they were taken', async () => {
      const world = await World.of();
      const release = world.network.hold(`connect ${ALICE}`);
      for (let n = 0; n < 5; n++) world.take(say(`${n}`));
      await world.quiet();
      const restarted = world.restart();
      release();
      await restarted;
      world.take(say('new'));
      await world.quiet();
      assert.deepEqual(world.heard(), ['0', '1', '2', '3', '4', 'new']);
    });

    const notes: unknown[] = [null, 7, 'x', [], { 'irc.test #cats': null }, { 'irc.test #cats': { lines: 7 } }, { 'irc.test #cats': { lines: [], said: 'x', by: 'a' } }];
    for (const note of notes) {
      it(`a note that cannot be read (${JSON.stringify(note)}) is as if it were not there`, async () => {
        const world = await World.of();
        const entry = world.journal.keepOne('matrix', say('hi'));
        world.flows.replay({ ...entry, note: note as never });
        await world.quiet();
        assert.deepEqual(world.heard(), ['hi']);
        assert.deepEqual(world.journal.open(), []);
      });
    }
  });

  it('other kinds of event are done, and wait for their turn in the room', async () => {
    const world = await World.of();
    const common = { room: ROOM, sender: ALICE, at: START };
    world.take({ kind: 'topic', id: eventId('$t'), text: 'topic', ...common });
    world.take({ kind: 'redaction', id: eventId('$r'), redacts: eventId('$x'), ...common });
    world.take({ kind: 'tombstone', id: eventId('$s'), replacement: ROOM2, ...common });
    world.take({ kind: 'encryptionOn', id: eventId('$e'), ...common });
    world.take({ kind: 'member', id: eventId('$m'), target: ALICE, now: 'join', isDirect: false, ...common });
    await world.flows.whenIdle();
    assert.deepEqual(world.journal.open(), []);
  });

  for (const [who, sender] of [['a person', ALICE], ['the bot, for somebody on IRC', userId('@bot:hs.test')]] as const) {
    it(`MEDIA-13: a redaction by ${who} ends addresses, and its entry is done when that is on disk`, async () => {
      const world = await World.of();
      let written: () => void = () => undefined;
      const asked: string[] = [];
      world.addresses.withdraw = (event) => new Promise((resolve) => void (asked.push(event), (written = resolve)));
      const { id } = world.take({ kind: 'redaction', room: ROOM, sender, at: START, id: eventId('$r'), redacts: eventId('$x') });
      await world.quiet();
      assert.deepEqual([asked, world.journal.finished], [['$x'], []]);
      written();
      await world.quiet();
      assert.deepEqual(world.journal.finished, [id]);
    });
  }

  it('is idle when everything is said and told', async () => {
    const world = await World.of();
    let idle = false;
    const open = world.network.hold(`connect ${ALICE}`);
    world.take(say('hi'));
    void world.flows.whenIdle().then(() => (idle = true));
    await world.quiet();
    assert.equal(idle, false);
    open();
    await world.quiet();
    assert.equal(idle, true);
  });
});
