import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { fileHeaders, handed } from '../../src/media/content-type.js';
import { asciiFileName, safeFileName } from '../../src/media/file-name.js';
import { pageOf, pasteFileName } from '../../src/media/page.js';
import { PAGE_POLICY, SCRIPT, STYLE } from '../../src/media/page-parts.js';
import { partOf } from '../../src/media/range.js';
import { askedOf, pathOf } from '../../src/media/route.js';
import { isShortId, shortId, wasGiven } from '../../src/media/short-id.js';
import { parseMxcUri } from '../../src/model/ids.js';
import { START } from '../support/make.js';

const key = randomBytes(64);
const ID = 'Abcdefgh01234567';

describe('media/file-name', () => {
  const rows: [string, string, string][] = [
    ['plain', 'cat.png', 'cat.png'],
    ['blanks and marks', 'the\u0301 vert (1).jpeg', 'thé_vert_1.jpeg'],
    ['another script', '請求書.pdf', '請求書.pdf'],
    ['nothing but marks', '\u0301\u0301.pdf', 'file.pdf'],
    ['too long when it is escaped', `${'書'.repeat(40)}.pdf`, `${'書'.repeat(10)}.pdf`],
    ['half a pair', 'a\ud800.png', 'a.png'],
    ['nothing left', '…', 'file'],
    ['a path', '../../etc/passwd', 'etc_passwd'],
    ['hidden', '.htaccess', 'file.htaccess'],
    ['header injection', 'a"\r\nSet-Cookie: x=1\r\n.png', 'a_Set-Cookie_x_1.png'],
    ['quotes and backslashes', '"\\".png', 'file.png'],
    ['dots', 'a....tar...gz', 'a.tar.gz'],
    ['two endings', 'cat.png.exe', 'cat.png.exe'],
    ['no real ending', 'what.a very long sentence it is', 'what.a_very_long_sentence_it_is'],
    ['right-to-left override', 'gnp.\u202eexe.scr', 'gnp._exe.scr'],
    ['percent signs', '%2e%2e%2fx.png', '2e_2e_2fx.png'],
    ['too long', `${'x'.repeat(300)}.png`, `${'x'.repeat(48)}.png`],
  ];
  for (const [sentence, name, wanted] of rows) {
    it(`MEDIA-10, C10: ${sentence}`, () => assert.equal(safeFileName(name), wanted));
  }
  it('law: any name becomes a safe one that stays as it is, in linear time', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (name) => {
      const safe = safeFileName(name);
      assert.match(safe, /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u);
      assert.ok(!safe.includes('..') && encodeURIComponent(safe).length <= 110);
      assert.equal(safeFileName(safe), safe);
      const ascii = asciiFileName(safe);
      assert.match(ascii, /^[A-Za-z0-9](?:[\w.-]{0,60}[A-Za-z0-9])?$/u);
      assert.equal(asciiFileName(ascii), ascii);
      assert.deepEqual(askedOf(pathOf({ kind: 'short', id: ID, name: safe }), ''), { kind: 'short', id: ID, name: safe });
    }));
    const begun = performance.now();
    for (const letter of ['.', '_', 'a', '\u0301', ' .']) safeFileName(letter.repeat(65_536));
    assert.ok(performance.now() - begun < 2000);
  });
});

describe('media/range', () => {
  const rows: [string | undefined, number, ReturnType<typeof partOf>][] = [
    [undefined, 100, 'all'],
    ['bytes=0-99', 100, { begin: 0, end: 99 }],
    ['bytes=10-19', 100, { begin: 10, end: 19 }],
    ['bytes=90-', 100, { begin: 90, end: 99 }],
    ['bytes=90-500', 100, { begin: 90, end: 99 }],
    ['bytes=-10', 100, { begin: 90, end: 99 }],
    ['bytes=-500', 100, { begin: 0, end: 99 }],
    ['Bytes = 1 - 2', 100, { begin: 1, end: 2 }],
    ['bytes=100-', 100, 'none'],
    ['bytes=-0', 100, 'none'],
    ['bytes=0-', 0, 'none'],
    ['bytes=5-4', 100, 'all'],
    ['bytes=-', 100, 'all'],
    ['bytes=0-1,5-6', 100, 'all'],
    ['lines=0-1', 100, 'all'],
    ['bytes=1e3-', 100, 'all'],
    ['bytes=99999999999999999999-', 100, 'all'],
  ];
  for (const [header, size, wanted] of rows) {
    it(`MEDIA-5: ${String(header)} of ${size}`, () => assert.deepEqual(partOf(header, size), wanted));
  }
});

