/** What is said on IRC and what arrives on Matrix: rows of a test, and of docs/conversions.md. */

import type { How } from '../../src/model/utterance.js';

/** `out`: `body`, and `html` where there is any. */
export interface IrcRow {
  readonly ids: string;
  readonly title: string;
  readonly how: How;
  readonly text: string;
  readonly body: string;
  readonly html?: string;
  readonly mentions?: readonly string[];
}

const row = (ids: string, title: string, text: string, body: string, more: Partial<IrcRow> = {}): IrcRow => ({ ids, title, how: 'say', text, body, ...more });
const ALICE = '@alice:hs.test';
const PILL = `<a href="https://matrix.to/#/${ALICE}">alice</a>`;

/** On Matrix and in the channel are alice, and ab; bob is on IRC. */
export const ircRows: Readonly<Record<string, readonly IrcRow[]>> = {
  'Text': [
    row('I2M-1', 'PRIVMSG', 'hi', 'hi'),
    row('I2M-2', 'NOTICE', 'hi', 'hi', { how: 'notice' }),
    row('I2M-3', 'ACTION', 'waves', 'waves', { how: 'act' }),
    row('INV-5', 'What looks like HTML is text', '<b>hi</b>', '<b>hi</b>'),
  ],
  'Formatting': [
    row('I2M-6', 'Bold, and the end of it', '\x02hi\x02 all', 'hi all', { html: '<b>hi</b> all' }),
    row('FMT-3', 'Colours', '\x0304red\x03 not', 'red not', { html: '<span data-mx-color="#ff0000">red</span> not' }),
    row('FMT-3', 'Code', 'run \x11ls\x11', 'run ls', { html: 'run <code>ls</code>' }),
    row('C6', 'Codes that are none', 'a\x03\x04\x0399b', 'ab'),
    row('I2M-30', 'A link stays one', '(see https://a.test/\x02b\x02c)', '(see https://a.test/bc)', {
      html: '(see <a href="https://a.test/bc">https://a.test/<b>b</b>c</a>)',
    }),
  ],
  'Mentions': [
    row('I2M-7', 'Somebody is addressed', 'alice: hi', 'alice: hi', { html: `${PILL}: hi`, mentions: [ALICE] }),
    row('I2M-7', 'Somebody is named', 'ask alice!', 'ask alice!', { html: `ask ${PILL}!`, mentions: [ALICE] }),
    row('I2M-8', 'A short nick that is addressed', 'ab: hi', 'ab: hi', { html: '<a href="https://matrix.to/#/@ab:hs.test">ab</a>: hi', mentions: ['@ab:hs.test'] }),
    row('I2M-8', 'A short nick that is named is a word', 'the ab is', 'the ab is'),
    row('I2M-7', 'Never in an address', 'see https://alice.test/alice', 'see https://alice.test/alice'),
    row('I2M-7', 'Never in code', 'run `alice` and \x11alice\x11', 'run `alice` and alice', { html: 'run `alice` and <code>alice</code>' }),
    row('I2M-9', 'Somebody on IRC, where `linkIrcNicks` is on: a link without a mention', 'bobby: hi', 'bobby: hi', { html: '<a href="https://matrix.to/#/@irc_bobby:hs.test">bobby</a>: hi' }),
    row('I2M-7', 'Nobody is @room', '@room hi', '@room hi'),
  ],
};
