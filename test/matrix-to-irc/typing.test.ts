import assert from 'node:assert/strict';
import { nickOf, aMessage, aText, ALICE, CAROL, NET, ROOM, roomId, userId } from '../support/make.js';
import { World } from '../support/world.js';

/** A world where tags pass and alice is in the channel; what is told of typing, as `+state`. */
async function typing(set: { readonly off?: true } = {}): Promise<{ world: World; type: (...users: string[]) => void; told: () => string[] }> {
  const world = await World.of(set.off ? { service: { matrixHandler: { typing: false } } } : {});
  world.network.tags = true;
  world.take(aMessage({ body: aText('first') }));
  await world.quiet();
  return {
    world,
    type: (...users) => world.flows.questions.typing?.(ROOM, users.map(userId)),
    told: () => world.network.traffic.filter((line) => line.startsWith('TAGMSG')).map((line) => line.split(' ').slice(2).join(' ')),
  };
}

describe('matrix-to-irc: typing', () => {
  it('CAP-11: it is told while it lasts, never twice within 3 s, and that it has ended', async () => {
    const { world, type, told } = await typing();
    type(ALICE);
    type(ALICE);
    assert.deepEqual(told(), ['#cats typing active']);
    await world.clock.advance(2_900);
    assert.equal(told().length, 1);
    await world.clock.advance(1_100);
    assert.equal(told().length, 2);
    type();
    await world.clock.advance(2_900);
    assert.equal(told().length, 2);
    await world.clock.advance(200);
    assert.deepEqual(told().slice(2), ['#cats typing done']);
    await world.clock.advance(60_000);
    assert.equal(told().length, 3);
  });

  it('CAP-11: what was typed has come: nothing more is told, whichever comes first', async () => {
    const { world, type, told } = await typing();
    type(ALICE);
    await world.clock.advance(3_500);
    type();
    world.take(aMessage());
    await world.clock.advance(10_000);
    type(ALICE);
    world.take(aMessage());
    type();
    await world.clock.advance(10_000);
    assert.deepEqual(told(), ['#cats typing active', '#cats typing active']);
  });

  it('CAP-11: who goes on soon has not stopped', async () => {
    const { world, type, told } = await typing();
    type(ALICE);
    await world.clock.advance(1_000);
    type();
    await world.clock.advance(500);
    type(ALICE);
    await world.clock.advance(1_600);
    assert.deepEqual(told(), ['#cats typing active', '#cats typing active']);
  });

  it('CAP-11: whoever is never said to have stopped stops after two minutes', async () => {
    const { world, type, told } = await typing();
    type(ALICE);
    await world.clock.advance(400_000);
    assert.ok(told().length >= 25 && told().length <= 31, String(told().length));
  });

  it('CAP-11, INV-1: nobody is connected for it, and neither a ghost nor an unlinked room is told', async () => {
    const { world, type, told } = await typing();
    const wishes = world.network.wishes.length;
    type(CAROL, '@irc_bob:hs.test');
    world.flows.questions.typing?.(roomId('!other:hs.test'), [ALICE]);
    world.network.clientOf(ALICE)?.part('#cats' as never);
    type(ALICE);
    await world.quiet();
    assert.equal(world.network.wishes.length, wishes);
    assert.deepEqual(told(), []);
  });

  it('CAP-11: to the nick of a private talk by its own person alone', async () => {
    const { world, told } = await typing();
    const room = roomId('!pm:hs.test');
    await world.network.connect(CAROL, { nick: nickOf('carol'), ident: 'c', realname: 'c' });
    await world.pmRooms.add({ room, network: NET, person: ALICE, nick: nickOf('bob'), ghost: userId('@irc_bob:hs.test') });
    await world.flows.load();
    world.flows.questions.typing?.(room, [ALICE, CAROL]);
    assert.deepEqual(told(), ['bob typing active']);
  });

  it('CAP-11: `typing: false` tells nobody', async () => {
    const { type, told } = await typing({ off: true });
    type(ALICE);
    assert.deepEqual(told(), []);
  });
});
