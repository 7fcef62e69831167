import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  domainOf,
  localpartOf,
  parseEventId,
  parseMxcUri,
  parseRoomAlias,
  parseRoomId,
  parseUserId,
  type RoomAlias,
  type UserId,
} from '../../src/model/ids.js';

type Row = readonly [string, unknown, boolean];

const table = (name: string, parse: (text: unknown) => string | undefined, rows: readonly Row[]): void => {
  describe(name, () => {
    for (const [sentence, text, good] of rows) {
      it(`${good ? 'reads' : 'refuses'} ${sentence}`, () => assert.equal(parse(text), good ? text : undefined));
    }
    for (const [sentence, odd] of [['nothing', undefined], ['null', null], ['a number', 7], ['a list', ['@a:b']]] as const) {
      it(`refuses ${sentence}`, () => assert.equal(parse(odd), undefined));
    }
  });
};

describe('model/ids', () => {
  table('parseUserId', parseUserId, [
    ['a user', '@alice:hs.test', true],
    ['a port', '@alice:hs.test:8448', true],
    ['an IPv6 domain', '@alice:[::1]:8448', true],
    ['a ghost with escapes', '@irc_=5bbob=5d:hs.test', true],
    ['historical capitals', '@Alice:hs.test', true],
    ['historical odd characters', '@Ælice/+ "x":hs.test', true],
    ['an empty historical local part', '@:hs.test', true],
    ['an id of 255 bytes', `@${'a'.repeat(246)}:hs.test`, true],
    ['an id of 256 bytes', `@${'a'.repeat(247)}:hs.test`, false],
    ['few characters of many bytes', `@${'€'.repeat(90)}:hs.test`, false],
    ['no sigil', 'alice:hs.test', false],
    ['no domain', '@alice', false],
    ['an empty domain', '@alice:', false],
    ['another sigil', '!alice:hs.test', false],
    ['a NUL', '@ali\0ce:hs.test', false],
    ['a NUL in the domain', '@alice:hs\0.test', false],
    ['a blank in the domain', '@alice:hs test', false],
    ['a line end in the domain', '@alice:hs.test\nQUIT', false],
    ['another id behind it', '@alice:hs.test@irc_bob:evil.test', false],
    ['text in front', 'x@alice:hs.test', false],
  ]);

  table('parseRoomId', parseRoomId, [
    ['a room', '!abc:hs.test', true],
    ['a room of version 12, without domain', '!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM', true],
    ['a room whose opaque part is odd', '!a+/=b:hs.test', true],
    ['nothing behind the sigil', '!', false],
    ['an alias', '#abc:hs.test', false],
    ['a blank', '!a b:hs.test', false],
    ['a line end', '!abc:hs.test\n', false],
    ['256 bytes', `!${'a'.repeat(255)}`, false],
  ]);

  table('parseRoomAlias', parseRoomAlias, [
    ['an alias', '#irc_#cats:hs.test', true],
    ['letters of all kinds', '#Ünï☃:hs.test', true],
    ['an empty local part', '#:hs.test', false],
    ['no domain', '#cats', false],
    ['a NUL', '#ca\0ts:hs.test', false],
    ['a blank in the domain', '#cats:hs test', false],
  ]);

  table('parseEventId', parseEventId, [
    ['an event of today', '$Rqnc-F-dvnEYJTyHq_iKxU2bZ1CI92-kuZq3a5lr5Zg', true],
    ['an event of old', '$abc:hs.test', true],
    ['nothing behind the sigil', '$', false],
    ['a blank', '$a b', false],
    ['256 bytes', `$${'a'.repeat(255)}`, false],
  ]);

  table('parseMxcUri', parseMxcUri, [
    ['an address', 'mxc://hs.test/AbC-_9', true],
    ['a port', 'mxc://hs.test:8448/abc', true],
    ['http', 'https://hs.test/abc', false],
    ['a path', 'mxc://hs.test/a/b', false],
    ['a step up', 'mxc://hs.test/..', false],
    ['a query', 'mxc://hs.test/abc?x', false],
    ['no server', 'mxc:///abc', false],
    ['no media', 'mxc://hs.test/', false],
  ]);

  it('takes local part and domain at the first colon', () => {
    assert.equal(localpartOf('@a:b:8448' as UserId), 'a');
    assert.equal(domainOf('@a:b:8448' as UserId), 'b:8448');
    assert.equal(localpartOf('#irc_#cats:[::1]' as RoomAlias), 'irc_#cats');
    assert.equal(domainOf('#irc_#cats:[::1]' as RoomAlias), '[::1]');
  });

  it('what was read has both parts, however hostile', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'binary', maxLength: 20 }), (local, domain) => {
        const user = parseUserId(`@${local}:${domain}`);
        if (user === undefined) return;
        assert.equal(`@${localpartOf(user)}:${domainOf(user)}`, user);
        assert.notEqual(domainOf(user), '');
        assert.ok(Buffer.byteLength(user) <= 255);
      }),
    );
  });
});
