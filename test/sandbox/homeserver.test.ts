/** The sandbox's homeserver refuses what Synapse refuses (SYNAPSE.md), each refusal a row. */

import assert from 'node:assert/strict';
import { SandboxHomeserver } from '../../src/sandbox/homeserver.js';
import { MatrixPerson } from '../../src/sandbox/people/matrix-person.js';

const REGISTRATION = `
id: irc
as_token: AS
hs_token: HS
sender_localpart: bot
namespaces:
  users: [{exclusive: true, regex: '@irc_.*:hs\\.test'}]
  aliases: [{exclusive: true, regex: '#irc_.*:hs\\.test'}]
  rooms: []
`;

interface Place {
  readonly hs: SandboxHomeserver;
  readonly alice: MatrixPerson;
  /** A room of the bot's, with a ghost and alice in it. */
  readonly room: string;
  readonly call: (method: string, path: string, body?: unknown, token?: string) => Promise<{ status: number; reply: Record<string, unknown> }>;
}

const GHOST = 'user_id=@irc_bob:hs.test';

async function at(play: (place: Place) => Promise<void>): Promise<void> {
  const hs = new SandboxHomeserver();
  await hs.start();
  hs.addAppservice(REGISTRATION);
  const call: Place['call'] = async (method, path, body, token = 'AS') => {
    const answer = await fetch(`${hs.url}/_matrix/client/v3${path}`, {
      method,
      headers: { 'content-type': 'application/json', connection: 'close', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, reply: (await answer.json()) as Record<string, unknown> };
  };
  const alice = await MatrixPerson.registers(hs.url, 'alice');
  try {
    await call('POST', '/register', { type: 'm.login.application_service', username: 'irc_bob', inhibit_login: true });
    const made = await call('POST', '/createRoom', { preset: 'public_chat', room_alias_name: 'irc_tea' });
    const room = String(made.reply.room_id);
    await call('POST', `/rooms/${room}/join?${GHOST}`, {});
    await alice.joins(room);
    await play({ hs, alice, room, call });
  } finally {
    await alice.rests();
    await hs.stop();
  }
}

const message = (body: unknown, more: object = {}): object => ({ msgtype: 'm.text', body, ...more });

describe('sandbox homeserver: what an application service is refused', () => {
  const send = '/rooms/ROOM/send/m.room.message';
  const rows: readonly [string, string, string, unknown, number, string][] = [
    ['a ghost that was never registered', 'PUT', `${send}/1?user_id=@irc_new:hs.test`, message('x'), 403, 'M_FORBIDDEN'],
    ['a user outside its namespace', 'PUT', `${send}/1?user_id=@alice:hs.test`, message('x'), 403, 'M_FORBIDDEN'],
    ['a room that is not there', 'PUT', `/rooms/!no/send/m.room.message/1?${GHOST}`, message('x'), 403, 'M_FORBIDDEN'],
    ['a room the ghost is not in', 'PUT', `/rooms/OTHER/send/m.room.message/1?${GHOST}`, message('x'), 403, 'M_FORBIDDEN'],
    ['a lone surrogate', 'PUT', `${send}/1?${GHOST}`, message('\ud800'), 500, 'M_UNKNOWN'],
    ['a lone surrogate in a key', 'PUT', `${send}/1?${GHOST}`, message('x', { '\udc00': 1 }), 500, 'M_UNKNOWN'],
    ['a float', 'PUT', `${send}/1?${GHOST}`, '{"msgtype":"m.text","body":"x","n":1.5}', 400, 'M_BAD_JSON'],
    ['an integer beyond 2^53', 'PUT', `${send}/1?${GHOST}`, '{"msgtype":"m.text","body":"x","n":9007199254740993}', 400, 'M_BAD_JSON'],
    ['no JSON', 'PUT', `${send}/1?${GHOST}`, '{"msgtype":', 400, 'M_NOT_JSON'],
    ['an array', 'PUT', `${send}/1?${GHOST}`, '[]', 400, 'M_BAD_JSON'],
    ['a body that is no string', 'PUT', `${send}/1?${GHOST}`, message(7), 400, 'M_UNKNOWN'],
    ['no msgtype', 'PUT', `${send}/1?${GHOST}`, { body: 'x' }, 400, 'M_UNKNOWN'],
    ['mentions of a wrong shape', 'PUT', `${send}/1?${GHOST}`, message('x', { 'm.mentions': { user_ids: 'a' } }), 400, 'M_BAD_JSON'],
    ['an event over 65,536 bytes', 'PUT', `${send}/1?${GHOST}`, message('x'.repeat(65_000)), 413, 'M_TOO_LARGE'],
    ['a device that is not there', 'PUT', `${send}/1?${GHOST}&device_id=NONE`, message('x'), 400, 'M_UNKNOWN_DEVICE'],
    ['state without the power', 'PUT', `/rooms/ROOM/state/m.room.name?${GHOST}`, { name: 'x' }, 403, 'M_FORBIDDEN'],
    ['power levels that list the creator', 'PUT', '/rooms/ROOM/state/m.room.power_levels', { users: { '@bot:hs.test': 100 } }, 400, 'M_UNKNOWN'],
    ['power levels that are no numbers', 'PUT', '/rooms/ROOM/state/m.room.power_levels', { ban: '50' }, 400, 'M_BAD_JSON'],
    ['the creator in an override', 'POST', '/createRoom', { power_level_content_override: { users: { '@bot:hs.test': 100 } } }, 400, 'M_UNKNOWN'],
    ['an unknown room version', 'POST', '/createRoom', { room_version: '99' }, 400, 'M_UNSUPPORTED_ROOM_VERSION'],
    ['an alias outside its namespace', 'POST', '/createRoom', { room_alias_name: 'mine' }, 400, 'M_EXCLUSIVE'],
    ['an alias with a space', 'POST', '/createRoom', { room_alias_name: 'irc_a b' }, 400, 'M_UNKNOWN'],
    ['an alias that is taken', 'POST', '/createRoom', { room_alias_name: 'irc_tea' }, 400, 'M_ROOM_IN_USE'],
    ['an alias that is taken, by the directory', 'PUT', '/directory/room/%23irc_tea:hs.test', { room_id: 'ROOM' }, 409, 'M_UNKNOWN'],
    ['an alias over 255 characters', 'PUT', `/directory/room/%23irc_${'a'.repeat(260)}:hs.test`, { room_id: 'ROOM' }, 400, 'M_INVALID_PARAM'],
    ['an alias for no room', 'PUT', '/directory/room/%23irc_x:hs.test', { room_id: '!no' }, 400, 'M_UNKNOWN'],
    ['a canonical alias of another room', 'PUT', '/rooms/ROOM/state/m.room.canonical_alias', { alias: '#irc_none:hs.test' }, 400, 'M_BAD_ALIAS'],
    ['an unknown alias', 'GET', '/directory/room/%23irc_none:hs.test', undefined, 404, 'M_NOT_FOUND'],
    ['publishing in the ordinary directory', 'PUT', '/directory/list/room/ROOM', { visibility: 'public' }, 403, 'M_FORBIDDEN'],
    ['a ghost that is registered already', 'POST', '/register', { type: 'm.login.application_service', username: 'irc_bob' }, 400, 'M_USER_IN_USE'],
    ['a ghost outside its namespace', 'POST', '/register', { type: 'm.login.application_service', username: 'carol' }, 400, 'M_EXCLUSIVE'],
    ['a display name over 256', 'PUT', `/profile/@irc_bob:hs.test/displayname?${GHOST}`, { displayname: 'x'.repeat(257) }, 400, 'M_UNKNOWN'],
    ['a surrogate in a display name', 'PUT', `/profile/@irc_bob:hs.test/displayname?${GHOST}`, { displayname: '\ud800' }, 500, 'M_UNKNOWN'],
    ["another one's display name", 'PUT', `/profile/@alice:hs.test/displayname?${GHOST}`, { displayname: 'x' }, 403, 'M_FORBIDDEN'],
    ['a join without an invite', 'POST', `/rooms/OTHER/join?${GHOST}`, {}, 403, 'M_FORBIDDEN'],
    ['a join of no room', 'POST', `/join/!no?${GHOST}`, {}, 404, 'M_UNKNOWN'],
    ['inviting somebody who is in', 'POST', '/rooms/ROOM/invite', { user_id: '@alice:hs.test' }, 403, 'M_FORBIDDEN'],
    ['a kick without the power', 'POST', `/rooms/ROOM/kick?${GHOST}`, { user_id: '@alice:hs.test' }, 403, 'M_FORBIDDEN'],
    ['a kick of somebody who is not in', 'POST', '/rooms/ROOM/kick', { user_id: '@zoe:hs.test' }, 403, 'M_FORBIDDEN'],
    ['a ban without the power', 'POST', `/rooms/ROOM/ban?${GHOST}`, { user_id: '@alice:hs.test' }, 403, 'M_FORBIDDEN'],
    ['no user to invite', 'POST', '/rooms/ROOM/invite', {}, 400, 'M_MISSING_PARAM'],
    ['messages of a room the ghost is not in', 'GET', `/rooms/OTHER/messages?dir=b&${GHOST}`, undefined, 403, 'M_FORBIDDEN'],
    ['an event that is not there', 'GET', '/rooms/ROOM/event/$no', undefined, 404, 'M_NOT_FOUND'],
    ['state that is not there', 'GET', '/rooms/ROOM/state/m.room.topic', undefined, 404, 'M_NOT_FOUND'],
    ['a profile that is not there', 'GET', '/profile/@none:hs.test', undefined, 404, 'M_NOT_FOUND'],
    ['an unknown path', 'GET', '/nonsense', undefined, 404, 'M_UNRECOGNIZED'],
    ['a wrong method', 'DELETE', '/createRoom', undefined, 405, 'M_UNRECOGNIZED'],
    ['a ping under another id', 'POST', '/appservice/other/ping', {}, 403, 'M_FORBIDDEN'],
    ['a ping without an address', 'POST', '/appservice/irc/ping', {}, 400, 'M_URL_NOT_SET'],
  ];
  for (const [sentence, method, path, body, status, errcode] of rows) {
    it(`${sentence}: ${status} ${errcode}`, () =>
      at(async ({ call, room, alice }) => {
        const other = await alice.makesRoom({ preset: 'private_chat' });
        const filled = (text: string): string => text.replaceAll('ROOM', room).replaceAll('OTHER', other);
        const sent = body === undefined ? undefined : filled(typeof body === 'string' ? body : JSON.stringify(body));
        const answer = await call(method, filled(path), sent);
        assert.deepEqual([answer.status, answer.reply.errcode], [status, errcode], JSON.stringify(answer.reply));
        assert.equal(typeof answer.reply.error, 'string');
      }));
  }

  it('no token 401 M_MISSING_TOKEN, a wrong one 401 M_UNKNOWN_TOKEN, a good one says who it is', () =>
    at(async ({ call }) => {
      const codes = [];
      for (const token of ['', 'nope', 'AS']) {
        const { status, reply } = await call('GET', '/account/whoami', undefined, token);
        codes.push([status, reply.errcode ?? reply.user_id]);
      }
      assert.deepEqual(codes, [[401, 'M_MISSING_TOKEN'], [401, 'M_UNKNOWN_TOKEN'], [200, '@bot:hs.test']]);
    }));

  it('a person may not take a reserved, an ill-formed or a taken name, before any stage', () =>
    at(async ({ call }) => {
      for (const [username, errcode] of [['irc_x', 'M_EXCLUSIVE'], ['bot', 'M_EXCLUSIVE'], ['A b', 'M_INVALID_USERNAME'], ['alice', 'M_USER_IN_USE']]) {
        assert.equal((await call('POST', '/register', { username }, '')).reply.errcode, errcode);
      }
    }));
});

describe('sandbox homeserver: transaction ids', () => {
  it('H14: two ghosts with one id in one room: the second gets the first event, and its message is lost', () =>
    at(async ({ call, room, alice }) => {
      const first = await call('PUT', `/rooms/${room}/send/m.room.message/t1?${GHOST}`, message('one'));
      const second = await call('PUT', `/rooms/${room}/send/m.room.message/t1`, message('two'));
      assert.equal(second.reply.event_id, first.reply.event_id);
      const bodies = (await alice.history(room)).flatMap(({ content }) => (typeof content.body === 'string' ? [content.body] : []));
      assert.deepEqual(bodies, ['one']);
    }));

  it('H14: after a restart the same id makes a second event, but not for a send that named a device', () =>
    at(async ({ hs, call, room }) => {
      assert.equal((await call('PUT', `/devices/D?${GHOST}`, {})).status, 201);
      const paths = [`/rooms/${room}/send/m.room.message/t1?${GHOST}`, `/rooms/${room}/send/m.room.message/t2?${GHOST}&device_id=D`];
      const before = [];
      for (const path of paths) before.push((await call('PUT', path, message('x'))).reply.event_id);
      await hs.restart();
      const again = [];
      for (const path of paths) again.push((await call('PUT', path, message('x'))).reply.event_id);
      assert.notEqual(again[0], before[0]);
      assert.equal(again[1], before[1]);
    }));

  it('a refused send is not remembered; `ts` is taken from a service and not from a person', () =>
    at(async ({ call, room, alice }) => {
      const path = `/rooms/${room}/send/m.room.message/t1?${GHOST}&ts=1600000000000`;
      assert.equal((await call('PUT', path, message(7))).status, 400);
      const { reply } = await call('PUT', path, message('now good'));
      const seen = await alice.sees('now good');
      assert.equal(seen.event_id, reply.event_id);
      assert.equal(seen.origin_server_ts, 1_600_000_000_000);
      await alice.call('PUT', `/rooms/${room}/send/m.room.message/t2?ts=5`, message('mine'));
      assert.ok((await alice.sees('mine')).origin_server_ts > 1_600_000_000_000);
    }));
});

describe('sandbox homeserver: rooms', () => {
  it('ROOM-3: a room of the default version has an id without domain, and its creator is in no level', () =>
    at(async ({ call, room }) => {
      assert.match(room, /^![\w-]{43}$/u);
      const levels = await call('GET', `/rooms/${room}/state/m.room.power_levels`);
      assert.deepEqual(levels.reply.users, {});
      assert.equal((await call('PUT', `/rooms/${room}/state/m.room.name`, { name: 'by the creator' })).status, 200);
      const old = await call('POST', '/createRoom', { room_version: '10' });
      assert.match(String(old.reply.room_id), /^![\w-]+:hs\.test$/u);
      const oldLevels = await call('GET', `/rooms/${String(old.reply.room_id)}/state/m.room.power_levels`);
      assert.deepEqual(oldLevels.reply.users, { '@bot:hs.test': 100 });
    }));

  it('ROOM-17: an upgrade asks for power, names the predecessor, takes the alias along, and shuts the old room', () =>
    at(async ({ call, room, alice }) => {
      const upgrade = `/rooms/${room}/upgrade`;
      await assert.rejects(alice.call('POST', upgrade, { new_version: '12' }), /M_FORBIDDEN/u);
      const next = String((await call('POST', upgrade, { new_version: '12' })).reply.replacement_room);
      assert.deepEqual((await call('GET', `/rooms/${next}/state/m.room.create`)).reply.predecessor, { room_id: room });
      assert.equal((await call('GET', `/rooms/${room}/state/m.room.tombstone`)).reply.replacement_room, next);
      assert.equal((await call('GET', `/directory/room/${encodeURIComponent('#irc_tea:hs.test')}`)).reply.room_id, next);
      assert.equal((await call('GET', `/rooms/${next}/state/m.room.join_rules`)).reply.join_rule, 'public');
      await assert.rejects(alice.says(room, 'into the old one'), /M_FORBIDDEN/u);
      await alice.joins(next);
      await alice.says(next, 'into the new one');
    }));

  it('the same state again gives the same event, and so does joining again', () =>
    at(async ({ call, room, alice }) => {
      const put = (): Promise<{ reply: Record<string, unknown> }> => call('PUT', `/rooms/${room}/state/m.room.topic`, { topic: 'x' });
      assert.equal((await put()).reply.event_id, (await put()).reply.event_id);
      const before = (await alice.history(room)).length;
      await alice.joins(room);
      assert.equal((await alice.history(room)).length, before);
    }));

  it('people see what they may: an invite, what is said, and nothing after they left', () =>
    at(async ({ hs, alice, room }) => {
      const carol = await MatrixPerson.registers(hs.url, 'carol');
      try {
        const closed = await alice.makesRoom({ preset: 'private_chat', invite: [carol.userId] });
        await carol.seesMember(carol.userId, 'invite', closed);
        await carol.joins(room);
        await alice.says(room, 'hello');
        await carol.sees('hello', { from: alice.userId, room });
        await carol.leaves(room);
        await assert.rejects(carol.says(room, 'still here'), /M_FORBIDDEN/u);
      } finally {
        await carol.rests();
      }
    }));
});

describe('sandbox homeserver: faults', () => {
  const path = /send\/m\.room\.message/u;
  it('429 with Retry-After and retry_after_ms, twice, then as always', () =>
    at(async ({ hs, call, room }) => {
      const fault = hs.fault({ path, times: 2 }, { status: 429, retryAfter: '3', retryAfterMs: 3000 });
      const statuses = [];
      for (let i = 0; i < 3; i++) statuses.push((await call('PUT', `/rooms/${room}/send/m.room.message/${i}`, message('x'))).status);
      assert.deepEqual(statuses, [429, 429, 200]);
      assert.equal(fault.hits, 2);
    }));

  const outcomes: readonly [string, Parameters<SandboxHomeserver['fault']>[1], number][] = [
    ['a reset before the effect', { reset: 'before' }, 0],
    ['a reset after the effect', { reset: 'after' }, 1],
    ['a truncated answer', { truncate: true }, 1],
    ['a wrong content', { contentType: 'text/html', rawBody: '<html>' }, 1],
    ['a 502 without effect', { status: 502 }, 0],
    ['a 502 after the effect', { status: 502, apply: true }, 1],
  ];
  for (const [sentence, behaviour, sent] of outcomes) {
    it(`F3: ${sentence}`, () =>
      at(async ({ hs, call, room, alice }) => {
        hs.fault({ path, times: 1 }, behaviour);
        await call('PUT', `/rooms/${room}/send/m.room.message/t`, message('maybe')).catch(() => undefined);
        const bodies = (await alice.history(room)).filter(({ content }) => content.body === 'maybe');
        assert.equal(bodies.length, sent);
      }));
  }
});
