/** S-060 to S-087 and S-286 to S-318, those of them that ask for a conversion: from the bytes IRC sends to the event on Matrix. */

import assert from 'node:assert/strict';
import { ircLineParser } from 'irc-framework';
import { toContent } from '../../src/irc-to-matrix/to-content.js';
import { eventOf } from '../../src/irc/client-events.js';
import { ServerFacts } from '../../src/irc/server-facts.js';
import { lineDecoder } from '../../src/irc/wire/decode-line.js';
import { LineSplitter } from '../../src/irc/wire/split-lines.js';
import type { IrcEvent } from '../../src/model/irc-event.js';
import { ghostId } from '../../src/naming/ghost-id.js';
import type { FindNick } from '../../src/text/mentions.js';
import { NET, START } from '../support/make.js';
import { htmlRuns, type Run } from '../support/runs.js';
import { family, type Vector } from '../support/vectors.js';

type Scenes = { readonly scenarios: readonly string[] };

const heardBy = { network: NET, owner: 'bot' } as const;
const ghosts = { server: 'irc.test', domain: 'hs.example', userTemplate: '@irc_$NICK' };

/** What bytes are heard as by a client called M-alice. */
function heard(bytes: string, isupport: readonly string[] = []): readonly IrcEvent[] {
  const facts = new ServerFacts();
  facts.read(['M-alice', ...isupport, 'are supported']);
  const decode = lineDecoder();
  const events: IrcEvent[] = [];
  const hearing = { network: NET, at: START, heardBy, facts, isMe: (nick: string) => facts.fold(nick) === facts.fold('M-alice') };
  const lines = new LineSplitter((buf, start, end) => {
    const event = eventOf(ircLineParser(decode(buf, start, end)), hearing);
    if (event) events.push(event);
  });
  // Whatever packets it comes in.
  const all = Buffer.from(bytes);
  for (let at = 0; at < all.length; at += 7) assert.ok(lines.push(all.subarray(at, at + 7)));
  return events;
}

/** What the room sees of bytes: who, and the content. */
function seen(bytes: string, find?: FindNick): readonly (readonly [by: string, content: Record<string, unknown>])[] {
  return heard(bytes).flatMap((event) => (event.kind === 'message' ? [[ghostId(ghosts, event.from.nick), { ...toContent(event, find) }] as const] : []));
}

const said = (body: string, msgtype = 'm.text'): Record<string, unknown> => ({ msgtype, body, 'm.mentions': {} });

