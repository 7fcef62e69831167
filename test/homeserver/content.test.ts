import assert from 'node:assert/strict';
import fc from 'fast-check';
import { contentText, displayNameText, MARK } from '../../src/homeserver/content.js';
import type { JsonObject } from '../../src/model/matrix-content.js';
import { BridgeError } from '../../src/model/errors.js';

const read = (content: JsonObject, mark?: string): JsonObject => JSON.parse(contentText(content, mark)) as JsonObject;

describe('homeserver: content (H16)', () => {
  const rows: [sentence: string, content: JsonObject, out: JsonObject][] = [
    ['leaves clean content alone', { body: 'hi \u0000 é 😀', n: 5, ok: true, list: [1, null] }, { body: 'hi \u0000 é 😀', n: 5, ok: true, list: [1, null] }],
    ['replaces lone surrogates, in keys and deep down too', { body: 'a\ud800', 'k\udc00': { list: ['\udfff'] } }, { body: 'a\ufffd', 'k\ufffd': { list: ['\ufffd'] } }],
    ['a backslash-u of the user’s own is left alone', { body: '\\ud800 \\\\ud800' }, { body: '\\ud800 \\\\ud800' }],
    ['makes numbers canonical', { a: 1.5, b: 2 ** 60, c: -(2 ** 60), d: 1e21, e: [0.1], f: -0.2 }, { a: 2, b: 2 ** 53 - 1, c: -(2 ** 53 - 1), d: 2 ** 53 - 1, e: [0], f: 0 }],
    ['what looks like a number in text is left alone', { body: ':1.5,[9999999999999999999' }, { body: ':1.5,[9999999999999999999' }],
  ];
  for (const [sentence, content, out] of rows) it(sentence, () => assert.deepEqual(read(content), out));

  it('puts our mark in, and over a forged one', () => {
    assert.deepEqual(read({ body: 'x', [MARK]: 'forged' }, 'n.1'), { body: 'x', [MARK]: 'n.1' });
  });

  it('gives up html first, then cuts the body between code points, to 60,000 bytes', () => {
    const html = read({ msgtype: 'm.text', body: 'x'.repeat(40_000), format: 'org.matrix.custom.html', formatted_body: 'y'.repeat(40_000) });
    assert.deepEqual(html, { msgtype: 'm.text', body: 'x'.repeat(40_000) });
    for (const unit of ['x', 'é', '"', '\n', '😀', '\u0001']) {
      const text = contentText({ msgtype: 'm.text', body: `a${unit.repeat(70_000)}` }, 'n.1');
      assert.ok(Buffer.byteLength(text) <= 60_000 && Buffer.byteLength(text) > 59_980, `${unit} ${Buffer.byteLength(text)}`);
      const { body } = JSON.parse(text) as { body: string };
      assert.ok(body.isWellFormed() && body.endsWith(`${unit}…`));
    }
  });

  it('refuses what is too large and has no text to cut', () => {
    const large = (content: JsonObject) => () => contentText(content);
    const tooLarge = (fault: unknown): boolean => fault instanceof BridgeError && fault.code === 'HOMESERVER_TOO_LARGE';
    assert.throws(large({ list: Array.from({ length: 70_000 }, () => 1) }), tooLarge);
    assert.throws(large({ body: 'x', other: 'y'.repeat(70_000) }), tooLarge);
  });

  it('whatever comes in, what goes out is canonical JSON of at most 60,000 bytes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ depthSize: 'large' })), (content) => {
        const text = contentText(content as JsonObject, 'n.1');
        assert.ok(Buffer.byteLength(text) <= 60_000 && !/\\ud[89a-f]/u.test(text.replaceAll('\\\\', '')));
        JSON.parse(text, (_key, value: unknown) => {
          if (typeof value === 'number') assert.ok(Number.isSafeInteger(value));
          return value;
        });
      }),
    );
  });

  it('display names: at most 256 code points, well-formed', () => {
    const rows: [string, string][] = [
      ['bob', 'bob'],
      ['b\ud800b', 'b\ufffdb'],
      ['x'.repeat(300), 'x'.repeat(256)],
      ['😀'.repeat(300), '😀'.repeat(256)],
    ];
    for (const [name, out] of rows) assert.equal(displayNameText(name), out);
  });
});
