import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { gzipSync, deflateSync } from 'node:zlib';
import { withoutDevice } from '../../src/homeserver/device-mark.js';
import type { Journal } from '../../src/journal/port.js';
import { BridgeError } from '../../src/model/errors.js';
import { aDirectory, aGhost, aMessage, anEdge, aRoom, aUser, push } from './edge.js';
import type { Edge } from './edge.js';

const ids = (edge: Edge): string[] => edge.events.map(({ id }) => id);

/** A member event; `sender` does it to `target`. */
function aMember(id: string, sender: string, target: string, membership: string, before?: string): object {
  const unsigned = before === undefined ? {} : { prev_content: { membership: before } };
  return aMessage(id, { type: 'm.room.member', sender, state_key: target, content: { membership }, unsigned });
}

describe('homeserver: transactions', () => {
  let edge: Edge;
  afterEach(() => edge.stop());
  const opened = async (...wish: Parameters<typeof anEdge>): Promise<Edge> => {
    edge = await anEdge(...wish);
    await edge.listen();
    return edge;
  };

  it('AS-1: takes a transaction, keeps it, answers 200 {} and hands its events on in order', async () => {
    await opened();
    const answer = await push(edge, 't1', { events: [aMessage('$1'), aMessage('$2')] });
    assert.deepEqual([answer.status, answer.body], [200, {}]);
    assert.deepEqual(ids(edge), ['$1', '$2']);
    assert.deepEqual(edge.entries.map((entry) => edge.homeserver.decodeEntry(entry)), edge.events);
  });

  it('AS-6: answers and hands on only when the journal is durable', async () => {
    let release: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    let asked: () => void = () => undefined;
    const keeping = new Promise<void>((resolve) => (asked = resolve));
    await opened({
      journal: (journal): Journal => ({
        ...aView(journal),
        keep: (...what) => {
          const kept = journal.keep(...what);
          asked();
          return { ...kept, durable: Promise.all([kept.durable, slow]).then(() => undefined) };
        },
      }),
    });
    let answered = false;
    const pushed = push(edge, 't1', { events: [aMessage('$1')] }).then((answer) => ((answered = true), answer));
    await keeping;
    assert.deepEqual([answered, ids(edge)], [false, []]);
    release();
    assert.equal((await pushed).status, 200);
    assert.deepEqual(ids(edge), ['$1']);
  });

  it('T1: A, B, A and a replay of all after a restart have no second effect', async () => {
    const directory = aDirectory();
    const all = Array.from({ length: 50 }, (_, n) => ({ txn: `t${n}`, body: { events: [aMessage(`$e${n}`)] } }));
    await opened({ directory });
    for (const { txn, body } of all) assert.equal((await push(edge, txn, body)).status, 200);
    for (const { txn, body } of [...all].reverse()) assert.equal((await push(edge, txn, body)).status, 200);
    assert.equal(edge.events.length, 50);
    await edge.stop();
    await opened({ directory });
    for (const { txn, body } of all) assert.equal((await push(edge, txn, body)).status, 200);
    assert.equal(edge.events.length, 0);
    rmSync(directory, { recursive: true });
  });

  it('T2: the same event in another transaction, or twice in one, is taken once (AS-9)', async () => {
    await opened();
    await push(edge, 't1', { events: [aMessage('$1'), aMessage('$1')] });
    await push(edge, 't2', { events: [aMessage('$1'), aMessage('$2')] });
    assert.deepEqual(ids(edge), ['$1', '$2']);
  });

  it('SYN-15: what nobody has a use for is dropped before the journal, and counted', async () => {
    const elsewhere = '!elsewhere:hs.test';
    edge = await anEdge();
    await edge.listen({ unmapped: ({ room }) => room === elsewhere });
    const kept: number[] = [];
    for (const [n, room_id] of [elsewhere, aRoom, elsewhere].entries()) {
      assert.equal((await push(edge, `t${n}`, { events: [aMessage(`$${n}`, { room_id })] })).status, 200);
      kept.push(edge.entries.length);
    }
    assert.deepEqual([kept, ids(edge)], [[0, 1, 1], ['$1']]);
    assert.equal(edge.journal.seen('$0'), false);
    assert.equal(edge.metrics.counts.get('events_rejected_total{unmapped_room}'), 2);
  });

  const nearby: [string, (invite: object, message: object) => readonly (readonly object[])[]][] = [
    ['in the same transaction', (invite, message) => [[invite, message]]],
    ['in an earlier one', (invite, message) => [[invite], [message]]],
    ['in an earlier one that is full', (invite, message) => [[invite, ...Array.from({ length: 60 }, (_, n) => aMessage(`$f${n}`))], [message]]],
  ];
  for (const [where, transactions] of nearby) {
    it(`SYN-15: a message is kept for a ghost that is invited ${where}`, async () => {
      const room_id = '!new:hs.test';
      edge = await anEdge();
      await edge.listen({ unmapped: ({ room }) => room === room_id });
      const invite = { ...aMember('$i', aUser, aGhost, 'invite'), room_id };
      const bodies = transactions(invite, aMessage('$m', { room_id }));
      for (const [n, events] of bodies.entries()) assert.equal((await push(edge, `t${n}`, { events })).status, 200);
      assert.deepEqual(ids(edge).filter((id) => id === '$i' || id === '$m').sort(), ['$i', '$m']);
    });
  }

  it('ROOM-17: a message is kept in a room that replaces another, from its tombstone on', async () => {
    edge = await anEdge();
    await edge.listen({ unmapped: ({ room }) => room === '!next' });
    const tombstone = { ...aMessage('$t'), type: 'm.room.tombstone', state_key: '', content: { body: 'moved', replacement_room: '!next' } };
    await push(edge, 't1', { events: [aMessage('$before', { room_id: '!next' }), tombstone, aMessage('$after', { room_id: '!next' })] });
    assert.deepEqual(ids(edge), ['$t', '$after']);
  });

  it('T3: the same transaction id with other content loses nothing', async () => {
    await opened();
    await push(edge, 't1', { events: [aMessage('$1')] });
    assert.equal((await push(edge, 't1', { events: [aMessage('$1'), aMessage('$2')] })).status, 200);
    assert.deepEqual(ids(edge), ['$1', '$2']);
    assert.equal(edge.metrics.counts.get('bridge_transactions_reused_total{}'), 1);
  });

  it('T4: an event of long ago, never seen, is handed on with its time', async () => {
    await opened();
    await push(edge, 't1', { events: [aMessage('$old', { origin_server_ts: 1 })] });
    assert.equal(edge.events[0]?.at, 1);
  });

  it('T5: a transaction whose 200 was lost comes again without effect', async () => {
    await opened();
    const body = { events: [aMessage('$1')] };
    await Promise.all([push(edge, 't1', body), push(edge, 't1', body), push(edge, 't1', body)]);
    assert.deepEqual(ids(edge), ['$1']);
  });

  it('T7, L1: a hundred events of 64 KiB and as many ephemeral ones, plain, gzip or deflate', async () => {
    await opened();
    const filler = 'x'.repeat(64_000);
    const big = (from: number): string =>
      JSON.stringify({
        events: Array.from({ length: 100 }, (_, n) => aMessage(`$${from + n}`, { content: { msgtype: 'm.text', body: filler } })),
        ephemeral: Array.from({ length: 100 }, () => ({ type: 'm.receipt', room_id: aRoom, content: {} })),
      });
    assert.equal((await push(edge, 'plain', big(0))).status, 200);
    assert.equal((await push(edge, 'gzip', gzipSync(big(100)), { 'content-encoding': 'gzip' })).status, 200);
    assert.equal((await push(edge, 'deflate', deflateSync(big(200)), { 'content-encoding': 'deflate' })).status, 200);
    assert.equal(edge.events.length, 300);
  });

  it('S24: an authenticated bomb is cut at the limit, garbage and unknown codings are refused', async () => {
    await opened();
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 32));
    assert.equal((await push(edge, 'bomb', bomb, { 'content-encoding': 'gzip' })).status, 413);
    assert.equal((await push(edge, 'junk', 'no gzip', { 'content-encoding': 'gzip' })).status, 400);
    assert.equal((await push(edge, 'half', bomb.subarray(0, 1000), { 'content-encoding': 'gzip' })).status, 400);
    assert.equal((await push(edge, 'br', '{}', { 'content-encoding': 'br' })).status, 415);
    assert.equal((await push(edge, 'ok', { events: [aMessage('$1')] })).status, 200);
  });

  it('T9, L2, L9: one malformed item among good ones is counted and left out', async () => {
    await opened();
    const deep = '['.repeat(10_000) + ']'.repeat(10_000);
    const bad: [why: string, item: unknown][] = [
      ['not an object', null],
      ['not an object', 7],
      ['not an object', 'text'],
      ['not an object', [[]]],
      ['bad type', aMessage('$b', { type: undefined })],
      ['bad type', aMessage('$b', { type: { a: 1 } })],
      ['bad sender', aMessage('$b', { sender: undefined })],
      ['bad sender', aMessage('$b', { sender: 'alice' })],
      ['bad sender', aMessage('$b', { sender: '@a\ud800:hs.test' })],
      ['bad room_id', aMessage('$b', { room_id: undefined })],
      ['bad room_id', aMessage('$b', { room_id: ['!r'] })],
      ['bad event_id', aMessage('', {})],
      ['bad event_id', aMessage('$b', { event_id: `$${'x'.repeat(1_000_000)}` })],
      ['bad content', aMessage('$b', { content: undefined })],
      ['bad content', aMessage('$b', { content: null })],
      ['bad content', aMessage('$b', { content: [] })],
      ['bad body', aMessage('$b', { content: {} })],
      ['bad body', aMessage('$b', { content: { msgtype: 'm.text', body: 5 } })],
      ['bad body', aMessage('$b', { content: { msgtype: 5, body: 'x' } })],
      ['bad timestamp', aMessage('$b', { origin_server_ts: -1 })],
      ['bad timestamp', aMessage('$b', { origin_server_ts: 2 ** 53 })],
      ['bad timestamp', aMessage('$b', { origin_server_ts: 'NaN' })],
      ['bad state_key', aMessage('$b', { state_key: 5 })],
      ['bad state_key', aMember('$b', aUser, 'nobody', 'join')],
      ['bad membership', aMember('$b', aUser, aUser, 'constructor')],
      ['bad content', { ...aMessage('$b', { type: 'm.room.member', state_key: '@bridge:hs.test' }), content: undefined }],
      ['bad content', aMessage('$b', { type: 'm.room.tombstone', state_key: '', content: null })],
      ['bad reference', aMessage('$b', { type: 'm.room.tombstone', state_key: '', content: {} })],
      ['bad reference', aMessage('$b', { type: 'm.room.redaction', content: { redacts: 7 } })],
    ];
    const raw = [
      `{"type":"m.room.message","event_id":"$b","room_id":"!r:x","sender":"${aUser}","origin_server_ts":1,"__proto__":{"content":{"body":"x","msgtype":"m.text"}}}`,
      `{"type":"m.room.message","event_id":"$b","room_id":"!r:x","sender":"${aUser}","origin_server_ts":1,"content":${deep}}`,
    ];
    for (const [n, [why, item]] of [...bad, ...raw.map((text) => ['bad content', text] as [string, string])].entries()) {
      const before = edge.metrics.counts.get(`events_rejected_total{${why}}`) ?? 0;
      const text = n >= bad.length ? String(item) : JSON.stringify(item);
      const good = [aMessage(`$good${n}.0`), aMessage(`$good${n}.1`)].map((one) => JSON.stringify(one));
      const answer = await push(edge, `t${n}`, `{"events":[${good[0] ?? ''},${text},${good[1] ?? ''}]}`);
      assert.equal(answer.status, 200, why);
      assert.deepEqual(ids(edge).slice(-2), [`$good${n}.0`, `$good${n}.1`]);
      assert.equal(edge.metrics.counts.get(`events_rejected_total{${why}}`), before + 1, `${n}: ${why}`);
    }
    assert.equal(edge.events.length, 2 * (bad.length + raw.length));
  });

  it('T9: deep, long or strange fields that we do not read do no harm and are not kept', async () => {
    await opened();
    const deep = '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000);
    const item = JSON.stringify(aMessage('$1')).replace('"msgtype"', `"deep":${deep},"${'k'.repeat(1_000_000)}":1,"constructor":{"prototype":1},"msgtype"`);
    assert.equal((await push(edge, 't1', `{"events":[${item}],"__proto__":{"events":[]}}`)).status, 200);
    assert.deepEqual(ids(edge), ['$1']);
    assert.ok(JSON.stringify(edge.entries[0]?.body).length < 400);
  });

  it('T10: what is no transaction gets 400 and JSON; what can be salvaged gets 200', async () => {
    await opened();
    const rows: [body: string, status: number, errcode: string | undefined][] = [
      ['', 400, 'M_NOT_JSON'],
      ['{"events":[', 400, 'M_NOT_JSON'],
      ['[]', 400, 'M_BAD_JSON'],
      ['"x"', 400, 'M_BAD_JSON'],
      ['null', 400, 'M_BAD_JSON'],
      ['{}', 200, undefined],
      ['{"events":{}}', 200, undefined],
      ['{"events":null,"ephemeral":7}', 200, undefined],
    ];
    for (const [body, status, errcode] of rows) {
      const answer = await push(edge, 't', body);
      assert.deepEqual([answer.status, answer.body.errcode], [status, errcode], body);
    }
  });

  it('T11: a thousand single-event transactions keep their order', async () => {
    await opened();
    for (let n = 0; n < 1000; n++) assert.equal((await push(edge, `t${n}`, { events: [aMessage(`$${n}`)] })).status, 200);
    assert.deepEqual(ids(edge), Array.from({ length: 1000 }, (_, n) => `$${n}`));
  });

  it('T12: transactions that come side by side are taken one after another, none twice', async () => {
    await opened();
    const events = (n: number): object[] => Array.from({ length: 20 }, (_, k) => aMessage(`$${n}.${k}`));
    await Promise.all(Array.from({ length: 20 }, (_, n) => push(edge, `t${n % 10}`, { events: events(n % 10) })));
    assert.equal(edge.events.length, 200);
    const blocks = Array.from({ length: 10 }, (_, n) => ids(edge).slice(n * 20, n * 20 + 20));
    for (const block of blocks) assert.equal(new Set(block.map((id) => id.split('.')[0])).size, 1, 'blocks are whole');
  });

  it('T13, T14: ephemeral, to-device and device keys are ignored safely', async () => {
    await opened();
    const noise = {
      ephemeral: [{ type: 'm.typing' }, null],
      'de.sorunome.msc2409.ephemeral': 'x',
      to_device: [{}],
      'de.sorunome.msc2409.to_device': [7],
      'org.matrix.msc3202.device_lists': { changed: [1] },
      'org.matrix.msc3202.device_one_time_keys_count': null,
    };
    assert.equal((await push(edge, 't1', { ...noise, events: [aMessage('$1')] })).status, 200);
    assert.deepEqual(ids(edge), ['$1']);
  });

  it('CAP-11, EPH-7: who types is told, under either key, and nothing of it is kept', async () => {
    const told: unknown[] = [];
    edge = await anEdge();
    await edge.listen({ typing: (room, users) => told.push([room, users]) });
    const typing = (room: unknown, ...users: unknown[]): object => ({ type: 'm.typing', room_id: room, content: { user_ids: users } });
    const list = [typing('!a:hs', '@a:hs', 7, 'x'), { type: 'm.receipt', room_id: '!a:hs' }, typing('!a:hs'), typing('!b:hs', '@b:hs'), typing(1, '@c:hs'), 'x'];
    assert.equal((await push(edge, 't1', { events: [], ephemeral: list })).status, 200);
    assert.equal((await push(edge, 't2', { events: [], 'de.sorunome.msc2409.ephemeral': [typing('!a:hs', '@a:hs')] })).status, 200);
    assert.deepEqual(told, [['!a:hs', []], ['!b:hs', ['@b:hs']], ['!a:hs', ['@a:hs']]]);
    assert.deepEqual(edge.journal.open(), []);
  });

  it('SYN-3: synthetic entries under every key are kept once, in their lane, and handed on when durable', async () => {
    const directory = aDirectory();
    await opened({ directory });
    const login = { type: 'm.user.login', content: { user_id: aUser, device_id: 'D' } };
    const logout = { content: { device_id: 'D', user_id: aUser }, type: 'm.user.logout' };
    const body = {
      'm.synthetic_events': [login, null, { type: 7 }],
      'uk.half-shot.msc3395.synthetic_events': [login, { content: { user_id: aUser, device_id: 'D' }, type: 'm.user.logout' }],
      'uk.half-shot.mscXXXX.synthetic_events': [logout],
      events: [aMessage('$1')],
    };
    assert.equal((await push(edge, 't1', body)).status, 200);
    assert.equal((await push(edge, 't1', body)).status, 200);
    assert.equal(edge.metrics.counts.get('events_rejected_total{bad synthetic}'), 2);
    assert.deepEqual(edge.accounts.map(({ lane, body }) => [lane, body]), [['synthetic', withoutDevice(login)], ['synthetic', withoutDevice(logout)]]);
    await edge.stop();
    await opened({ directory });
    const open = edge.journal.open();
    assert.deepEqual(open.filter(({ lane }) => lane === 'synthetic').map(({ body }) => body), [login, logout].map(withoutDevice));
    assert.deepEqual(open.filter(({ lane }) => lane === 'matrix').map((entry) => edge.homeserver.decodeEntry(entry)?.id), ['$1']);
    rmSync(directory, { recursive: true });
  });

  it('L4: a listener that throws costs its own event nothing but time, and the others nothing', async () => {
    let heard = 0;
    await opened({
      onEvent: () => {
        if (heard++ === 0) throw new Error('broken');
      },
    });
    assert.equal((await push(edge, 't1', { events: [aMessage('$1'), aMessage('$2')] })).status, 200);
    assert.equal(heard, 2);
  });

  it('L10, S5: echoes of our ghosts go, a remote user who looks like one is an ordinary user', async () => {
    await opened();
    const remote = ['@irc_x:evil.org', '@irc_x:hs.test.evil.org', '@x@irc_a:hs.test.x'];
    const events = [aGhost, '@bridge:hs.test', ...remote].map((sender, n) => aMessage(`$${n}`, { sender }));
    await push(edge, 't1', { events });
    assert.deepEqual(edge.events.map(({ sender }) => sender), remote);
  });

  it('passes on what others do to ghosts, and knows thereby where they are', async () => {
    await opened();
    const { homeserver } = edge;
    await push(edge, 't1', { events: [aMember('$1', aGhost, aGhost, 'join')] });
    assert.equal(homeserver.isIn(aGhost as never, aRoom), true);
    await push(edge, 't2', { events: [aMember('$2', aUser, aGhost, 'leave', 'join')] });
    assert.equal(homeserver.isIn(aGhost as never, aRoom), false);
    await push(edge, 't3', { events: [aMember('$3', aUser, aGhost, 'invite'), aMember('$4', aGhost, aUser, 'invite')] });
    assert.deepEqual(ids(edge), ['$2', '$3', '$4']);
    assert.equal(edge.events[0]?.kind === 'member' && edge.events[0].before, 'join');
  });

  it('answers 503 with Retry-After when the journal is full, fails, or we stop; nothing is half kept', async () => {
    let full = false;
    let fails = true;
    await opened({
      journal: (journal): Journal => ({
        ...aView(journal),
        get full() {
          return full;
        },
        keep: (...what) =>
          fails
            ? { entries: [], durable: Promise.reject(new BridgeError('JOURNAL_FAULT', 'disk')) }
            : journal.keep(...what),
      }),
    });
    const body = { events: [aMessage('$1')] };
    const failed = await push(edge, 't1', body);
    assert.deepEqual([failed.status, failed.body.errcode, failed.headers.get('retry-after')], [503, 'M_UNKNOWN', '10']);
    fails = false;
    full = true;
    assert.equal((await push(edge, 't1', body)).status, 503);
    full = false;
    assert.equal((await push(edge, 't1', body)).status, 200);
    assert.deepEqual(ids(edge), ['$1']);
    edge.homeserver.refuse();
    assert.deepEqual([(await push(edge, 't2', body)).status, ids(edge).length], [503, 1]);
  });
});

/** The journal's methods as own properties, so that a test can replace one. */
function aView(journal: Journal): Journal {
  return {
    keep: (...what) => journal.keep(...what),
    seen: (id) => journal.seen(id),
    note: (id, note) => journal.note(id, note),
    done: (id) => journal.done(id),
    open: () => journal.open(),
    get full() {
      return journal.full;
    },
    clean: () => journal.clean(),
    close: () => journal.close(),
  };
}
