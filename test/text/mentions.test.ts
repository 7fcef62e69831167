import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ircToHtml } from '../../src/text/irc-to-html.js';
import { htmlRuns } from '../support/runs.js';

const pieces = fc
  .array(fc.constantFrom('alice', 'ab', 'bob|x', ' ', ':', ',', '(', ')', '`', 'http://', '/', '.', '@', '\x02', '\x11', '\x0304', '<', '&', '[', ']', "'", '🫖'), { maxLength: 30 })
  .map((all) => all.join(''));

describe('text/mentions', () => {
  const opaque = ['http://a.b/x(alice)', 'www.a.b+alice', 'ftp://alice', '`x alice y`', '\x11x alice y\x11', 'https://a.b/?x&alice;y'];
  for (const text of opaque) {
    it(`I2M-7: nobody is named in ${JSON.stringify(text)}`, () => {
      const find = (nick: string): { user: string; notify: boolean } | undefined => (nick === 'alice' ? { user: '@alice:hs.test', notify: true } : undefined);
      assert.equal(ircToHtml(text, find).mentions, undefined);
    });
  }

  it('I2M-7, INV-5: whoever is named, the text stays, the HTML is well-formed, and each link is one of those looked for', () => {
    const known = new Set(['alice', 'ab', 'bob|x']);
    fc.assert(
      fc.property(pieces, (text) => {
        const { plain, html, mentions = [] } = ircToHtml(text, (nick) => (known.has(nick) ? { user: `@${nick}:hs.test`, notify: true } : undefined));
        assert.equal(plain, ircToHtml(text).plain);
        assert.ok(mentions.length <= 5 && new Set(mentions).size === mentions.length);
        if (html === undefined) return assert.deepEqual(mentions, []);
        const runs = htmlRuns(html);
        assert.equal(runs.map(({ t }) => t).join(''), plain);
        const links = runs.filter(({ href }) => href?.startsWith('https://matrix.to/#/'));
        assert.equal(links.length === 0, mentions.length === 0);
      }),
      { numRuns: 2000 },
    );
  });
});
