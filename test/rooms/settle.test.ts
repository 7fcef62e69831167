import assert from 'node:assert/strict';
import { networkDefaults } from '../../src/config/network.js';
import type { Link } from '../../src/model/link.js';
import { refused } from '../../src/model/refusal.js';
import { GoneRooms } from '../../src/rooms/gone-rooms.js';
import { Links } from '../../src/rooms/links.js';
import { makeSettle } from '../../src/rooms/settle.js';
import { TestClock } from '../support/clock.js';
import { MemoryHomeserver } from '../support/homeserver.js';
import { MemoryNetwork } from '../support/irc.js';
import { aLink, CATS, channelOf, listeningLog, NET, ROOM, roomId, userId } from '../support/make.js';
import { MemoryLinks, MemoryRoomFates } from '../support/memory-store.js';

type Mappings = NonNullable<NonNullable<Parameters<typeof networkDefaults>[0]>['mappings']>;

async function parts(mappings: Mappings, ...stored: Link[]) {
  const homeserver = new MemoryHomeserver();
  const network = new MemoryNetwork();
  const networks = new Map([[NET, network]]);
  const store = new MemoryLinks(...stored);
  const links = new Links(store, networks);
  await links.load();
  const { log, lines } = listeningLog();
  const config = networkDefaults({ mappings });
  const asked: string[] = [];
  const rollCall = { askAll: (rooms: Iterable<string>) => void asked.push(...rooms) };
  const metrics = { count: () => undefined };
  const goneRooms = new GoneRooms({ store: new MemoryRoomFates(), homeserver, networks, links, metrics, clock: new TestClock(), log });
  const bridgeInfo = { initial: false, mend: () => Promise.resolve() };
  const rest = { replacements: { open: [] }, succession: { follow: () => Promise.resolve() }, goneRooms, bridgeInfo };
  const start = makeSettle({ homeserver, links, networks, rollCall, configOf: () => config, log, ...rest });
  return { homeserver, network, links, store, lines, asked, start };
}

describe('rooms/settle', () => {
  it('ROOM-6: the configuration’s links are written anew, with their keys', async () => {
    const { start, store } = await parts(
      { '#cats': { roomIds: ['!cats:hs.test', '!two:hs.test'], key: 'k' } },
      aLink({ channel: channelOf('#gone'), origin: 'config' }),
      aLink({ channel: channelOf('#portal') }),
    );
    await start.storeConfigLinks();
    assert.deepEqual(store.links, [
      aLink({ channel: channelOf('#portal') }),
      aLink({ origin: 'config', key: 'k' }),
      aLink({ room: roomId('!two:hs.test'), origin: 'config', key: 'k' }),
    ]);
  });

  it('ROOM-6: the bot follows every linked channel and joins every linked room', async () => {
    const { start, homeserver, network } = await parts({}, aLink(), aLink({ channel: channelOf('#dogs'), room: roomId('!dogs:hs.test') }));
    homeserver.members.set(ROOM, new Set());
    homeserver.room('!dogs:hs.test');
    await start.run();
    assert.deepEqual(network.traffic, ['JOIN bridge #cats', 'JOIN bridge #dogs']);
    assert.equal(homeserver.isIn(homeserver.bot.userId, ROOM), true);
    assert.equal(homeserver.deeds.filter((deed) => deed.startsWith('join')).length, 1, 'it is in the other one already');
  });

  it('INV-7: a room that refuses the bot is told to the admin, and costs the others nothing', async () => {
    const rooms = Array.from({ length: 30 }, (_, n) => roomId(`!r${n}:hs.test`));
    const { start, homeserver, lines } = await parts({}, ...rooms.map((room, n) => aLink({ room, channel: channelOf(`#c${n}`) })));
    for (const room of rooms) homeserver.members.set(room, new Set());
    homeserver.deny('join', 'HOMESERVER_FORBIDDEN', { room: roomId('!r7:hs.test') });
    await start.run();
    assert.equal((await homeserver.joinedRooms()).length, 29);
    const told = lines.filter(({ event }) => event === 'bot cannot join a mapped room').map(({ fields }) => fields['todo']);
    assert.deepEqual(told, ['invite @bot:hs.test into the room, or remove its mapping']);
  });

  it('a channel that refuses the bot is logged', async () => {
    const { start, homeserver, network, lines } = await parts({}, aLink());
    homeserver.room(ROOM);
    network.deny(`follow ${CATS}`, refused('banned-from-channel', 'Banned.').refusal);
    await start.run();
    assert.ok(lines.some(({ event, fields }) => event === 'channel not followed' && fields['why'] === 'Banned.'));
  });

  it('LIFE-4: another bot than the registration’s is told', async () => {
    const { start, homeserver, lines } = await parts({});
    homeserver.whoAmI = () => Promise.resolve(userId('@other:hs.test'));
    await start.run();
    assert.ok(lines.some(({ level, fields }) => level === 'warn' && fields['bot'] === '@other:hs.test'));
  });

  it('MEM-7: once the bot is in the rooms, it is asked who else of ours is', async () => {
    const { start, homeserver, asked } = await parts({ '#cats': { roomIds: ['!cats:hs.test'] }, '#two': { roomIds: ['!two:hs.test', '!cats:hs.test'] } });
    homeserver.room('!cats:hs.test');
    homeserver.room('!two:hs.test');
    await start.storeConfigLinks();
    await start.run();
    assert.deepEqual(asked, ['!cats:hs.test', '!two:hs.test']);
  });
});
