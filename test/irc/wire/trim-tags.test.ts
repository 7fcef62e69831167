import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ircLineParser } from 'irc-framework';
import { READ_TAGS, trimTags } from '../../../src/irc/wire/trim-tags.js';

const REST = ':joe!j@h PRIVMSG #cats :@hello; there';
const read = (line: string): Record<string, string> =>
  Object.fromEntries(Object.entries(ircLineParser(line).tags).filter(([name]) => READ_TAGS.some((one) => one === name)));

describe('irc/trim-tags', () => {
  it('leaves short lists, and lines without any, as they are', () => {
    for (const line of [REST, `@x=1;time=2025-01-01T00:00:00.000Z ${REST}`, '@', '@x', '']) assert.equal(trimTags(line), line);
  });

  it('Z1: of a long list those stay that are read, with the values that the parser would have found', () => {
    const name = fc.oneof(fc.constantFrom(...READ_TAGS), fc.constantFrom('x', '+y', 'atime', 'msgid2', '+draft/time'));
    const value = fc.option(fc.string({ maxLength: 40 }).map((text) => text.replace(/[; \r\n\0]/g, '')), { nil: undefined });
    const tag = fc.tuple(name, value).map(([key, text]) => (text === undefined ? key : `${key}=${text}`));
    fc.assert(
      fc.property(fc.array(tag, { maxLength: 30 }), (tags) => {
        const line = `@${[`x=${'y'.repeat(600)}`, ...tags].join(';')} ${REST}`;
        const trimmed = trimTags(line);
        assert.deepEqual(read(trimmed), read(line));
        const { tags: _few, ...rest } = ircLineParser(trimmed);
        const { tags: _all, ...whole } = ircLineParser(line);
        assert.deepEqual({ ...rest }, { ...whole });
        assert.ok(trimmed.length <= line.length);
      }),
    );
  });

  it('S-INJ: eight kilobytes of tags become none', () => {
    assert.equal(trimTags(`@${'a;'.repeat(4000)}b ${REST}`), REST);
    assert.equal(trimTags(`@${'a;'.repeat(4000)}`), '');
  });

  it('every tag that is read by name is kept', () => {
    const folders = ['src/irc', 'src/irc-to-matrix'];
    const texts = folders.flatMap((folder) => 
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => readFileSync(join(folder, file), 'utf8')),
    );
    const names = texts.flatMap((text) => [...text.matchAll(/tags(?:\[|, )'([^']+)'/g)].map(([, name]) => name));
    assert.ok(names.includes('batch') && names.includes('time'), 'the search finds what there is');
    for (const name of names) assert.ok(READ_TAGS.some((one) => one === name), `${name} is read`);
  });
});
