import assert from 'node:assert/strict';
import type { IrcEventOf } from '../../src/model/irc-event.js';
import { ALICE, aLink, CAROL, CATS, channelOf, NET, nickOf, ROOM, START, userId } from '../support/make.js';
import { World, type WorldWish } from '../support/world.js';

const BOB = userId('@irc_bob:hs.test');
const NEW = channelOf('#new');
const invites = (channel = CATS, by = 'bob'): IrcEventOf<'invite'> => {
  const to = { network: NET, owner: ALICE } as const;
  return { kind: 'invite', network: NET, at: START, heardBy: to, to, by: { nick: nickOf(by), user: 'u', host: 'h' }, channel };
};
async function hears(wish: WorldWish, ...events: readonly IrcEventOf<'invite'>[]) {
  const world = await World.of(wish);
  const reasons: unknown[] = [];
  for (const user of [BOB, world.homeserver.bot.userId]) {
    const actor = world.homeserver.as(user);
    const invite = actor.invite.bind(actor);
    actor.invite = (room, who, reason) => {
      if (who === ALICE) reasons.push([user, room, reason]);
      return invite(room, who, reason);
    };
  }
  for (const event of events) world.flows.onIrcEvent(event);
  await world.quiet();
  return { world, reasons };
}
const DYNAMIC = { dynamicChannels: { enabled: true } };

describe('irc-to-matrix/invite', () => {
  it('MEM-17: the ghost of who invites does so, and says to where', async () => {
    const { reasons } = await hears({}, invites());
    assert.deepEqual(reasons, [[BOB, ROOM, 'bob invites you to #cats on IRC']]);
  });

  it('MEM-17: a portal made for it is invited to in the same words, once', async () => {
    const { world, reasons } = await hears({ network: DYNAMIC }, invites(NEW));
    const [made] = world.homeserver.rooms;
    assert.deepEqual(made?.wish.invite, undefined);
    assert.deepEqual(reasons, [[BOB, made?.id, 'bob invites you to #new on IRC']]);
  });

  it('MEM-17: the bot does where the ghost may not, or cannot come', async () => {
    for (const deed of ['invite', 'join'] as const) {
      const world = await World.of({ links: [aLink({ origin: 'config' })] });
      world.homeserver.deny(deed, 'HOMESERVER_FORBIDDEN', deed === 'join' ? { user: BOB } : { times: 1 });
      world.flows.onIrcEvent(invites());
      await world.quiet();
      const tries = world.homeserver.deeds.filter((each) => each === `invite ${ALICE} ${ROOM}`).length;
      assert.equal(tries, deed === 'join' ? 1 : 2, deed);
    }
  });

  it('MEM-17, INV-1: somebody of ours who invites has no ghost', async () => {
    const world = await World.of();
    await world.network.connect(CAROL, { nick: nickOf('carol'), ident: 'c', realname: 'c' });
    world.flows.onIrcEvent(invites(CATS, 'carol'));
    await world.quiet();
    assert.ok(world.homeserver.deeds.includes(`invite ${ALICE} ${ROOM}`));
    assert.deepEqual(world.homeserver.deeds.filter((deed) => deed.includes('@irc_carol')), []);
  });

  it('MEM-17: an invitation that may not be carried is told to whom it was for, and by whom it was', async () => {
    for (const sendConnectionMessages of [true, false]) {
      const { world } = await hears({ network: { sendConnectionMessages, dynamicChannels: { enabled: false } } }, invites(NEW));
      const told = world.homeserver.rooms.flatMap(({ id }) => world.notices(id));
      assert.equal(told.length, sendConnectionMessages ? 1 : 0);
      if (sendConnectionMessages) assert.match(String(told[0]), /^bob invites you to #new on irc\.test, but it has no room here\. /u);
    }
  });

  it('S9: five invitations in a minute, then no more', async () => {
    const { reasons } = await hears({}, ...Array.from({ length: 8 }, () => invites()));
    assert.equal(reasons.length, 5);
  });
});
