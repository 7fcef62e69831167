import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request as ask, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Download } from '../../src/homeserver/port.js';
import { makeAddresses } from '../../src/media/addresses.js';
import { Front } from '../../src/media/front.js';
import { type ListenerLimits, MediaListener } from '../../src/media/listener.js';
import { Pastes } from '../../src/media/pastes.js';
import type { PublicAddresses } from '../../src/media/port.js';
import { Proxies } from '../../src/media/proxies.js';
import { shortId } from '../../src/media/short-id.js';
import { Visitors, type VisitorLimits } from '../../src/media/visitors.js';
import { Withdrawn } from '../../src/media/withdrawn.js';
import { BridgeError } from '../../src/model/errors.js';
import { parseMxcUri, type MxcUri } from '../../src/model/ids.js';
import type { Store } from '../../src/store/port.js';
import { TestClock, until } from '../support/clock.js';
import { countingMetrics, eventId, listeningLog, START, userId } from '../support/make.js';
import { aStore } from '../support/store.js';

const CAT = parseMxcUri('mxc://far.example/Abc123')!;
const bytes = randomBytes(300_000);

interface Place {
  readonly url: string;
  readonly port: number;
  readonly clock: TestClock;
  readonly addresses: PublicAddresses;
  readonly fetched: MxcUri[];
  readonly metrics: ReturnType<typeof countingMetrics>;
  readonly lines: ReturnType<typeof listeningLog>['lines'];
  readonly directory: string;
  readonly key: Buffer;
  readonly store: Store;
  give: (signal: AbortSignal) => Promise<Download>;
  readonly address: (set?: Partial<Parameters<PublicAddresses['ofFile']>[0]>) => Promise<string>;
  readonly page: (text: string, set?: Partial<Parameters<PublicAddresses['ofText']>[0]>) => Promise<string>;
}

interface Wish {
  readonly shortLinks?: boolean;
  readonly ttlSeconds?: number;
  readonly limits?: Partial<VisitorLimits>;
  readonly listening?: Partial<ListenerLimits>;
  readonly trusted?: readonly string[];
  /** An earlier life's: its store, key and directory. */
  readonly after?: Pick<Place, 'store' | 'key' | 'directory'>;
  readonly newKey?: true;
  readonly mostBytes?: number;
  readonly prefix?: string;
}

