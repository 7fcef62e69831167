import assert from 'node:assert/strict';
import { systemClock } from '../../src/lib/clock.js';
import type { BridgeError } from '../../src/model/errors.js';
import type { EventId, RoomId, UserId } from '../../src/model/ids.js';
import { TestClock, until } from '../support/clock.js';
import { aGhost, anEdge, aRoom } from './edge.js';
import type { Edge, EdgeWish } from './edge.js';
import { error } from './scripted.js';
import type { Asked, Told } from './scripted.js';

const text = (body: string): { msgtype: string; body: string } => ({ msgtype: 'm.text', body });
const other = '!other:hs.test' as RoomId;
const carol = '@irc_carol:hs.test' as UserId;

describe('homeserver: sending', () => {
  let edge: Edge;
  let clock: TestClock;
  afterEach(() => edge.stop());
  const opened = async (wish: EdgeWish = {}): Promise<void> => {
    clock = new TestClock(Date.now());
    edge = await anEdge({ clock, ...wish });
    edge.remote.now = () => clock.now();
  };
  const send = (body: string, txnId: string, how = {}, room = aRoom, ghost = aGhost): Promise<EventId> =>
    edge.homeserver.as(ghost).send(room, 'm.room.message', text(body), txnId, how);
  /** Moves time in steps of `step` until the promise settles, letting the network work in between. */
  const through = async <T>(work: Promise<T>, step = 500): Promise<T> => {
    let settled = false;
    const mark = (): void => void (settled = true);
    work.then(mark, mark);
    await until('it settles', async () => {
      if (!settled) await clock.advance(step);
      return settled;
    });
    return work;
  };
  const bodies = (room: string = aRoom): string[] => edge.remote.events.filter((event) => event.room === room).map(({ content }) => String(content.body));
  const sends = (): Asked[] => edge.remote.of('/send/');

  it('GHOST-5: sends as the ghost, with our mark, under our transaction id', async () => {
    await opened();
    assert.equal(await send('hi', 'n.1'), '$event0');
    const [sent] = sends();
    assert.ok(sent);
    assert.deepEqual([sent.user, sent.token], [aGhost, 'Bearer as-token']);
    assert.equal(sent.path, '/_matrix/client/v3/rooms/!room%3Ahs.test/send/m.room.message/n.1');
    assert.deepEqual(sent.body, { msgtype: 'm.text', body: 'hi', 'chat.causeway.id': 'n.1' });
  });

  const ills: [what: string, told: Told][] = [
    ['500', error(500, 'M_UNKNOWN')],
    ['502 with a page', { status: 502, text: '<html>Bad Gateway</html>', headers: { 'content-type': 'text/html' } }],
    ['503', { status: 503, text: '' }],
    ['504', { status: 504, text: '{}' }],
    ['an empty body', { text: '' }],
    ['JSON cut off', { text: '{"event_id":"$x' }],
    ['a list', { json: [] }],
    ['no event id', { json: {} }],
    ['an event id of the wrong type', { json: { event_id: 7 } }],
    ['a page with status 404', { status: 404, text: '<html>' }],
    ['a page with status 403', { status: 403, text: 'no' }],
    ['a redirect', { status: 302, text: '' }],
    ['a reset', 'reset'],
  ];
  for (const [what, ill] of ills) {
    it(`H2, A-21: through two minutes of ${what}: sent once, the same id on every try, in order`, async () => {
      await opened();
      let healthy = false;
      // Half of what is refused was stored all the same.
      edge.remote.script = (asked) => {
        if (healthy) return undefined;
        if (asked.path.includes('/send/') && asked.path.endsWith('1')) edge.remote.obey(asked);
        return ill;
      };
      const all = (async () => {
        for (const n of [1, 2]) await send(`m${n}`, `n.${n}`);
      })();
      const end = clock.elapsed() + 120_000;
      await until('the time is over', async () => {
        await clock.advance(500);
        return clock.elapsed() >= end;
      });
      assert.ok(edge.remote.asked.length < 40, 'with backoff');
      healthy = true;
      await through(all);
      assert.deepEqual(bodies(), ['m1', 'm2']);
      assert.deepEqual(new Set(sends().map(({ path }) => path.slice(-3))), new Set(['n.1', 'n.2']));
    });
  }

  it('H3: stored, but answered late, with a reset or 504, for a third of them: none doubled, none lost', async () => {
    await opened({ clock: systemClock, limits: { answerMs: 300 } });
    let n = 0;
    edge.remote.script = (asked) => {
      if (!asked.path.includes('/send/') || n++ % 3 !== 0) return undefined;
      edge.remote.obey(asked);
      if (n % 2 === 0) edge.remote.txns.clear();
      return (['hang', 'reset', error(504, 'M_UNKNOWN')] as const)[n % 9 === 1 ? 0 : n % 2 === 0 ? 1 : 2];
    };
    for (let k = 0; k < 15; k++) await send(`m${k}`, `n.${k}`);
    assert.deepEqual(bodies(), Array.from({ length: 15 }, (_, k) => `m${k}`));
  });

  it('H14: the homeserver stores it, dies before it answers, and forgets: read back, not doubled', async () => {
    await opened();
    edge.remote.script = (asked) => {
      if (!asked.path.includes('/send/')) return undefined;
      edge.remote.script = () => undefined;
      edge.remote.obey(asked);
      edge.remote.txns.clear();
      return 'reset';
    };
    assert.equal(await through(send('hi', 'n.1')), '$event0');
    assert.deepEqual(bodies(), ['hi']);
    assert.deepEqual([sends().length, edge.remote.of('/messages').length], [1, 1]);
    assert.equal(edge.remote.of('/messages')[0]?.user, aGhost);
  });

  it('H14: sent in an earlier life, repeated after an hour on a homeserver that forgot: found behind 250 others', async () => {
    await opened();
    const first = await send('hi', 'n.1');
    const since = clock.now();
    for (let k = 0; k < 250; k++) edge.remote.obey(aPut(`o.${k}`));
    edge.remote.txns.clear();
    await clock.advance(3_600_000);
    assert.equal(await send('hi', 'n.1', { repeat: true, since }), first);
    assert.equal(edge.remote.of('/messages').length, 3);
    assert.equal(bodies().filter((body) => body === 'hi').length, 1);
  });

  it('H14: never sent in the earlier life: looked for no further back than `since` less five minutes, then sent', async () => {
    await opened();
    for (let k = 0; k < 300; k++) edge.remote.obey(aPut(`o.${k}`));
    await clock.advance(600_000);
    await send('new', 'n.1', { repeat: true, since: clock.now() });
    assert.equal(edge.remote.of('/messages').length, 1);
    assert.equal(bodies().at(-1), 'new');
  });

  it('H14: without `since` the search ends after a bounded number of pages', async () => {
    await opened();
    for (let k = 0; k < 2500; k++) edge.remote.obey(aPut(`o.${k}`));
    await send('new', 'n.1', { repeat: true });
    assert.equal(edge.remote.of('/messages').length, 20);
  });

  it('H14: somebody else’s event with our mark is not ours', async () => {
    await opened();
    edge.remote.obey({ ...aPut('x'), user: '@mallory:hs.test', body: { body: 'forged', 'chat.causeway.id': 'n.1' } });
    await send('hi', 'n.1', { repeat: true });
    assert.deepEqual(bodies(), ['forged', 'hi']);
  });

  it('H14: a ghost that is out of the room is looked for by the bot', async () => {
    await opened();
    const first = await send('hi', 'n.1');
    edge.remote.txns.clear();
    edge.remote.script = (asked) =>
      asked.path.includes('/messages') && asked.user === aGhost ? error(403, 'M_FORBIDDEN', 'not in room') : undefined;
    assert.equal(await send('hi', 'n.1', { repeat: true }), first);
  });

  it('H10: the homeserver drops its idle connections: sent at once over new ones', async () => {
    await opened();
    await send('one', 'n.1');
    edge.remote.dropSockets();
    await send('two', 'n.2');
    assert.deepEqual(bodies(), ['one', 'two']);
    assert.equal(clock.elapsed(), 0);
  });

  const limits: [what: string, told: Told, wait: number][] = [
    ['retry_after_ms', error(429, 'M_LIMIT_EXCEEDED', 'slow', { retry_after_ms: 7000 }), 7000],
    ['Retry-After', { ...limited(), headers: { 'retry-after': '9' } }, 9000],
    ['both: the header', { ...limited({ retry_after_ms: 2000 }), headers: { 'retry-after': '5' } }, 5000],
    ['nonsense in the header: the body', { ...limited({ retry_after_ms: 2000 }), headers: { 'retry-after': 'soon' } }, 2000],
    ['a proxy’s page', { status: 429, text: '<html>', headers: { 'retry-after': '4' } }, 4000],
  ];
  for (const [what, told, wait] of limits) {
    it(`H4: 429 with ${what}: nothing for that user until then, others unaffected, order kept`, async () => {
      await opened();
      let times = 0;
      edge.remote.script = (asked) => (asked.user === aGhost && asked.path.includes('/send/') && times++ === 0 ? told : undefined);
      const first = send('one', 'n.1');
      await until('it was limited', () => times === 1);
      await clock.advance(wait - 100);
      const elsewhere = send('two', 'n.2', {}, other);
      assert.equal(await send('carol', 'n.3', {}, aRoom, carol), '$event0');
      await clock.advance(50);
      assert.equal(sends().filter(({ user }) => user === aGhost).length, 1);
      await clock.advance(100);
      await Promise.all([first, elsewhere]);
      assert.deepEqual([bodies(), bodies(other)], [['carol', 'one'], ['two']]);
      assert.equal(edge.remote.of('/messages').length, 0, '429 means not done');
    });
  }

  it('H4: 429 with neither waits by backoff', async () => {
    await opened();
    let times = 0;
    edge.remote.script = (asked) => (asked.path.includes('/send/') && times++ < 3 ? limited() : undefined);
    await through(send('one', 'n.1'));
    assert.ok(clock.elapsed() >= 2000, `${clock.elapsed()}`);
    assert.deepEqual(bodies(), ['one']);
  });

  it('H5: taken and never answered: given up and sent again; other rooms go on; connections stay bounded', async () => {
    await opened({ clock: systemClock, limits: { answerMs: 1500, connections: 8 } });
    let hung = 0;
    edge.remote.script = (asked) => (asked.path.includes('stuck') && hung++ < 4 ? 'hang' : undefined);
    let sent = 0;
    const stuck = [1, 2, 3, 4].map((k) => send(`m${k}`, `stuck.${k}`).then(() => sent++));
    for (let k = 0; k < 50; k++) await send(`m${k}`, `free.${k}`, {}, other);
    assert.equal(sent, 0, 'no head of line');
    await Promise.all(stuck);
    assert.equal(bodies(other).length, 50);
    assert.equal(new Set(bodies()).size, 4);
    assert.ok(edge.remote.mostSockets <= 8);
  });

  it('H7: not in the room: joined once and sent; refused again: told, and others go on', async () => {
    await opened();
    edge.remote.script = (asked) => (asked.path.includes('/send/') && edge.remote.of('/join/').length === 0 ? error(403, 'M_FORBIDDEN', 'not in room') : undefined);
    await send('hi', 'n.1');
    assert.deepEqual([bodies(), edge.remote.of('/join/').length], [['hi'], 1]);
    edge.remote.script = (asked) => (asked.path.includes('/send/') && asked.user === aGhost ? error(403, 'M_FORBIDDEN', 'banned') : undefined);
    await assert.rejects(send('no', 'n.2'), (fault: BridgeError) => fault.code === 'HOMESERVER_FORBIDDEN' && !fault.passing);
    assert.equal(edge.remote.of('/join/').length, 2);
    assert.equal(await send('carol', 'n.3', {}, aRoom, carol), '$event1');
  });

  it('H8: 401 for all: nothing is dropped, and it goes on when mended', async () => {
    await opened();
    let mended = false;
    edge.remote.script = () => (mended ? undefined : error(401, 'M_UNKNOWN_TOKEN'));
    const sending = send('hi', 'n.1');
    await until('an hour has passed', async () => {
      await clock.advance(60_000);
      return clock.elapsed() > 3_600_000;
    });
    assert.deepEqual(bodies(), []);
    mended = true;
    await through(sending, 5000);
    assert.deepEqual(bodies(), ['hi']);
  });

  it('a ghost that the homeserver has forgotten is registered again on the way', async () => {
    await opened();
    edge.remote.script = (asked) =>
      asked.path.includes('/send/') && edge.remote.of('/register').length < 2
        ? error(403, 'M_FORBIDDEN', `Application service has not registered this user (${aGhost})`)
        : undefined;
    await edge.homeserver.as(aGhost).ensureRegistered();
    await send('hi', 'n.1');
    assert.deepEqual([bodies(), edge.remote.of('/register').length], [['hi'], 2]);
  });

  it('H15: 500 for one event alone: given up within 60 s when others pass, so that its room goes on', async () => {
    await opened();
    edge.remote.script = (asked) => (asked.path.endsWith('/bad') ? error(500, 'M_UNKNOWN') : undefined);
    const bad = assert.rejects(send('bad', 'bad'), (fault: BridgeError) => fault.code === 'HOMESERVER_BAD_REQUEST' && fault.status === 500);
    let others = 0;
    await until('fifty seconds have passed', async () => {
      await clock.advance(1000);
      await send(`m${others}`, `o.${others++}`, {}, other);
      return clock.elapsed() >= 55_000;
    });
    await bad;
    assert.equal(edge.remote.of('chat.causeway.probe').length, 0);
    await send('next', 'n.2');
    assert.deepEqual(bodies(), ['next']);
  });

  it('H15: with no other traffic an invisible event finds out', async () => {
    await opened();
    edge.remote.script = (asked) => (asked.path.endsWith('/bad') ? error(500, 'M_UNKNOWN') : undefined);
    await assert.rejects(through(send('bad', 'bad')), (fault: BridgeError) => fault.code === 'HOMESERVER_BAD_REQUEST');
    assert.ok(clock.elapsed() < 60_000, `${clock.elapsed()}`);
    assert.equal(edge.remote.of('chat.causeway.probe').length, 1);
  });

  it('H15: a homeserver that answers 500 to all of it is ill, and nothing is given up', async () => {
    await opened();
    let healthy = false;
    edge.remote.script = (asked) => (!healthy && asked.path.includes('/send/') ? error(500, 'M_UNKNOWN') : undefined);
    const sending = send('hi', 'n.1');
    await until('ten minutes have passed', async () => {
      await clock.advance(5000);
      return clock.elapsed() > 600_000;
    });
    healthy = true;
    await through(sending, 5000);
    assert.deepEqual(bodies(), ['hi']);
  });

  it('H9: too large, bad request: thrown at once, not repeated', async () => {
    const rows: [told: Told, code: string][] = [
      [error(413, 'M_TOO_LARGE'), 'HOMESERVER_TOO_LARGE'],
      [{ status: 413, text: '<html>' }, 'HOMESERVER_TOO_LARGE'],
      [error(400, 'M_BAD_JSON'), 'HOMESERVER_BAD_REQUEST'],
      [error(404, 'M_NOT_FOUND'), 'HOMESERVER_NOT_FOUND'],
      [error(404, 'M_UNRECOGNIZED'), 'HOMESERVER_BAD_REQUEST'],
      [error(400, 'M_EXCLUSIVE'), 'HOMESERVER_FORBIDDEN'],
    ];
    await opened();
    for (const [n, [told, code]] of rows.entries()) {
      edge.remote.script = (asked) => (asked.path.includes('/send/') ? told : undefined);
      await assert.rejects(through(send('hi', `n.${n}`)), (fault: BridgeError) => fault.code === code, code);
    }
  });

  it('stopping ends every wait with STOPPING, and leaves no timer', async () => {
    await opened();
    edge.remote.script = () => error(503, 'M_UNKNOWN');
    const all = Array.from({ length: 50 }, (_, n) => assert.rejects(send('hi', `n.${n}`), (fault: BridgeError) => fault.code === 'STOPPING'));
    await until('all were refused', () => sends().length === 50);
    await edge.homeserver.close();
    await Promise.all(all);
    assert.equal(clock.timers, 0);
  });
});

function limited(more: object = {}): Exclude<Told, string> {
  return { status: 429, json: { errcode: 'M_LIMIT_EXCEEDED', error: 'slow', ...more } };
}

/** A send by another ghost, to fill the room. */
function aPut(txnId: string): Asked {
  return {
    method: 'PUT',
    path: `/_matrix/client/v3/rooms/${encodeURIComponent(aRoom)}/send/m.room.message/${txnId}`,
    query: new URLSearchParams(),
    user: carol,
    token: undefined,
    body: { body: txnId },
    at: 0,
  };
}
