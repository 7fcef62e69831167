import assert from 'node:assert/strict';
import { networkDefaults } from '../../src/config/network.js';
import { makeAliasQuery } from '../../src/matrix-to-irc/alias-query.js';
import { isFault } from '../../src/model/errors.js';
import { refused } from '../../src/model/refusal.js';
import { channelOfAlias } from '../../src/naming/alias.js';
import { makeOpenChannelRoom } from '../../src/rooms/channel-room.js';
import { Links } from '../../src/rooms/links.js';
import { settle, TestClock } from '../support/clock.js';
import { MemoryHomeserver } from '../support/homeserver.js';
import { MemoryNetwork } from '../support/irc.js';
import { aliasId, aLink, CATS, channelOf, listeningLog, NET, ROOM, roomId } from '../support/make.js';
import { MemoryLinks } from '../support/memory-store.js';
import type { Link } from '../../src/model/link.js';

type Dynamic = NonNullable<NonNullable<Parameters<typeof networkDefaults>[0]>['dynamicChannels']>;
const ALIAS = aliasId('#irc_#cats:hs.test');

async function parts(set: Dynamic = {}, ...stored: Link[]) {
  const clock = new TestClock();
  const homeserver = new MemoryHomeserver();
  for (const { room } of stored) homeserver.room(room);
  const network = new MemoryNetwork();
  const networks = new Map([[NET, network]]);
  const links = new Links(new MemoryLinks(...stored), networks);
  await links.load();
  const { log, lines } = listeningLog();
  const aliasTemplate = '#irc_$CHANNEL';
  const config = networkDefaults({ dynamicChannels: { enabled: true, aliasTemplate, ...set } });
  const ask = makeAliasQuery({
    networks,
    configOf: () => config,
    channelOf: (server, alias) => channelOfAlias({ aliasTemplate, server, domain: 'hs.test' }, network.caseMapping, alias),
    openChannelRoom: makeOpenChannelRoom({ homeserver, links, bridgeInfo: { stateOf: () => [] }, clock, log }),
    log,
  });
  return { clock, homeserver, network, links, ask, lines };
}