describe('media/content-type', () => {
  const rows: [string | undefined, string, string][] = [
    ['image/png', 'image/png', 'inline'],
    ['IMAGE/JPEG; x=y', 'image/jpeg', 'inline'],
    ['video/mp4', 'video/mp4', 'inline'],
    ['audio/ogg', 'audio/ogg', 'inline'],
    ['image/svg+xml', 'application/octet-stream', 'attachment'],
    ['text/html', 'application/octet-stream', 'attachment'],
    ['text/html;image/png', 'application/octet-stream', 'attachment'],
    ['application/xhtml+xml', 'application/octet-stream', 'attachment'],
    ['text/xml', 'application/octet-stream', 'attachment'],
    ['text/javascript', 'application/octet-stream', 'attachment'],
    ['multipart/x-mixed-replace', 'application/octet-stream', 'attachment'],
    ['image/png\r\nX: y', 'application/octet-stream', 'attachment'],
    ['text/plain; charset=utf-16', 'text/plain; charset=utf-8', 'attachment'],
    ['application/pdf', 'application/pdf', 'attachment'],
    ['', 'application/octet-stream', 'attachment'],
    [undefined, 'application/octet-stream', 'attachment'],
  ];
  for (const [claimed, type, how] of rows) {
    it(`MEDIA-5, S26: ${JSON.stringify(claimed)} is ${how}`, () => assert.deepEqual(handed(claimed), { type, how }));
  }
  const names: [string, string][] = [
    ['cat.png', 'inline; filename="cat.png"'],
    ['thé.png', 'inline; filename="the.png"; filename*=UTF-8\'\'th%C3%A9.png'],
    ['請求書.pdf', 'inline; filename="file.pdf"; filename*=UTF-8\'\'%E8%AB%8B%E6%B1%82%E6%9B%B8.pdf'],
  ];
  for (const [name, wanted] of names) {
    it(`MEDIA-10, RFC 6266: ${name} keeps its name`, () => assert.equal(fileHeaders(handed('image/png'), name, '"t"')['content-disposition'], wanted));
  }
  it('MEDIA-5: sound and film can be played in the sandbox, and pictures shown in pages of others', () => {
    const headers = fileHeaders(handed('video/mp4'), 'x.mp4', '"tag"');
    assert.deepEqual([headers['access-control-allow-origin'], headers['cross-origin-resource-policy']], ['*', 'cross-origin']);
  });
  it('MEDIA-5: everything is sandboxed, not sniffed, and not kept by what lies between', () => {
    const headers = fileHeaders(handed('text/html'), 'x.html', '"tag"');
    assert.match(headers['content-security-policy'] ?? '', /^sandbox; default-src 'none'/u);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['content-disposition'], 'attachment; filename="x.html"');
    assert.equal(headers['cache-control'], 'private, no-cache');
  });
});

