import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
// First: the SDK does not load without it everywhere.
import '../../src/homeserver/sdk-shim.js';
import { getRequestFn } from '@vector-im/matrix-bot-sdk';
import { systemClock } from '../../src/lib/clock.js';
import type { BridgeError } from '../../src/model/errors.js';
import type { RoomId, UserId } from '../../src/model/ids.js';
import { TestClock, until } from '../support/clock.js';
import { aGhost, anAlias, anEdge, aRoom, aUser } from './edge.js';
import type { Edge, EdgeWish } from './edge.js';
import { error } from './scripted.js';
import type { Asked } from './scripted.js';

const code = (expected: string) => (fault: BridgeError) => fault.code === expected;
const of = (edge: Edge, name: string): Asked[] => edge.remote.asked.filter(({ path }) => path.includes(name));

describe('homeserver: actors', () => {
  let edge: Edge;
  afterEach(() => edge.stop());
  const opened = async (wish: EdgeWish = {}): Promise<void> => {
    edge = await anEdge({ clock: new TestClock(Date.now()), ...wish });
  };

  it('GHOST-5: registered once, without a token of its own, however many ask', async () => {
    await opened();
    const bob = edge.homeserver.as(aGhost);
    assert.equal(edge.homeserver.as(aGhost), bob);
    await Promise.all([bob.ensureRegistered(), bob.ensureRegistered(), edge.homeserver.as(aGhost).ensureRegistered()]);
    await bob.ensureRegistered();
    const [asked, ...more] = of(edge, '/register');
    assert.equal(more.length, 0);
    assert.deepEqual(asked?.body, { type: 'm.login.application_service', username: 'irc_bob', inhibit_login: true });
    assert.equal(asked.query.get('user_id'), null);
  });

  it('H9: M_USER_IN_USE is success; M_EXCLUSIVE is told; another homeserver’s user is not ours to make', async () => {
    await opened();
    edge.remote.script = ({ path }) => (path.endsWith('/register') ? error(400, 'M_USER_IN_USE') : undefined);
    await edge.homeserver.as(aGhost).ensureRegistered();
    edge.remote.script = ({ path }) => (path.endsWith('/register') ? error(400, 'M_EXCLUSIVE') : undefined);
    const eve = edge.homeserver.as('@eve:hs.test' as UserId);
    await assert.rejects(eve.ensureRegistered(), code('HOMESERVER_FORBIDDEN'));
    await assert.rejects(eve.ensureRegistered(), code('HOMESERVER_FORBIDDEN'), 'asked again, not remembered');
    assert.equal(of(edge, '/register').length, 3);
    await assert.rejects(edge.homeserver.as('@irc_x:evil.org' as UserId).ensureRegistered(), code('HOMESERVER_FORBIDDEN'));
    assert.equal(of(edge, '/register').length, 3);
  });

  it('GHOST-6: the name is set at registration, again when it differs, and not when it is so already', async () => {
    await opened();
    const bob = edge.homeserver.as(aGhost);
    await Promise.all([bob.ensureRegistered('bob'), bob.ensureRegistered('bob')]);
    await bob.ensureRegistered('bob');
    await bob.ensureRegistered('Bob');
    assert.deepEqual(of(edge, '/displayname').map(({ method, body, user }) => `${method} ${String(body['displayname'])} ${user}`), [
      `PUT bob ${aGhost}`,
      `PUT Bob ${aGhost}`,
    ]);
    edge.remote.script = ({ path, method }) => {
      if (path.endsWith('/register')) return error(400, 'M_USER_IN_USE');
      return method === 'GET' && path.endsWith('/displayname') ? { json: { displayname: 'carol' } } : undefined;
    };
    const before = of(edge, '/displayname').length;
    const carol = edge.homeserver.as('@irc_carol:hs.test' as UserId);
    await carol.ensureRegistered('carol');
    await carol.ensureRegistered('carol');
    assert.deepEqual(of(edge, '/displayname').slice(before).map(({ method }) => method), ['GET']);
  });

  it('H16: a name is cut and cleaned; one that is refused does not stop talk', async () => {
    await opened();
    edge.remote.script = ({ path }) => (path.endsWith('/displayname') ? error(400, 'M_UNKNOWN') : undefined);
    await edge.homeserver.as(aGhost).ensureRegistered(`\ud800${'x'.repeat(300)}`);
    const [asked] = of(edge, '/displayname');
    assert.equal(asked?.body['displayname'], `\ufffd${'x'.repeat(255)}`);
  });

  it('GHOST-7: joins once, with the servers to go by; forbidden, the bot invites and it joins again', async () => {
    await opened();
    const bob = edge.homeserver.as(aGhost);
    let invited = false;
    edge.remote.script = ({ path }) => {
      if (path.endsWith('/invite')) invited = true;
      return path.includes('/join/') && !invited ? error(403, 'M_FORBIDDEN') : undefined;
    };
    assert.equal(edge.homeserver.isIn(aGhost, aRoom), false);
    await Promise.all([bob.join(aRoom, ['a.test', 'b.test']), bob.join(aRoom)]);
    await bob.join(aRoom);
    assert.equal(edge.homeserver.isIn(aGhost, aRoom), true);
    const joins = of(edge, '/join/');
    assert.equal(joins.length, 2);
    assert.deepEqual(joins[0]?.query.getAll('server_name'), ['a.test', 'b.test']);
    const [invite, ...more] = of(edge, '/invite');
    assert.deepEqual([invite?.user, invite?.body, more.length], ['@bridge:hs.test', { user_id: aGhost }, 0]);
  });

  it('GHOST-7: refused for good when the bot may not invite, with the first reason', async () => {
    await opened();
    edge.remote.script = ({ path }) => error(403, 'M_FORBIDDEN', path.endsWith('/invite') ? 'may not invite' : 'you are banned');
    const fault = await edge.homeserver.as(aGhost).join(aRoom).catch((thrown: unknown) => thrown as BridgeError);
    assert.match(String(fault), /you are banned/u);
  });

  it('GHOST-7: of a hundred joins a few at a time, and talk does not wait behind them', async () => {
    await opened({ clock: systemClock });
    let under = 0;
    let most = 0;
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    edge.remote.script = async ({ path }) => {
      if (!path.includes('/join/')) return undefined;
      most = Math.max(most, ++under);
      await gate;
      under--;
      return undefined;
    };
    const joins = Array.from({ length: 100 }, (_, n) => edge.homeserver.as(`@irc_${n}:hs.test` as UserId).join(aRoom));
    await until('some are under way', () => under === 8);
    await edge.homeserver.as(aGhost).send(aRoom, 'm.room.message', { body: 'x' }, 'n.1');
    open();
    await Promise.all(joins);
    assert.deepEqual([most, of(edge, '/join/').length], [8, 100]);
  });

  it('a ghost that is not registered yet is registered when it acts', async () => {
    await opened();
    edge.remote.script = ({ path, user }) =>
      path.includes('/join/') && of(edge, '/register').length === 0
        ? error(403, 'M_FORBIDDEN', `Application service has not registered this user (${user})`)
        : undefined;
    await edge.homeserver.as(aGhost).join(aRoom);
    assert.deepEqual([of(edge, '/register').length, of(edge, '/join/').length, of(edge, '/invite').length], [1, 2, 0]);
  });

  it('leaving, inviting and kicking: done already is done', async () => {
    await opened();
    const bob = edge.homeserver.as(aGhost);
    await bob.join(aRoom);
    await bob.leave(aRoom, 'bye');
    assert.deepEqual([of(edge, '/leave')[0]?.body, edge.homeserver.isIn(aGhost, aRoom)], [{ reason: 'bye' }, false]);
    edge.remote.script = ({ path }) => {
      if (path.endsWith('/leave')) return error(403, 'M_FORBIDDEN', 'not in room');
      return path.endsWith('/invite') ? error(403, 'M_FORBIDDEN', `${aUser} is already in the room.`) : undefined;
    };
    await bob.leave(aRoom);
    await edge.homeserver.bot.invite(aRoom, aUser);
    await edge.homeserver.bot.kick(aRoom, aUser, 'out');
    assert.deepEqual(of(edge, '/kick')[0]?.body, { user_id: aUser, reason: 'out' });
    edge.remote.script = () => error(403, 'M_FORBIDDEN', 'no power');
    await assert.rejects(edge.homeserver.bot.kick(aRoom, aUser), code('HOMESERVER_FORBIDDEN'));
    await assert.rejects(edge.homeserver.bot.invite(aRoom, aUser), code('HOMESERVER_FORBIDDEN'));
  });

  it('state is sent where it belongs', async () => {
    await opened();
    assert.equal(await edge.homeserver.as(aGhost).sendState(aRoom, 'm.room.topic', '', { topic: 't' }), '$state.m.room.topic.');
    const [asked] = of(edge, '/state/');
    assert.deepEqual([asked?.method, asked?.user, asked?.body], ['PUT', aGhost, { topic: 't' }]);
  });
});

