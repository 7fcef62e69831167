import assert from 'node:assert/strict';

import { fencedCode } from '../../src/text/code-fence.js';
import { htmlToIrc } from '../../src/text/html-to-irc.js';
import { ircToHtml } from '../../src/text/irc-to-html.js';
import { plainToIrc } from '../../src/text/plain-to-irc.js';
import { withoutReplyFallback } from '../../src/text/reply-fallback.js';
import { splitLines } from '../../src/text/split.js';
import { trimText } from '../../src/text/trim.js';
import { htmlRuns, ircRuns, type Run } from '../support/runs.js';
import { family, type Vector } from '../support/vectors.js';

/** Compare the text alone, as the note of each says. */
const TEXT_ONLY = new Set(['H2I-33', 'H2I-39']);
const words = (lines: readonly (readonly Run[])[]): string[] => lines.map((runs) => runs.map((run) => run.t).join(''));

interface HtmlVector {
  readonly id: string;
  readonly in: { readonly body: string; readonly formatted_body: string };
  readonly out_runs: Run[][];
  readonly also_accept_runs?: Run[][][];
}

describe('text vectors', () => {
  for (const row of family<HtmlVector>('html_to_irc')) {
    it(`${row.id}: ${row.in.formatted_body.slice(0, 60)}`, () => {
      const text = htmlToIrc(row.in.formatted_body) || plainToIrc(row.in.body);
      const lines = splitLines(text, 400).map(ircRuns);
      if (TEXT_ONLY.has(row.id)) {
        assert.deepEqual(words(lines), words(row.out_runs));
        return;
      }
      const accepted = [row.out_runs, ...(row.also_accept_runs ?? [])].map((runs) => JSON.stringify(runs));
      assert.ok(accepted.includes(JSON.stringify(lines)), `${JSON.stringify(lines)} is none of ${accepted.join(' ')}`);
    });
  }

  type IrcOut = { readonly body: string; readonly formatted: boolean; readonly runs?: Run[] };
  for (const row of family<Vector<string, IrcOut>>('irc_to_html')) {
    it(`${row.id}: ${JSON.stringify(row.in).slice(0, 60)}`, () => {
      const { plain, html } = ircToHtml(row.in);
      assert.equal(plain, row.out?.body);
      assert.equal(html !== undefined, row.out?.formatted);
      if (html === undefined) return;
      const runs = htmlRuns(html);
      // How reverse looks is free; bold must not end.
      if (row.id === 'I2H-20')
        assert.deepEqual(
          runs.map(({ t, f }) => [t, f]),
          [
            ['on', 'b'],
            ['swap', 'b'],
          ],
        );
      else assert.deepEqual(runs, row.out?.runs);
    });
  }

  type TrimRow = Vector<{ readonly text: string; readonly max: number }, string> & { readonly out_property?: string };
  for (const row of family<TrimRow>('trim')) {
    it(`${row.id}: ${row.in.text} to ${row.in.max}`, () => {
      const trimmed = trimText(row.in.text, row.in.max);
      if (row.out !== undefined) assert.equal(trimmed, row.out);
      else if (row.accept) assert.ok(row.accept.includes(trimmed), trimmed);
      else {
        assert.match(row.out_property ?? '', /does not end inside a grapheme/);
        const ends = [...new Intl.Segmenter().segment(row.in.text)].map(({ index, segment }) => index + segment.length);
        assert.ok([0, ...ends].includes(trimmed.length) && row.in.text.startsWith(trimmed), trimmed);
      }
    });
  }

  for (const row of family<Vector<{ readonly text: string; readonly bytes: number }, string[]>>('line_split')) {
    it(`${row.id}: ${row.in.text} by ${row.in.bytes}`, () =>
      assert.deepEqual(splitLines(row.in.text, row.in.bytes), row.out));
  }

  for (const row of family<Vector<string, string | null>>('markdown_code')) {
    it(`${row.id}: ${JSON.stringify(row.in)}`, () => assert.equal(fencedCode(row.in) ?? null, row.out));
  }

  for (const row of family<Vector<string, string>>('reply_fallback')) {
    it(`${row.id}: ${JSON.stringify(row.in)}`, () => assert.equal(withoutReplyFallback(row.in), row.out));
  }
});
