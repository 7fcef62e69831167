import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JsonObject } from '../../src/model/matrix-content.js';
import { complaintsOf, readRoomWays } from '../../src/policy/room-ways.js';

/** Each key that a room may set: a value that is one, and one that is none with what is said of it. */
const keys: readonly (readonly [string, unknown, unknown, string])[] = [
  ['edits', 'full', 'all', 'edits must be one of diff, full, silent, got "all"'],
  ['reactions', 'off', 7, 'reactions must be one of off, notice, action, got 7'],
  ['redactions', 'notice', true, 'redactions must be one of off, notice, got true'],
  ['threads', 'prefix', null, 'threads must be one of reply, prefix, got null'],
  ['formatting', 'markdown', 'Plain', 'formatting must be one of full, nocolor, plain, markdown, got "Plain"'],
  ['code', 'backticks', {}, 'code must be one of monospace, backticks, got a section'],
  ['replies', 'tag', [], 'replies must be one of quote, nick, tag, got a list'],
  ['media', 'name', '', 'media must be one of link, details, name, got ""'],
  ['relayName', 'mxid', 'x', 'relayName must be one of display, localpart, mxid, got "x"'],
  ['topicSync', 'irc', 'both', 'topicSync must be one of off, irc, matrix, any, got "both"'],
  ['membership', 'off', false, 'membership must be one of off, irc, matrix, any, got false'],
  ['lineLimit', 2, 0, 'lineLimit must be a whole number of at least 1, got 0'],
  ['pasteLimit', 0, -1, 'pasteLimit must be a whole number of at least 0, got -1'],
  ['modeNotices', true, 'yes', 'modeNotices must be true or false, got "yes"'],
  ['ignoreMasks', ['spam*', '*!*@evil.test'], 'spam*', 'ignoreMasks must be a list, got "spam*"'],
  ['allowUnconnectedMatrixUsers', true, 1, 'allowUnconnectedMatrixUsers must be true or false, got 1'],
];

describe('what a room says for itself', () => {
  for (const [key, right, wrong, said] of keys) {
    it(`RC-3, RC-4: ${key} is read, or told with the reason and as if it were not there`, () => {
      assert.deepEqual(readRoomWays({ [key]: right } as JsonObject), { [key]: right });
      assert.deepEqual(complaintsOf({ [key]: right } as JsonObject, undefined), []);
      assert.deepEqual(readRoomWays({ [key]: wrong } as JsonObject), {});
      assert.deepEqual(complaintsOf({ [key]: wrong } as JsonObject, undefined), [said]);
    });
  }

  it('RC-4: an entry of a list is named by its place, and lists are bounded', () => {
    assert.deepEqual(complaintsOf({ ignoreMasks: ['a', 'b c'] }, undefined), [
      'ignoreMasks[1] must be a nick or a mask such as *!*@host.example, of at most 200 letters, got "b c"',
    ]);
    assert.deepEqual(complaintsOf({ ignoreMasks: Array<string>(51).fill('a') }, undefined), ['ignoreMasks must have at most 50 entries, got a list']);
  });

  it('RC-3: more lines than the bridge allows are told, and a key that is none with its likely spelling', () => {
    assert.deepEqual(complaintsOf({ lineLimit: 9, edit: 'full', whatever: 1 }, 5), [
      'lineLimit must be at most 5 on this bridge, which is in force, got 9',
      'edit is not a setting known here; did you mean edits?',
      'whatever is not a setting known here',
    ]);
  });

  it('RC-3: an empty event sets nothing, and nothing is wrong with it', () => {
    assert.deepEqual([readRoomWays({}), complaintsOf({}, 5)], [{}, []]);
  });

  it('RC-3: whatever it holds is read, and told in a few short lines without control characters', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(fc.constantFrom(...keys.map(([key]) => key), '__proto__', 'constructor'), fc.string({ unit: 'binary' })), fc.jsonValue()), (content) => {
        readRoomWays(content as JsonObject);
        const told = complaintsOf(content as JsonObject, 5);
        assert.ok(told.length <= 6);
        for (const line of told) assert.ok(line.length < 300 && line.isWellFormed() && !/[\p{Cc}\u2028\u2029]/u.test(line), line);
      }),
    );
  });
});