describe('rooms/channel-room, asked by matrix-to-irc/alias-query', () => {
  it('ROOM-1, AS-3: the bot joins the channel, then the room is made and linked', async () => {
    const { ask, homeserver, network, links } = await parts();
    assert.equal(await ask(ALIAS), true);
    assert.deepEqual(network.traffic, ['JOIN bridge #cats']);
    const [made] = homeserver.rooms;
    assert.ok(made);
    assert.deepEqual(links.ofChannel(NET, CATS), [aLink({ room: made.id })]);
    assert.equal(homeserver.aliases.get(ALIAS), made.id);
    assert.equal(network.heard(CATS), true);
  });

  it('ROOM-2, ROOM-14: what the room is', async () => {
    const { ask, homeserver } = await parts({ federate: false, roomVersion: '12' });
    await ask(ALIAS);
    const wish = homeserver.rooms[0]?.wish;
    assert.ok(wish);
    assert.deepEqual([wish.name, wish.preset, wish.aliasLocalpart, wish.roomVersion], ['#cats', 'public_chat', 'irc_#cats', '12']);
    assert.deepEqual(wish.creationContent, { 'm.federate': false });
    assert.deepEqual(wish.initialState, [
      { type: 'm.room.join_rules', state_key: '', content: { join_rule: 'public' } },
      { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'joined' } },
    ]);
    assert.equal('users' in (wish.powerLevels ?? {}), false, 'ROOM-3: the creator must not be listed from version 12 on');
  });

  it('AS-3, H12: a hundred queries at once make one room and one JOIN', async () => {
    const { ask, homeserver, network } = await parts();
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(ALIAS)));
    assert.deepEqual(new Set(answers), new Set([true]));
    assert.equal(homeserver.rooms.length, 1);
    assert.deepEqual(network.traffic, ['JOIN bridge #cats']);
    assert.equal(homeserver.deeds.some((deed) => deed.startsWith('setAlias')), false);
  });

  it('two spellings asked at once make one room, and both lead to it', async () => {
    const { ask, homeserver } = await parts();
    const loud = aliasId('#irc_#CATS:hs.test');
    assert.deepEqual(await Promise.all([ask(ALIAS), ask(loud)]), [true, true]);
    assert.equal(homeserver.rooms.length, 1);
    assert.equal(homeserver.aliases.get(loud), homeserver.rooms[0]?.id);
  });

  it('ROOM-4: a channel that has a room gets no second one; the alias is pointed at the first', async () => {
    const { ask, homeserver, network } = await parts({}, aLink({ origin: 'config' }), aLink({ room: roomId('!two:hs.test') }));
    assert.equal(await ask(ALIAS), true);
    assert.deepEqual([homeserver.rooms, network.traffic, homeserver.aliases.get(ALIAS)], [[], [], ROOM]);
  });

  it('ROOM-4: an alias that exists and leads elsewhere is left alone', async () => {
    const { ask, homeserver } = await parts({}, aLink());
    const elsewhere = homeserver.room('!elsewhere:hs.test');
    homeserver.aliases.set(ALIAS, elsewhere);
    assert.equal(await ask(ALIAS), true);
    assert.equal(homeserver.aliases.get(ALIAS), elsewhere);
  });

  it('H9: an alias left from an earlier life is used again, with the bot in its room', async () => {
    const { ask, homeserver, links } = await parts();
    const left = homeserver.room('!left:hs.test');
    homeserver.members.get(left)?.clear();
    homeserver.aliases.set(ALIAS, left);
    assert.equal(await ask(ALIAS), true);
    assert.deepEqual(links.ofChannel(NET, CATS).map(({ room }) => room), [left]);
    assert.equal(homeserver.isIn(homeserver.bot.userId, left), true);
  });

  it('H9: a room in which the bot cannot be is linked with nothing', async () => {
    const { ask, homeserver, links, network } = await parts();
    homeserver.aliases.set(ALIAS, homeserver.room('!left:hs.test'));
    homeserver.members.clear();
    await assert.rejects(ask(ALIAS), (fault) => isFault(fault, 'HOMESERVER_NOT_FOUND'));
    assert.deepEqual(links.onNetwork(NET), []);
    assert.equal(network.heard(CATS), false);
  });

  const refusals: [string, Dynamic, string][] = [
    ['dynamic channels are off', { enabled: false }, '#irc_#cats:hs.test'],
    ['aliases are off', { createAlias: false }, '#irc_#cats:hs.test'],
    ['rooms are by invitation', { joinRule: 'invite' }, '#irc_#cats:hs.test'],
    ['ROOM-12: the channel is excluded, in whatever spelling', { exclude: ['#CATS'] }, '#irc_#cats:hs.test'],
    ['the alias names no channel', {}, '#irc_cats:hs.test'],
    ['A-3: it names two', {}, '#irc_#a,#b:hs.test'],
    ['it is of another form', {}, '#cats:hs.test'],
    ['it is of another server', {}, '#irc_#cats:evil.test'],
  ];
  for (const [why, set, alias] of refusals) {
    it(`404, and nothing happens, when ${why}`, async () => {
      const { ask, homeserver, network } = await parts(set);
      assert.equal(await ask(aliasId(alias)), false);
      assert.deepEqual([homeserver.deeds, network.traffic], [[], []]);
    });
  }

  for (const reason of ['invite-only', 'needs-key', 'banned-from-channel', 'channel-full', 'not-a-channel', 'forwarded'] as const) {
    it(`H12: a channel that refuses the bot (${reason}) leaves nothing half-made`, async () => {
      const { ask, homeserver, network, links, lines } = await parts();
      network.deny(`follow ${CATS}`, refused(reason, 'No.').refusal);
      assert.equal(await ask(ALIAS), false);
      assert.deepEqual([homeserver.rooms, links.onNetwork(NET)], [[], []]);
      assert.deepEqual(network.traffic, ['JOIN bridge #cats', 'PART bridge #cats']);
      assert.deepEqual(lines.map(({ event, fields }) => [event, fields['reason']]), [['alias refused', reason]]);
    });
  }

  it('H12: a channel that never answers is 404 after 25 s, and may be asked again', async () => {
    const { ask, clock, homeserver, network } = await parts();
    const open = network.hold(`follow ${CATS}`);
    const answers: boolean[] = [];
    void ask(ALIAS).then((answer) => answers.push(answer));
    await clock.advance(24_999);
    assert.deepEqual(answers, []);
    await clock.advance(1);
    assert.deepEqual([answers, homeserver.rooms], [[false], []]);
    assert.deepEqual(network.traffic, ['JOIN bridge #cats', 'PART bridge #cats']);
    open();
    await settle();
    assert.equal(await ask(ALIAS), true);
    assert.equal(homeserver.rooms.length, 1);
  });

  it('H12: a homeserver that is slow to make the room is answered within its 30 s; the room is there for the next query', async () => {
    const { ask, clock, homeserver, links } = await parts();
    const open = homeserver.hold('createRoom', homeserver.bot.userId);
    const answers: boolean[] = [];
    void ask(ALIAS).then((answer) => answers.push(answer));
    await clock.advance(28_000);
    assert.deepEqual(answers, [false]);
    open();
    await settle();
    assert.equal(links.onNetwork(NET).length, 1);
    assert.equal(await ask(ALIAS), true);
    assert.equal(homeserver.rooms.length, 1);
  });

  it('a homeserver that refuses to make the room leaves the bot in no channel', async () => {
    const { ask, homeserver, network } = await parts();
    homeserver.deny('createRoom', 'HOMESERVER_FORBIDDEN');
    await assert.rejects(ask(ALIAS), (fault) => isFault(fault, 'HOMESERVER_FORBIDDEN'));
    assert.equal(network.heard(CATS), false);
  });

  it('a channel that was linked in another way meanwhile stays followed', async () => {
    const { ask, clock, network, links } = await parts();
    const open = network.hold(`follow ${CATS}`);
    const asked = ask(ALIAS);
    await links.add(aLink({ origin: 'config' }));
    await clock.advance(25_000);
    assert.equal(await asked, false);
    open();
    await settle();
    assert.equal(network.heard(channelOf('#cats')), true);
  });
});
