import assert from 'node:assert/strict';
import { type ChannelName, parseNick } from '../../src/model/irc-names.js';
import type { IrcEvent, IrcEventOf } from '../../src/model/irc-event.js';
import { refused } from '../../src/model/refusal.js';
import { ALICE, aLink, aMessage, CATS, channelOf, NET, ROOM, roomId, START, userId } from '../support/make.js';
import { settle } from '../support/clock.js';
import { World, type WorldWish } from '../support/world.js';

const PLUMBED = roomId('!plumbed:hs.test');
const BOB = userId('@irc_bob:hs.test');
const heard = { network: NET, at: START, heardBy: { network: NET, owner: 'bot' } } as const;
const bob = { nick: parseNick('bob')!, user: 'b', host: 'b.test' };

/** What IRC and the rooms are told of topics. */
class Topics {
  readonly world: World;
  constructor(world: World) {
    this.world = world;
  }

  static async of(wish: WorldWish = {}): Promise<Topics> {
    return new Topics(await World.of({ links: [aLink(), aLink({ room: PLUMBED, channel: channelOf('#own'), origin: 'config' })], ...wish }));
  }

  /** The room has this topic, set by somebody on Matrix. */
  shows(topic: string, room = ROOM): void {
    const { sent } = this.world.homeserver;
    sent.push({ id: aMessage().id, sender: ALICE, room, type: 'm.room.topic', txnId: 'state m.room.topic ', content: { topic } });
  }

  /** Somebody sets a room's topic. */
  async inRoom(text: string, room = ROOM): Promise<void> {
    this.shows(text, room);
    this.world.take({ kind: 'topic', room, id: aMessage().id, sender: ALICE, at: START, text });
    await this.world.quiet();
  }

  async onIrc(...events: (Partial<IrcEventOf<'topic'>> | IrcEventOf<'topicSet'>)[]): Promise<void> {
    for (const event of events) this.world.flows.onIrcEvent({ kind: 'topic', channel: CATS, ...heard, ...event } as IrcEvent);
    await this.world.quiet();
  }

  /** What our own client is shown of what it set. */
  echo(text: string, channel: ChannelName = CATS): Promise<void> {
    return this.onIrc({ by: { nick: this.world.network.clientOf(ALICE)!.nick, user: 'a', host: 'a.test' }, text, channel });
  }

  get irc(): string[] {
    return this.world.network.traffic.filter((line) => line.startsWith('TOPIC')).map((line) => line.split(' ').slice(2).join(' '));
  }

  get rooms(): unknown[][] {
    const topics = this.world.homeserver.sent.filter(({ type, sender }) => type === 'm.room.topic' && sender !== ALICE);
    return topics.map(({ room, sender, content }) => [room, sender === this.world.homeserver.bot.userId ? 'bot' : sender, content['topic']]);
  }
}

