/** Files and long texts for people without accounts: MEDIA-1 to 18, S26, L-3, on the sandbox's servers. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { request as ask, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { freePort } from '../src/sandbox/free-port.js';
import { becomes, linkIn, opens, PUBLIC_URL, redacts, uploads } from './support/links.js';
import { moderates, theBot } from './support/moderator.js';
import { asToken } from './support/push.js';
import { residentMiB, until } from './support/look.js';
import type { IrcPerson, MatrixPerson } from './support/people.js';
import { stage, type Stage } from './support/stage.js';
import { story } from './support/story.js';
import { sandboxWorld } from './support/world.js';

const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(200_000)]);

interface Talk {
  readonly alice: MatrixPerson;
  readonly bob: IrcPerson;
  readonly room: string;
}

/** Two who talk in a channel; each row has its own. */
async function talk({ people }: Pick<Stage, 'people'>, name: string): Promise<Talk> {
  const bob = await people.onIrc(`bob${name}`, `#${name}`);
  const alice = await people.onMatrix(`alice${name}`);
  const room = await alice.joins(people.alias(`#${name}`));
  await alice.says(room, 'hello');
  await bob.sees('hello');
  return { alice, bob, room };
}

const said = (body: string, more: object = {}): Readonly<Record<string, unknown>> => ({ msgtype: 'm.text', body, ...more });

