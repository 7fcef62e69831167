/** How fast texts are converted: `node --import tsx bench/conversions.ts`. */

import { Parser } from 'htmlparser2';

import { editDiff } from '../src/text/edit-diff.js';
import { htmlToIrc } from '../src/text/html-to-irc.js';
import { ircToHtml } from '../src/text/irc-to-html.js';
import { plainToIrc } from '../src/text/plain-to-irc.js';
import { splitLines } from '../src/text/split.js';
import { hostileHtml, hostileText } from './hostile-texts.js';

const TYPICAL =
  '<p>Hey <a href="https://matrix.to/#/@alice:example.org">Alice</a>, the <strong>kettle</strong> is <em>on</em>: ' +
  'see <a href="https://example.org/tea?cups=2&amp;milk=1">the list</a> &amp; tell <code>brew --hot</code> what you want.</p>\n' +
  '<ul>\n<li>black</li>\n<li>green <del>or white</del></li>\n</ul>\n';
const IRC = 'the \x02black\x02 tea, \x0304not\x03 the \x1dgreen\x1d one, see https://example.org/tea & <b>';

/** Processor time of this process so far, in ms: what else the machine does shall not count. */
function busy(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Runs `work` for about a second; gives the rate. */
function rate(work: () => unknown): number {
  for (let warm = 0; warm < 20_000; warm++) work();
  const begin = busy();
  let times = 0;
  while (busy() - begin < 1000) {
    for (let batch = 0; batch < 1000; batch++) work();
    times += 1000;
  }
  return (times * 1000) / (busy() - begin);
}

/** The worst of a corpus, the three slowest, each at its best of five. */
function worst(corpus: Readonly<Record<string, string>>, work: (text: string) => unknown): string {
  const found: [number, string][] = [];
  for (const [name, text] of Object.entries(corpus)) {
    const took = [1, 2, 3, 4, 5].map(() => {
      const before = busy();
      work(text);
      return busy() - before;
    });
    const best = Math.min(...took);
    found.push([best, name]);
  }
  return found
    .sort(([one], [other]) => other - one)
    .slice(0, 3)
    .map(([ms, name]) => `${ms.toFixed(1)} ms (${name})`)
    .join(', ');
}

/** A long text against another, changed or not. */
const edits: Readonly<Record<string, string>> = {
  'nothing in common': 'b '.repeat(30_000),
  'a word in front': `x ${'a '.repeat(29_000)}`,
  'every other word': 'a b '.repeat(15_000),
  signs: "'".repeat(60_000),
  'five hundred words': 'c '.repeat(499),
};
const BEFORE = 'a '.repeat(30_000);
/** A channel of a hundred people, one of whom is named. */
const people = new Map(Array.from({ length: 100 }, (_, n): [string, string] => [`person${n}`, `@person${n}:example.org`]));
const find = (nick: string): { user: string; notify: boolean } | undefined => {
  const user = people.get(nick.toLowerCase());
  return user === undefined ? undefined : { user, notify: true };
};

const parserAlone = (html: string): void => {
  const events: string[] = [];
  new Parser({
    onopentag: (name) => void events.push(name),
    ontext: (text) => void events.push(text),
    onclosetag: (name) => void events.push(name),
  }).end(html);
};

const alone = rate(() => parserAlone(TYPICAL));
const ours = rate(() => htmlToIrc(TYPICAL));
const round = (perSecond: number): string => `${Math.round(perSecond / 1000)} k/s`;
console.log(
  `html to irc            ${round(ours)}, htmlparser2 alone ${round(alone)}, ratio ${(ours / alone).toFixed(2)} (goal 0.5)`,
);
console.log(`html to irc and cut    ${round(rate(() => splitLines(htmlToIrc(TYPICAL), 400)))}`);
console.log(
  `plain to irc and cut   ${round(rate(() => splitLines(plainToIrc('The kettle is on, back in five.'), 400)))}`,
);
console.log(`irc to html            ${round(rate(() => ircToHtml(IRC)))}`);
console.log(`irc to html, names      ${round(rate(() => ircToHtml(`person7: ${IRC}`, find)))}`);
console.log(`plain irc, no names     ${round(rate(() => ircToHtml('The kettle is on, back in five.', find)))}`);
console.log(`an edit                 ${round(rate(() => editDiff('the kettle is cold now, come', 'the kettle is hot now, come')))}`);
console.log(`worst edit              ${worst(edits, (text) => editDiff(BEFORE, text))} (goal 20 ms)`);
console.log(`worst names             ${worst(hostileText, (text) => ircToHtml(text, find))} (goal 20 ms)`);
console.log(`worst words only        ${worst(hostileHtml, (html) => htmlToIrc(html, { formatting: 'markdown' }))} (goal 20 ms)`);
console.log(`worst htmlparser2 alone ${worst(hostileHtml, parserAlone)}`);
console.log(`worst html to irc      ${worst(hostileHtml, (html) => splitLines(htmlToIrc(html), 400))} (goal 20 ms)`);
console.log(`worst plain to irc     ${worst(hostileText, (text) => splitLines(plainToIrc(text), 400))} (goal 20 ms)`);
console.log(`worst irc to html      ${worst(hostileText, (text) => ircToHtml(text))} (goal 20 ms)`);