describe('media/front', () => {
  const endings: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  async function place({ shortLinks = false, ttlSeconds = 3600, limits = {}, mostBytes = 1e6, prefix = '', listening = {}, trusted = [], after, newKey }: Wish = {}): Promise<Place> {
    const directory = after?.directory ?? mkdtempSync(join(tmpdir(), 'causeway-front-'));
    const store = after?.store ?? (await aStore());
    const clock = new TestClock();
    const { log, lines } = listeningLog();
    const metrics = countingMetrics();
    const key = (newKey ? undefined : after?.key) ?? randomBytes(64);
    const pastes = await Pastes.open({ directory, ttlSeconds: 3600, maxBytes: 65_536, maxTotalMiB: 1, clock, log });
    const withdrawn = new Withdrawn({ store: store.fileAddresses, clock, log, longestTtl: ttlSeconds === 0 ? undefined : ttlSeconds });
    await withdrawn.load();
    const fetched: MxcUri[] = [];
    const made: { give: Place['give'] } = { give: async () => ({ type: 'image/png', length: bytes.length, body: Readable.from([bytes.subarray(0, 100_000), bytes.subarray(100_000)]) }) };
    const publicUrl = `https://links.example${prefix}`;
    const shared = { publicUrl, key, store: store.fileAddresses, pastes, withdrawn, clock, log, mostBytes };
    const front = new Front({
      ...shared,
      metrics,
      proxies: new Proxies(trusted),
      visitors: new Visitors(clock, { perMinute: 1000, eachAtOnce: 10, allAtOnce: 10, bytesPerMinute: 1e12, ...limits }),
      homeserver: { download: (mxc, signal) => (fetched.push(mxc), made.give(signal)) },
    });
    const listener = new MediaListener(front, new Proxies(trusted), { connections: 100, each: 50, requestMs: 15_000, ...listening });
    const { port } = await listener.listen(0, '127.0.0.1');
    if (!after) endings.push(() => rmSync(directory, { recursive: true }), () => store.close());
    endings.push(() => pastes.close(), () => listener.close());
    const url = `http://127.0.0.1:${port}`;
    const addresses = makeAddresses({ ...shared, ttlSeconds, shortLinks });
    const local = (address: string | undefined): string => {
      if (address === undefined) throw new Error('no address');
      assert.ok(address.startsWith(`${publicUrl}/`), address);
      return address.replace(publicUrl, url + prefix);
    };
    return Object.assign(made, {
      url, port, clock, addresses, fetched, metrics, lines, directory, key, store,
      address: async (set = {}) => local(await addresses.ofFile({ mxc: CAT, name: 'cat.png', event: eventId('$a'), ...set })),
      page: async (text, set = {}) => local(await addresses.ofText({ text, by: 'ann', at: START, event: eventId('$a'), ...set })),
    } satisfies Omit<Place, 'give'>);
  }

  const body = async (url: string, init?: RequestInit): Promise<{ status: number; headers: Headers; bytes: Buffer }> => {
    const answer = await fetch(url, { redirect: 'error', ...init });
    return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
  };

  for (const shortLinks of [false, true]) {
    const kind = shortLinks ? 'short' : 'long';
    it(`MEDIA-1, 4, 5, 6: hands out a file by a ${kind} link`, async () => {
      const { address, metrics, clock, fetched } = await place({ shortLinks });
      const url = await address();
      assert.match(url, shortLinks ? /\/m\/[0-9A-Za-z]{16}\/cat\.png$/u : /\/v1\/media\/download\/[\w-]+\/cat\.png$/u);
      const { status, headers, bytes: got } = await body(url);
      assert.equal(status, 200);
      assert.ok(got.equals(bytes));
      const shown = ['content-type', 'content-length', 'content-disposition', 'accept-ranges', 'x-content-type-options', 'cache-control'];
      assert.deepEqual(shown.map((name) => headers.get(name)), ['image/png', '300000', 'inline; filename="cat.png"', 'bytes', 'nosniff', 'private, no-cache']);
      assert.match(headers.get('content-security-policy') ?? '', /^sandbox;/u);
      const head = await body(url, { method: 'HEAD' });
      assert.deepEqual([head.status, head.headers.get('content-length'), head.bytes.length], [200, '300000', 0]);
      const again = await body(url, { headers: { 'if-none-match': headers.get('etag') ?? '' } });
      assert.deepEqual([again.status, again.bytes.length, fetched.length], [304, 0, 2]);
      await until('it is counted', () => metrics.counts.get('bridge_media_requests{status="200"}') === 2);
      assert.equal(metrics.counts.get('bridge_media_bytes_total'), 300_000);
      await clock.advance(3_600_999);
      assert.equal((await body(url)).status, 410);
      assert.equal((await body(url, { headers: { 'if-none-match': headers.get('etag') ?? '' } })).status, 410);
    });

    it(`MEDIA-10: by a ${kind} link a file keeps its name in any script`, async () => {
      const { address } = await place({ shortLinks });
      const url = await address({ name: 'thé 請求書.png' });
      assert.ok(url.endsWith('/th%C3%A9_%E8%AB%8B%E6%B1%82%E6%9B%B8.png'), url);
      const { status, headers } = await body(url);
      const name = "inline; filename=\"the.png\"; filename*=UTF-8''th%C3%A9_%E8%AB%8B%E6%B1%82%E6%9B%B8.png";
      assert.deepEqual([status, headers.get('content-disposition')], [200, name]);
      assert.equal((await body(url.replace('%A9', '%A8'))).status, 404);
    });

    it(`MEDIA-13, M2I-25: after a redaction a ${kind} link is gone at once, and none is made any more`, async () => {
      const { address, addresses } = await place({ shortLinks });
      const own = await address({ event: eventId('$edit'), replaces: eventId('$a') });
      const edit = await address({ event: eventId('$edit2'), replaces: eventId('$b') });
      const other = await address({ event: eventId('$c') });
      await addresses.withdraw(eventId('$a'));
      await addresses.withdraw(eventId('$edit2'));
      assert.deepEqual([(await body(own)).status, (await body(edit)).status, (await body(other)).status], [410, 410, 200]);
      assert.equal(await addresses.ofFile({ mxc: CAT, name: 'cat.png', event: eventId('$a') }), undefined);
      assert.equal(await addresses.ofText({ text: 'x', by: 'ann', at: START, event: eventId('$a') }), undefined);
    });
  }

  it('SYN-10: what a closed account said and sent is taken off the disk, and of nobody else', async () => {
    const { address, page, addresses } = await place({ shortLinks: true });
    const [alice, carol] = [userId('@alice:hs.test'), userId('@carol:hs.test')];
    const mine = [await address({ event: eventId('$1'), author: alice }), await page('long', { event: eventId('$2'), author: alice })];
    const others = [
      await address({ event: eventId('$3'), author: carol }),
      await page('long too', { event: eventId('$4'), author: carol }),
      await address({ event: eventId('$5') }),
      await page('of long ago', { event: eventId('$6') }),
    ];
    await addresses.forget(new Set([alice]));
    for (const url of mine) assert.notEqual((await body(url)).status, 200);
    for (const url of others) assert.equal((await body(url)).status, 200);
  });

  it('MEDIA-2: ttlSeconds 0: never expires', async () => {
    const { address, clock } = await place({ ttlSeconds: 0 });
    const url = await address();
    await clock.advance(10 * 365 * 86_400_000);
    assert.equal((await body(url)).status, 200);
  });

  it('MEDIA-6: a short link that is forgotten was there: 410, and any other 404', async () => {
    const { url, key } = await place({ shortLinks: true });
    assert.equal((await body(`${url}/m/${shortId(key, 'm', 'gone', 'x.png')}/x.png`)).status, 410);
    assert.equal((await body(`${url}/m/${shortId(key, 'm', 'gone', 'x.png')}/y.png`)).status, 404, 'altered');
    assert.equal((await body(`${url}/m/${shortId(key, 'p', 'gone', 'x.png')}/x.png`)).status, 404);
  });

  it('S26, MEDIA-3: all that was never given out is answered alike', async () => {
    const { url, address, page, fetched } = await place();
    const [path] = [new URL(await address()).pathname];
    const paste = new URL(await page('text')).pathname;
    const never = [
      path.replace('cat.png', 'dog.png'),
      path.replace('/cat.png', ''),
      path.replace(/download\/A/u, 'download/B'),
      `${path}/`,
      `${paste}/x`,
      paste.replace(/.$/u, (letter) => (letter === 'x' ? 'y' : 'x')),
      '/p/aaaaaaaaaaaaaaaa',
      '/m/aaaaaaaaaaaaaaaa/x.png',
      '/v1/media/download/AQ',
      '/v1/media/download/mxc:%2f%2f127.0.0.1:8008%2fx',
      '/p/..%2f..%2fetc%2fpasswd',
      '/m/',
    ];
    const answers = await Promise.all(never.map(async (each) => {
      const { status, headers, bytes: text } = await body(url + each);
      return JSON.stringify([status, text.toString(), [...headers].filter(([name]) => name !== 'date')]);
    }));
    assert.equal(new Set(answers).size, 1, answers.join('\n'));
    assert.match(answers[0] ?? '', /^\[404,/u);
    assert.deepEqual(fetched, []);
    assert.equal((await body(url + path)).status, 200);
  });

  const ranges: [string, Record<string, string>, number, number, number, string | null][] = [
    ['a part in the middle, over two chunks', { range: 'bytes=99999-100001' }, 206, 99_999, 100_002, 'bytes 99999-100001/300000'],
    ['the end', { range: 'bytes=-10' }, 206, 299_990, 300_000, 'bytes 299990-299999/300000'],
    ['from somewhere', { range: 'bytes=200000-' }, 206, 200_000, 300_000, 'bytes 200000-299999/300000'],
    ['beyond', { range: 'bytes=300000-' }, 416, 0, 0, 'bytes */300000'],
    ['two parts: all', { range: 'bytes=0-1,5-6' }, 200, 0, 300_000, null],
    ['of another version: all', { range: 'bytes=0-1', 'if-range': '"other"' }, 200, 0, 300_000, null],
  ];
  for (const [sentence, headers, status, begin, end, range] of ranges) {
    it(`MEDIA-5: Range: ${sentence}`, async () => {
      const { address } = await place();
      const got = await body(await address(), { headers });
      assert.deepEqual([got.status, got.headers.get('content-range'), got.headers.get('content-length')], [status, range, String(end - begin)]);
      assert.ok(got.bytes.equals(bytes.subarray(begin, end)));
    });
  }

  it('MEDIA-5, S26: HTML and SVG are never shown, whatever they call themselves', async () => {
    const here = await place();
    for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/html; charset=utf-8', 'TEXT/HTML']) {
      here.give = async () => ({ type, length: 5, body: Readable.from([Buffer.from('<svg>')]) });
      const { headers } = await body(await here.address());
      assert.equal(headers.get('content-type'), 'application/octet-stream');
      assert.match(headers.get('content-disposition') ?? '', /^attachment;/u);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
    }
  });

  it('C10, S26: a file name injects no header', async () => {
    const { address } = await place();
    const { status, headers } = await body(await address({ name: 'a"\r\nSet-Cookie: evil=1\r\n\r\n<script>.png' }));
    assert.deepEqual([status, headers.get('set-cookie'), headers.get('content-disposition')], [200, null, 'inline; filename="a_Set-Cookie_evil_1_script.png"']);
  });

  const refusals: [string, () => Promise<Download>, number][] = [
    ['the homeserver has it no more', () => Promise.reject(new BridgeError('HOMESERVER_NOT_FOUND', 'download: 404 M_NOT_FOUND')), 404],
    ['the homeserver is away', () => Promise.reject(new BridgeError('HOMESERVER_UNAVAILABLE', 'no answer')), 502],
    ['the homeserver does not know us', () => Promise.reject(new BridgeError('HOMESERVER_UNAUTHORISED', '401')), 502],
    ['something unforeseen', () => Promise.reject(new Error('what?')), 502],
    ['it is larger than we hand out', async () => ({ length: 1_000_001, body: Readable.from([bytes]) }), 413],
  ];
  for (const [sentence, give, status] of refusals) {
    it(`MEDIA-3, 8: ${sentence}: ${status}`, async () => {
      const here = await place();
      here.give = give;
      const got = await body(await here.address());
      assert.equal(got.status, status);
      assert.ok(!got.bytes.toString().includes('homeserver'));
    });
  }

  it('MEDIA-8: a file that says it is too large gets no link', async () => {
    const { addresses } = await place();
    assert.equal(await addresses.ofFile({ mxc: CAT, name: 'x', event: eventId('$a'), bytes: 1_000_001 }), undefined);
  });

  it('MEDIA-8: one that is larger than it said, or than we bear, or breaks off, is cut off and not shown as whole', async () => {
    const here = await place({ mostBytes: 400_000 });
    const url = await here.address();
    here.give = async () => ({ body: Readable.from([bytes, bytes]) });
    await assert.rejects(body(url), 'endless');
    async function* broken(): AsyncGenerator<Buffer> {
      yield bytes;
      await Promise.resolve();
      throw new Error('reset by the homeserver');
    }
    here.give = async () => ({ body: Readable.from(broken()) });
    await assert.rejects(body(url), 'broken off');
    here.give = async () => ({ length: 300_001, body: Readable.from([bytes]) });
    await assert.rejects(body(url), 'less than it said');
    here.give = async () => ({ length: 10, body: Readable.from([bytes]) });
    assert.equal((await body(url)).bytes.length, 10, 'more than it said');
    here.give = async () => ({ body: Readable.from([bytes]) });
    const whole = await body(url, { headers: { range: 'bytes=0-1' } });
    assert.deepEqual([whole.status, whole.bytes.length, whole.headers.get('accept-ranges')], [200, 300_000, null], 'no length, no parts');
  });

  /** A request whose answer nobody reads. */
  const idle = (url: string): Promise<{ socket: Socket; answer: IncomingMessage }> =>
    new Promise((resolve, reject) => {
      const asked = ask(url, { agent: false }, (answer) => resolve({ socket: answer.socket, answer: answer.pause() }));
      asked.on('error', reject).end();
      endings.push(() => void asked.destroy());
    });

  it('MEDIA-8: who reads nothing makes us read no more than a little, and is left after a while', async () => {
    const here = await place({ mostBytes: 1e9 });
    let read = 0;
    const source = new Readable({
      read() {
        read += 65_536;
        this.push(Buffer.alloc(65_536));
      },
    });
    here.give = async () => ({ type: 'video/mp4', length: 1e9, body: source });
    const { answer } = await idle(await here.address());
    let before = -1;
    await until('it stands still', () => {
      const still = read === before && read > 0;
      before = read;
      return still;
    });
    assert.ok(read < 64e6, `${read} bytes were read ahead`);
    const gone = new Promise<void>((resolve) => void answer.once('close', resolve).on('error', () => undefined));
    await here.clock.advance(20_000);
    await here.clock.advance(20_000);
    await until('the source is let go', () => source.destroyed);
    answer.resume();
    await gone;
  });

  it('MEDIA-8: who goes away ends the request to the homeserver', async () => {
    const here = await place({ mostBytes: 1e9 });
    const source = new Readable({ read() { this.push(Buffer.alloc(65_536)); } });
    here.give = async () => ({ length: 1e9, body: source });
    const { socket } = await idle(await here.address());
    socket.destroy();
    await until('the source is let go', () => source.destroyed);
  });

  it('MEDIA-8: who goes away before the homeserver answers ends the request, too, and frees his place', async () => {
    const here = await place({ limits: { eachAtOnce: 1 } });
    const file = here.give;
    let ended = false;
    here.give = (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(Object.assign(new Error('gone'), { ended: (ended = true) }))));
    const url = await here.address();
    const asked = ask(url, { agent: false }).on('error', () => undefined).end();
    await until('it is under way', () => here.fetched.length === 1);
    asked.destroy();
    await until('it is ended', () => ended);
    here.give = file;
    await until('it is counted', () => here.metrics.counts.get('bridge_media_requests{status="none"}') === 1);
    assert.equal((await body(url)).status, 200);
  });

  it('MEDIA-8: who asks for the ends of long files pays for what stands before them', async () => {
    const here = await place({ trusted: ['127.0.0.1'], limits: { bytesPerMinute: 500_000 } });
    const url = await here.address();
    const end = (who: string): Promise<number> => body(url, { headers: { range: 'bytes=-1', 'x-forwarded-for': who } }).then(({ status }) => status);
    assert.deepEqual([await end('192.0.2.1'), await end('192.0.2.1'), await end('192.0.2.1'), await end('192.0.2.2')], [206, 206, 429, 206]);
    await here.clock.advance(60_000);
    assert.equal(await end('192.0.2.1'), 206);
  });

  it('MEDIA-8: a part far behind is worth waiting for; who waits is no slow reader', async () => {
    const here = await place({ mostBytes: 1e9 });
    let give: (bytes: Buffer) => void = () => undefined;
    here.give = async () => {
      const source = new Readable({ read: () => undefined });
      give = (chunk) => void source.push(chunk);
      return { length: 2_000_000, body: source };
    };
    const got = body(await here.address(), { headers: { range: 'bytes=1999990-' } });
    await until('it is asked for', () => here.fetched.length === 1);
    for (let at = 0; at < 20; at++) {
      give(Buffer.alloc(100_000, at));
      await new Promise(setImmediate);
      await here.clock.advance(15_000);
    }
    assert.ok((await got).bytes.equals(Buffer.alloc(10, 19)));
  });

  it('MEDIA-8: by a header nobody is somebody else, unless a proxy of ours says so', async () => {
    for (const [trusted, wanted] of [[[], 429], [['127.0.0.1'], 200]] as const) {
      const here = await place({ trusted, limits: { perMinute: 2 } });
      const url = await here.address();
      const statuses: number[] = [];
      for (const who of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) statuses.push((await body(url, { headers: { 'x-forwarded-for': who } })).status);
      assert.deepEqual(statuses, [200, 200, wanted]);
    }
  });

  it('MEDIA-8: a stranger who opens connections and says nothing, or a letter at a time, has but some, and not for long', async () => {
    const { port, url } = await place({ listening: { each: 5, requestMs: 2000 } });
    let open = 0;
    const sockets = Array.from({ length: 20 }, (_, at) => {
      const socket = connect(port, '127.0.0.1', () => {
        open++;
        if (at % 2 === 0) socket.write('GET /p/x HTTP/1.1\r\nx: ');
      });
      socket.on('error', () => undefined).on('close', () => open--).resume();
      return socket;
    });
    const dripping = setInterval(() => sockets.forEach((socket) => socket.writable && socket.write('y')), 50);
    endings.push(() => clearInterval(dripping), () => sockets.forEach((socket) => socket.destroy()));
    await until('all have tried', () => sockets.every(({ connecting }) => !connecting));
    await until('those beyond five are gone', () => open <= 5);
    await until('the others, too', () => sockets.every(({ closed }) => closed));
    assert.equal((await body(`${url}/x`)).status, 404);
  });

  it('MEDIA-2, 13: with a new key long links are void, short ones and pages stay, and a redaction takes all off the disk', async () => {
    const before = await place({ shortLinks: true });
    const long = await place({ after: before });
    const urls = [await before.address(), await before.page('text', { event: eventId('$p') }), await long.address()];
    const after = await place({ after: before, newKey: true });
    const there = (url: string): Promise<number> => body(url.replace(/^http:\/\/[^/]+/u, after.url)).then(({ status }) => status);
    assert.deepEqual(await Promise.all(urls.map(there)), [200, 200, 404]);
    for (const event of ['$a', '$p']) await after.addresses.withdraw(eventId(event));
    assert.deepEqual(await Promise.all(urls.map(there)), [410, 404, 404], 'a page that is gone was given by nobody we know');
    assert.deepEqual(readdirSync(before.directory), []);
  });

  it('MEDIA-11, 13: what is redacted while it is written is not kept', async () => {
    const { addresses, directory } = await place();
    const given = addresses.ofText({ text: 'x', by: 'ann', at: START, event: eventId('$a') });
    await addresses.withdraw(eventId('$a'));
    assert.equal(await given, undefined);
    assert.deepEqual(readdirSync(directory), []);
  });

  it('MEDIA-8: a part is no reason to read the rest', async () => {
    const here = await place({ mostBytes: 1e9 });
    const source = new Readable({ read() { this.push(Buffer.alloc(65_536)); } });
    here.give = async () => ({ length: 1e9, body: source });
    assert.equal((await body(await here.address(), { headers: { range: 'bytes=0-9' } })).bytes.length, 10);
    await until('the source is let go', () => source.destroyed);
  });

  it('MEDIA-8: too many downloads at a time, and too many requests, are told to come again', async () => {
    const here = await place({ limits: { eachAtOnce: 1, perMinute: 4 }, mostBytes: 1e9 });
    const file = here.give;
    const source = new Readable({ read() { this.push(Buffer.alloc(65_536)); } });
    here.give = async () => ({ length: 1e9, body: source });
    const url = await here.address();
    const { socket } = await idle(url);
    const second = await body(url);
    assert.deepEqual([second.status, second.headers.get('retry-after')], [429, '60']);
    socket.destroy();
    await until('the source is let go', () => source.destroyed);
    here.give = file;
    assert.equal((await body(url)).status, 200);
    assert.equal((await body(url)).status, 200);
    assert.equal((await body(url)).status, 429);
    await here.clock.advance(60_000);
    assert.equal((await body(url)).status, 200);
  });

  it('takes no bodies and no other methods', async () => {
    const { address, url } = await place();
    const target = await address();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) assert.equal((await body(target, { method })).status, 405);
    assert.equal((await body(url)).status, 404);
  });

  it('MEDIA-11: shows a page, and the text as it was', async () => {
    const { page, directory } = await place({ prefix: '/media' });
    const text = 'one\n<b>two</b>\n\ttabbed\r\n';
    const url = await page(text);
    assert.match(url, /\/media\/p\/[0-9A-Za-z]{16}$/u);
    const shown = await body(url);
    assert.equal(shown.status, 200);
    assert.equal(shown.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.match(shown.headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'sha256-/u);
    assert.ok(shown.bytes.toString().includes('&lt;b&gt;two&lt;/b&gt;'));
    assert.ok(shown.bytes.toString().includes(`href="${new URL(url).pathname}/raw"`));
    const raw = await body(`${url}/raw`);
    assert.equal(raw.bytes.toString(), text);
    assert.deepEqual([raw.headers.get('content-type'), raw.headers.get('content-security-policy')], ['text/plain; charset=utf-8', "sandbox; default-src 'none'"]);
    assert.equal(raw.headers.get('content-disposition'), 'inline; filename="ann_2025-01-01.txt"');
    assert.equal(await page(text), url, 'the same for the same event');
    assert.equal(readdirSync(directory).length, 1);
  });

  it('MEDIA-11, 13: a page is gone when it is too old, and when its message is redacted, from the disk as well', async () => {
    const { page, addresses, clock, directory } = await place();
    const own = await page('secret', { event: eventId('$a') });
    const edit = await page('secret too', { event: eventId('$edit'), replaces: eventId('$a') });
    const old = await page('old', { event: eventId('$b') });
    await addresses.withdraw(eventId('$a'));
    assert.equal(readdirSync(directory).length, 1, 'both are off the disk at once');
    for (const url of [own, edit]) assert.deepEqual([(await body(url)).status, (await body(`${url}/raw`)).status], [410, 410]);
    assert.equal(readdirSync(directory).length, 1);
    assert.equal((await body(old)).status, 200);
    await clock.advance(3_600_000);
    assert.equal((await body(old)).status, 410);
  });

  it('MEDIA-18, INV-9: links are not in the log', async () => {
    const { address, page, lines } = await place();
    const urls = [await address(), await page('text')];
    for (const url of urls) await body(url);
    await until('both are logged', () => lines.length >= 2);
    const secrets = urls.map((url) => new URL(url).pathname.split('/')).map((parts) => parts.find((part) => part.length >= 16) ?? '');
    assert.ok(!lines.some((line) => secrets.some((secret) => JSON.stringify(line).includes(secret))));
  });

  it('is not brought down by what is no HTTP', async () => {
    const { port, url } = await place();
    for (const text of ['\0\0\r\n\r\n', 'GET /p/\xff HTTP/1.1\r\n\r\n', 'GET p HTTP/1.1\r\nhost: x\r\n\r\n', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`, 'GET http://other.example/p/x HTTP/1.1\r\nhost: x\r\n\r\n']) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.end(text));
        socket.on('error', () => undefined).on('close', () => resolve()).resume();
      });
    }
    assert.equal((await body(`${url}/x`)).status, 404);
  });
});