describe('media: links to files', function () {
  this.timeout(60_000);
  const set = stage({ bridge: { service: { mediaProxy: { publicUrl: PUBLIC_URL, signingKeyPath: 'key.jwk' } } } });
  const downloads = (): number => set.world.homeserver.asked.filter(({ path }) => path.includes('/media/download/')).length;

  const kinds: [string, string, string, RegExp][] = [
    ['m.image', 'image/png', 'cat.png', /^\x01ACTION uploaded an image: cat\.png \(195 KiB\) http\S+\/cat\.png\x01$/u],
    ['m.video', 'video/mp4', 'pour.mp4', /^\x01ACTION uploaded a video: pour\.mp4 \(195 KiB\) http\S+\/pour\.mp4\x01$/u],
    ['m.audio', 'audio/ogg', 'whistle.ogg', /^\x01ACTION uploaded an audio file: whistle\.ogg \(195 KiB\) http\S+\/whistle\.ogg\x01$/u],
    ['m.file', 'application/pdf', 'recipe.pdf', /^\x01ACTION posted a file: recipe\.pdf \(195 KiB\) http\S+\/recipe\.pdf\x01$/u],
  ];
  for (const [msgtype, type, name, words] of kinds) {
    it(`MEDIA-1, 4, 5, 17, S-038, S-039: ${msgtype}: a link that works without an account, gone when the message is`, async () => {
      const { alice, bob, room } = await talk(set, msgtype.slice(2));
      const mxc = await uploads(alice, PNG, type, name);
      const event = await alice.sends(room, { msgtype, body: name, url: mxc, info: { mimetype: type, size: PNG.length } });
      const line = await bob.sees(words);
      assert.ok(!line.text.includes('mxc:'));
      const link = linkIn(line.text);
      assert.ok(link.length < 160, link);
      for (const stripped of [false, true]) {
        const got = await opens(link, set.bridge.port, { stripped });
        assert.equal(got.status, 200);
        assert.ok(got.bytes.equals(PNG));
        assert.equal(got.headers.get('content-type'), type);
        assert.equal(got.headers.get('content-disposition'), `${msgtype === 'm.file' ? 'attachment' : 'inline'}; filename="${name}"`);
        assert.match(got.headers.get('content-security-policy') ?? '', /^sandbox;/u);
        assert.equal(got.headers.get('x-content-type-options'), 'nosniff');
      }
      const part = await opens(link, set.bridge.port, { headers: { range: 'bytes=100000-100009' } });
      assert.deepEqual([part.status, part.headers.get('content-range')], [206, `bytes 100000-100009/${PNG.length}`]);
      assert.ok(part.bytes.equals(PNG.subarray(100_000, 100_010)));
      await redacts(alice, room, event);
      await becomes(link, set.bridge.port, 410);
    });
  }

  it('S26, MEDIA-3: guessed, altered and foreign links are all answered alike, and the homeserver is not asked', async () => {
    const { alice, bob, room } = await talk(set, 's26');
    await alice.sends(room, { msgtype: 'm.image', body: 'a.png', url: await uploads(alice, PNG, 'image/png') });
    const link = linkIn((await bob.sees(/a\.png/u)).text);
    const before = downloads();
    const never = [
      link.replace('a.png', 'b.png'),
      link.replace(/download\/(.{10})./u, 'download/$1!'),
      link.replace(/.\/a\.png$/u, (end) => `${end.startsWith('A') ? 'B' : 'A'}/a.png`),
      `${PUBLIC_URL}/v1/media/download/AQAAAAAA`,
      `${PUBLIC_URL}/v1/media/download/..%2f..%2f..%2fwhoami`,
      `${PUBLIC_URL}/p/aaaaaaaaaaaaaaaa`,
      `${PUBLIC_URL}/p/aaaaaaaaaaaaaaaa/raw`,
      `${PUBLIC_URL}/m/aaaaaaaaaaaaaaaa/a.png`,
    ];
    const answers = await Promise.all(never.map(async (each) => {
      const { status, headers, bytes } = await opens(each, set.bridge.port);
      return JSON.stringify([status, bytes.toString(), [...headers].filter(([name]) => name !== 'date')]);
    }));
    assert.equal(new Set(answers).size, 1, answers.join('\n'));
    assert.match(answers[0] ?? '', /^\[404/u);
    assert.equal(downloads(), before);
  });

  it('S26, C10: what could be a page is handed over as a file; names do no harm; no link for what is no file of a homeserver', async () => {
    const { alice, bob, room } = await talk(set, 'evil');
    const html = await uploads(alice, Buffer.from('<script>alert(1)</script>'), 'text/html', 'x.html');
    await alice.sends(room, { msgtype: 'm.image', body: 'x".html\r\nQUIT :gone\r\n', filename: 'x".html\r\nSet-Cookie: a=b', url: html, info: { mimetype: 'image/png' } });
    const got = await opens(linkIn((await bob.sees(/uploaded an image/u)).text), set.bridge.port);
    assert.deepEqual([got.headers.get('content-type'), got.headers.get('set-cookie')], ['application/octet-stream', null]);
    assert.match(got.headers.get('content-disposition') ?? '', /^attachment; filename="[\w.-]+"$/u);
    const before = downloads();
    for (const [at, url] of ['mxc://../whoami', 'http://127.0.0.1/x', 'mxc://a/b/../c', 7].entries()) {
      await alice.sends(room, { msgtype: 'm.file', body: `no${at}`, url });
      assert.ok(!(await bob.sees(new RegExp(`no${at}`, 'u'))).text.includes('http://links'));
    }
    await alice.sends(room, { msgtype: 'm.file', body: 'far', url: 'mxc://127.0.0.1:1/x' });
    assert.equal((await opens(linkIn((await bob.sees(/far/u)).text), set.bridge.port)).status, 404, 'only our homeserver says what it has');
    await alice.sends(room, { msgtype: 'm.file', body: 'empty', url: await uploads(alice, Buffer.alloc(0), 'image/png'), info: { size: 0 } });
    const empty = await opens(linkIn((await bob.sees(/empty/u)).text), set.bridge.port);
    assert.deepEqual([empty.status, empty.bytes.length], [200, 0]);
    assert.equal(downloads(), before + 2);
  });

  it('MEDIA-8: slow readers of a large file cost little memory, hold up no talk, and who leaves ends the download', async () => {
    const { alice, bob, room } = await talk(set, 'slow');
    const url = set.world.homeserver.house.media.keep({ type: 'video/mp4', name: undefined, bytes: Buffer.alloc(90 * 1024 * 1024) });
    await alice.sends(room, { msgtype: 'm.video', body: 'long.mp4', url });
    const link = linkIn((await bob.sees(/long\.mp4/u)).text);
    const address = link.replace(PUBLIC_URL, `http://127.0.0.1:${set.bridge.port}/media`);
    const before = residentMiB(set.bridge);
    const readers = await Promise.all(Array.from({ length: 10 }, () => new Promise<IncomingMessage>((resolve, reject) => {
      ask(address, { agent: false }, (answer) => resolve(answer.pause())).on('error', reject).end();
    })));
    for (let at = 0; at < 20; at++) {
      await alice.says(room, `talk ${at}`);
      await bob.sees(`talk ${at}`);
    }
    const grown = residentMiB(set.bridge) - before;
    assert.ok(grown < 150, `${grown} MiB more for ten readers of 90 MiB each`);
    for (const reader of readers) reader.on('error', () => undefined).destroy();
    // So many at a time are not allowed: those who left have made room.
    for (let tries = 0; ; tries++) {
      const again = await Promise.all(readers.map(() => opens(link, set.bridge.port, { headers: { range: 'bytes=0-9' } })));
      if (again.every(({ status }) => status === 206)) break;
      assert.ok(tries < 15, 'their places are not free again');
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  });

  it('H1: while the homeserver is away a link is answered with 502, and works again afterwards', async () => {
    const { alice, bob, room } = await talk(set, 'away');
    await alice.sends(room, { msgtype: 'm.image', body: 'b.png', url: await uploads(alice, PNG, 'image/png') });
    const link = linkIn((await bob.sees(/b\.png/u)).text);
    const fault = set.world.homeserver.fault({ path: /media\/download/u }, { status: 503 });
    assert.equal((await opens(link, set.bridge.port)).status, 502);
    fault.end();
    const redirect = set.world.homeserver.fault({ path: /media\/download/u }, { status: 307 });
    assert.equal((await opens(link, set.bridge.port)).status, 502, 'a redirect is not followed');
    redirect.end();
    assert.equal((await opens(link, set.bridge.port)).status, 200);
  });

  it('INV-9, MEDIA-2, 18: the key is ours alone, and no link is in the log', () => {
    const path = join(set.bridge.process.directory, 'key.jwk');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const { k } = JSON.parse(readFileSync(path, 'utf8')) as { k: string };
    assert.ok(set.bridge.log.some((line) => line.includes('asked')), 'requests are logged');
    assert.ok(!set.bridge.log.some((line) => line.includes(k) || /media\/download\/[\w-]{20}/u.test(line.replace(/_matrix\/client\/v1\/media/gu, ''))));
    assert.ok(!set.bridge.log.some((line) => line.includes('no links')));
  });
});

describe('media: pages for long texts', function () {
  this.timeout(60_000);
  const set = stage({ bridge: { service: { mediaProxy: { publicUrl: PUBLIC_URL, shortLinks: true, quarantine: true } } } });
  const EIGHT = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'].join('\n');

  it('MEDIA-11, 13, M2I-28, S-034: eight lines are the first and a link; the page is gone when the message is', async () => {
    const { alice, bob, room } = await talk(set, 'long');
    const event = await alice.says(room, EIGHT);
    const line = await bob.sees(/full message at/u);
    assert.match(line.text, /^one \(full message at <http:\/\/links\.test\/media\/p\/[0-9A-Za-z]{16}>\)$/u);
    const link = linkIn(line.text);
    const page = await opens(link, set.bridge.port);
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/u);
    assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-/u);
    assert.ok(page.bytes.toString().includes(`${EIGHT}</pre>`));
    assert.match(page.bytes.toString(), /<h1>alicelong/u);
    const raw = await opens(`${link}/raw`, set.bridge.port);
    assert.deepEqual([raw.bytes.toString(), raw.headers.get('content-type')], [EIGHT, 'text/plain; charset=utf-8']);
    await alice.says(room, 'after');
    await bob.sees('after');
    assert.deepEqual(bob.messages.map(({ text }) => text), ['hello', line.text, 'after']);
    await redacts(alice, room, event);
    await becomes(link, set.bridge.port, 410);
    assert.equal((await opens(`${link}/raw`, set.bridge.port)).status, 410);
    assert.deepEqual(readdirSync(join(set.bridge.process.directory, 'data', 'pastes')), []);
  });

  it('M2I-29, S-035: a long code block is an action with its language and a link', async () => {
    const { alice, bob, room } = await talk(set, 'code');
    const code = ['let a;', '  if (a < b) {', '    b();', '  }', ''].join('\n');
    await alice.sends(room, said(`\`\`\`javascript\n${code}\`\`\``, {
      format: 'org.matrix.custom.html',
      formatted_body: `<pre><code class="language-javascript">${code.replaceAll('<', '&lt;')}</code></pre>`,
    }));
    const line = await bob.sees(/javascript code block/u);
    assert.match(line.text, /^\x01ACTION sent a javascript code block: http\S+\x01$/u);
    const page = (await opens(linkIn(line.text), set.bridge.port)).bytes.toString();
    assert.match(page, /<pre class="code">\nlet a;/u);
    assert.ok(page.includes('  if (a &lt; b) {\n    b();'));
    assert.match(page, /<footer>javascript, /u);
  });

  it('L-3: an event of 60,000 bytes and 20,000 lines is one line and one link, and the page has it to the letter', async () => {
    const { alice, bob, room } = await talk(set, 'flood');
    for (let at = 0; at < 5; at++) {
      const body = `x${at}\n${'x\n'.repeat(20_000)}`;
      await alice.says(room, body);
      const link = linkIn((await bob.sees(new RegExp(`^x${at} \\(full message`, 'u'))).text);
      assert.equal((await opens(`${link}/raw`, set.bridge.port)).bytes.toString(), body);
    }
    assert.equal(bob.messages.length, 6);
  });

  it('MEDIA-6, 13, F2: short links and pages, and that they were taken back, hold over a restart and kill -9', async () => {
    const { alice, bob, room } = await talk(set, 'again');
    const file = { msgtype: 'm.image', url: await uploads(alice, PNG, 'image/png') };
    await alice.sends(room, { ...file, body: 'stays.png' });
    const event = await alice.sends(room, { ...file, body: 'goes.png' });
    const stays = linkIn((await bob.sees(/stays\.png/u)).text);
    const goes = linkIn((await bob.sees(/goes\.png/u)).text);
    assert.match(stays, /^http:\/\/links\.test\/media\/m\/[0-9A-Za-z]{16}\/stays\.png$/u);
    await alice.says(room, EIGHT);
    const page = linkIn((await bob.sees(/full message at/u)).text);
    await redacts(alice, room, event);
    await becomes(goes, set.bridge.port, 410);
    await set.bridge.restart();
    await set.bridge.kill();
    await set.bridge.start();
    assert.equal((await opens(goes, set.bridge.port)).status, 410);
    assert.ok((await opens(stays, set.bridge.port)).bytes.equals(PNG));
    assert.equal((await opens(`${page}/raw`, set.bridge.port)).bytes.toString(), EIGHT);
  });

  it('MEDIA-13: what a moderator deletes is quarantined where the bot is an admin, and not held up where it is none', async () => {
    const { alice, bob, room } = await talk(set, 'mod');
    const mod = await set.people.onMatrix('mod');
    await mod.joins(room);
    await moderates(mod, room, set.bridge);
    const { media } = set.world.homeserver.house;
    const send = async (name: string): Promise<{ mxc: string; link: string; event: string }> => {
      const mxc = await uploads(alice, Buffer.from(name), 'image/png');
      const event = await alice.sends(room, { msgtype: 'm.image', body: name, url: mxc });
      return { mxc, event, link: linkIn((await bob.sees(new RegExp(name, 'u'))).text) };
    };
    const [first, second, own] = [await send('first.png'), await send('second.png'), await send('own.png')];
    await redacts(mod, room, first.event);
    await becomes(first.link, set.bridge.port, 410);
    await until('it is said', () => set.bridge.log.some((line) => line.includes('not quarantined')));
    assert.deepEqual([...media.quarantined], []);
    media.admins.add((await theBot(set.bridge, alice.url)).userId);
    await redacts(alice, room, own.event);
    await redacts(mod, room, second.event);
    await until('two are locked away', () => media.quarantined.size >= 2);
    assert.deepEqual([...media.quarantined].sort(), [first.mxc, second.mxc].sort(), 'the first as well, and not what its author took back');
    assert.ok(!set.bridge.log.some((line) => line.includes(asToken(set.bridge))));
  });

  it('M2I-26, MEDIA-13: what is redacted gets no link any more', async () => {
    const { alice, bob, room } = await talk(set, 'late');
    const before = readdirSync(join(set.bridge.process.directory, 'data', 'pastes')).length;
    await set.bridge.stop();
    const event = await alice.says(room, EIGHT);
    await redacts(alice, room, event);
    await alice.says(room, 'after');
    await set.bridge.start();
    await bob.sees('after');
    const links = bob.messages.filter(({ text }) => text.includes('links.test')).map(({ text }) => linkIn(text));
    for (const link of links) await becomes(link, set.bridge.port, 410);
    assert.equal(readdirSync(join(set.bridge.process.directory, 'data', 'pastes')).length, before);
  });
});