describe('homeserver: rooms', () => {
  let edge: Edge;
  afterEach(() => edge.stop());
  let clock: TestClock;
  const opened = async (): Promise<void> => {
    clock = new TestClock(Date.now());
    edge = await anEdge({ clock });
  };
  const levels = { users: { '@bridge:hs.test': 100, [aUser]: 50 }, users_default: 0 };

  const versions: [sentence: string, wished: string | undefined, byDefault: string, users: object][] = [
    ['ROOM-3: version 12 by default: the creator is not listed', undefined, '12', { [aUser]: 50 }],
    ['ROOM-3: version 11 by default: it is', undefined, '11', { '@bridge:hs.test': 100, [aUser]: 50 }],
    ['version 10 wished for on a server of version 12', '10', '12', { '@bridge:hs.test': 100, [aUser]: 50 }],
    ['version 12 wished for on a server of version 11', '12', '11', { [aUser]: 50 }],
    ['version 13, unknown today', '13', '11', { [aUser]: 50 }],
    ['the unstable name of version 12', 'org.matrix.hydra.11', '11', { [aUser]: 50 }],
  ];
  for (const [sentence, wished, byDefault, users] of versions) {
    it(sentence, async () => {
      await opened();
      edge.remote.script = ({ path }) =>
        path.endsWith('/capabilities') ? { json: { capabilities: { 'm.room_versions': { default: byDefault } } } } : undefined;
      const wish = { preset: 'public_chat', powerLevels: levels, ...(wished === undefined ? {} : { roomVersion: wished }) } as const;
      const room = await edge.homeserver.createRoom(edge.homeserver.bot, wish);
      assert.equal(edge.homeserver.isIn(edge.homeserver.bot.userId, room), true);
      assert.deepEqual(of(edge, '/createRoom')[0]?.body['power_level_content_override'].users, users);
    });
  }

  it('a creator left out below version 12 is listed, or it would be powerless', async () => {
    await opened();
    await edge.homeserver.createRoom(edge.homeserver.as(aGhost), { preset: 'private_chat', roomVersion: '10', powerLevels: { users: { [aUser]: 10 } } });
    const [asked] = of(edge, '/createRoom');
    assert.deepEqual([asked?.user, asked?.body['power_level_content_override'].users], [aGhost, { [aUser]: 10, [aGhost]: 100 }]);
  });

  it('PM-1: a room without a preset is private by being in no directory', async () => {
    await opened();
    await edge.homeserver.createRoom(edge.homeserver.as(aGhost), { isDirect: true });
    await edge.homeserver.createRoom(edge.homeserver.bot, { preset: 'public_chat' });
    const asked = of(edge, '/createRoom').map(({ body }) => [String(body['preset']), String(body['visibility'])]);
    assert.deepEqual(asked, [['undefined', 'private'], ['public_chat', 'undefined']]);
  });

  it('H3: the answer to a room’s creation is lost: the room is found by its mark, not made twice', async () => {
    await opened();
    const made: Record<string, unknown>[] = [];
    edge.remote.script = ({ path, body }) => {
      if (path.endsWith('/createRoom')) return made.push(body['creation_content'] as Record<string, unknown>) === 1 ? 'reset' : undefined;
      if (path.endsWith('/joined_rooms')) return { json: { joined_rooms: ['!gone', '!older', '!first'] } };
      if (path.includes('!gone')) return error(403, 'M_FORBIDDEN');
      return path.includes('/state/m.room.create') ? { json: path.includes('!first') ? made[0] : { 'chat.causeway.id': 'x' } } : undefined;
    };
    const wish = { preset: 'private_chat', creationContent: { 'm.federate': false } } as const;
    assert.equal(await edge.homeserver.createRoom(edge.homeserver.as(aGhost), wish), '!first');
    assert.deepEqual([made.length, made[0]?.['m.federate']], [1, false]);
    assert.deepEqual(new Set(of(edge, '/state/m.room.create').map(({ user }) => user)), new Set([aGhost]));
  });

  it('H9: the alias of a room to be made is in use: the room behind it', async () => {
    await opened();
    edge.remote.script = ({ path }) => {
      if (path.endsWith('/createRoom')) return error(400, 'M_ROOM_IN_USE');
      return path.includes('/directory/room/') ? { json: { room_id: '!old' } } : undefined;
    };
    assert.equal(await edge.homeserver.createRoom(edge.homeserver.bot, { preset: 'public_chat', aliasLocalpart: 'irc_#a' }), '!old');
    assert.equal(of(edge, '/directory/room/')[0]?.path, '/_matrix/client/v3/directory/room/%23irc_%23a%3Ahs.test');
  });

  it('H9: a room version that the homeserver does not know: one of its own choice, with the levels that go with it', async () => {
    await opened();
    edge.remote.script = ({ path, body }) => {
      if (path.endsWith('/capabilities')) return { json: { capabilities: { 'm.room_versions': { default: '12' } } } };
      if (!path.endsWith('/createRoom')) return undefined;
      return body['room_version'] === undefined ? undefined : error(400, 'M_UNSUPPORTED_ROOM_VERSION');
    };
    const wish = { roomVersion: '11', powerLevels: levels, aliasLocalpart: 'irc_#a' } as const;
    await edge.homeserver.createRoom(edge.homeserver.bot, wish);
    const asked = of(edge, '/createRoom').map(({ body }) => [body['room_version'], body['power_level_content_override'].users, body['room_alias_name']] as const);
    const { [edge.homeserver.bot.userId]: _, ...others } = (asked[0]?.[1] ?? {}) as Record<string, number>;
    assert.deepEqual([asked.length, asked[0]?.[0], asked[1]], [2, '11', [undefined, others, 'irc_#a']]);
  });

  const answers: [string, (path: string) => ReturnType<typeof error> | undefined, boolean][] = [
    ['says who made it', () => undefined, true],
    ['knows it not', () => error(404, 'M_NOT_FOUND'), false],
    ['keeps the bot out', () => error(403, 'M_FORBIDDEN'), true],
    ['would not know where to join it', (path) => (path.includes('/join/') ? error(404, 'M_UNKNOWN') : error(403, 'M_FORBIDDEN')), false],
  ];
  for (const [what, answer, there] of answers) {
    it(`H9: a room is ${there ? 'there' : 'gone'} where the homeserver ${what}`, async () => {
      await opened();
      edge.remote.script = ({ path }) => answer(path) ?? { json: {} };
      assert.equal(await edge.homeserver.hasRoom(aRoom), there);
    });
  }

  it('ROOM-17: who made a room, its aliases, and its place in the directory, which goes over once', async () => {
    await opened();
    const { homeserver, remote } = edge;
    const listed = new Map([[aRoom, 'public'], ['!next', 'private']]);
    remote.script = ({ path, method, body }) => {
      const room = decodeURIComponent(path.split('/').at(-1) ?? '');
      if (path.includes('/state/m.room.create')) return { json: { predecessor: { room_id: '!old' } } };
      if (path.endsWith('/aliases')) return { json: { aliases: ['#a:hs.test', 5, 'nonsense', '#b:hs.test'] } };
      if (path.includes('/directory/room/')) return error(404, 'M_NOT_FOUND');
      if (method === 'PUT') listed.set(room, String(body['visibility']));
      return { json: { visibility: listed.get(room) } };
    };
    assert.deepEqual(await homeserver.creationOf(aRoom), { predecessor: { room_id: '!old' } });
    assert.deepEqual(await homeserver.aliasesOf(aRoom), ['#a:hs.test', '#b:hs.test']);
    await homeserver.dropAlias(anAlias('#a:hs.test'));
    for (let n = 0; n < 2; n++) await homeserver.moveListing(aRoom, '!next' as RoomId);
    assert.deepEqual([...listed.values()], ['private', 'public']);
    assert.equal(of(edge, '/directory/list/').filter(({ method }) => method === 'PUT').length, 2);
  });

  it('aliases: none is undefined; one that points there already is set; elsewhere is in use', async () => {
    await opened();
    const { homeserver, remote } = edge;
    remote.script = () => error(404, 'M_NOT_FOUND');
    assert.equal(await homeserver.resolveAlias(anAlias('#a:hs.test')), undefined);
    remote.script = ({ method }) => (method === 'PUT' ? error(409, 'M_UNKNOWN') : { json: { room_id: aRoom } });
    await homeserver.setAlias(anAlias('#a:hs.test'), aRoom);
    await assert.rejects(homeserver.setAlias(anAlias('#a:hs.test'), '!b' as RoomId), code('HOMESERVER_IN_USE'));
  });

  it('members, rooms and names are read, nonsense among them left out', async () => {
    await opened();
    const { homeserver, remote } = edge;
    remote.script = ({ path }) => {
      if (path.endsWith('/joined_members')) return { json: { joined: { [aUser]: {}, nobody: {} } } };
      if (path.endsWith('/joined_rooms')) return { json: { joined_rooms: [aRoom, 7, 'x'] } };
      if (path.includes('/state/m.room.member/')) return { json: { membership: 'join', displayname: 'Al' } };
      return path.includes('/profile/') ? { json: { displayname: 'Alice' } } : undefined;
    };
    assert.deepEqual(await homeserver.joinedMembers(aRoom), [aUser]);
    assert.deepEqual(await homeserver.joinedRooms(), [aRoom]);
    assert.deepEqual([await homeserver.displayName(aUser, aRoom), await homeserver.displayName(aUser)], ['Al', 'Alice']);
    remote.script = ({ path }) => (path.includes('/profile/') ? { json: { displayname: 'Alice' } } : error(403, 'M_FORBIDDEN'));
    assert.equal(await homeserver.displayName(aUser, aRoom), 'Alice');
    remote.script = () => error(404, 'M_NOT_FOUND');
    assert.equal(await homeserver.displayName(aUser), undefined);
  });

  it('a name on a dead remote server is given up soon', async () => {
    await opened();
    edge.remote.script = () => error(502, 'M_UNKNOWN');
    let name: string | undefined = 'x';
    const asked = edge.homeserver.displayName(aUser).then((given) => (name = given));
    await until('it is given up', async () => {
      await clock.advance(500);
      return name === undefined;
    });
    await asked;
    assert.equal(of(edge, '/profile/').length, 3);
  });
});

