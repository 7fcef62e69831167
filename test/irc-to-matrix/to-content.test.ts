import assert from 'node:assert/strict';
import { toContent } from '../../src/irc-to-matrix/to-content.js';
import type { How } from '../../src/model/utterance.js';

describe('irc-to-matrix/to-content', () => {
  const html = (text: string): Record<string, string> => ({ format: 'org.matrix.custom.html', formatted_body: text });
  const rows: [string, How, string, Record<string, unknown>][] = [
    ['I2M-1: text', 'say', 'hi', { msgtype: 'm.text', body: 'hi' }],
    ['I2M-2: a notice', 'notice', 'hi', { msgtype: 'm.notice', body: 'hi' }],
    ['I2M-3: an action', 'act', 'waves', { msgtype: 'm.emote', body: 'waves' }],
    ['I2M-6: formatting', 'say', '\x02hi\x02 all', { msgtype: 'm.text', body: 'hi all', ...html('<b>hi</b> all') }],
    ['HTML on IRC is text', 'say', '<b>hi</b> & bye', { msgtype: 'm.text', body: '<b>hi</b> & bye' }],
    ['I2M-30: a link with a bracket stays whole', 'say', 'see https://a.test/x_(y)', { msgtype: 'm.text', body: 'see https://a.test/x_(y)' }],
  ];
  for (const [sentence, how, text, wanted] of rows) {
    it(sentence, () => assert.deepEqual(toContent({ how, text }), { ...wanted, 'm.mentions': {} }));
  }

  it('never mentions anybody, whatever the text says', () => {
    assert.deepEqual(toContent({ how: 'say', text: '@room @alice:hs.test alice: hi' })['m.mentions'], {});
  });
});
