import assert from 'node:assert/strict';
import type { z } from 'zod';
import type { ircService } from '../../src/config/services.js';
import { aliasId, aLink, aPrivateLine, ALICE, CATS, channelOf, NET, nickOf, ROOM, roomId } from '../support/make.js';
import { World } from '../support/world.js';

const KEY = 'org.matrix.appservice-irc:/example/#cats';
const network = { networkId: 'example', name: 'Example', icon: 'mxc://hs.test/abc', dynamicChannels: { enabled: true, aliasTemplate: '#irc_$CHANNEL' } } as const;
const content = {
  bridgebot: '@bot:hs.test',
  protocol: { id: 'irc', displayname: 'IRC' },
  network: { id: 'example', displayname: 'Example', avatar_url: 'mxc://hs.test/abc' },
  channel: { id: '#cats', external_url: 'irc://irc.test/#cats' },
};
type Service = z.input<typeof ircService>;
const on = (more: object = {}): Service => ({ bridgeInfoState: { enabled: true, ...more } });
const infoOf = (state: readonly { type: string; state_key: string; content: unknown }[] = []): unknown[][] =>
  state.filter(({ type }) => type.includes('bridge')).map((each) => [each.type, each.state_key, each.content]);

describe('rooms/bridge-info (MSC2346)', () => {
  const wishes: [string, Service, readonly string[]][] = [
    ['none where it is off', {}, []],
    ['the type that clients know', on(), ['uk.half-shot.bridge']],
    ['both, where the stable one is wished for', on({ stable: true }), ['uk.half-shot.bridge', 'm.bridge']],
  ];
  for (const [what, service, types] of wishes) {
    it(`STATE-1, ROOM-2: a channel’s room is made with ${what}`, async () => {
      const world = await World.of({ links: [], network, service });
      assert.equal(await world.flows.questions.alias(aliasId('#irc_#cats:hs.test'), {}), true);
      assert.deepEqual(infoOf(world.homeserver.rooms[0]?.wish.initialState), types.map((type) => [type, KEY, content]));
    });
  }

  it('PM-1: a private room is made with it too, with the nick', async () => {
    const world = await World.of({ network, service: on() });
    await world.network.connect(ALICE, { nick: nickOf('alice'), ident: 'x', realname: 'x' });
    const to = { network: NET, owner: ALICE };
    world.flows.onIrcEvent(aPrivateLine('psst', { to, heardBy: to }));
    await world.quiet();
    const [[, key, said] = []] = infoOf(world.homeserver.rooms[0]?.wish.initialState);
    assert.deepEqual([key, (said as typeof content).channel], ['org.matrix.appservice-irc:/example/bob', { id: 'bob', external_url: 'irc://irc.test/bob' }]);
  });

  it('STATE-1: a slash of a channel’s name does not look like one of the key’s', async () => {
    const world = await World.of({ links: [], network, service: on() });
    await world.flows.questions.alias(aliasId('#irc_#a/b:hs.test'), {});
    assert.deepEqual(infoOf(world.homeserver.rooms[0]?.wish.initialState)[0]?.[1], 'org.matrix.appservice-irc:/example/#a%2Fb');
  });

  async function started(world: World): Promise<string[]> {
    const before = world.homeserver.sent.length;
    void world.flows.settle();
    await world.clock.advance(1_000);
    await world.quiet();
    return world.homeserver.sent.slice(before).map(({ room, type }) => `${room} ${type}`);
  }

  it('STATE-2: at the start what is missing or wrong is set, and what is right is left', async () => {
    const [two, three] = [roomId('!two:hs.test'), roomId('!three:hs.test')];
    const links = [aLink(), aLink({ room: two }), aLink({ room: three, channel: channelOf('#else') })];
    const world = await World.of({ links, network, service: on({ initial: true }) });
    const { channel, ...rest } = content;
    // In another order, and with what the predecessor adds.
    world.homeserver.states.set(`${ROOM} uk.half-shot.bridge ${KEY}`, { creator: ALICE, channel: { external_url: channel.external_url, id: channel.id }, ...rest });
    world.homeserver.states.set(`${two} uk.half-shot.bridge ${KEY}`, { ...rest, channel: { id: '#dogs' } });
    assert.deepEqual((await started(world)).sort(), [`${three} uk.half-shot.bridge`, `${two} uk.half-shot.bridge`]);
    assert.deepEqual(await started(world), []);
  });

  it('STATE-8: where the bot has not the power it is tried once, said in the log, and all goes on', async () => {
    const two = roomId('!two:hs.test');
    const world = await World.of({ links: [aLink(), aLink({ room: two, channel: CATS })], network, service: on({ initial: true, stable: true }) });
    world.homeserver.deny('send', 'HOMESERVER_FORBIDDEN', { room: ROOM });
    assert.deepEqual(await started(world), [`${two} uk.half-shot.bridge`, `${two} m.bridge`]);
    assert.equal(world.log.lines.filter(({ event }) => event.startsWith('a room does not let the bot say')).length, 1);
  });

  it('ROOM-18: the room that replaces another says the same, and not what stood in the old one', async () => {
    const next = roomId('!next');
    const world = await World.of({ network, service: on({ stable: true }) });
    world.homeserver.members.set(next, new Set([ALICE]));
    world.homeserver.states.set(`${next} m.room.create `, { predecessor: { room_id: ROOM } });
    world.homeserver.states.set(`${ROOM} uk.half-shot.bridge ${KEY}`, { bridgebot: '@other:hs.test' });
    world.take({ kind: 'tombstone', room: ROOM, id: '$t' as never, sender: ALICE, at: 1, replacement: next });
    await world.quiet();
    const set = world.homeserver.sent.filter(({ room, type }) => room === next && type.includes('bridge'));
    assert.deepEqual(set.map(({ type, content: said }) => [type, said]), [['uk.half-shot.bridge', content], ['m.bridge', content]]);
  });
});
