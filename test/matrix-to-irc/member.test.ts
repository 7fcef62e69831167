import assert from 'node:assert/strict';
import type { UserId } from '../../src/model/ids.js';
import type { MemberEvent } from '../../src/model/matrix-event.js';
import { refused, type RefusalReason } from '../../src/model/refusal.js';
import { ALICE, aLink, aMessage, aText, CAROL, CATS, channelOf, eventId, NET, ROOM, roomId, START } from '../support/make.js';
import { World, type WorldWish } from '../support/world.js';

let ids = 0;
const moves = (now: MemberEvent['now'], set: Partial<MemberEvent> = {}): MemberEvent => {
  const id = eventId(`$moves${ids++}`);
  const before = now === 'join' ? 'leave' : 'join';
  return { kind: 'member', room: ROOM, id, sender: ALICE, target: ALICE, at: START, now, before, isDirect: false, ...set };
};
const MIRRORED = { membershipLists: { enabled: true, global: { matrixToIrc: { incremental: true } } } };
const OTHER = roomId('!other:hs.test');

async function mirrored(wish: WorldWish['network'] = {}, links = [aLink()]): Promise<World> {
  const world = await World.of({ links, network: { ...MIRRORED, ...wish } });
  for (const { room } of links) world.homeserver.members.get(room)?.add(ALICE);
  return world;
}
async function take(world: World, ...events: Parameters<World['take']>[0][]): Promise<void> {
  for (const event of events) world.take(event);
  await world.quiet();
}
const inCats = (world: World, who: UserId = ALICE): boolean => world.network.clientOf(who)?.inChannel(CATS) === true;
const kicks = (world: World): string[] => world.homeserver.deeds.filter((deed) => deed.startsWith('kick'));
const banned = refused('banned-from-channel', 'You are banned from the IRC channel (+b).', true).refusal;