describe('media/route', () => {
  const token = { kind: 'token', token: 'AbC-_', name: 'cat.png' };
  const rows: [string, string, ReturnType<typeof askedOf>][] = [
    ['/v1/media/download/AbC-_/cat.png', '', token as ReturnType<typeof askedOf>],
    ['/v1/media/download/AbC-_', '', { kind: 'token', token: 'AbC-_', name: '' }],
    ['/media/v1/media/download/AbC-_/cat.png', '/media', token as ReturnType<typeof askedOf>],
    ['/v1/media/download/AbC-_/cat.png', '/media', token as ReturnType<typeof askedOf>],
    [`/m/${ID}/cat.png`, '', { kind: 'short', id: ID, name: 'cat.png' }],
    [`/m/${ID}/th%C3%A9.png`, '', { kind: 'short', id: ID, name: 'thé.png' }],
    [`/m/${ID}/th%C3.png`, '', 'unknown'],
    [`/m/${ID}/a%20b.png`, '', 'unknown'],
    [`/m/${ID}/%E2%80%AEgnp.exe`, '', 'unknown'],
    [`/p/${ID}`, '', { kind: 'page', id: ID }],
    [`/p/${ID}/raw`, '', { kind: 'raw', id: ID }],
    [`/p/${ID}/`, '', 'unknown'],
    [`/p/${ID}x`, '', 'unknown'],
    [`/p/../${ID}`, '', 'unknown'],
    [`/p/%2e%2e/${ID}`, '', 'unknown'],
    [`/m/${ID}`, '', 'unknown'],
    [`/m/${ID}/..%2fx`, '', 'unknown'],
    ['/v1/media/download/', '', 'unknown'],
    ['/v1/media/download/a/b/c', '', 'unknown'],
    ['/v1/media/upload', '', 'unknown'],
    ['/media/x', '/media', 'unknown'],
    ['/medial/x', '/media', undefined],
    ['/_matrix/app/v1/transactions/1', '/_matrix', undefined],
    [`/_matrix/p/${ID}`, '/_matrix', { kind: 'page', id: ID }],
    ['/', '', undefined],
    ['/metrics', '', undefined],
    ['/_matrix/app/v1/transactions/1', '', undefined],
    ['/transactions/1', '', undefined],
    ['//p/x', '', undefined],
  ];
  for (const [path, prefix, wanted] of rows) {
    it(`MEDIA-17, S26: ${path} under ${prefix || '/'}`, () => assert.deepEqual(askedOf(path, prefix), wanted));
  }
  it('reads what it writes', () => {
    for (const [path, prefix, asked] of rows) {
      if (typeof asked !== 'object' || (asked.kind === 'token' && asked.name === '')) continue;
      assert.ok(path.endsWith(pathOf(asked)), prefix);
    }
  });
});

describe('media/short-id', () => {
  it('is 16 of base62, the same for the same, and known again', () => {
    const id = shortId(key, 'p', '$event');
    assert.match(id, /^[0-9A-Za-z]{16}$/u);
    assert.equal(shortId(key, 'p', '$event'), id);
    assert.ok(wasGiven(key, 'p', id));
  });
  it('S26: nobody else makes one', () => {
    const id = shortId(key, 'p', '$event');
    assert.ok(!wasGiven(key, 'm', id), 'of another kind');
    assert.ok(!wasGiven(randomBytes(64), 'p', id), 'of another key');
    for (let at = 0; at < id.length; at++) assert.ok(!wasGiven(key, 'p', id.slice(0, at) + (id[at] === 'x' ? 'y' : 'x') + id.slice(at + 1)));
    assert.ok(!wasGiven(key, 'p', 'short') && !isShortId('../../etc/passwd0'));
  });
  it('uses every letter', () => {
    const seen = new Set(Array.from({ length: 400 }, (_, at) => shortId(key, 'm', `$${at}`)).join(''));
    assert.equal(seen.size, 62);
  });
});

