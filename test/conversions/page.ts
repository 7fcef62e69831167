/** docs/conversions.md as the tests' tables make it: `npm run docs:conversions` writes it, a test sees that it is up to date. */

import { writeFileSync } from 'node:fs';
import type { Body } from '../../src/model/matrix-event.js';
import { ircRows, type IrcRow } from './irc-rows.js';
import { matrixRows, type Row } from './matrix-rows.js';

const FILE = 'docs/conversions.md';

const HEAD = `# Conversions

Written by \`npm run docs:conversions\` from the tables in \`test/conversions/\`, which are tests. Formatting codes of IRC
are shown by name: ␂ bold, ␝ italic, ␟ underlined, ␞ struck through, ␑ monospace, ␃ colour, ␏ the end of all.
An empty right side means that nothing is sent. Settings are keys of \`ircService.matrixHandler\`, of a network, or of a
room's own \`org.matrix.appservice-irc.config\`.

`;

/** The whole page. */
export function conversionsPage(): string {
  const there = Object.entries(matrixRows).map(([title, rows]) => `### ${title}\n\n${table('on Matrix', 'on IRC', rows.map(fromMatrix))}`);
  const back = Object.entries(ircRows).map(([title, rows]) => `### ${title}\n\n${table('on IRC', 'on Matrix', rows.map(fromIrc))}`);
  return `${HEAD}## From Matrix to IRC\n\n${there.join('\n')}\n## From IRC to Matrix\n\n${back.join('\n')}`;
}

type Cells = readonly [what: string, left: string, right: string, ids: string];

function table(left: string, right: string, rows: readonly Cells[]): string {
  const lines = rows.map((cells) => `| ${cells.join(' | ')} |`);
  return `| what | ${left} | ${right} | rows |\n| --- | --- | --- | --- |\n${lines.join('\n')}\n`;
}

function fromMatrix({ ids, title, event, out }: Row): Cells {
  return [title, code(shown(event.body)), out.map(code).join('<br>'), ids];
}

function fromIrc({ ids, title, how, text, body, html }: IrcRow): Cells {
  const command = { say: '', act: 'ACTION ', notice: 'NOTICE ' }[how];
  return [title, code(command + text), code(html ?? body), ids];
}

/** What of a body is to be seen. */
function shown(body: Body): string {
  switch (body.type) {
    case 'text':
      return (body.html ?? body.plain).slice(0, 120);
    case 'media':
      return [body.name, body.caption ?? ''].filter((part) => part !== '').join(' + ');
    case 'place':
      return `${body.words} ${body.geo ?? ''}`;
    case 'poll':
      return [body.question, ...body.answers.map(({ text }) => text)].join(' / ');
    case 'pollResult':
      return body.words ?? [...body.counts.values()].join(' / ');
    case 'reaction':
      return body.key;
    case 'deletion':
      return '';
  }
}

const NAMES: Readonly<Record<string, string>> = { '\n': '↵', '\r': '', '\u2028': '↵' };

/** As code of Markdown, in one cell; control characters as their pictures. */
function code(text: string): string {
  if (text === '') return '';
  const visible = text.replace(/[\x00-\x1f\u2028]/gu, (sign) => NAMES[sign] ?? String.fromCharCode(0x2400 + sign.charCodeAt(0)));
  const fence = visible.includes('`') ? '``' : '`';
  const space = fence === '``' ? ' ' : '';
  return `${fence}${space}${visible.replaceAll('|', '\\|')}${space}${fence}`;
}

if (process.argv[2] === '--write') writeFileSync(FILE, conversionsPage());
