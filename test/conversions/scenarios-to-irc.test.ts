/** S-005 to S-053 and S-306 to S-311, those of them that ask for a conversion: from the event as it is pushed to the lines on IRC. */

import assert from 'node:assert/strict';
import { decodeEvent } from '../../src/homeserver/decode.js';
import { toUtterance } from '../../src/matrix-to-irc/to-utterance.js';
import { NOTHING, type Prepared, type Wording } from '../../src/matrix-to-irc/wording.js';
import type { Body } from '../../src/model/matrix-event.js';
import { ALICE, aText, CAROL, START, userId } from '../support/make.js';
import { ircRuns, type Run } from '../support/runs.js';
import { family, type Vector } from '../support/vectors.js';
import { aWording, FORM } from '../support/wording.js';

type Content = Readonly<Record<string, unknown>>;
type Scenes = { readonly scenarios: readonly string[] };

const HTML = 'org.matrix.custom.html';
/** Compare the text alone, as the note of each says. */
const TEXT_ONLY = new Set(['H2I-33', 'H2I-39']);
const text = (body: string, more: Content = {}): Content => ({ msgtype: 'm.text', body, ...more });
const reply = (body: string, more: Content = {}): Content => text(body, { 'm.relates_to': { 'm.in_reply_to': { event_id: '$orig' } }, ...more });
const edit = (body: string): Content => text(`* ${body}`, { 'm.new_content': text(body), 'm.relates_to': { rel_type: 'm.replace', event_id: '$e' } });
const nickOf = (user: string): string | undefined => (user === CAROL ? 'M-carla' : user === '@irc_bob:hs.test' ? 'bob' : undefined);
const carla = (plain: string, ageSeconds = 1): Prepared => ({ earlier: { sender: CAROL, at: START - ageSeconds * 1000, body: aText(plain) } });
const mine = (body: Body): Prepared => ({ earlier: { sender: ALICE, at: START - 1000, body } });
const words = (lines: readonly (readonly Run[])[]): string[] => lines.map((runs) => runs.map((run) => run.t).join(''));

/** What IRC sees, `NOTICE` or `ACTION` in front of the first line where it is one. */
function seen(content: Content, prepared: Prepared = NOTHING, set: Partial<Wording> = {}): readonly string[] {
  const decoded = decodeEvent({ type: 'm.room.message', event_id: '$1', room_id: '!tea:hs.test', sender: ALICE, origin_server_ts: START, content });
  assert.ok(decoded.ok && decoded.event.kind === 'message');
  const { how, lines } = toUtterance(decoded.event, aWording({ lineLimit: 3 }, { nickOf, ...set }), prepared).utterance;
  return how === 'say' ? lines : lines.map((line, at) => (at === 0 ? `${how === 'act' ? 'ACTION' : 'NOTICE'} ${line}` : line));
}

