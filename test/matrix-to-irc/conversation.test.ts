import assert from 'node:assert/strict';
import type { EventId, RoomId, UserId } from '../../src/model/ids.js';
import type { MatrixEvent, MessageEvent } from '../../src/model/matrix-event.js';
import { asNetworkName } from '../../src/model/irc-names.js';
import { refused } from '../../src/model/refusal.js';
import { aFile, ALICE, aLine, aLink, aMessage, aText, CAROL, channelOf, eventId, NET, ROOM, roomId, START, userId } from '../support/make.js';
import { World, type WorldWish } from '../support/world.js';

const SECRET = roomId('!secret:hs.test');
const BOB = userId('@irc_bob:hs.test');
const OTHER_NET = asNetworkName('other.test');
const MALLORY = userId('@mallory:hs.test');

class Talk {
  readonly world: World;
  constructor(world: World) {
    this.world = world;
  }

  static async of(wish: WorldWish = {}): Promise<Talk> {
    return new Talk(await World.of(wish));
  }

  async says(sender: UserId, plain: string, set: Partial<MessageEvent> = {}): Promise<MessageEvent> {
    const event = aMessage({ sender, body: aText(plain), ...set });
    this.world.take(event);
    await this.world.quiet();
    return event;
  }

  async does(event: Omit<Extract<MatrixEvent, { kind: 'reaction' | 'redaction' | 'member' | 'roomSettings' }>, 'room' | 'id' | 'at'> & Record<string, unknown>, room: RoomId = ROOM): Promise<EventId> {
    const { id } = aMessage();
    this.world.take({ room, id, at: START, ...event } as unknown as MatrixEvent);
    await this.world.quiet();
    return id;
  }

  joins(who: UserId, now: 'join' | 'leave' = 'join', room: RoomId = ROOM): Promise<EventId> {
    return this.does({ kind: 'member', sender: who, target: who, now, isDirect: false }, room);
  }

  get heard(): string[] {
    return this.world.heard();
  }

  last(): string | undefined {
    return this.heard.at(-1);
  }
}