describe('media/page', () => {
  const paste = { by: 'ann', at: START, text: 'one\ntwo\n' };
  it('MEDIA-11: says who and when, and holds the text between the tags as it is', () => {
    const page = pageOf(paste, `/p/${ID}/raw`);
    assert.match(page, /<h1>ann<\/h1>/u);
    assert.match(page, /1 January 2025, 00:00 UTC/u);
    assert.ok(page.includes('<pre dir="auto">\none\ntwo\n</pre>'));
    assert.ok(page.includes('2 lines'));
    assert.ok(page.includes(`href="/p/${ID}/raw"`));
  });
  it('MEDIA-11: lines of code have numbers, which are not copied with them', () => {
    const page = pageOf({ ...paste, text: 'a\nb\n\nc\n', code: {} }, '/raw');
    assert.ok(page.includes('<div class="numbers" aria-hidden="true">1\n2\n3\n4</div><pre class="code">\na\nb\n\nc\n</pre>'), page);
    assert.ok(page.includes('Code, 4 lines'));
    assert.ok(pageOf({ ...paste, text: 'x\n'.repeat(3000) }, '/raw').includes('3,000 lines'));
  });
  const addresses: [string, string, string[]][] = [
    ['in a sentence', 'see https://a.test/b?c=1&d, and (http://e.test).', ['https://a.test/b?c=1&amp;d', 'http://e.test']],
    ['with brackets of its own', 'https://a.test/Tea_(drink) (https://a.test/Tea_(drink))', ['https://a.test/Tea_(drink)', 'https://a.test/Tea_(drink)']],
    ['in another script', 'https://a.test/茶。これ https://b.test/x」', ['https://a.test/茶。これ', 'https://b.test/x']],
    ['that is none', 'https:// javascript:alert(1) xhttps://a.test data:text/html,x ftp://b.test https://...', []],
    ['with what would end it', `https://a.test/"onmouseover="x https://b.test/'><script>`, ['https://a.test/', 'https://b.test/']],
    ['that turns the writing round', 'https://a.test/\u202etset.b//:sptth', ['https://a.test/']],
  ];
  for (const [sentence, text, wanted] of addresses) {
    it(`MEDIA-11, S26: an address ${sentence}`, () => {
      const page = pageOf({ ...paste, text }, '/raw');
      assert.deepEqual([...page.matchAll(/<a href="([^"]*)" rel="nofollow noopener noreferrer">([^<]*)<\/a>/gu)].map(([, to, shown]) => (assert.equal(to, shown), to)), wanted);
      assert.equal(page.match(/<a /gu)?.length, wanted.length + 1);
      assert.equal(page.match(/<script>/gu)?.length, 1);
    });
  }
  it('G4: a page of whatever text is made in bounded time', () => {
    for (const piece of ['https://', 'https://a', 'https://(', ')', '.', '\n', '&', 'h', 'https://a.', '\u202e']) {
      const text = `https://a${piece.repeat(Math.floor(65_536 / piece.length))}`;
      const before = process.cpuUsage();
      pageOf({ ...paste, text }, '/raw');
      pageOf({ ...paste, text, code: {} }, '/raw');
      const { user, system } = process.cpuUsage(before);
      assert.ok(user + system < 2_000_000, piece);
    }
  });
  it('S26: nothing of it is markup', () => {
    const evil = '</pre><script>alert(1)</script><img src=x onerror=alert(1)>&amp;\0\r\n';
    const page = pageOf({ by: evil, at: START, text: evil, code: { language: evil } }, `/p/${ID}/raw`);
    assert.equal(page.match(/<script>/gu)?.length, 1);
    assert.equal(page.match(/<img/gu), null);
    assert.ok(!page.includes('\0') && !page.includes('\r'));
    assert.ok(page.includes('&amp;amp;\uFFFD&#13;\n'));
  });
  it('allows just its own style and script, by their hashes', () => {
    assert.match(PAGE_POLICY, /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+';/u);
    const page = pageOf(paste, '/raw');
    assert.ok(page.includes(`<style>${STYLE}</style>`) && page.includes(`<script>${SCRIPT}</script>`));
    assert.equal(page.match(/ style=| on\w+=/gu), null);
  });
  it('names the file that is saved', () => {
    assert.equal(pasteFileName(paste), 'ann_2025-01-01.txt');
    assert.equal(pasteFileName({ ...paste, by: 'a"|b' }), 'a_b_2025-01-01.txt');
  });
});

describe('model/ids: mxc addresses', () => {
  const rows: [string, boolean][] = [
    ['mxc://far.example/Abc123', true],
    ['mxc://far.example:8448/a-b_C', true],
    ['mxc://[2001:db8::1]:1/a', true],
    ['mxc://127.0.0.1:8008/x', true],
    ['mxc://../x', false],
    ['mxc://./x', false],
    ['mxc://a%2f..%2f/x', false],
    ['mxc://a/..', false],
    ['mxc://a/b/c', false],
    ['mxc://a?b/c', false],
    ['mxc://user@host/c', false],
    ['https://a/b', false],
    ['mxc:///b', false],
    [`mxc://${'a'.repeat(256)}/b`, false],
  ];
  for (const [text, good] of rows) it(`S26, C10: ${text.slice(0, 40)} ${good ? 'is one' : 'is none'}`, () => assert.equal(parseMxcUri(text) === text, good));
});
