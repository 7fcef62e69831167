import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { toContent } from '../../src/irc-to-matrix/to-content.js';
import { toUtterance } from '../../src/matrix-to-irc/to-utterance.js';
import { NOTHING } from '../../src/matrix-to-irc/wording.js';
import { aMessage } from '../support/make.js';
import { aWording } from '../support/wording.js';
import { ircRows } from './irc-rows.js';
import { matrixRows } from './matrix-rows.js';
import { conversionsPage } from './page.js';

describe('conversions, Matrix to IRC', () => {
  for (const [title, rows] of Object.entries(matrixRows)) {
    describe(title, () => {
      for (const row of rows) {
        it(`${row.ids}: ${row.title}`, () => {
          const { utterance } = toUtterance(aMessage(row.event), aWording(row.ways), row.prepared ?? NOTHING);
          const command = { say: '', act: 'ACTION ', notice: 'NOTICE ' }[utterance.how];
          assert.deepEqual(
            utterance.lines.map((line, at) => (at === 0 ? command + line : line)),
            row.out,
          );
        });
      }
    });
  }
});

describe('conversions, IRC to Matrix', () => {
  const find = (nick: string): { user: string; notify: boolean } | undefined => {
    if (nick === 'alice' || nick === 'ab') return { user: `@${nick}:hs.test`, notify: true };
    return nick === 'bobby' ? { user: '@irc_bobby:hs.test', notify: false } : undefined;
  };
  for (const [title, rows] of Object.entries(ircRows)) {
    describe(title, () => {
      for (const { ids, title: what, how, text, body, html, mentions = [] } of rows) {
        it(`${ids}: ${what}`, () => {
          assert.deepEqual(toContent({ how, text }, find), {
            msgtype: { say: 'm.text', act: 'm.emote', notice: 'm.notice' }[how],
            body,
            ...(html === undefined ? {} : { format: 'org.matrix.custom.html', formatted_body: html }),
            'm.mentions': mentions.length === 0 ? {} : { user_ids: mentions },
          });
        });
      }
    });
  }
});

describe('docs/conversions.md', () => {
  it('is up to date; npm run docs:conversions writes it', () => {
    assert.equal(readFileSync('docs/conversions.md', 'utf8'), conversionsPage());
  });
});