describe('media: where it listens', function () {
  this.timeout(90_000);

  it('MEDIA-2: bindPort: on a port of its own, and then not on the other', async () => {
    const bindPort = await freePort();
    await story(() => sandboxWorld(), { service: { mediaProxy: { publicUrl: PUBLIC_URL, bindPort } } }, async (set) => {
      const { alice, bob, room } = await talk(set, 'own');
      await alice.sends(room, { msgtype: 'm.image', body: 'c.png', url: await uploads(alice, PNG, 'image/png') });
      const link = linkIn((await bob.sees(/c\.png/u)).text);
      assert.ok((await opens(link, bindPort)).bytes.equals(PNG));
      assert.equal((await opens(link, set.bridge.port)).status, 404);
      assert.equal((await fetch(`http://127.0.0.1:${bindPort}/ready`)).status, 404);
    });
  });

  it('MEDIA-7: without publicUrl there are no links, one warning says why, and the author is told', () =>
    story(() => sandboxWorld(), { service: { mediaProxy: { ttlSeconds: 60 } } }, async (set) => {
      const { alice, bob, room } = await talk(set, 'none');
      await alice.sends(room, { msgtype: 'm.image', body: 'd.png', url: await uploads(alice, PNG, 'image/png') });
      assert.ok(!(await bob.sees(/d\.png/u)).text.includes('http'));
      await alice.says(room, 'a\nb\nc\nd');
      await bob.sees('(truncated)');
      assert.equal(set.bridge.log.filter((line) => line.includes('people on IRC get no links')).length, 1);
      assert.equal((await fetch(`http://127.0.0.1:${set.bridge.port}/p/aaaaaaaaaaaaaaaa`)).status, 404);
      assert.ok(!readdirSync(set.bridge.process.directory).includes('signingkey.jwk'));
    }));
});