describe('topics, both ways', () => {
  it('M2I-9, I2M-18: what IRC has is not set again, and nothing goes round', async () => {
    const topics = await Topics.of();
    await topics.inRoom('tea');
    await topics.echo('tea');
    await topics.inRoom('tea');
    await topics.onIrc({ text: 'tea' });
    await topics.onIrc({ by: bob, text: '\x02milk' });
    await topics.inRoom('milk');
    assert.deepEqual([topics.irc, topics.rooms], [['#cats tea'], [[ROOM, BOB, 'milk']]]);
    await topics.inRoom('tea');
    assert.deepEqual(topics.irc, ['#cats tea', '#cats tea']);
  });

  it('M2I-9: `topicAuthority: irc` gives the room the channel\'s topic back, and its author is told', async () => {
    const topics = await Topics.of({ network: { topicAuthority: 'irc' } });
    await topics.onIrc({ by: bob, text: 'tea' });
    topics.world.network.deny('topic #cats', refused('cannot-send', 'Only operators of the channel on IRC may change it.', true).refusal);
    await topics.inRoom('tea and more');
    assert.deepEqual(topics.rooms, [[ROOM, BOB, 'tea'], [ROOM, 'bot', 'tea']]);
    assert.deepEqual(topics.world.notices(ROOM).slice(-1), [
      'The topic of #cats on irc.test was not changed. Only operators of the channel on IRC may change it. This room has the topic of the channel again.',
    ]);
    assert.deepEqual(topics.world.journal.open(), []);
  });

  it('M2I-9: after a restart too, once IRC has told its topic, also where the room\'s own was once set there', async () => {
    const topics = await Topics.of({ network: { topicAuthority: 'irc' } });
    await topics.inRoom('tea');
    await topics.echo('tea');
    await topics.world.restart();
    topics.world.network.deny('topic #cats', refused('cannot-send', 'No.', true).refusal);
    await topics.inRoom('milk');
    assert.deepEqual(topics.rooms, []);
    await topics.onIrc({ text: 'tea' });
    await topics.inRoom('cream');
    assert.deepEqual(topics.rooms.at(-1), [ROOM, 'bot', 'tea']);
  });

  it('M2I-9: without it a room keeps what IRC refused, also when somebody joins later', async () => {
    const topics = await Topics.of();
    await topics.onIrc({ by: bob, text: 'tea' });
    topics.world.network.deny('topic #cats', refused('cannot-send', 'No.', true).refusal);
    await topics.inRoom('milk');
    await topics.onIrc({ text: 'tea' });
    assert.deepEqual(topics.rooms, [[ROOM, BOB, 'tea']]);
    assert.deepEqual(topics.world.notices(ROOM), ['The topic of #cats on irc.test was not changed. No.']);
  });

  it('M2I-9, I2M-18: rooms that were there before share topics as `topicSync` says, and each room as it says itself', async () => {
    const rows = [['off', [], []], ['irc', ['#own milk'], []], ['matrix', [], [[PLUMBED, BOB, 'tea']]], ['any', ['#own milk'], [[PLUMBED, BOB, 'tea']]]] as const;
    for (const [topicSync, irc, rooms] of rows) {
      const byNetwork = await Topics.of({ network: { topicSync } });
      const byRoom = await Topics.of({ service: { perRoomConfig: { enabled: true } } });
      byRoom.world.homeserver.states.set(`${PLUMBED} org.matrix.appservice-irc.config `, { topicSync });
      for (const topics of [byNetwork, byRoom]) {
        await topics.onIrc({ by: bob, text: 'tea', channel: channelOf('#own') });
        await topics.inRoom('milk', PLUMBED);
        assert.deepEqual([topics.irc, topics.rooms], [irc, rooms], topicSync);
      }
    }
    const portal = await Topics.of({ network: { topicSync: 'off' } });
    await portal.onIrc({ by: bob, text: 'tea' });
    assert.equal(portal.rooms.length, 1);
  });

  it('I2M-18: at a join the topic is brought with who set it and when, by his ghost only where that is in the room', async () => {
    for (const there of [false, true]) {
      const topics = await Topics.of();
      const { homeserver } = topics.world;
      if (there) homeserver.members.get(ROOM)?.add(BOB);
      // As over a network, where 333 comes with 332.
      const stateOf = homeserver.stateOf.bind(homeserver);
      homeserver.stateOf = (...what) => settle().then(() => stateOf(...what));
      await topics.onIrc({ text: 'tea' }, { kind: 'topicSet', channel: CATS, ...heard, nick: bob.nick, setAt: START });
      assert.deepEqual(topics.rooms, [[ROOM, there ? BOB : 'bot', 'tea']]);
      const [set] = topics.world.homeserver.sent.filter(({ type }) => type === 'm.room.topic');
      assert.deepEqual(set?.content['chat.causeway.topic_set'], { by: 'bob', at: START });
      await topics.onIrc({ text: 'tea' });
      assert.equal(topics.rooms.length, 1);
    }
  });

  it('ROOM-8, M2I-9: what is set in one room is shown in the channel\'s others, by the ghost of who set it', async () => {
    const other = roomId('!other:hs.test');
    const topics = await Topics.of({ links: [aLink(), aLink({ room: other })] });
    await topics.inRoom('tea');
    await topics.echo('tea');
    assert.deepEqual(topics.rooms, [[other, userId('@irc_M-alice:hs.test'), 'tea']]);
  });

  it('M2I-9: what the server has cut (TOPICLEN) does not cut the room\'s', async () => {
    const topics = await Topics.of();
    await topics.inRoom('tea and milk');
    await topics.echo('tea and mi');
    await topics.onIrc({ text: 'tea and mi' });
    assert.deepEqual(topics.rooms, []);
    await topics.onIrc({ by: bob, text: 'tea' });
    assert.deepEqual(topics.rooms, [[ROOM, BOB, 'tea']]);
  });

  it('M2I-9, I2M-18: two who change it at once come to what IRC has at the end', async () => {
    const topics = await Topics.of();
    const { world } = topics;
    // The room's came first there, and second on IRC.
    const open = world.network.hold('topic #cats');
    await topics.inRoom('tea');
    await topics.onIrc({ by: bob, text: 'milk' });
    open();
    await world.quiet();
    await topics.echo('tea');
    assert.deepEqual(topics.rooms, [[ROOM, BOB, 'milk'], [ROOM, userId('@irc_M-alice:hs.test'), 'tea']]);
    // Somebody is quicker than the echo: his goes to IRC next, and is not undone before.
    await topics.inRoom('one');
    topics.shows('two');
    const before = topics.rooms;
    await topics.echo('one');
    assert.deepEqual(topics.rooms, before);
  });

  it('M2I-42, M2I-9: people of other bridges set it by the bot', async () => {
    const topics = await Topics.of();
    topics.world.take({ kind: 'topic', room: ROOM, id: aMessage().id, sender: userId('@_discord_1:hs.test'), at: START, text: 'tea' });
    await topics.world.quiet();
    assert.deepEqual(topics.world.network.traffic.filter((line) => line.startsWith('TOPIC')), ['TOPIC bridge #cats tea']);
  });
});