describe('homeserver: beginnings', () => {
  let edge: Edge;
  afterEach(() => edge.stop());

  it('LIFE-2: whoami waits for a homeserver that is down, answers nonsense, or does not know us', async () => {
    const clock = new TestClock(Date.now());
    edge = await anEdge({ clock });
    const ills = [error(502, 'M_UNKNOWN'), { json: {} }, error(401, 'M_UNKNOWN_TOKEN'), 'reset', { status: 502, text: '<html>' }] as const;
    let n = 0;
    edge.remote.script = () => ills[n++];
    let bot = '';
    const asked = edge.homeserver.whoAmI().then((id) => (bot = id));
    await until('it knows', async () => {
      await clock.advance(500);
      return bot !== '';
    });
    await asked;
    assert.deepEqual([bot, n], ['@bridge:hs.test', 6]);
  });

  it('AS-8, T16: pings until it is heard, and says how long it took; old homeservers are let be', async () => {
    const clock = new TestClock(Date.now());
    edge = await anEdge({ clock });
    let n = 0;
    edge.remote.script = ({ path }) => {
      if (!path.endsWith('/ping')) return undefined;
      return n++ === 0 ? error(502, 'M_BAD_STATUS') : { json: { duration_ms: 12 } };
    };
    let done = false;
    const pinged = edge.homeserver.ping().then(() => (done = true));
    await until('it is heard', async () => {
      await clock.advance(500);
      return done;
    });
    await pinged;
    assert.equal(edge.metrics.counts.get('bridge_appservice_ping_ms'), 12);
    assert.equal(of(edge, '/ping')[0]?.path, '/_matrix/client/v1/appservice/irc/ping');
    for (const told of [error(404, 'M_UNRECOGNIZED'), error(400, 'M_URL_NOT_SET'), error(403, 'M_FORBIDDEN')]) {
      edge.remote.script = () => told;
      await edge.homeserver.ping();
    }
  });

  it('the SDK is one copy, and its own `request` is out of use', async () => {
    edge = await anEdge();
    const load = createRequire(import.meta.url);
    const bridge = load.resolve('matrix-appservice-bridge');
    assert.equal(load.resolve('@vector-im/matrix-bot-sdk'), load.resolve('@vector-im/matrix-bot-sdk', { paths: [bridge] }));
    assert.notEqual(getRequestFn(), load('request'));
  });
});
