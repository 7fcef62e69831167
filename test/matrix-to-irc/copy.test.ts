import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/model/matrix-content.js';
import type { MatrixEvent, MessageEvent } from '../../src/model/matrix-event.js';
import { aLine, aLink, ALICE, aMessage, aText, CAROL, CATS, eventId, NET, nickOf, ROOM, roomId, START } from '../support/make.js';
import { World } from '../support/world.js';

const OTHER = roomId('!other:hs.test');
const HELLO = eventId('$hello');
const heard = { network: NET, at: START, heardBy: { network: NET, owner: 'bot' as const }, channel: CATS };
const bob = { nick: nickOf('bob') };

interface Scene {
  readonly world: World;
  /** Takes one event and lets all follow. */
  readonly take: (event: MatrixEvent) => Promise<void>;
  /** The contents of messages in the other room. */
  readonly other: () => JsonObject[];
  readonly copy: () => string;
}

/** Two rooms of #cats; alice has said `hello` in the first, as message m1 of IRC where it has tags. */
async function twoRooms(set: { readonly tags?: boolean; readonly edits?: 'silent' } = {}): Promise<Scene> {
  const world = await World.of({
    links: [aLink(), aLink({ room: OTHER })],
    ...(set.edits ? { service: { matrixHandler: { edits: set.edits } } } : {}),
  });
  world.network.tags = set.tags ?? true;
  const take = async (event: MatrixEvent): Promise<void> => {
    world.take(event);
    await world.quiet();
  };
  await take(aMessage({ id: HELLO, body: aText('hello') }));
  if (set.tags ?? true) {
    world.events.add({ room: ROOM, event: HELLO, network: NET, target: CATS, msgid: 'm1', kind: 'message', nick: nickOf('alice'), author: ALICE, at: START, hash: '' });
  }
  const other = (): JsonObject[] => world.homeserver.sent.filter(({ room, type }) => room === OTHER && type === 'm.room.message').map(({ content }) => content);
  return { world, take, other, copy: () => world.homeserver.sent.find(({ room }) => room === OTHER)?.id ?? '' };
}
const edit = (text: string, set: Partial<MessageEvent> = {}): MessageEvent => aMessage({ body: aText(text), replaces: HELLO, ...set });
const deletion = (redacts = HELLO, room = ROOM): MatrixEvent => ({ kind: 'redaction', room, id: eventId('$r'), sender: ALICE, at: START, redacts, reason: 'typo' });

