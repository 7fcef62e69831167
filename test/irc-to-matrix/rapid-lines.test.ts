import assert from 'node:assert/strict';
import type { ChannelMessage } from '../../src/model/irc-event.js';
import { aLine, aLink, aMessage, aText, ALICE, CATS, channelOf, eventId, NET, nickOf, ROOM, roomId, START } from '../support/make.js';
import { World } from '../support/world.js';

type Set = Parameters<typeof aLine>[1];
const OTHER = roomId('!other:hs.test');

async function merging(ms = 1500, links = [aLink()]): Promise<{ world: World; say: (text: string, set?: Set) => void; said: (room?: string) => unknown[] }> {
  const world = await World.of({ links, service: { ircHandler: { mergeLinesMs: ms } } });
  return {
    world,
    say: (text, set) => world.flows.onIrcEvent(aLine(text, set)),
    said: (room = ROOM) => world.homeserver.said(room as never),
  };
}

describe('I2M-13: lines in quick succession', () => {
  it('become one event when the window of the first is over, and are open in the journal until then', async () => {
    const { world, say, said } = await merging();
    say('one');
    await world.clock.advance(1_000);
    say('two');
    say('three');
    await world.clock.advance(499);
    await world.quiet();
    assert.deepEqual(said(), []);
    assert.equal(world.journal.open().length, 3);
    await world.clock.advance(1);
    await world.quiet();
    assert.deepEqual(said(), ['one\ntwo\nthree']);
    assert.deepEqual(world.journal.open(), []);
    say('four');
    await world.clock.advance(1_500);
    await world.quiet();
    assert.deepEqual(said(), ['one\ntwo\nthree', 'four']);
  });

  const ENDS: readonly (readonly [string, Set])[] = [
    ['somebody else', { nick: 'carl' }],
    ['a notice', { how: 'notice' }],
    ['an action', { how: 'act' }],
    ['an answer', { replyTo: 'm0' }],
    ['what was said long before', { sentAt: START - 60_000 }],
  ];
  for (const [sentence, set] of ENDS) {
    it(`keep their order: ${sentence} ends it`, async () => {
      const { world, say, said } = await merging();
      say('one');
      say('two');
      say('x', set);
      say('three');
      await world.clock.advance(5_000);
      await world.quiet();
      assert.deepEqual(said(), ['one\ntwo', 'x', 'three'].slice(0, set?.replyTo === undefined ? 3 : 1).concat(set?.replyTo === undefined ? [] : ['x\nthree']));
    });
  }

  it('each channel has its own, and whoever leaves has spoken before', async () => {
    const dogs = channelOf('#dogs');
    const { world, say, said } = await merging(1500, [aLink(), aLink({ channel: dogs, room: OTHER })]);
    say('one');
    say('bark', { channel: dogs });
    say('two');
    world.flows.onIrcEvent({ network: NET, at: START, heardBy: { network: NET, owner: 'bot' }, kind: 'quit', who: { nick: nickOf('bob') } });
    await world.quiet();
    assert.deepEqual([said(), said(OTHER)], [['one\ntwo'], ['bark']]);
  });

  it('nothing waits where it is off, which it is unless set', async () => {
    const { world, say, said } = await merging(0);
    say('one');
    say('two');
    await world.quiet();
    assert.deepEqual(said(), ['one', 'two']);
  });

  it('what a line leaves bold ends with it', async () => {
    const { world, say } = await merging();
    say('\x02one');
    say('two');
    await world.clock.advance(1_500);
    await world.quiet();
    assert.equal(world.homeserver.sent[0]?.content['formatted_body'], '<b>one</b><br>two');
  });

  it('CAP-8, DB-10: each line can be answered, by either side', async () => {
    const { world, say } = await merging();
    say('one', { msgid: 'm1' });
    say('two', { msgid: 'm2' });
    say('three');
    await world.clock.advance(1_500);
    await world.quiet();
    const event = world.homeserver.sent[0]?.id;
    assert.deepEqual(world.events.pairs.map((pair) => [pair.msgid, pair.event]), [['m1', event], ['m2', event]]);
    say('yes', { nick: 'carl', replyTo: 'm2' });
    await world.clock.advance(1_500);
    await world.quiet();
    assert.deepEqual(world.homeserver.sent[1]?.content['m.relates_to'], { 'm.in_reply_to': { event_id: event } });
    world.take(aMessage({ sender: ALICE, body: aText('good'), replyTo: eventId(event ?? '?') }));
    await world.quiet();
    assert.match(world.heard(CATS).at(-1) ?? '', /^bob: good$/u);
  });

  it('F2: killed before it is sent nothing is lost, killed after it nothing is doubled', async () => {
    const { world, say, said } = await merging();
    say('one');
    say('two');
    await world.restart();
    await world.quiet();
    assert.deepEqual(said(), ['one', 'two']);
    say('three');
    say('four');
    await world.clock.advance(1_400);
    world.homeserver.goDown();
    await world.clock.advance(200);
    await world.restart();
    world.homeserver.comeUp();
    await world.clock.advance(60_000);
    await world.quiet();
    assert.deepEqual(said().slice(2), ['three\nfour']);
    assert.deepEqual(world.journal.open(), []);
  });

  it('F2: in two rooms, sent to one and killed, it comes to the other, whole and once', async () => {
    const { world, say, said } = await merging(1500, [aLink(), aLink({ room: OTHER })]);
    const line: Partial<ChannelMessage> = { msgid: 'm1' };
    say('one', line);
    say('two', { msgid: 'm2' });
    const done = world.journal.done.bind(world.journal);
    world.journal.done = () => undefined;
    await world.clock.advance(1_500);
    await world.quiet();
    world.journal.done = done;
    await world.restart();
    await world.quiet();
    assert.deepEqual([said(), said(OTHER)], [['one\ntwo'], ['one\ntwo']]);
    assert.deepEqual(world.journal.open(), []);
  });
});
