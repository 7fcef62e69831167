/** The homeserver is away, ill, slow or strict: nothing is lost or doubled, and who is not concerned does not notice. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultProxy } from '../../src/sandbox/fault-proxy.js';
import type { FaultBehaviour } from '../../src/sandbox/homeserver/faults.js';
import { runFast, slowDisk } from '../support/fast-time.js';
import { bodies, Ledger } from '../support/ledger.js';
import { filesWith, residentMiB, until } from '../support/look.js';
import { stage, type Stage } from '../support/stage.js';
import { talkIn, type Talk } from '../support/talk.js';
import { sandboxWorld } from '../support/world.js';

const SEND = /\/send\/m\.room\.message\//u;
let count = 0;

/** A bridge behind a proxy to the homeserver. A channel for each row, and a server lets nobody into more than twenty. */
function behindProxy(): { set: Stage; proxy: FaultProxy; open: () => Promise<Talk> } {
  const proxy = new FaultProxy(() => set.world.homeserver.port);
  const set = stage({ bridge: async () => ({ homeserverUrl: `http://127.0.0.1:${await proxy.start()}` }) });
  after(() => proxy.stop());
  afterEach(() => {
    set.world.homeserver.clearFaults();
    proxy.refuse = proxy.halfOpen = false;
    proxy.latencyMs = 0;
  });

  /** A channel that talks both ways already, with people of its own. */
  const open = (): Promise<Talk> => talkIn(set.people, `#c${++count}`, count);

  return { set, proxy, open };
}

const clean = (sent: number): object => ({ sent, lost: [], doubled: [], disordered: [] });

