/** People and strangers who mean harm: by what they say, by what they order, by what they connect to. */

import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { until } from '../support/look.js';
import { stage } from '../support/stage.js';

describe('faults: hostile people', () => {
  const set = stage();

  it('S1: texts that are hard to read keep nobody else waiting', async function () {
    this.timeout(300_000);
    const { people } = set;
    const bob = await people.onIrc('sid', '#hard');
    const [mallory, alice] = [await people.onMatrix('mallory'), await people.onMatrix('amy')];
    const room = await mallory.joins(people.alias('#hard'));
    await alice.joins(room);
    await alice.says(room, 'begin');
    await bob.sees('begin', { to: '#hard' });
    const html = (formatted: string): Record<string, unknown> => ({ msgtype: 'm.text', body: 'x', format: 'org.matrix.custom.html', formatted_body: formatted });
    const bombs: readonly Record<string, unknown>[] = [
      { msgtype: 'm.text', body: `a${'\u0301'.repeat(30_000)}` },
      { msgtype: 'm.text', body: '\n'.repeat(32_000) },
      html('<b>'.repeat(10_000)),
      html(`${'<div><blockquote>'.repeat(2_000)}x`),
      html('<'.repeat(50_000)),
      html(`<a href="${'&amp;'.repeat(8_000)}">x</a>`),
      { msgtype: 'm.text', body: `${'*'.repeat(20_000)}${'_'.repeat(20_000)}` },
      { msgtype: 'm.text', body: `${'('.repeat(25_000)}${'a'.repeat(25_000)}!` },
    ];
    for (const [n, bomb] of bombs.entries()) {
      await mallory.sends(room, bomb);
      const begun = performance.now();
      await alice.says(room, `amy ${n}`);
      await bob.sees(`amy ${n}`, { to: '#hard' });
      assert.ok(performance.now() - begun < 5_000, `bomb ${n}: ${performance.now() - begun} ms`);
    }
  });

  it('S3: no order makes an IRC command that is not on the list, nor a target that is not one', async function () {
    this.timeout(300_000);
    const { people, world } = set;
    const bob = await people.onIrc('sue', '#orders');
    const alice = await people.onMatrix('mal');
    const room = await alice.joins(people.alias('#orders'));
    await alice.says(room, 'begin');
    await bob.sees('begin', { to: '#orders' });
    const admin = await alice.makesRoom({ invite: ['@appservice-irc:hs.test'], is_direct: true, preset: 'trusted_private_chat' });
    await alice.seesMember('@appservice-irc:hs.test', 'join', admin, 10_000);
    const orders = [
      '!nick ChanServ\r\nQUIT', '!nick a b', '!nick #x', '!join #a,#b', '!join 0', '!join #a\r\nJOIN 0', '!cmd QUIT :x', '!cmd OPER a b',
      '!cmd WEBIRC p g h 127.0.0.1', '!raw PART #orders', `!whois ${Array.from({ length: 1_000 }, (_, n) => `n${n}`).join(',')}`, '!whois *', '!join', '!nick',
    ];
    const mine = world.ircd.client('mal[m]');
    const from = mine?.received.length ?? 0;
    for (const order of orders) await alice.says(admin, order);
    await alice.says(admin, '!bridgeversion');
    await sleep(2_000);
    const lines = mine?.received.slice(from).map(({ line }) => line) ?? [];
    assert.deepEqual(lines.filter((line) => !/^(?:NICK|JOIN #|WHOIS|PING|PONG|MODE)/u.test(line)), []);
    assert.deepEqual(lines.filter((line) => line.startsWith('JOIN') && line.includes(',')), []);
    assert.ok(world.ircd.net.channel('#orders')?.members.size === 3);
    await alice.says(room, 'still here');
    await bob.sees('still here', { to: '#orders' });
  });

  it('S23: metrics, health, readiness, debug and the like give nothing away on the port of the homeserver', async () => {
    const { bridge } = set;
    for (const path of ['/metrics', '/debug', '/inspectUsers', '/irc/foo', '/_matrix/provision/link', '/media/x', '/dashboard', '/']) {
      const answer = await fetch(`http://127.0.0.1:${bridge.port}${path}`);
      assert.ok([401, 403, 404].includes(answer.status), `${path} ${answer.status}`);
    }
    for (const path of ['/ready', '/health', '/live']) {
      const answer = await fetch(`http://127.0.0.1:${bridge.port}${path}`);
      if (answer.status !== 404) assert.ok((await answer.text()).length < 100, path);
    }
  });

  it('S24: bombs, slow talkers, smuggling and nonsense on the port: legitimate transactions go on, nothing crashes', async function () {
    this.timeout(300_000);
    const { bridge, people } = set;
    const bob = await people.onIrc('sam', '#port');
    const alice = await people.onMatrix('ali');
    const room = await alice.joins(people.alias('#port'));
    await alice.says(room, 'begin');
    await bob.sees('begin', { to: '#port' });
    const open: Socket[] = [];
    const dial = (text: string | Buffer): void => {
      const socket = connect(bridge.port, '127.0.0.1');
      socket.on('error', () => socket.destroy());
      socket.on('connect', () => socket.write(text));
      socket.resume();
      open.push(socket);
    };
    for (let n = 0; n < 1_000; n++) dial('PUT /_matrix/app/v1/transactions/slow HTTP/1.1\r\nHost: x\r\nContent-Le');
    const path = '/_matrix/app/v1/transactions/1';
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    dial(`PUT ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`);
    dial(`GET /x HTTP/1.1\r\nHost: x\r\nX: ${'h'.repeat(65_536)}\r\n\r\n`);
    dial('GET /\r\n\r\n');
    dial(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc]));
    dial('CONNECT evil:80 HTTP/1.1\r\nHost: evil\r\n\r\n');
    dial('GET http://evil/ HTTP/1.1\r\nHost: evil\r\n\r\n');
    dial('GET /_matrix/..%2f..%2fetc/passwd HTTP/1.1\r\nHost: x\r\n\r\n');
    dial(`GET / HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(500));
    const waits: number[] = [];
    for (let n = 0; n < 40; n++) {
      void fetch(`http://127.0.0.1:${bridge.port}${path}`, { method: 'PUT', body: 'x'.repeat(5_000) }).then((answer) => answer.body?.cancel(), () => undefined);
      if (n % 10 === 0) {
        const headers = { authorization: `Bearer ${set.world.service.hsToken}`, 'content-encoding': 'gzip', 'content-type': 'application/json' };
        void fetch(`http://127.0.0.1:${bridge.port}/_matrix/app/v1/transactions/bomb${n}`, { method: 'PUT', headers, body: bomb }).then((answer) => answer.body?.cancel(), () => undefined);
      }
      const begun = performance.now();
      await alice.says(room, `through ${n}`);
      await bob.sees(`through ${n}`, { to: '#port' });
      waits.push(performance.now() - begun);
    }
    for (const socket of open) socket.destroy();
    waits.sort((a, b) => a - b);
    assert.ok((waits[38] ?? 0) < 5_000, waits.map(Math.round).join(' '));
    await until('it lives', () => bridge.process.running);
  });
});
