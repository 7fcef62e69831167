import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { parseMxcUri, type MxcUri } from '../../src/model/ids.js';
import { digestOf, readToken, writeToken, type Grant } from '../../src/media/token.js';
import { eventId } from '../support/make.js';

const key = randomBytes(64);
const mxc = (text: string): MxcUri => parseMxcUri(text)!;
const grant = (set: Partial<Grant> = {}): Grant => ({ mxc: mxc('mxc://far.example/Abc123'), name: 'cat.png', events: [digestOf(eventId('$a'))], ...set });

/** As the predecessor's library writes it. */
function old(said: { readonly at: number; readonly file: string }, by = key): string {
  const time = Buffer.alloc(8);
  time.writeDoubleBE(said.at);
  const payload = Buffer.concat([time, Buffer.from(said.file)]);
  return Buffer.concat([Buffer.from([1]), createHmac('sha512', by).update(payload).digest(), payload]).toString('base64url');
}

describe('media/token', () => {
  const rows: [string, Grant][] = [
    ['a file of an event', grant()],
    ['with an end, to the second', grant({ until: 1_800_000_000_000 })],
    ['of an edit, which ends with either event', grant({ events: [digestOf(eventId('$a')), digestOf(eventId('$b'))] })],
    ['of no event', grant({ events: [] })],
    ['of a server with a port', grant({ mxc: mxc('mxc://[::1]:8448/x-_Y') })],
  ];
  for (const [sentence, wanted] of rows) {
    it(`MEDIA-2: says what it was given: ${sentence}`, () => {
      assert.deepEqual(readToken(key, writeToken(key, wanted), wanted.name), wanted);
    });
  }

  it('MEDIA-2: an end between two seconds is rounded up', () => {
    assert.equal(readToken(key, writeToken(key, grant({ until: 1_800_000_000_001 })), 'cat.png')?.until, 1_800_000_001_000);
  });

  it('MEDIA-6: is short enough for a line of IRC', () => {
    const usual = grant({ mxc: mxc('mxc://matrix.example.org/abcdefghijklmnopqrstuvwx'), until: 1_800_000_000_000 });
    assert.ok(writeToken(key, usual).length <= 104, writeToken(key, usual));
  });

  it('MEDIA-3, S26: altered in any letter it is none, whatever the letter', () => {
    const token = writeToken(key, grant({ until: 1_800_000_000_000 }));
    for (let at = 0; at < token.length; at++) {
      for (const letter of ['A', 'b', '9', '_', '-']) {
        if (token[at] === letter) continue;
        assert.equal(readToken(key, token.slice(0, at) + letter + token.slice(at + 1), 'cat.png'), undefined, `${at} ${letter}`);
      }
    }
  });

  const forged: [string, string, string][] = [
    ['with another name', writeToken(key, grant()), 'cat.exe'],
    ['without its name', writeToken(key, grant()), ''],
    ['of another key', writeToken(randomBytes(64), grant()), 'cat.png'],
    ['cut short', writeToken(key, grant()).slice(0, -4), 'cat.png'],
    ['with more behind it', `${writeToken(key, grant())}AAAA`, 'cat.png'],
    ['nothing', '', ''],
    ['one byte of each version', 'AQ', ''],
    ['one byte of each version', 'Ag', ''],
    ['a version that there is not', Buffer.from([3, ...randomBytes(100)]).toString('base64url'), ''],
    ['with padding', `${writeToken(key, grant())}=`, 'cat.png'],
    ['with a signature of zeros, which the predecessor took', Buffer.concat([Buffer.from([1]), Buffer.alloc(72), Buffer.from('a.b/c')]).toString('base64url'), ''],
    ['the predecessor\'s, of another key', old({ at: -1, file: 'far.example/Abc123' }, randomBytes(64)), ''],
    ['the predecessor\'s, with a name that it does not have', old({ at: -1, file: 'far.example/Abc123' }), 'cat.png'],
    ['the predecessor\'s, for what is no address', old({ at: -1, file: '../whoami' }), ''],
    ['the predecessor\'s, with no time', old({ at: NaN, file: 'far.example/Abc123' }), ''],
  ];
  for (const [sentence, token, name] of forged) {
    it(`MEDIA-3, S26: refused: ${sentence}`, () => assert.equal(readToken(key, token, name), undefined));
  }

  it('MEDIA-2: tokens that the predecessor gave out under the same key are read', () => {
    assert.deepEqual(readToken(key, old({ at: 1_700_000_000_123, file: 'far.example/Abc123' }), ''), {
      mxc: 'mxc://far.example/Abc123',
      name: 'file',
      events: [],
      until: 1_700_000_000_123,
    });
    assert.equal(readToken(key, old({ at: -1, file: 'far.example/Abc123' }), '')?.until, undefined);
  });

  it('law: reads back what it wrote, and nothing out of chance', () => {
    const server = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,40}$/u);
    const id = fc.stringMatching(/^[\w-]{1,64}$/u);
    const name = fc.stringMatching(/^[\w.-]{1,60}$/u);
    fc.assert(
      fc.property(server, id, name, fc.option(fc.integer({ min: 1, max: 4e9 })), (host, media, file, seconds) => {
        const wanted = grant({ mxc: mxc(`mxc://${host}/${media}`), name: file, ...(seconds === null ? {} : { until: seconds * 1000 }) });
        assert.deepEqual(readToken(key, writeToken(key, wanted), file), wanted);
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.equal(readToken(key, Buffer.from(bytes).toString('base64url'), ''), undefined);
    }));
  });
});
