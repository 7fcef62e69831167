import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quiet } from '../../src/lib/log.js';
import { signingKey } from '../../src/media/key.js';
import type { Kept } from '../../src/media/paste-file.js';
import { Pastes, type PastesOptions } from '../../src/media/pastes.js';
import { TestClock } from '../support/clock.js';
import { listeningLog, START } from '../support/make.js';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'causeway-media-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('media/key', () => {
  it('MEDIA-2: makes one on the first start, for us alone, and finds it again', () => {
    const path = join(directory, 'signingkey.jwk');
    const first = signingKey(path);
    assert.equal(first.made, true);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const jwk = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    assert.deepEqual([jwk['kty'], jwk['alg'], jwk['key_ops']], ['oct', 'HS512', ['sign', 'verify']]);
    const again = signingKey(path);
    assert.deepEqual([again.made, again.warning, again.bytes], [false, undefined, first.bytes]);
    assert.deepEqual(readdirSync(directory), ['signingkey.jwk']);
  });
  it('MEDIA-2: is one that Web Crypto takes, and takes the one that Web Crypto made', async () => {
    const path = join(directory, 'k');
    const algorithm = { name: 'HMAC', hash: 'SHA-512' };
    const ours = signingKey(path).bytes;
    const { k } = JSON.parse(readFileSync(path, 'utf8')) as { readonly k: string };
    const read = await crypto.subtle.importKey('jwk', { kty: 'oct', alg: 'HS512', ext: true, key_ops: ['sign', 'verify'], k }, algorithm, true, ['sign', 'verify']);
    assert.ok(ours.equals(new Uint8Array(await crypto.subtle.exportKey('raw', read))));
    const made = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    if (!('algorithm' in made)) throw new Error('a pair of keys');
    writeFileSync(join(directory, 'theirs'), JSON.stringify(await crypto.subtle.exportKey('jwk', made)), { mode: 0o600 });
    assert.ok(signingKey(join(directory, 'theirs')).bytes.equals(new Uint8Array(await crypto.subtle.exportKey('raw', made))));
  });
  it('says when others can read it', () => {
    const path = join(directory, 'k');
    signingKey(path);
    chmodSync(path, 0o644);
    assert.match(signingKey(path).warning ?? '', /chmod 600/u);
  });
  const faulty: [string, string][] = [
    ['no JSON', 'secret words'],
    ['null', 'null'],
    ['another kind of key', '{"kty":"RSA","n":"secret"}'],
    ['another algorithm', `{"kty":"oct","alg":"HS256","k":"${'s'.repeat(80)}"}`],
    ['a key that can be guessed', '{"kty":"oct","alg":"HS512","k":"c2VjcmV0"}'],
    ['what is no base64', '{"kty":"oct","k":"secret secret secret secret"}'],
  ];
  for (const [sentence, text] of faulty) {
    it(`MEDIA-2, INV-9: refused without showing it: ${sentence}`, () => {
      const path = join(directory, 'k');
      writeFileSync(path, text);
      assert.throws(() => signingKey(path), (fault: Error & { code: string }) => fault.code === 'CONFIG_FAULT' && !/secret|ssss/u.test(fault.message));
    });
  }
  it('says that it cannot be written', () => {
    assert.throws(() => signingKey(join(directory, 'no', 'such', 'k')), { code: 'CONFIG_FAULT', message: /signingKeyPath.*cannot be made/u });
  });
});