describe('scenarios: Matrix to IRC', () => {
  type Html = Scenes & { readonly id: string; readonly in: Content; readonly out_runs: Run[][]; readonly also_accept_runs?: Run[][][] };
  for (const row of family<Html>('html_to_irc')) {
    it(`${row.scenarios.join(', ')}, ${row.id}`, () => {
      const lines = seen({ msgtype: 'm.text', format: HTML, ...row.in }).map(ircRuns);
      if (TEXT_ONLY.has(row.id)) return assert.deepEqual(words(lines), words(row.out_runs));
      const accepted = [row.out_runs, ...(row.also_accept_runs ?? [])].map((runs) => JSON.stringify(runs));
      assert.ok(accepted.includes(JSON.stringify(lines)), `${JSON.stringify(lines)} is none of ${accepted.join(' ')}`);
    });
  }

  for (const row of family<Vector<string, string | null> & Scenes>('markdown_code')) {
    it(`${row.scenarios.join(', ')}, ${row.id}`, () => {
      const wanted = (row.out ?? row.in).split('\n').filter((line) => line.trim() !== '');
      assert.deepEqual(seen(text(row.in), NOTHING, { ways: { ...aWording().ways, lineLimit: 9 } }), wanted);
      const { out } = row;
      if (out === null || out === undefined) return;
      const html = text(row.in, { format: HTML, formatted_body: `<pre><code>${out}\n</code></pre>\n` });
      assert.deepEqual(words(seen(html).map(ircRuns)), wanted, 'said with HTML');
    });
  }

  type ReplyIn = Readonly<Record<'original_body' | 'original_sender_nick' | 'reply_text', string>> & { readonly age_seconds: number };
  for (const row of family<Vector<ReplyIn, string> & Scenes>('reply')) {
    it(`${row.scenarios.join(', ')}, ${row.id}`, () => {
      const { original_body: original, age_seconds: age, reply_text: said } = row.in;
      assert.deepEqual(seen(reply(`> <@carla:far.example> something invented\n\n${said}`), carla(original, age)), [row.out]);
    });
  }

  for (const row of family<Vector<string, string> & Scenes>('reply_fallback')) {
    it(`${row.scenarios.join(', ')}, ${row.id}`, () => {
      const wanted = (row.out ?? '').split('\n').filter((line) => line !== '');
      assert.deepEqual(seen(reply(row.in)), wanted, 'where nothing is found');
    });
  }

  type DiffRow = Vector<{ readonly from: string; readonly to: string }, string | null> & Scenes & { readonly nothing_sent_ok?: boolean; readonly repeat_ok?: boolean };
  for (const row of family<DiffRow>('message_edit_diff')) {
    it(`${row.scenarios.join(', ')}, ${row.id}`, () => {
      const said = seen(edit(row.in.to), mine(aText(row.in.from)));
      if (row.nothing_sent_ok) return assert.deepEqual(said, []);
      const whole = row.in.to.split('\n');
      const accepted = [row.out, ...(row.accept ?? []), ...(row.repeat_ok ? [null] : [])].map((out) => (out === null || out === undefined ? [`* ${whole[0]}`, ...whole.slice(1)] : [out]));
      assert.ok(accepted.some((lines) => JSON.stringify(lines) === JSON.stringify(said)), `${JSON.stringify(said)} is none of ${JSON.stringify(accepted)}`);
    });
  }

  type TrimRow = Vector<{ readonly text: string; readonly max: number }, string> & Scenes;
  for (const row of family<TrimRow>('trim')) {
    it(`${row.scenarios.join(', ')}, ${row.id}: as the quote of a late reply`, () => {
      const [line = ''] = seen(reply('yes'), carla(row.in.text, 1000), { form: { ...FORM, replySourceMaxLength: row.in.max } });
      const quote = /^<M-carla> "([^]*?)(?:\.\.\.)?" <- yes$/u.exec(line)?.[1] ?? '';
      if (row.out !== undefined) return assert.equal(quote, row.out);
      if (row.accept) return assert.ok(row.accept.includes(quote), quote);
      const ends = [...new Intl.Segmenter().segment(row.in.text)].map(({ index, segment }) => index + segment.length);
      assert.ok([0, ...ends].includes(quote.length) && row.in.text.startsWith(quote), quote);
    });
  }

  for (const row of family<Vector<{ readonly text: string; readonly bytes: number }, string[]> & Scenes>('line_split')) {
    it(`${row.scenarios.join(', ')}, ${row.id}`, () => {
      const ways = { ...aWording().ways, lineLimit: 9 };
      assert.deepEqual(seen(text(row.in.text), NOTHING, { ways, budget: () => row.in.bytes }), row.out);
    });
  }

  const rows: readonly (readonly [sentence: string, content: Content, lines: readonly string[], prepared?: Prepared, set?: Partial<Wording>])[] = [
    ['S-005: plain text', text('Here is my cup.'), ['Here is my cup.']],
    ['S-011: a notice', text('automated words', { msgtype: 'm.notice' }), ['NOTICE automated words']],
    ['S-018: HTML that IRC cannot express, and no fence', text('The kettle', { format: HTML, formatted_body: '<blink>The kettle</blink>' }), ['The kettle']],
    ['S-020: blanks around the fence', text(' \n```\n  pour()\n```\n '), ['  pour()']],
    ['S-022: the language is not shown', text('```ts\nlet a;\n```', { format: HTML, formatted_body: '<pre><code class="language-ts">let a;\n</code></pre>' }), ['\x11let a;']],
    [
      'S-025: the nick wins over the name in the quote',
      reply('> <Carla the Baker> The scones\n\nLovely', { format: HTML, formatted_body: '<mx-reply><blockquote><a href="#">In reply to</a> Carla the Baker<br>x</blockquote></mx-reply>Lovely' }),
      ['M-carla: Lovely'],
      carla('The scones are in the oven'),
    ],
    ['S-027: nothing of a quote that cannot be checked', reply('> <@carla:far.example> invented\n\nLovely'), ['Lovely']],
    ['S-027: nor where clients send none', reply('Lovely'), ['Lovely']],
    ['S-029: the bare nick of somebody on IRC', reply('Lovely'), ['bob: Lovely'], { earlier: { sender: userId('@irc_bob:hs.test'), at: START, body: aText('x') } }],
    [
      'S-030, M2I-20: no line of an answer is lost',
      reply('Butter first\nJam second', { format: HTML, formatted_body: '<mx-reply>x</mx-reply>Butter first<br>Jam second' }),
      ['M-carla: Butter first', 'Jam second'],
      carla('The scones'),
    ],
    ['S-031: short before the threshold', reply('Short reply'), ['M-carla: Short reply'], carla('Original', 1), { form: { ...FORM, shortReplyTresholdSeconds: 1 } }],
    ['S-031: long behind it', reply('Long reply'), ['<M-carla> "Original" <- Long reply'], carla('Original', 2), { form: { ...FORM, shortReplyTresholdSeconds: 1 } }],
    ['S-034: eight lines', text('1\n2\n3\n4\n5\n6\n7\n8'), ['1 (full message at <https://b.test/p/1>)'], { page: 'https://b.test/p/1' }],
    ['S-034: and nowhere to put them', text('1\n2\n3\n4\n5\n6\n7\n8'), ['1', '2', '(truncated)']],
    ['S-035: long code', text('```javascript\n1\n2\n3\n4\n```'), ['ACTION sent a javascript code block: https://b.test/p/1'], { page: 'https://b.test/p/1' }],
    ['S-040: an emoji as the 32nd character of the original', reply('yes'), [`<M-carla> "${'a'.repeat(31)}🫖..." <- yes`], carla(`${'a'.repeat(31)}🫖bc`, 1000)],
    ['S-053: an edit whose new text is too long', edit('a\nb\nc\nd\ne'), ['* a', 'b', '(truncated)'], mine(aText('nothing of this is left at all'))],
    ['S-053: escapes that a client writes on one side only', edit('the 3\\.5 litre kettle is on'), [], mine(aText('the 3.5 litre kettle is on'))],
    ['S-311: little room', text('🫖🫖'), ['🫖', '🫖'], NOTHING, { budget: () => 4 }],
  ];
  for (const [sentence, content, lines, prepared, set] of rows) it(sentence, () => assert.deepEqual(seen(content, prepared, set), lines));

  const long: readonly (readonly [sentence: string, text: string, part: RegExp])[] = [
    ['S-309: stacked marks', 'e\u0301\u0323'.repeat(300), /^e/u],
    ['S-309: flags', '🇩🇪'.repeat(100), /^(?:🇩🇪)+$/u],
    ['S-310: 2000 letters without a blank', 'x'.repeat(2000), /^x+$/u],
  ];
  for (const [sentence, said, part] of long) {
    it(sentence, () => {
      const lines = seen(text(said), NOTHING, { ways: { ...aWording().ways, lineLimit: 99 } });
      for (const line of lines) assert.ok(Buffer.byteLength(line) <= 400 && part.test(line), line);
      assert.equal(lines.join(''), said);
    });
  }

  it('S-310: 2000 joiners, which show nothing, hang nothing', () => {
    const lines = seen(text(`a${'\u200d'.repeat(2000)}b`), NOTHING, { ways: { ...aWording().ways, lineLimit: 99 } });
    assert.equal(lines.join(''), `a${'\u200d'.repeat(2000)}b`);
  });
});