describe('scenarios: IRC to Matrix', () => {
  const BOB = '@irc_bob:hs.example';
  const rows: readonly (readonly [sentence: string, bytes: string, seen: ReturnType<typeof seen>])[] = [
    ['S-060: PRIVMSG', ':bob!b@h PRIVMSG #tea :a cup of words\r\n', [[BOB, said('a cup of words')]]],
    ['S-061: ACTION', ':bob!b@h PRIVMSG #tea :\x01ACTION pours a cup\x01\r\n', [[BOB, said('pours a cup', 'm.emote')]]],
    ['S-061: no other CTCP', ':bob!b@h PRIVMSG #tea :\x01VERSION\x01\r\n:bob!b@h PRIVMSG #tea :\x01PING 1\x01\r\n', []],
    ['S-062: NOTICE', ':bob!b@h NOTICE #tea :build passed\r\n', [[BOB, said('build passed', 'm.notice')]]],
    ['S-062, S-295: a server’s is nobody’s', ':irc.test NOTICE #tea :maintenance soon\r\n', []],
    ['S-069: no HTML for the sake of an apostrophe', ":bob!b@h PRIVMSG #tea :don't & won't\r\n", [[BOB, said("don't & won't")]]],
    ['S-289: a channel by its sign', ':bob!b@h PRIVMSG #tea :x\r\n', [[BOB, said('x')]]],
    ['S-294: a nick alone', ':bob PRIVMSG #tea :hi\r\n', [[BOB, said('hi')]]],
    ['S-297: nothing said', ':bob!b@h PRIVMSG #tea :\r\n:bob!b@h PRIVMSG #tea\r\n', []],
    ['S-298: colons', ':bob!b@h PRIVMSG #tea ::) hi\r\n:bob!b@h PRIVMSG #tea x:y\r\n', [[BOB, said(':) hi')], [BOB, said('x:y')]]],
    ['S-300: every prefix', ':bob!b@h PRIVMSG #tea :1\r\n:bob@h PRIVMSG #tea :2\r\n:bob PRIVMSG #tea :3\r\n:bob!b@h   PRIVMSG   #tea   :4\r\n:irc.test PRIVMSG #tea :5\r\n', [1, 2, 3, 4].map((n) => [BOB, said(String(n))] as const)],
    ['S-301: tags', '@a;b=2;c= :bob!b@h PRIVMSG #tea :hi\r\n', [[BOB, said('hi')]]],
    ['S-304: stray ends, packets, and two lines in one', '\r\n\n\r:bob!b@h PRIVMSG #tea :1\r\n\r\n:bob!b@h PRIVMSG #tea :2\n', [[BOB, said('1')], [BOB, said('2')]]],
    ['S-305: blanks at the end', ':bob!b@h PRIVMSG #tea :keep  \r\n', [[BOB, said('keep  ')]]],
    ['S-317: odd tags', '@a=test\\;b=\\b\\sodd;=;;a :bob!b@h PRIVMSG #tea :hi\r\n', [[BOB, said('hi')]]],
  ];
  for (const [sentence, bytes, wanted] of rows) it(sentence, () => assert.deepEqual(seen(bytes), wanted));

  type IrcOut = { readonly body: string; readonly formatted: boolean; readonly runs?: Run[] };
  for (const row of family<Vector<string, IrcOut> & Scenes>('irc_to_html')) {
    it(`${row.scenarios.join(', ')}, ${row.id}`, () => {
      const [by, content] = seen(`:bob!b@h PRIVMSG #tea :${row.in}\r\n`)[0] ?? [];
      assert.deepEqual([by, content?.['msgtype'], content?.['body'], content?.['m.mentions']], [BOB, 'm.text', row.out?.body, {}]);
      const html = content?.['formatted_body'];
      assert.equal(content?.['format'], row.out?.formatted ? 'org.matrix.custom.html' : undefined);
      if (typeof html !== 'string') return assert.equal(row.out?.formatted, false);
      // How reverse looks is free; bold must not end.
      if (row.id === 'I2H-20') assert.deepEqual(htmlRuns(html).map(({ t, f }) => [t, f]), [['on', 'b'], ['swap', 'b']]);
      else assert.deepEqual(htmlRuns(html), row.out?.runs);
    });
  }

  type Asked = { readonly text: string; readonly nicks: Readonly<Record<string, string>> };
  for (const row of family<Vector<Asked, { readonly mentions: readonly string[] }> & Scenes>('mentions')) {
    it(`${row.scenarios.join(', ')}, ${row.id}: ${row.in.text}`, () => {
      const nicks = new Map(Object.entries(row.in.nicks).map(([nick, user]) => [nick.toLowerCase(), user]));
      const find: FindNick = (nick) => (nicks.has(nick.toLowerCase()) ? { user: nicks.get(nick.toLowerCase()) ?? '', notify: true } : undefined);
      const content = seen(`:bob!b@h PRIVMSG #tea :${row.in.text}\r\n`, find)[0]?.[1];
      const named = row.out?.mentions ?? [];
      assert.equal(content?.['body'], row.in.text, 'the text is as it was typed');
      assert.deepEqual(content['m.mentions'], named.length === 0 ? {} : { user_ids: named });
      assert.equal(content['format'], named.length === 0 ? undefined : 'org.matrix.custom.html');
      const runs = typeof content['formatted_body'] === 'string' ? htmlRuns(content['formatted_body']) : [];
      assert.deepEqual(runs.flatMap(({ href }) => (href === undefined ? [] : [href])), named.map((user) => `https://matrix.to/#/${user}`));
      if (row.id === 'MEN-03') assert.deepEqual(runs.map(({ t }) => t), ['did you see ', 'margery', "'s cup?"]);
    });
  }

  interface Parts {
    readonly command: string;
    readonly params: readonly string[];
    readonly nick: string;
    readonly ident: string;
    readonly hostname: string;
    readonly tags: Readonly<Record<string, string>>;
  }
  for (const row of family<Vector<string, Parts> & Scenes>('irc_line')) {
    it(`${row.scenarios.join(', ')}, ${row.id}: ${JSON.stringify(row.in)}`, () => {
      const lines: string[] = [];
      const decode = lineDecoder();
      new LineSplitter((buf, start, end) => lines.push(decode(buf, start, end))).push(Buffer.from(row.in.endsWith('\n') ? row.in : `${row.in}\r\n`));
      assert.equal(lines.length, 1);
      const { command, params, nick, ident, hostname, tags } = ircLineParser(lines[0] ?? '');
      assert.deepEqual({ command, params: [...params], nick, ident, hostname, tags: { ...tags } }, row.out);
    });
  }

  for (const row of family<Vector<string, Readonly<Record<string, string>>> & Scenes>('message_tags')) {
    it(`${row.scenarios.join(', ')}, ${row.id}: ${row.in}`, () => {
      assert.deepEqual({ ...ircLineParser(`@${row.in} PING x`).tags }, row.out);
    });
  }

  for (const row of family<Vector<string, number | null> & Scenes>('server_time')) {
    it(`${row.scenarios.join(', ')}, ${row.id}: ${row.in}`, () => {
      const tag = row.in === '(tag absent)' ? '' : `@time=${row.in} `;
      const [event] = heard(`${tag}:bob!b@h PRIVMSG #tea :hi\r\n`);
      assert.ok(event?.kind === 'message', 'not dropped');
      assert.equal(event.sentAt ?? null, row.out);
    });
  }
  for (const stamp of ['12', 'tea 12', '2024', '2024-05-01', '1', '2024-13-01T10:20:30Z', '99999999999999', '-5', '1e3', '2024-05-01 10:20:30']) {
    it(`S-314: "${stamp}" is no time`, () => {
      const [event] = heard(`@time=${stamp.replaceAll(' ', '\\s')} :bob!b@h PRIVMSG #tea :hi\r\n`);
      assert.ok(event?.kind === 'message');
      assert.equal(event.sentAt, undefined);
    });
  }

  const kinds = (bytes: string, isupport?: readonly string[]): readonly string[] =>
    heard(bytes, isupport).map((event) => `${event.kind} ${'channel' in event ? event.channel : 'private'}`);
  const targets: readonly (readonly [sentence: string, isupport: readonly string[], bytes: string, kinds: readonly string[]])[] = [
    ['S-289: CHANTYPES not told', [], ':bob!b@h PRIVMSG #tea :x\r\n:bob!b@h PRIVMSG M-alice :x\r\n', ['message #tea', 'privateMessage private']],
    ['S-290: the usual ones', ['CHANTYPES=#&'], ':bob!b@h PRIVMSG #tea :x\r\n:bob!b@h PRIVMSG M-alice :x\r\n:bob!b@h PRIVMSG &local :x\r\n', ['message #tea', 'privateMessage private', 'message &local']],
    ['S-291: unusual ones', ['CHANTYPES=%#'], ':bob!b@h PRIVMSG %odd :x\r\n', ['message %odd']],
    ['S-292: none', ['CHANTYPES='], ':bob!b@h PRIVMSG M-alice :x\r\n', ['privateMessage private']],
    ['S-286: our nick in any case, rfc1459', ['CASEMAPPING=rfc1459'], ':bob!b@h PRIVMSG m-ALICE :x\r\n', ['privateMessage private']],
    ['S-296: a topic by any prefix', [], ':bob!b TOPIC #tea :x\r\n:bob@h.example TOPIC #tea :x\r\n:bob!b@h.example TOPIC #tea :x\r\n', ['topic #tea', 'topic #tea', 'topic #tea']],
    [
      'S-302: tags in front of everything',
      [],
      ['JOIN #tea', 'PART #tea :x', 'MODE #tea +o bob', 'TOPIC #tea :x', 'KICK #tea joe :x', 'NICK rob', 'QUIT :x'].map((line) => `@time=2024-05-01T10:20:30Z;a=b :bob!b@h ${line}\r\n`).join(''),
      ['join #tea', 'part #tea', 'mode #tea', 'topic #tea', 'kick #tea', 'nick private', 'quit private'],
    ],
  ];
  for (const [sentence, isupport, bytes, wanted] of targets) it(sentence, () => assert.deepEqual(kinds(bytes, isupport), wanted));

  it('S-295, S-299: modes by a server, two at once; a reason of two words', () => {
    const [mode, kick] = heard(':irc.test MODE #tea +oo M-alice bob\r\n:bob!b@h KICK #tea joe :two words\r\n');
    assert.ok(mode?.kind === 'mode' && kick?.kind === 'kick');
    assert.deepEqual(mode.changes, [{ add: true, letter: 'o', param: 'M-alice' }, { add: true, letter: 'o', param: 'bob' }]);
    assert.equal(kick.reason, 'two words');
  });
  it('S-296: a topic by any prefix is of the same nick', () => {
    const events = heard(':bob!b TOPIC #tea :x\r\n:bob@h.example TOPIC #tea :x\r\n:bob!b@h.example TOPIC #tea :x\r\n');
    assert.deepEqual(events.map((event) => (event.kind === 'topic' ? event.by?.nick : undefined)), ['bob', 'bob', 'bob']);
  });
});
