import assert from 'node:assert/strict';
import type { IrcEvent } from '../../src/model/irc-event.js';
import { parseNick } from '../../src/model/irc-names.js';
import { aLine, CATS, NET } from '../support/make.js';
import { World } from '../support/world.js';

const bob = { nick: parseNick('bob')!, user: 'b', host: 'h' };
const heard = { network: NET, at: 1_750_000_000_000, heardBy: { network: NET, owner: 'bot' as const } };
const react = (msgid: string, undo = false, key = '👍'): IrcEvent => ({ ...heard, kind: 'reaction', from: bob, channel: CATS, msgid, key, undo });

/** A world in which bob has said `hello` as message m1. */
async function withHello(): Promise<World> {
  const world = await World.of();
  world.flows.onIrcEvent({ ...aLine('hello'), from: bob, msgid: 'm1' });
  await world.quiet();
  return world;
}
const sent = (world: World, type: string): readonly unknown[] =>
  world.homeserver.sent.filter((event) => event.type === type).map(({ content }) => content);

describe('irc-to-matrix: what tags tell', () => {
  it('CAP-2, CAP-8: a reply is one where its message is known, and says nothing where it is not', async () => {
    const world = await withHello();
    const [first] = world.homeserver.sent;
    world.flows.onIrcEvent({ ...aLine('indeed'), msgid: 'm2', replyTo: 'm1' });
    world.flows.onIrcEvent({ ...aLine('what?'), msgid: 'm3', replyTo: 'unknown' });
    await world.quiet();
    const relations = world.homeserver.sent.map(({ content }) => content['m.relates_to']);
    assert.deepEqual(relations, [undefined, { 'm.in_reply_to': { event_id: first?.id } }, undefined]);
  });

  it('CAP-8: the person on Matrix whose message is answered is told; a reply from another channel answers nothing', async () => {
    const world = await withHello();
    const { room, event } = world.events.pairs[0]!;
    world.events.add({ ...world.events.pairs[0]!, msgid: 'm5', author: '@alice:hs.test' as never });
    world.events.add({ ...world.events.pairs[0]!, msgid: 'm6', target: '#elsewhere' });
    world.flows.onIrcEvent({ ...aLine('yes'), replyTo: 'm5' });
    world.flows.onIrcEvent({ ...aLine('no'), replyTo: 'm6' });
    await world.quiet();
    const [, yes, no] = world.homeserver.sent;
    assert.equal(yes?.room, room);
    assert.deepEqual(yes.content['m.mentions'], { user_ids: ['@alice:hs.test'] });
    assert.deepEqual(yes.content['m.relates_to'], { 'm.in_reply_to': { event_id: event } });
    assert.equal(no?.content['m.relates_to'], undefined);
  });

  it('CAP-3: what was said longer ago keeps its own time, all else has the time at which it is sent', async () => {
    const world = await World.of();
    const times: (number | undefined)[] = [];
    const ghost = world.homeserver.as('@irc_bob:hs.test' as never);
    const send = ghost.send.bind(ghost);
    ghost.send = (room, type, content, txnId, how) => {
      times.push(how?.at);
      return send(room, type, content, txnId, how);
    };
    world.homeserver.as = () => ghost;
    world.flows.onIrcEvent({ ...aLine('old'), from: bob, sentAt: 1_749_000_000_000 });
    world.flows.onIrcEvent({ ...aLine('new'), from: bob });
    await world.quiet();
    assert.deepEqual(times, [1_749_000_000_000, undefined]);
  });

  it('CAP-9: a reaction is one, and taken back it is redacted', async () => {
    const world = await withHello();
    world.flows.onIrcEvent(react('m1'));
    world.flows.onIrcEvent(react('unknown'));
    await world.quiet();
    const hello = world.homeserver.sent[0]?.id;
    assert.deepEqual(sent(world, 'm.reaction'), [{ 'm.relates_to': { rel_type: 'm.annotation', event_id: hello, key: '👍' } }]);
    world.flows.onIrcEvent(react('m1', true, '👎'));
    world.flows.onIrcEvent(react('m1', true));
    await world.quiet();
    const reaction = world.homeserver.sent.find(({ type }) => type === 'm.reaction')?.id;
    assert.deepEqual(sent(world, 'm.room.redaction'), [{ redacts: reaction, reason: '' }]);
  });

  it('CAP-10: REDACT by the author is done by his ghost, by somebody else by the bot, with his name', async () => {
    const world = await withHello();
    const hello = world.homeserver.sent[0];
    world.flows.onIrcEvent({ ...heard, kind: 'redaction', by: bob, channel: CATS, msgid: 'm1', reason: 'oops' });
    await world.quiet();
    world.flows.onIrcEvent({ ...heard, kind: 'redaction', by: { nick: parseNick('oper')! }, channel: CATS, msgid: 'm1' });
    world.flows.onIrcEvent({ ...heard, kind: 'redaction', by: bob, channel: CATS, msgid: 'unknown' });
    await world.quiet();
    const redactions = world.homeserver.sent.filter(({ type }) => type === 'm.room.redaction');
    assert.deepEqual(
      redactions.map(({ sender, content }) => [sender, content]),
      [
        [hello?.sender, { redacts: hello?.id, reason: 'oops' }],
        [world.homeserver.bot.userId, { redacts: hello?.id, reason: 'deleted by oper' }],
      ],
    );
  });

  it('INV-1: what our own clients do by tags is no news', async () => {
    const world = await withHello();
    await world.network.connect('@alice:hs.test' as never, { nick: parseNick('alice')!, ident: 'alice', realname: 'a' });
    const alice = { nick: parseNick('alice')! };
    world.flows.onIrcEvent({ ...react('m1'), from: alice } as IrcEvent);
    world.flows.onIrcEvent({ ...heard, kind: 'redaction', by: alice, channel: CATS, msgid: 'm1' });
    world.flows.onIrcEvent({ ...heard, kind: 'typing', from: alice, channel: CATS, state: 'active' });
    world.flows.onIrcEvent({ ...heard, kind: 'presence', who: alice, text: 'gone' });
    await world.quiet();
    assert.deepEqual(world.homeserver.sent.map(({ type }) => type), ['m.room.message']);
    assert.ok(!world.homeserver.deeds.some((deed) => /^(?:typing|presence)/u.test(deed)));
  });

  it('CAP-11: typing is shown for 6 s, a pause for 30 s, by who is there, and not at any rate', async () => {
    const world = await withHello();
    const typing = (state: 'active' | 'paused' | 'done', from = bob): void =>
      world.flows.onIrcEvent({ ...heard, kind: 'typing', from, channel: CATS, state });
    const deeds = (): string[] => world.homeserver.deeds.filter((deed) => deed.startsWith('typing')).map((deed) => deed.split(' ')[3] ?? '');
    typing('active');
    typing('paused');
    typing('active');
    typing('active', { ...bob, nick: parseNick('stranger')! });
    await world.quiet();
    assert.deepEqual(deeds(), ['6000', '30000']);
    await world.clock.advance(3_000);
    typing('done');
    await world.quiet();
    assert.deepEqual(deeds(), ['6000', '30000', '0']);
  });

  it('CAP-14: away is unavailable with its text, back is online; nobody is made for that', async () => {
    const world = await withHello();
    world.flows.onIrcEvent({ ...heard, kind: 'presence', who: bob, text: 'at \x02lunch' });
    world.flows.onIrcEvent({ ...heard, kind: 'presence', who: bob });
    world.flows.onIrcEvent({ ...heard, kind: 'presence', who: { nick: parseNick('stranger')! }, text: 'x' });
    await world.quiet();
    const deeds = world.homeserver.deeds.filter((deed) => deed.startsWith('presence'));
    assert.deepEqual(deeds.map((deed) => deed.split(' ').slice(2).join(' ')), ['unavailable at lunch', 'online']);
  });
});