describe('matrix-to-irc/member', () => {
  it('MEM-1, CONN-11: who joins while the network lets nobody in for long is in the channel when it does', async () => {
    const world = await mirrored();
    world.network.deny(`connect ${ALICE}`, refused('timed-out', 'not in 60 s').refusal);
    await take(world, moves('join'));
    await world.clock.advance(600_000);
    assert.equal(inCats(world), false);
    world.network.relent();
    await world.clock.advance(10_000);
    assert.equal(inCats(world), true);
  });

  it('MEM-1: what is said meanwhile does not wait behind the join, and makes haste', async () => {
    const world = await mirrored();
    const { network } = world;
    const asked: boolean[] = [];
    const connect = network.connect.bind(network);
    network.connect = (user, wish) => {
      asked.push(wish.calm === true);
      return connect(user, wish);
    };
    const release = network.hold(`connect ${ALICE}`);
    await take(world, moves('join'), aMessage({ body: aText('hello') }));
    assert.deepEqual(asked, [true, false]);
    release();
    await world.quiet();
    assert.deepEqual(world.heard(), ['hello']);
  });

  it('MEM-1: a JOIN that is not answered is asked again, one that is refused for good is not', async () => {
    for (const [refusal, joined] of [[refused('timed-out', 'no answer').refusal, true], [banned, false]] as const) {
      const world = await mirrored({ ircClients: { kickOn: { channelJoinFailure: false } } });
      world.network.deny(`join ${CATS}`, refusal);
      await take(world, moves('join'));
      world.network.relent();
      await world.clock.advance(10_000);
      assert.equal(inCats(world), joined, refusal.reason);
    }
  });

  it('MEM-2, G8: who left while he was being brought in is not brought in, and does not idle', async () => {
    const world = await mirrored();
    const release = world.network.hold(`connect ${ALICE}`);
    await take(world, moves('join'), moves('leave'));
    release();
    await world.clock.advance(11_000);
    assert.equal(inCats(world), false);
    assert.equal(world.network.clientOf(ALICE), undefined);
  });

  it('MEM-2, G8: who left while his JOIN was under way is out again when it is through', async () => {
    const world = await mirrored();
    const release = world.network.hold(`join ${CATS}`);
    await take(world, moves('join'), moves('leave'));
    release();
    await world.clock.advance(11_000);
    assert.equal(inCats(world), false);
  });

  it('MEM-2, G8: who leaves is parted also where another room of the channel cannot be asked', async () => {
    for (const code of ['HOMESERVER_FORBIDDEN', 'HOMESERVER_NOT_FOUND'] as const) {
      const world = await mirrored({}, [aLink(), aLink({ room: OTHER })]);
      world.homeserver.members.get(OTHER)?.delete(ALICE);
      await take(world, moves('join'));
      assert.equal(inCats(world), true);
      world.homeserver.deny('joinedMembers', code, { room: OTHER });
      await take(world, moves('leave'));
      assert.equal(inCats(world), false, code);
    }
  });

  const lasting: RefusalReason[] = ['invite-only', 'needs-key', 'needs-account', 'needs-tls', 'channel-full', 'banned-from-channel', 'too-many-channels', 'not-a-channel', 'forwarded'];
  for (const reason of [...lasting, 'server-said-no'] as const) {
    it(`R17, CONN-11: ${reason}: who joined, and who wrote, is out of the channel’s rooms within 30 s`, async () => {
      const world = await mirrored({}, [aLink(), aLink({ room: OTHER })]);
      world.homeserver.members.get(ROOM)?.add(CAROL);
      world.network.deny(`join ${CATS}`, refused(reason, 'The channel says no.', reason !== 'channel-full').refusal);
      await take(world, moves('join'), aMessage({ sender: CAROL }));
      await world.clock.advance(30_000);
      const { deeds, bot } = world.homeserver;
      assert.deepEqual(world.notices(ROOM).length, 1);
      assert.ok(deeds.indexOf(`send ${bot.userId} ${ROOM}`) < deeds.indexOf(`kick ${CAROL} ${ROOM}`), 'the author is told first');
      const there = [...(world.homeserver.members.get(ROOM) ?? [])];
      assert.deepEqual(there, [world.homeserver.bot.userId]);
      assert.deepEqual([...(world.homeserver.members.get(OTHER) ?? [])], [world.homeserver.bot.userId]);
    });
  }

  const stays: [string, RefusalReason, boolean][] = [
    ['what passes by itself', 'slow-down', true],
    ['what is a fault of ours', 'shutting-down', true],
    ['where kickOn.channelJoinFailure is off', 'banned-from-channel', false],
  ];
  for (const [name, reason, channelJoinFailure] of stays) {
    it(`CONN-11: nobody is put out for ${name}`, async () => {
      const world = await mirrored({ ircClients: { kickOn: { channelJoinFailure } } });
      world.network.deny(`join ${CATS}`, refused(reason, 'No.', reason === 'banned-from-channel').refusal);
      await take(world, moves('join'), aMessage());
      await world.clock.advance(30_000);
      assert.deepEqual(kicks(world), []);
    });
  }

  it('R17, CONN-9: who joined and stays without being let in is told so', async () => {
    const world = await mirrored({ ircClients: { kickOn: { channelJoinFailure: false } } });
    world.network.deny(`join ${CATS}`, banned);
    await take(world, moves('join'));
    await world.quiet();
    const [room] = world.homeserver.rooms;
    assert.ok(room);
    assert.match(String(world.notices(room.id)[0]), /in the room of #cats on irc\.test, but not in the channel\. You are banned/u);
  });

  const bans: [string, boolean, RefusalReason, number][] = [
    ['is put out of its rooms', true, 'banned-from-network', 2],
    ['stays where that is not wished', false, 'banned-from-network', 0],
    ['stays when it is something else', true, 'auth-failed', 0],
  ];
  for (const [name, ircConnectionFailure, reason, times] of bans) {
    it(`CONN-8, MEM-13: whom a network has banned ${name}`, async () => {
      const links = [aLink(), aLink({ room: OTHER }), aLink({ room: roomId('!not-his:hs.test'), channel: channelOf('#not-his') })];
      const world = await World.of({ links, network: { sendConnectionMessages: false, ircClients: { kickOn: { ircConnectionFailure } } } });
      for (const room of [ROOM, OTHER]) world.homeserver.members.get(room)?.add(ALICE);
      const client = { network: NET, owner: ALICE } as const;
      const why = refused(reason, 'You are banned from the IRC network (K-Lined).', true).refusal;
      world.flows.onIrcEvent({ kind: 'clientStatus', network: NET, at: START, heardBy: client, client, status: 'refused', why });
      await world.clock.advance(30_000);
      assert.equal(kicks(world).length, times);
      assert.equal(world.metrics.counts.get(`bridge_matrixhandler_connection_failure_kicks ${NET}`) ?? 0, times);
    });
  }
});