describe('matrix-to-irc: copies in the other rooms of a channel', () => {
  for (const edits of [undefined, 'silent'] as const) {
    it(`ROOM-8: an edit is one of the copy, ${edits ? 'also where IRC is not told of it' : 'by the same ghost'}`, async () => {
      const { take, other, copy, world } = await twoRooms(edits ? { edits } : {});
      await take(edit('hello all'));
      const [, changed] = other();
      assert.deepEqual(changed?.['m.relates_to'], { rel_type: 'm.replace', event_id: copy() });
      assert.equal((changed['m.new_content'] as JsonObject)['body'], 'hello all');
      assert.equal(new Set(world.homeserver.sent.filter(({ room }) => room === OTHER).map(({ sender }) => sender)).size, 1);
      assert.deepEqual(world.journal.open(), []);
    });
  }

  it('ROOM-8: also after a restart, and after a change of nick by the ghost that said it', async () => {
    const { take, other, world } = await twoRooms();
    await world.restart();
    world.network.tags = true;
    await world.network.clientOf(ALICE)?.rename(nickOf('alicia'));
    await take(edit('hello all'));
    assert.equal(other().length, 2);
    assert.equal(new Set(world.homeserver.sent.filter(({ room }) => room === OTHER).map(({ sender }) => sender)).size, 1);
  });

  it('ROOM-8, C7: what somebody else edits changes no copy', async () => {
    const { take, other } = await twoRooms();
    await take(edit('I am a fool', { sender: CAROL }));
    assert.equal(other().length, 1);
  });

  it('ROOM-8: what is deleted is deleted in every room', async () => {
    const { take, copy, world } = await twoRooms();
    await take(deletion());
    const redactions = world.homeserver.sent.filter(({ type }) => type === 'm.room.redaction').map(({ room, content }) => [room, content]);
    assert.deepEqual(redactions, [[OTHER, { redacts: copy(), reason: 'typo' }]]);
  });

  it('ROOM-8: a copied reply answers what the other room has of it', async () => {
    const { take, other, copy, world } = await twoRooms();
    await take(aMessage({ body: aText('and you?'), replyTo: HELLO }));
    world.flows.onIrcEvent({ ...aLine('fine'), msgid: 'm2' });
    await world.quiet();
    const fine = (room: string): string => world.homeserver.sent.find((event) => event.room === room && event.content['body'] === 'fine')?.id ?? '?';
    await take(aMessage({ body: aText('good'), replyTo: eventId(fine(ROOM)) }));
    const answers = other().map((content) => (content['m.relates_to'] as { 'm.in_reply_to'?: { event_id: string } } | undefined)?.['m.in_reply_to']?.event_id);
    assert.deepEqual(answers, [undefined, copy(), undefined, fine(OTHER)]);
  });

  it('ROOM-8, CAP-8: on IRC a reply to the copy is one to the original, and a reply from there is one in both rooms', async () => {
    const { take, copy, world } = await twoRooms();
    const answers: (string | undefined)[] = [];
    await take(aMessage({ sender: CAROL, room: OTHER, body: aText('first') }));
    const client = world.network.clientOf(CAROL)!;
    const say = client.say.bind(client);
    client.say = (target, utterance, saying) => {
      answers.push(saying?.replyTo);
      return say(target, utterance, saying);
    };
    await take(aMessage({ sender: CAROL, room: OTHER, body: aText('hi'), replyTo: eventId(copy()) }));
    assert.deepEqual(answers, ['m1']);
    assert.match(world.heard().at(-1) ?? '', /^M-alice: hi$/u);
    world.flows.onIrcEvent({ ...aLine('ho'), msgid: 'm3', replyTo: 'm1' });
    await world.quiet();
    const ho = world.homeserver.sent.filter(({ content }) => content['body'] === 'ho').map(({ room, content }) => [room, content['m.relates_to']]);
    assert.deepEqual(ho, [
      [ROOM, { 'm.in_reply_to': { event_id: HELLO } }],
      [OTHER, { 'm.in_reply_to': { event_id: copy() } }],
    ]);
  });

  it('ROOM-8, CAP-9, CAP-10: reactions and deletions from IRC reach the copy too, a reaction to it reaches IRC', async () => {
    const { take, copy, world } = await twoRooms();
    world.flows.onIrcEvent({ ...heard, kind: 'reaction', from: bob, msgid: 'm1', key: '👍', undo: false });
    world.flows.onIrcEvent({ ...heard, kind: 'redaction', by: bob, msgid: 'm1' });
    await world.quiet();
    const about = (type: string): unknown[] => world.homeserver.sent.filter((event) => event.type === type).map(({ room }) => room);
    assert.deepEqual(about('m.reaction'), [ROOM, OTHER]);
    assert.deepEqual(about('m.room.redaction'), [ROOM, OTHER]);
    await take({ kind: 'reaction', room: OTHER, id: eventId('$l'), sender: ALICE, at: START, target: eventId(copy()), key: '🎉' });
    assert.match(world.network.traffic.at(-1) ?? '', /TAGMSG \S+ #cats react m1 🎉$/u);
  });

  it('ROOM-8: without tags on IRC the copy is still known', async () => {
    const { take, other } = await twoRooms({ tags: false });
    await take(edit('hello all'));
    assert.equal(other().length, 2);
  });
});