describe('matrix-to-irc: what refers to something', () => {
  it('M2I-15, M2I-16, S-023, S-031: a reply names whom it answers, and later what', async () => {
    const talk = await Talk.of();
    const { id, at } = await talk.says(CAROL, 'The scones are in the oven');
    await talk.says(ALICE, '> <@x:y> invented\n\nLovely', { replyTo: id, at: at + 1000 });
    assert.equal(talk.last(), 'M-carol: Lovely');
    await talk.says(ALICE, 'Lovely', { replyTo: id, at: at + 1_000_000 });
    assert.equal(talk.last(), '<M-carol> "The scones are in the oven" <- Lovely');
  });

  it('M2I-17, S-029: an answer to somebody on IRC uses his nick as he writes it', async () => {
    const talk = await Talk.of();
    talk.world.flows.onIrcEvent(aLine('tea?', { nick: 'Bob' }));
    await talk.world.quiet();
    const { id } = talk.world.homeserver.sent[0]!;
    await talk.says(ALICE, 'yes', { replyTo: id });
    assert.equal(talk.last(), 'Bob: yes');
  });

  it('M2I-18, S-027: what cannot be found is not quoted', async () => {
    const talk = await Talk.of();
    await talk.says(ALICE, '> <@x:y> invented\n\nLovely', { replyTo: eventId('$gone') });
    assert.equal(talk.last(), 'Lovely');
  });

  it('M2I-17: what is not in memory is asked of the homeserver', async () => {
    const talk = await Talk.of();
    const event = aMessage({ id: eventId('$old'), sender: BOB, at: START - 1_000_000, body: aText('before the start') });
    talk.world.homeserver.found.set(`${ROOM} $old`, { found: { event }, viewers: [ALICE] });
    await talk.says(ALICE, 'yes', { replyTo: eventId('$old') });
    assert.equal(talk.last(), '<bob> "before the start" <- yes');
    await talk.says(MALLORY, 'what?', { replyTo: eventId('$old') });
    assert.equal(talk.last(), 'what?', 'A-10: to whoever could not see it the homeserver gives nothing');
  });

  it('A-9: from another room nothing is quoted, edited or reacted to', async () => {
    const talk = await Talk.of({ links: [aLink(), aLink({ room: SECRET, channel: channelOf('#secret') })] });
    const { id } = await talk.says(CAROL, 'the secret word', { room: SECRET, at: START - 1_000_000 });
    await talk.says(ALICE, 'tell me', { replyTo: id });
    await talk.says(ALICE, 'changed', { replaces: id });
    await talk.does({ kind: 'reaction', sender: ALICE, target: id, key: '👍' });
    await talk.world.clock.advance(10_000);
    await talk.world.quiet();
    assert.deepEqual(talk.heard, ['tell me', '* changed']);
  });

  it('A-10, S-033: who came later is not shown what was said before, who left and came back neither', async () => {
    const talk = await Talk.of({ service: { matrixHandler: { shortReplyTresholdSeconds: 0 } } });
    const { id } = await talk.says(ALICE, 'before mallory', { at: START - 5000 });
    await talk.joins(MALLORY);
    await talk.says(MALLORY, 'what was it?', { replyTo: id });
    assert.equal(talk.last(), 'what was it?');
    const { id: seen } = await talk.says(ALICE, 'with mallory', { at: START - 5000 });
    await talk.says(MALLORY, 'nice', { replyTo: seen });
    assert.equal(talk.last(), '<M-alice> "with mallory" <- nice');
    await talk.joins(MALLORY, 'leave');
    const { id: gone } = await talk.says(ALICE, 'without mallory', { at: START - 5000 });
    await talk.joins(MALLORY);
    await talk.says(MALLORY, 'and now?', { replyTo: gone });
    assert.equal(talk.last(), 'and now?');
    assert.equal(talk.world.homeserver.deeds.filter((deed) => deed.startsWith('lookUp')).length, 2);
  });

  it('A-11: what an event says of its time changes nothing', async () => {
    const talk = await Talk.of({ service: { matrixHandler: { shortReplyTresholdSeconds: 0 } } });
    const { id } = await talk.says(ALICE, 'the secret word', { at: START - 5000 });
    await talk.does({ kind: 'member', sender: MALLORY, target: MALLORY, now: 'join', before: 'join', at: 1, isDirect: false });
    await talk.says(MALLORY, 'hm', { replyTo: id, at: START + 10 });
    assert.equal(talk.last(), 'hm');
  });

  it('A-10: after a restart only the homeserver knows who was there', async () => {
    const talk = await Talk.of({ service: { matrixHandler: { shortReplyTresholdSeconds: 0 } } });
    const open = talk.world.network.hold(`connect ${ALICE}`);
    const { id } = await talk.says(ALICE, 'still on its way', { at: START - 5000 });
    await talk.world.restart();
    open();
    await talk.world.quiet();
    await talk.says(MALLORY, 'hm', { replyTo: id });
    assert.equal(talk.last(), 'hm');
  });

  it('M2I-12: edits are corrections, one after the other; of what others said they are nothing (C7)', async () => {
    const talk = await Talk.of();
    const { id } = await talk.says(ALICE, 'the kettle is cold now, come');
    await talk.says(ALICE, 'the kettle is hot now, come', { replaces: id });
    await talk.says(ALICE, 'the kettle is hot now, hurry', { replaces: id });
    await talk.says(MALLORY, 'the kettle is mine now, hurry', { replaces: id });
    await talk.says(ALICE, 'the kettle is hot now, hurry', { replaces: id });
    assert.deepEqual(talk.heard, ['the kettle is cold now, come', 's/cold/hot/', 's/come/hurry/']);
    await talk.says(CAROL, 'nice', { replyTo: id, at: START + 1_000_000 });
    assert.equal(talk.last(), '<M-alice> "the kettle is hot now, hurry" <- nice');
  });

  it('M2I-12, S-053: an edit does not overtake the first message of who is still connecting', async () => {
    const talk = await Talk.of();
    const open = talk.world.network.hold(`connect ${ALICE}`);
    const { id } = await talk.says(ALICE, 'the kettle is cold now, come');
    await talk.says(ALICE, 'the kettle is hot now, come', { replaces: id });
    open();
    await talk.world.quiet();
    assert.deepEqual(talk.heard, ['the kettle is cold now, come', 's/cold/hot/']);
  });

  it('M2I-22: a message of a thread answers the one before it', async () => {
    const talk = await Talk.of();
    const { id: root } = await talk.says(CAROL, 'who wants tea?');
    await talk.says(ALICE, 'me', { thread: { root } });
    await talk.says(CAROL, 'with milk?', { thread: { root } });
    await talk.says(ALICE, 'yes', { thread: { root } });
    assert.deepEqual(talk.heard, ['who wants tea?', 'M-carol: me', 'M-alice: with milk?', 'M-carol: yes']);
  });

  it('M2I-23: reactions within five seconds are told together, those taken back not at all (M2I-24)', async () => {
    const talk = await Talk.of();
    const { id } = await talk.says(CAROL, 'tea is ready');
    await talk.does({ kind: 'reaction', sender: ALICE, target: id, key: '👍' });
    await talk.does({ kind: 'reaction', sender: MALLORY, target: id, key: '👍' });
    await talk.does({ kind: 'reaction', sender: CAROL, target: id, key: '🫖' });
    const back = await talk.does({ kind: 'reaction', sender: ALICE, target: id, key: '🎉' });
    await talk.does({ kind: 'redaction', sender: ALICE, redacts: back });
    assert.deepEqual(talk.heard, ['tea is ready']);
    await talk.world.clock.advance(5000);
    await talk.world.quiet();
    assert.deepEqual(talk.heard, ['tea is ready', '+👍 by 2 people to M-carol: "tea is ready"']);
    assert.deepEqual(talk.world.journal.open(), []);
  });

  it('M2I-26: what was redacted before it was said is not said, nor that it was deleted', async () => {
    const talk = await Talk.of({ service: { matrixHandler: { redactions: 'notice' } } });
    const open = talk.world.network.hold(`connect ${ALICE}`);
    const { id } = await talk.says(ALICE, 'oh no');
    await talk.says(ALICE, 'fine');
    await talk.does({ kind: 'redaction', sender: ALICE, redacts: id });
    open();
    await talk.world.quiet();
    assert.deepEqual(talk.heard, ['fine']);
    assert.deepEqual(talk.world.addresses.withdrawn, [id]);
    assert.deepEqual(talk.world.journal.open(), []);
  });

  it('M2I-26, C9: nor does an edit say what was redacted', async () => {
    const talk = await Talk.of({ service: { matrixHandler: { redactions: 'notice' } } });
    const open = talk.world.network.hold(`connect ${ALICE}`);
    const { id } = await talk.says(ALICE, 'my first password is this');
    await talk.says(ALICE, 'my second password is this', { replaces: id });
    await talk.does({ kind: 'redaction', sender: ALICE, redacts: id });
    open();
    await talk.world.quiet();
    assert.deepEqual(talk.heard, []);
    assert.deepEqual(talk.world.journal.open(), []);
  });

  it('M2I-25: a deletion is told where that is wanted, and nobody is quoted what is deleted', async () => {
    const talk = await Talk.of({ network: { redactions: 'notice' } });
    const { id } = await talk.says(ALICE, 'spam and eggs');
    await talk.does({ kind: 'redaction', sender: CAROL, redacts: id });
    assert.equal(talk.last(), 'deleted a message of M-alice: "spam and eggs"');
    await talk.says(CAROL, 'why?', { replyTo: id, at: START + 1_000_000 });
    assert.equal(talk.last(), '<M-alice> "a deleted message" <- why?');
  });

  it('M2I-25: that of what cannot be looked up is told without words, that of a reaction not at all', async () => {
    const talk = await Talk.of({ network: { redactions: 'notice' } });
    await talk.does({ kind: 'redaction', sender: CAROL, redacts: eventId('$unknown') });
    talk.world.homeserver.found.set(`${ROOM} $thumb`, { found: { other: true }, viewers: [CAROL] });
    await talk.does({ kind: 'redaction', sender: CAROL, redacts: eventId('$thumb') });
    assert.deepEqual(talk.heard, ['deleted a message']);
    assert.deepEqual(talk.world.journal.open(), []);
  });

  it('M2I-25: by default it is not, and connects nobody', async () => {
    const talk = await Talk.of();
    const { id } = await talk.says(ALICE, 'spam and eggs');
    await talk.does({ kind: 'redaction', sender: CAROL, redacts: id });
    await talk.does({ kind: 'redaction', sender: CAROL, redacts: eventId('$unknown') });
    assert.deepEqual(talk.heard, ['spam and eggs']);
    assert.equal(talk.world.network.wishes.length, 1);
    assert.deepEqual(talk.world.journal.open(), []);
  });

  it('M2I-4, M2I-28: files have addresses, long texts pages', async () => {
    const talk = await Talk.of();
    talk.world.addresses.on = true;
    const { id } = await talk.says(ALICE, 'one\ntwo\nthree\nfour');
    talk.world.take(aMessage({ body: aFile('cat.png', { media: 'image', mxc: 'mxc://hs.test/a' as never }) }));
    await talk.world.quiet();
    assert.deepEqual(talk.heard, ['one (full message at <https://media.test/p/1>)', 'uploaded an image: cat.png https://media.test/cat.png']);
    assert.deepEqual(talk.world.addresses.texts, [{ event: id, text: 'one\ntwo\nthree\nfour', author: ALICE, by: 'M-alice', at: START }]);
    assert.deepEqual(talk.world.notices(ROOM), []);
  });

  it('MEDIA-15: images within a text have addresses, each once, and no more than five', async () => {
    const talk = await Talk.of();
    talk.world.addresses.on = true;
    const image = (at: number): string => `<img src="mxc://hs.test/${at}" alt="i${at}">`;
    await talk.says(ALICE, '', { body: aText('x', { html: `${image(1)}${image(1)} <img data-mx-emoticon src="mxc://hs.test/e" alt=":e:">` }) });
    await talk.says(ALICE, '', { body: aText('x', { html: [1, 2, 3, 4, 5, 6, 7].map(image).join(' ') }) });
    await talk.says(ALICE, '', { body: aFile('a.png', { caption: 'short', captionHtml: `see ${image(1)}` }) });
    const seen = (at: number): string => `i${at} <https://media.test/i${at}>`;
    assert.deepEqual(talk.heard.slice(0, 2), [`${seen(1)}i1 :e:`, `${[1, 2, 3, 4, 5].map(seen).join(' ')} i6 i7`]);
    assert.equal(talk.last(), `see ${seen(1)}`);
  });

  it('MEDIA-15, RC-4: a room may do without', async () => {
    const talk = await Talk.of({ service: { perRoomConfig: { enabled: true } } });
    talk.world.addresses.on = true;
    talk.world.homeserver.states.set(`${ROOM} org.matrix.appservice-irc.config `, { media: 'name' });
    await talk.says(ALICE, '', { body: aText('x', { html: '<img src="mxc://hs.test/1" alt="cat"> a' }) });
    assert.deepEqual(talk.heard, ['cat a']);
  });

  const CODE = '```js\na\n\nb\nc\nd\n```';
  const pages: [string, Partial<MessageEvent>, string][] = [
    ['A-17: the words of the HTML, where the plain text is another', { body: aText('short', { html: 'one<br>two<br>three<br>four' }) }, 'one\ntwo\nthree\nfour'],
    ['as it was written, where both say the same', { body: aText('one **two**\n\nthree\n\nfour\n\nfive', { html: '<p>one <b>two</b></p><p>three</p><p>four</p><p>five</p>' }) }, 'one **two**\n\nthree\n\nfour\n\nfive'],
    ['with code within it', { body: aText(`see\n\n${CODE}\n`, { html: '<p>see</p><pre><code class="language-js">a\n\nb\nc\nd\n</code></pre>' }) }, `see\n\n${CODE}\n`],
    ['code without its fence, with its empty lines', { body: aText(CODE, { html: '<pre><code class="language-js">a\n\nb\nc\nd\n</code></pre>' }) }, 'a\n\nb\nc\nd'],
    ['FMT-7, S-027: a reply without the quote that nobody checked', { body: aText('> <@x:y> invented\n\na\nb\nc\nd'), replyTo: eventId('$gone') }, 'a\nb\nc\nd'],
    ['MEDIA-15: with its images', { body: aText('short', { html: 'a<br>b<br>c<br><img src="mxc://hs.test/1" alt="cat">' }) }, 'a\nb\nc\ncat <https://media.test/cat>'],
    ['a caption', { body: aFile('a.png', { caption: 'short', captionHtml: 'a<br>b<br>c<br>d' }) }, 'a\nb\nc\nd'],
  ];
  for (const [sentence, set, wanted] of pages) {
    it(`MEDIA-11: a page holds what was said: ${sentence}`, async () => {
      const talk = await Talk.of();
      talk.world.addresses.on = true;
      await talk.says(ALICE, '', set);
      assert.deepEqual(talk.world.addresses.texts.map(({ text }) => text), [wanted]);
    });
  }

  it('RC-3, RC-4: a room has its own ways, read once, and changed at once', async () => {
    const talk = await Talk.of({ service: { perRoomConfig: { enabled: true, lineLimitMax: 5 } } });
    talk.world.homeserver.states.set(`${ROOM} org.matrix.appservice-irc.config `, { lineLimit: 9, formatting: 'plain', edits: 7 });
    const bold = aText('x', { html: '<b>a</b><br>b<br>c<br>d' });
    await talk.says(ALICE, '', { body: bold });
    await talk.says(ALICE, '', { body: bold });
    assert.deepEqual(talk.heard, ['a', 'b', 'c', 'd', 'a', 'b', 'c', 'd']);
    assert.equal(talk.world.homeserver.deeds.filter((deed) => deed.startsWith('stateOf')).length, 2);
    await talk.does({ kind: 'roomSettings', sender: ALICE, stateKey: 'irc.test #cats', content: { formatting: 'markdown', lineLimit: 1 } });
    await talk.says(ALICE, '', { body: aText('x', { html: '<b>a</b>' }) });
    assert.equal(talk.last(), '**a**');
  });

  it('RC-4: a room may have pages for short texts only, or none', async () => {
    const talk = await Talk.of({ service: { perRoomConfig: { enabled: true } } });
    talk.world.addresses.on = true;
    const set = (pasteLimit: unknown): Promise<EventId> => talk.does({ kind: 'roomSettings', sender: ALICE, stateKey: '', content: { pasteLimit } });
    await talk.says(ALICE, 'a\nb\nc\nd');
    for (const limit of [7, 6, 0, -1, 'x']) {
      await set(limit);
      await talk.says(ALICE, 'a\nb\nc\nd');
    }
    const paged = 'a (full message at <https://media.test/p/1>)';
    const cut = ['a', 'b', '(truncated)'];
    assert.deepEqual(talk.heard.map((line) => line.replace(/p\/\d/u, 'p/1')), [paged, paged, ...cut, ...cut, paged, paged]);
  });

  it('RC-3: where rooms may not have their own, nothing is asked', async () => {
    const talk = await Talk.of();
    talk.world.homeserver.states.set(`${ROOM} org.matrix.appservice-irc.config `, { formatting: 'plain' });
    await talk.says(ALICE, '', { body: aText('x', { html: '<b>a</b>' }) });
    assert.equal(talk.last(), '\x02a');
    assert.deepEqual(talk.world.homeserver.deeds.filter((deed) => deed.startsWith('stateOf')), []);
  });

  it('M2I-9, A-13, S-054: the topic of a portal is set by the client of who changed it, in one line', async () => {
    const config = roomId('!own:hs.test');
    const talk = await Talk.of({ links: [aLink(), aLink({ room: config, channel: channelOf('#own'), origin: 'config' })] });
    const set = async (text: string, room: RoomId, sender = ALICE): Promise<void> => {
      talk.world.take({ kind: 'topic', room, id: aMessage().id, sender, at: START, text });
      await talk.world.quiet();
    };
    await set('Teas of\r\nQUIT :the \x02week', ROOM);
    await set('kept here', config);
    await set('', ROOM);
    await set('an echo', ROOM, BOB);
    const lines = talk.world.network.traffic.filter((line) => line.startsWith('TOPIC'));
    assert.deepEqual(lines, ['TOPIC M-alice #cats Teas of QUIT :the week', 'TOPIC M-alice #cats']);
    assert.deepEqual(talk.world.journal.open(), []);
  });

  it('M2I-9: a topic that IRC refuses is told', async () => {
    const talk = await Talk.of();
    talk.world.network.deny('topic #cats', refused('cannot-send', 'Only operators may.', true).refusal);
    talk.world.take({ kind: 'topic', room: ROOM, id: aMessage().id, sender: ALICE, at: START, text: 'x' });
    await talk.world.quiet();
    assert.match(String(talk.world.notices(ROOM)), /^The topic of #cats on irc\.test was not changed\. /u);
  });

  it('M2I-50: at most one word a minute for an author and room, however many networks it is linked with', async () => {
    const talk = await Talk.of({ links: [aLink(), aLink({ network: OTHER_NET, channel: channelOf('#dogs') })], networks: [NET, OTHER_NET] });
    const open = [...talk.world.networks.values()].map((network) => network.hold(`connect ${ALICE}`));
    await talk.says(ALICE, 'one');
    await talk.says(ALICE, 'two');
    await talk.world.clock.advance(10_000);
    await talk.world.quiet();
    assert.equal(talk.world.notices(ROOM).length, 1);
    for (const release of open) release();
    await talk.world.quiet();
    assert.deepEqual(talk.world.notices(ROOM).slice(1), ['Your message to #cats on irc.test and #dogs on other.test is delivered now.']);
  });

  it('M2I-11: that encrypted messages cannot be read is told once a day for a person and room', async () => {
    const talk = await Talk.of();
    const sealed = async (sender: UserId): Promise<void> => {
      talk.world.take({ kind: 'encrypted', room: ROOM, id: aMessage().id, sender, at: START });
      await talk.world.quiet();
    };
    for (const sender of [ALICE, ALICE, CAROL, ALICE]) await sealed(sender);
    await talk.world.clock.advance(86_399_000);
    await sealed(ALICE);
    const notices = talk.world.notices(ROOM);
    assert.equal(notices.length, 2);
    assert.match(String(notices[0]), /^Your message was not delivered to #cats on irc\.test\. It is encrypted, and IRC cannot read that/u);
    await talk.world.clock.advance(1000);
    await sealed(ALICE);
    assert.equal(talk.world.notices(ROOM).length, 3);
    assert.equal(talk.world.metrics.counts.get('bridge_dropped_total not-text'), 6);
    assert.deepEqual(talk.world.journal.open(), []);
  });

  it('M2I-41, MEM-14: what an excluded person says is dropped and counted; in public the bot says nothing of it', async () => {
    const talk = await Talk.of({ network: { excludedUsers: [{ regex: '^@mallory:' }] } });
    await talk.says(MALLORY, 'hi');
    await talk.says(ALICE, 'hello');
    assert.deepEqual([talk.heard, talk.world.notices(ROOM), talk.world.journal.open()], [['hello'], [], []]);
    assert.equal(talk.world.metrics.counts.get('bridge_dropped_total excluded'), 1);
  });

  it('M2I-50: what waits is told after ten seconds, and again when it is through', async () => {
    const talk = await Talk.of();
    const open = talk.world.network.hold(`connect ${ALICE}`);
    await talk.says(ALICE, 'one');
    await talk.says(ALICE, 'two');
    await talk.world.clock.advance(10_000);
    await talk.world.quiet();
    assert.match(String(talk.world.notices(ROOM)), /^Your message to #cats on irc\.test still waits/u);
    open();
    await talk.world.quiet();
    assert.deepEqual(talk.heard, ['one', 'two']);
    assert.equal(talk.world.notices(ROOM).length, 2);
    assert.match(String(talk.world.notices(ROOM)[1]), /delivered now\.$/u);
  });
});
