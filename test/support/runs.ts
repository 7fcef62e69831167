/**
 * IRC lines and HTML as lists of styled runs (`meta.normal_form` of vectors.json), read without the code under test.
 */

import assert from 'node:assert/strict';

export interface Run {
  t: string;
  f?: string;
  fg?: number | string;
  bg?: number | string;
  href?: string;
}

const LETTERS: Readonly<Record<string, string>> = {
  '\x02': 'b',
  '\x1d': 'i',
  '\x1f': 'u',
  '\x1e': 's',
  '\x11': 'm',
  '\x16': 'r',
};
const ORDER = 'biusmr';

function push(runs: Run[], text: string, on: ReadonlySet<string>, rest: Omit<Run, 't' | 'f'>): void {
  if (text === '') return;
  const f = Array.from(ORDER)
    .filter((letter) => on.has(letter))
    .join('');
  const run: Run = { t: text, ...(f ? { f } : {}), ...rest };
  const last = runs.at(-1);
  if (last && JSON.stringify({ ...last, t: '' }) === JSON.stringify({ ...run, t: '' })) last.t += text;
  else runs.push(run);
}

/** Parses one IRC line. */
export function ircRuns(line: string): Run[] {
  const runs: Run[] = [];
  const on = new Set<string>();
  let colours: { fg?: number | string; bg?: number | string } = {};
  const pattern =
    /\x03(?:(\d{1,2})(?:,(\d{1,2}))?)?|\x04(?:([0-9a-f]{6})(?:,([0-9a-f]{6}))?)?|[\x02\x1d\x1f\x1e\x11\x16\x0f]|[^\x02-\x04\x0f\x11\x16\x1d-\x1f]+/giy;
  for (const [piece, fg, bg, hexFg, hexBg] of line.matchAll(pattern)) {
    const letter = LETTERS[piece];
    if (letter) {
      if (!on.delete(letter)) on.add(letter);
    } else if (piece === '\x0f') {
      on.clear();
      colours = {};
    } else if (piece.startsWith('\x03') || piece.startsWith('\x04')) {
      const one = fg ?? hexFg;
      const two = bg ?? hexBg;
      if (one === undefined) colours = {};
      else {
        const { fg: _fg, bg: was, ...none } = colours;
        const front = fg !== undefined ? Number(fg) : `#${one}`;
        const back = two === undefined ? was : bg !== undefined ? Number(bg) : `#${two}`;
        colours = {
          ...none,
          ...(front === 99 ? {} : { fg: front }),
          ...(back === undefined || back === 99 ? {} : { bg: back }),
        };
      }
    } else push(runs, piece, on, colours);
  }
  return runs;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const HTML_LETTERS: Readonly<Record<string, string>> = { b: 'b', i: 'i', u: 'u', del: 's', code: 'm' };

/**
 * Parses the HTML we write, and fails where it is not well-formed, not nested, or has a tag that Matrix does not list.
 */
export function htmlRuns(html: string): Run[] {
  const runs: Run[] = [];
  const open: { tag: string; attributes: Readonly<Record<string, string>> }[] = [];
  let at = 0;
  const token = /<(\/?)([a-z]+)((?: [a-z-]+="[^"<>]*")*)>|&(#?\w+);|[^<>&"']+/y;
  for (const [piece, slash, tag, attributes, entity] of html.matchAll(new RegExp(token.source, 'gy'))) {
    at += piece.length;
    if (tag === 'br') push(runs, '\n', new Set(), {});
    else if (tag && slash) assert.equal(open.pop()?.tag, tag, `nesting in ${html}`);
    else if (tag) {
      assert.ok(tag in HTML_LETTERS || tag === 'span' || tag === 'a', `tag ${tag}`);
      const pairs = [...(attributes ?? '').matchAll(/ ([a-z-]+)="([^"]*)"/g)].map(([, name, value]) => [
        name ?? '',
        value ?? '',
      ]);
      open.push({ tag, attributes: Object.fromEntries(pairs) as Record<string, string> });
    } else {
      const text = entity === undefined ? piece : ENTITIES[entity];
      assert.ok(text !== undefined, `entity ${entity ?? ''}`);
      const all = Object.assign({}, ...open.map((element) => element.attributes)) as Record<string, string>;
      const rest = {
        ...(all['data-mx-color'] ? { fg: all['data-mx-color'] } : {}),
        ...(all['data-mx-bg-color'] ? { bg: all['data-mx-bg-color'] } : {}),
        ...(all.href ? { href: all.href.replaceAll('&amp;', '&').replaceAll('&#39;', "'") } : {}),
      };
      push(runs, text, new Set(open.map((element) => HTML_LETTERS[element.tag] ?? '')), rest);
    }
  }
  assert.equal(at, html.length, `not well-formed: ${html.slice(at, at + 40)}`);
  assert.deepEqual(open, [], `left open in ${html}`);
  return runs;
}