describe('faults: a homeserver that is away or ill', () => {
  const { set, proxy, open } = behindProxy();

  // Two minutes of the bridge's time in twenty seconds of ours.
  before(async () => {
    runFast(set.bridge, 6);
    await set.bridge.restart();
  });

  it('H1: away for two minutes under 300 IRC lines in ten channels: none lost, doubled or out of order; drained within one; little memory; no noise', async function () {
    this.timeout(300_000);
    const all = await Promise.all(Array.from({ length: 10 }, () => open()));
    const ledger = new Ledger('h1');
    const memory = residentMiB(set.bridge);
    proxy.refuse = true;
    proxy.reset();
    for (let n = 0; n < 30; n++) {
      for (const { bob, channel } of all) bob.says(channel, ledger.token(bob.nick, channel));
      await sleep(670);
    }
    assert.ok(residentMiB(set.bridge) - memory < 100);
    proxy.refuse = false;
    proxy.latencyMs = 5;
    const begun = performance.now();
    for (const { bob, channel } of all) bob.says(channel, 'the end');
    for (const { alice, room } of all) await alice.sees('the end', { room, withinMs: 60_000 });
    assert.ok(performance.now() - begun < 60_000, `${performance.now() - begun} ms`);
    const texts = (await Promise.all(all.map(({ alice, room }) => bodies(alice, room)))).flat();
    assert.deepEqual(ledger.judge(texts), clean(300));
    for (const { bob } of all) assert.ok(bob.messages.filter(({ command }) => command === 'NOTICE').length <= 1);
    assert.ok(set.world.ircd.client('CausewayBot'), 'IRC stays');
  });

  const ills: readonly (readonly [string, FaultBehaviour])[] = [
    ['500', { status: 500 }],
    ['502 with a page', { status: 502, rawBody: '<html>Bad Gateway</html>', contentType: 'text/html' }],
    ['503', { status: 503 }],
    ['504 after the effect', { status: 504, apply: true }],
    ['200 and nothing', { rawBody: '' }],
    ['200 and half of it', { truncate: true }],
    ['200 and a list', { rawBody: '[]' }],
    ['200 and a page', { rawBody: '<html></html>', contentType: 'text/html' }],
  ];
  it('H2: two minutes of nonsense of every kind, one after the other: each line is tried again until it is done once', async function () {
    this.timeout(300_000);
    const { world } = set;
    const all = await Promise.all(Array.from({ length: 8 }, () => open()));
    const ledger = new Ledger('h2');
    for (const [what, ill] of ills) {
      const fault = world.homeserver.fault({ path: /\/send\//u }, ill);
      for (const { bob, channel } of all) for (let n = 0; n < 2; n++) bob.says(channel, ledger.token(bob.nick, channel));
      await Promise.all([sleep(2_500), until(what, () => fault.hits > 0)]);
      fault.end();
    }
    for (const { bob, channel } of all) bob.says(channel, 'the end');
    for (const { alice, room } of all) await alice.sees('the end', { room, withinMs: 120_000 });
    const texts = (await Promise.all(all.map(({ alice, room }) => bodies(alice, room)))).flat();
    assert.deepEqual(ledger.judge(texts), clean(128));
  });

  it('H3, A-21, A-22: a third of the sends applied and then answered by a reset, a time-out of the proxy or never: none doubled', async function () {
    this.timeout(300_000);
    const { world } = set;
    const { alice, bob, channel, room } = await open();
    const ledger = new Ledger('h3');
    const state = { over: false };
    const trouble = (async () => {
      for (let n = 0; !state.over; n++) {
        // One that hangs is given up after most of a minute of the bridge's time: once is enough.
        const ill: FaultBehaviour = n === 2 ? { hang: true, apply: true } : n % 2 === 0 ? { reset: 'after' } : { status: 504, apply: true };
        const fault = world.homeserver.fault({ path: SEND, skip: 2, times: 1 }, ill);
        await until('it was hit', () => fault.hits > 0 || state.over, 60_000);
        fault.end();
      }
    })();
    for (let n = 0; n < 60; n++) {
      bob.says(channel, ledger.token(bob.nick, channel));
      await sleep(30);
    }
    await until('all but the end', () => ledger.judge(alice.messages(room).map(({ content }) => String(content.body))).lost.length === 0, 120_000);
    state.over = true;
    await trouble;
    assert.deepEqual(ledger.judge(await bodies(alice, room)), clean(60));
  });

});

describe('faults: a homeserver that is slow or strict', () => {
  const { set, proxy, open } = behindProxy();

  it('H4: 429 with the header, the body, both or neither: quiet as long as told, for that user alone; none lost, in order', async function () {
    this.timeout(300_000);
    const { world, people } = set;
    const limits: readonly FaultBehaviour[] = [
      { status: 429, retryAfterMs: 2_000 },
      { status: 429, retryAfter: '2' },
      { status: 429, retryAfter: '2', retryAfterMs: 100 },
      { status: 429 },
    ];
    for (const [n, limit] of limits.entries()) {
      const { alice, bob, channel, room } = await open();
      const other = await people.onIrc(`other${n}`, channel);
      other.says(channel, 'other begins');
      await alice.sees('other begins', { room });
      const ghost = people.ghost(bob.nick);
      const fault = world.homeserver.fault({ path: SEND, user: ghost, times: 1 }, limit);
      const ledger = new Ledger('h4');
      const from = world.homeserver.asked.length;
      for (let k = 0; k < 5; k++) bob.says(channel, ledger.token(bob.nick, channel));
      await until('it was limited', () => fault.hits === 1);
      const limited = performance.now();
      if (n < 3) {
        await sleep(1_500);
        const asked = world.homeserver.asked.slice(from).filter(({ path, user }) => SEND.test(path) && user === ghost);
        assert.equal(asked.length, 1, `quiet ${n}`);
      }
      await until('all have come', () => ledger.judge(alice.messages(room).map(({ content }) => String(content.body))).lost.length === 0, 60_000);
      if (n < 3) assert.ok(performance.now() - limited >= 1_900);
      assert.deepEqual(ledger.judge(await bodies(alice, room)), clean(5));
    }
  });

  it('H4: while one user is limited, another is not; all are, and nothing is lost', async () => {
    const { world, people } = set;
    const [one, two] = [await open(), await open()];
    world.homeserver.fault({ path: SEND, user: people.ghost(one.bob.nick), times: 1 }, { status: 429, retryAfterMs: 8_000 });
    one.bob.says(one.channel, 'late');
    await sleep(200);
    const begun = performance.now();
    two.bob.says(two.channel, 'at once');
    await two.alice.sees('at once', { room: two.room });
    assert.ok(performance.now() - begun < 7_000);
    await one.alice.sees('late', { room: one.room });
    // The homeserver limits everybody alike.
    const limited = world.homeserver.fault({ path: SEND, times: 6 }, { status: 429, retryAfterMs: 1_000 });
    const ledger = new Ledger('all');
    for (let n = 0; n < 5; n++) for (const { bob, channel } of [one, two]) bob.says(channel, ledger.token(bob.nick, channel));
    const texts = (): string[] => [one, two].flatMap(({ alice, room }) => alice.messages(room).map(({ content }) => String(content.body)));
    await until('all have come', () => ledger.judge(texts()).lost.length === 0);
    assert.equal(limited.hits, 6);
    const heard = (await Promise.all([one, two].map(({ alice, room }) => bodies(alice, room)))).flat();
    assert.deepEqual(ledger.judge(heard), clean(10));
  });

  it('H5: sends are taken and never answered, of one room or by a dead line: other rooms do not wait, and all goes on once it is given up', async function () {
    this.timeout(300_000);
    const { bridge, world } = set;
    // A request is given up after most of a minute of the bridge's time.
    runFast(bridge, 5);
    await bridge.restart();
    const [stuck, free] = [await open(), await open()];
    const fault = world.homeserver.fault({ path: new RegExp(encodeURIComponent(stuck.room).replace(/[$.*+?()[\]{}|\\^]/gu, '\\$&'), 'u'), method: 'PUT', times: 1 }, { hang: true });
    stuck.bob.says(stuck.channel, 'hangs');
    await until('it hangs', () => fault.hits === 1);
    const waits: number[] = [];
    for (let n = 0; n < 50; n++) {
      const begun = performance.now();
      free.bob.says(free.channel, `free ${n}`);
      await free.alice.sees(`free ${n}`, { room: free.room });
      waits.push(performance.now() - begun);
    }
    assert.ok(Math.max(...waits) < 5_000, `${Math.max(...waits)} ms`);
    await stuck.alice.sees('hangs', { room: stuck.room, withinMs: 60_000 });
    assert.deepEqual((await bodies(stuck.alice, stuck.room)).filter((text) => text === 'hangs'), ['hangs']);
    // Half open: connections are taken and nothing is ever answered, not even to what is asked on new ones.
    const taken = proxy.accepted;
    proxy.halfOpen = true;
    proxy.reset();
    const ledger = new Ledger('half');
    for (let n = 0; n < 5; n++) for (const { bob, channel } of [stuck, free]) bob.says(channel, ledger.token(bob.nick, channel));
    await until('it has dialled', () => proxy.accepted > taken);
    proxy.halfOpen = false;
    for (const { alice, bob, channel, room } of [stuck, free]) {
      bob.says(channel, 'whole again');
      await alice.sees('whole again', { room, withinMs: 120_000 });
    }
    const texts = await Promise.all([stuck, free].map(({ alice, room }) => bodies(alice, room)));
    assert.deepEqual(ledger.judge(texts.flat()), clean(10));
    assert.ok(proxy.accepted - taken < 200, `${proxy.accepted - taken} connections`);
    runFast(bridge, 1);
    await bridge.restart();
  });

  it('H9: in use is success, at registration and for an alias; a ghost that may not be made is told', async () => {
    const { world, people } = set;
    const bob = await people.onIrc('inuse', '#inuse');
    const alice = await people.onMatrix('inusa');
    world.homeserver.fault({ path: /\/register/u, times: 1 }, { status: 400, errcode: 'M_USER_IN_USE', apply: true });
    // The room was made, and the answer says that its alias is taken.
    const made = world.homeserver.fault({ path: /\/createRoom/u, times: 1 }, { status: 400, errcode: 'M_ROOM_IN_USE', apply: true });
    const room = await alice.joins(people.alias('#inuse'));
    assert.equal(made.hits, 1);
    bob.says('#inuse', 'was registered before');
    await alice.sees('was registered before', { room });
    const ben = await people.onIrc('lone', '#inuse');
    world.homeserver.fault({ path: /\/register/u }, { status: 400, errcode: 'M_EXCLUSIVE' });
    ben.says('#inuse', 'never arrives');
    await ben.sees(/did not reach Matrix/u);
    bob.says('#inuse', 'others go on');
    await alice.sees('others go on', { room });
  });

  it('H10: the homeserver drops all its connections in the middle of traffic: none lost, none doubled', async () => {
    const { alice, bob, channel, room } = await open();
    const ledger = new Ledger('h10');
    proxy.latencyMs = 20;
    for (let n = 0; n < 40; n++) {
      bob.says(channel, ledger.token(bob.nick, channel));
      if (n % 8 === 7) {
        await sleep(50);
        proxy.reset();
      }
    }
    bob.says(channel, 'the end');
    await alice.sees('the end', { room, withinMs: 90_000 });
    assert.deepEqual(ledger.judge(await bodies(alice, room)), clean(40));
  });

  it('H12: a hundred ask for one alias while the channel is slow: one room and one JOIN; a channel that refuses is 404, and no half room stays', async function () {
    this.timeout(300_000);
    const { bridge, people, world } = set;
    const ask = async (alias: string): Promise<number> => {
      const url = `http://127.0.0.1:${bridge.port}/_matrix/app/v1/rooms/${encodeURIComponent(alias)}`;
      return (await fetch(url, { headers: { authorization: `Bearer ${world.service.hsToken}` } })).status;
    };
    world.ircd.knobs.hold = true;
    const from = world.homeserver.asked.length;
    const asking = Promise.all(Array.from({ length: 100 }, () => ask(people.alias('#slowly'))));
    await sleep(2_000);
    world.ircd.release();
    assert.deepEqual(new Set(await asking), new Set([200]));
    const made = world.homeserver.asked.slice(from).filter(({ path, method }) => method === 'POST' && path.endsWith('/createRoom'));
    assert.equal(made.length, 1);
    const joins = world.ircd.client('CausewayBot')?.received.filter(({ line }) => /^JOIN .*#slowly/u.test(line)) ?? [];
    assert.equal(joins.length, 1);
    const op = await people.onIrc('keeper');
    for (const [channel, letters, ...params] of [['#inv', '+i'], ['#ban', '+b', 'CausewayBot!*@*'], ['#key', '+k', 'sesame'], ['#full', '+l', '1']] as const) {
      await op.joins(channel);
      op.sends(`MODE ${channel} ${letters} ${params.join(' ')}`);
      await op.hears('MODE', ({ raw }) => raw.includes(letters));
      const before = world.homeserver.asked.length;
      const begun = performance.now();
      assert.equal(await ask(people.alias(channel)), 404, channel);
      assert.ok(performance.now() - begun < 30_000);
      assert.deepEqual(world.homeserver.asked.slice(before).filter(({ path }) => path.endsWith('/createRoom')), []);
    }
  });

  it('H15: one line is answered 500 for ever: its room goes on within 60 s of the bridge’s time, its author is told once', async function () {
    this.timeout(300_000);
    const { bridge, people, world } = set;
    const { alice, bob, channel, room } = await open();
    runFast(bridge, 5);
    await bridge.restart();
    await alice.says(room, 'again');
    await bob.sees('again', { to: channel });
    bob.says(channel, 'a line before');
    await alice.sees('a line before', { room });
    const other = await open();
    const fault = world.homeserver.fault({ path: SEND, user: people.ghost(bob.nick) }, { status: 500 });
    bob.says(channel, 'poison');
    await until('it is tried', () => fault.hits > 0);
    const second = await people.onIrc('second', channel);
    second.says(channel, 'behind the poison');
    other.bob.says(other.channel, 'elsewhere');
    await other.alice.sees('elsewhere', { room: other.room });
    await alice.sees('behind the poison', { room, withinMs: 60_000 });
    await bob.sees(/did not reach Matrix/u);
    const told = (): number => bob.messages.filter(({ text }) => /did not reach Matrix/u.test(text)).length;
    second.says(channel, 'and another');
    await alice.sees('and another', { room, withinMs: 60_000 });
    assert.equal(told(), 1);
    const [kept, ...others] = filesWith(bridge, 'poison').filter((path) => path.endsWith('aside.db'));
    assert.ok(kept !== undefined && others.length === 0, 'kept aside');
    assert.match(readFileSync(kept, 'utf8'), /"why":"HOMESERVER_BAD_REQUEST: [^"]*500[^"]*","text":"poison"/u);
    assert.deepEqual(bridge.log.filter((line) => line.includes('poison')), []);
    fault.end();
    runFast(bridge, 1);
    await bridge.restart();
  });

  it('H16: text, names and numbers that break homeservers are cleaned or cut: no request fails, all is heard', async () => {
    const { people, world } = set;
    const { alice, bob, channel, room } = await open();
    const from = world.homeserver.asked.length;
    const raw = [Buffer.from([0xed, 0xa0, 0x80]), Buffer.from([0xff, 0xfe]), Buffer.from('\u0003999999999999999999,1'), Buffer.from('\u202e\u2066')];
    for (const [n, bytes] of raw.entries()) {
      bob.writes(Buffer.concat([Buffer.from(`PRIVMSG ${channel} :odd ${n} `), bytes, Buffer.from('\r\n')]));
      await alice.sees(new RegExp(`^odd ${n} `, 'u'), { room });
    }
    // As long as a line may be, in characters that grow when they are escaped; a topic and names of the same kind.
    for (const [n, text] of ['"'.repeat(400), '\u0001'.repeat(200), '\ufffe\uffff\u{10ffff}'.repeat(30), '9007199254740993 -1e400 NaN'].entries()) {
      bob.says(channel, `long ${n} ${text}`);
      await alice.sees(new RegExp(`^long ${n}`, 'u'), { room });
    }
    bob.sends(`TOPIC ${channel} :\u202e${'\u{1f600}'.repeat(70)}\u0003999`);
    const odd = await people.onIrc('odd[]{}^`|_-', channel);
    odd.says(channel, 'an odd name');
    await alice.sees('an odd name', { room });
    const failed = world.homeserver.asked.slice(from).filter(({ method, path, status }) => method !== 'GET' && !/\/(?:register|join)/u.test(path) && status >= 400 && status !== 403);
    assert.deepEqual(failed, []);
  });

  it('T6: all of IRC away and a disk that takes 200 ms to keep anything: transactions are still taken at once, and come in the end', async function () {
    this.timeout(300_000);
    const { bridge, world } = set;
    slowDisk(bridge, 200);
    await bridge.restart();
    const { alice, bob, channel, room } = await open();
    await world.ircd.stop(true);
    const before = world.homeserver.deliveries(world.service).length;
    const taken = (): readonly { readonly status: number; readonly events: readonly unknown[] }[] => world.homeserver.deliveries(world.service).slice(before);
    for (let n = 0; n < 20; n++) await alice.says(room, `waiting ${n}`);
    // Synapse gives each a minute; one that waited for IRC would never be answered.
    await until('taken', () => taken().flatMap(({ events }) => events).length >= 20, 20_000);
    assert.ok(taken().every(({ status }) => status === 200));
    await world.ircd.start();
    await bob.connects(world.ircPort);
    await bob.joins(channel);
    await until('all have come', () => bob.messages.filter(({ text }) => /^waiting/u.test(text)).length === 20, 90_000);
    runFast(bridge, 1);
    await bridge.restart();
  });
});

describe('faults: a homeserver that has given up on us', () => {
  // It would try again by itself after hours.
  const set = stage({ world: () => sandboxWorld({ homeserver: { backoffSpeed: 0.0005 } }) });

  it('T16: our ping at start makes it try at once', async () => {
    const { bridge, people, world } = set;
    const bob = await people.onIrc('bob', '#ping');
    const alice = await people.onMatrix('alice');
    const room = await alice.joins(people.alias('#ping'));
    await alice.says(room, 'begin');
    await bob.sees('begin', { to: '#ping' });
    await bridge.kill();
    const before = world.homeserver.deliveries(world.service).length;
    await alice.says(room, 'while it was gone');
    await until('it has tried in vain', () => world.homeserver.deliveries(world.service).length > before);
    const from = world.homeserver.asked.length;
    await bridge.start();
    await until('the ping', () => world.homeserver.asked.slice(from).some(({ path }) => path.includes('/ping')));
    await bob.sees('while it was gone', { to: '#ping', withinMs: 60_000 });
  });
});