describe('media/pastes', () => {
  const id = (letter: string): string => letter.repeat(16);
  const paste = (set: Partial<Kept> = {}): Kept => ({ by: 'ann', at: START, text: 'one\ntwo\n\n', events: ['e'], ...set });
  const clock = new TestClock();
  const opened: Pastes[] = [];
  const open = async (set: Partial<PastesOptions> = {}): Promise<Pastes> => {
    const pastes = await Pastes.open({ directory, ttlSeconds: 100, maxBytes: 10_000, maxTotalMiB: 1, clock, log: quiet, ...set });
    opened.push(pastes);
    return pastes;
  };
  afterEach(() => Promise.all(opened.splice(0).map((pastes) => pastes.close())));

  it('MEDIA-11, L-3: gives back exactly what was kept, also after a restart', async () => {
    const texts = ['', '\n', '{"a":1}\n', 'a\r\n\0b\u2028\u202e🫖', 'x'.repeat(10_000)];
    const pastes = await open();
    for (const [at, text] of texts.entries()) assert.ok(await pastes.keep(id(String(at)), paste({ text, code: { language: 'ts' } })));
    const again = await open();
    for (const [at, text] of texts.entries()) {
      for (const each of [pastes, again]) assert.deepEqual(await each.read(id(String(at))), paste({ text, code: { language: 'ts' } }));
    }
    assert.equal(statSync(join(directory, id('0'))).mode & 0o777, 0o600);
  });

  it('MEDIA-11: is gone when it is too old, from the disk too', async () => {
    const pastes = await open();
    await pastes.keep(id('a'), paste());
    await clock.advance(99_999);
    assert.ok(await pastes.read(id('a')));
    await clock.advance(1);
    assert.equal(await pastes.read(id('a')), undefined);
    await clock.advance(3_600_000);
    await pastes.drop(id('x'));
    assert.deepEqual(readdirSync(directory), []);
  });

  it('MEDIA-13: is gone from the disk when it is dropped', async () => {
    const pastes = await open();
    await pastes.keep(id('a'), paste());
    await pastes.drop(id('a'));
    assert.equal(await pastes.read(id('a')), undefined);
    assert.deepEqual(readdirSync(directory), []);
    assert.deepEqual(pastes.size, { files: 0, bytes: 0 });
  });

  it('MEDIA-11: the oldest make room, counted in blocks of the disk', async () => {
    const pastes = await open({ ttlSeconds: 0 });
    for (let at = 0; at < 300; at++) {
      await clock.advance(1);
      assert.ok(await pastes.keep(`p${String(at).padStart(15, '0')}`, paste({ text: 'x' })));
    }
    assert.deepEqual(pastes.size, { files: 256, bytes: 1_048_576 });
    assert.equal(await pastes.read(`p${'43'.padStart(15, '0')}`), undefined);
    assert.ok(await pastes.read(`p${'44'.padStart(15, '0')}`));
    const again = await open({ ttlSeconds: 0 });
    await again.keep(id('z'), paste());
    assert.equal(await again.read(`p${'44'.padStart(15, '0')}`), undefined, 'also after a restart');
    assert.equal(readdirSync(directory).length, 256);
  });

  it('MEDIA-11: is not kept when it is too large', async () => {
    const pastes = await open();
    assert.equal(await pastes.keep(id('a'), paste({ text: 'é'.repeat(5001) })), false);
    assert.ok(await pastes.keep(id('a'), paste({ text: 'é'.repeat(5000) })));
  });

  it('F9: a disk that fails is no fault, and does not take away what is there', async () => {
    const { log, lines } = listeningLog();
    const pastes = await open({ log });
    await pastes.keep(id('a'), paste());
    rmSync(directory, { recursive: true });
    assert.equal(await pastes.keep(id('b'), paste()), false);
    assert.equal(await pastes.read(id('a')), undefined);
    assert.equal(lines.filter(({ level }) => level === 'warn').length, 2);
  });

  it('F9: what a full disk let through of a text does not stay', async () => {
    const pastes = await open();
    // The last step fails: a directory stands where the file should go.
    mkdirSync(join(directory, id('a'), 'x'), { recursive: true });
    assert.equal(await pastes.keep(id('a'), paste()), false);
    assert.deepEqual(readdirSync(directory), [id('a')]);
    assert.equal(pastes.size.files, 0);
  });

  it('MEDIA-13, F2: what an event ends is off the disk at once, also what was kept in an earlier life', async () => {
    const pastes = await open();
    for (const [letter, events] of [['a', ['one']], ['b', ['two', 'one']], ['c', ['two']], ['d', ['one', 'two']]] as const) {
      assert.ok(await pastes.keep(id(letter), paste({ events, by: 'x'.repeat(300) })));
    }
    await pastes.keep(id('d'), paste({ events: ['three'] }));
    const again = await open();
    await again.end('one');
    assert.deepEqual(readdirSync(directory).sort(), [id('c'), id('d')]);
    await again.keep(id('e'), paste({ events: ['two'] }));
    await again.end('two');
    await again.end('two');
    assert.deepEqual(readdirSync(directory), [id('d')]);
    assert.equal((await again.read(id('d')))?.events[0], 'three');
  });

  it('F1: what was half written when the process ended is cleared away; files of others are left alone', async () => {
    writeFileSync(join(directory, `${id('a')}.new`), 'half');
    writeFileSync(join(directory, 'README'), 'mine');
    writeFileSync(join(directory, id('b')), 'no json');
    utimesSync(join(directory, id('b')), clock.now() / 1000, clock.now() / 1000);
    const pastes = await open();
    assert.equal(await pastes.read(id('b')), undefined);
    assert.deepEqual(readdirSync(directory).sort(), ['README', id('b')].sort());
  });

  it('keeps one for each id, however often and at once', async () => {
    const pastes = await open();
    await Promise.all(Array.from({ length: 20 }, (_, at) => pastes.keep(id('a'), paste({ text: `text ${at}` }))));
    assert.equal((await pastes.read(id('a')))?.text, 'text 19');
    assert.equal(pastes.size.files, 1);
  });
});
