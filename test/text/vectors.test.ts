import assert from 'node:assert/strict';

import { fencedCode } from '../../src/text/code-fence.js';
import { editDiff } from '../../src/text/edit-diff.js';
import { htmlToIrc } from '../../src/text/html-to-irc.js';
import { ircToHtml } from '../../src/text/irc-to-html.js';
import { plainToIrc } from '../../src/text/plain-to-irc.js';
import { withoutReplyFallback } from '../../src/text/reply-fallback.js';
import { replyLine } from '../../src/text/reply-line.js';
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

  type DiffRow = Vector<{ readonly from: string; readonly to: string }, string | null> & {
    readonly nothing_sent_ok?: boolean;
    readonly repeat_ok?: boolean;
  };
  for (const row of family<DiffRow>('message_edit_diff')) {
    it(`${row.id}: ${JSON.stringify(row.in.from)} to ${JSON.stringify(row.in.to)}`, () => {
      const edit = editDiff(row.in.from, row.in.to);
      if (edit.kind === 'same') return assert.ok(row.nothing_sent_ok, 'nothing is sent');
      const said = edit.kind === 'diff' ? edit.text : null;
      const accepted = [row.out, ...(row.accept ?? []), ...(row.repeat_ok ? [null] : [])];
      assert.ok(accepted.includes(said), `${said ?? 'the whole text'} is none of ${JSON.stringify(accepted)}`);
    });
  }

  type ReplyIn = Readonly<Record<'original_body' | 'original_sender_nick' | 'reply_text', string>> & { readonly age_seconds: number };
  for (const row of family<Vector<ReplyIn, string>>('reply')) {
    it(`${row.id}: ${JSON.stringify(row.in)}`, () => {
      const { original_body: original, original_sender_nick: nick, age_seconds: ageSeconds, reply_text: reply } = row.in;
      const form = {
        shortReplyTemplate: '$NICK: $REPLY',
        longReplyTemplate: '<$NICK> "$ORIGINAL" <- $REPLY',
        shortReplyTresholdSeconds: 300,
        replySourceMaxLength: 32,
      };
      assert.equal(replyLine(reply, { nick, original, ageSeconds }, form), row.out);
    });
  }

  type MentionIn = { readonly text: string; readonly nicks: Readonly<Record<string, string>> };
  type MentionOut = { readonly mentions: readonly string[]; readonly pills?: number };
  for (const row of family<Vector<MentionIn, MentionOut>>('mentions')) {
    it(`${row.id}: ${row.in.text}`, () => {
      const nicks = new Map(Object.entries(row.in.nicks).map(([nick, user]) => [nick.toLowerCase(), user]));
      const { plain, html, mentions = [] } = ircToHtml(row.in.text, (nick) => {
        const user = nicks.get(nick.toLowerCase());
        return user === undefined ? undefined : { user, notify: true };
      });
      assert.equal(plain, row.in.text);
      assert.deepEqual(mentions, row.out?.mentions);
      const runs = html === undefined ? [] : htmlRuns(html);
      const links = runs.flatMap(({ href }) => (href?.startsWith('https://matrix.to/#/') ? [href.slice(20)] : []));
      assert.deepEqual(links, row.out?.pills === undefined ? mentions : links.slice(0, row.out.pills));
      if (html !== undefined) assert.equal(runs.map(({ t }) => t).join(''), row.in.text);
    });
  }

  for (const row of family<Vector<string, string>>('reply_fallback')) {
    it(`${row.id}: ${JSON.stringify(row.in)}`, () => assert.equal(withoutReplyFallback(row.in), row.out));
  }
});
