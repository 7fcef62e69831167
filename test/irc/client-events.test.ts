import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ircLineParser } from 'irc-framework';
import { changesOf, eventOf } from '../../src/irc/client-events.js';
import { joinLines } from '../../src/irc/join-lines.js';
import { NamesLists } from '../../src/irc/names.js';
import { textBudget } from '../../src/irc/wire/own-mask.js';
import { ServerFacts } from '../../src/irc/server-facts.js';
import { asNetworkName } from '../../src/model/irc-names.js';
import { channel, nick } from '../support/irc-network.js';

const facts = new ServerFacts();
facts.read(['n', 'STATUSMSG=@+', 'CHANTYPES=#&', 'x']);
const me = { network: asNetworkName('net'), owner: 'bot' } as const;

/** The event of a line without what all events have. */
function event(line: string): Record<string, unknown> | undefined {
  const heard = eventOf(ircLineParser(line), { network: me.network, at: 1, heardBy: me, facts, isMe: (other) => other === 'me' });
  if (heard === undefined) return undefined;
  assert.deepEqual([heard.network, heard.at, heard.heardBy], ['net', 1, me]);
  return Object.fromEntries(Object.entries(heard).filter(([key]) => !['network', 'at', 'heardBy'].includes(key)));
}

const from = { nick: 'bob', user: 'b', host: 'h' };

describe('irc/client-events', () => {
  const rows: readonly [sentence: string, line: string, event: Record<string, unknown> | undefined][] = [
    ['talk', ':bob!b@h PRIVMSG #c :hi  there', { kind: 'message', from, channel: '#c', how: 'say', text: 'hi  there' }],
    ['a notice', ':bob!b@h NOTICE #c x', { kind: 'message', from, channel: '#c', how: 'notice', text: 'x' }],
    ['an action', ':bob!b@h PRIVMSG #c :\x01ACTION waves \x01', { kind: 'message', from, channel: '#c', how: 'act', text: 'waves ' }],
    ['IRC-CTCP: an action without its end', ':bob!b@h PRIVMSG #c :\x01ACTION waves', { kind: 'message', from, channel: '#c', how: 'act', text: 'waves' }],
    ...['\x02', '\x0f', '\x0304', '\x0304,05\x03', '\x04ff0000', ' \x1d ', '\x01ACTION \x01', '\x01ACTION \x02\x01'].map(
      (text): [string, string, undefined] => [`S-297, FMT-4: ${JSON.stringify(text)} says nothing`, `:bob!b@h PRIVMSG #c :${text}`, undefined],
    ),
    ['FMT-4: a digit behind a colour of two is text', ':bob!b@h PRIVMSG #c :\x03044', { kind: 'message', from, channel: '#c', how: 'say', text: '\x03044' }],
    ['other CTCP is nothing said', ':bob!b@h PRIVMSG #c :\x01DCC SEND x\x01', undefined],
    ['CTCP in a notice is an answer', ':bob!b@h NOTICE me :\x01VERSION x\x01', undefined],
    ['to operators', ':bob!b@h PRIVMSG @#c x', { kind: 'message', from, channel: '#c', how: 'say', text: 'x' }],
    ['with an id', '@msgid=a=b :bob!b@h PRIVMSG #c x', { kind: 'message', from, channel: '#c', how: 'say', text: 'x', msgid: 'a=b' }],
    ['to us', ':bob!b@h PRIVMSG me x', { kind: 'privateMessage', from, fromUser: true, to: me, how: 'say', text: 'x' }],
    [
      'from a server',
      ':irc.net NOTICE me :*** hi',
      { kind: 'privateMessage', from: { nick: 'irc.net' }, fromUser: false, to: me, how: 'notice', text: '*** hi' },
    ],
    ['to everybody', ':bob!b@h PRIVMSG $$* x', undefined],
    ['to nobody yet', ':irc.net NOTICE * :*** Looking up', undefined],
    ['empty text', ':bob!b@h PRIVMSG #c :', undefined],
    ['no text', ':bob!b@h PRIVMSG #c', undefined],
    ['no target', ':bob!b@h PRIVMSG', undefined],
    ['JOIN with or without colon', ':bob!b@h JOIN :#c', { kind: 'join', who: from, channel: '#c' }],
    ['extended JOIN', ':bob!b@h JOIN #c * :Real', { kind: 'join', who: from, channel: '#c' }],
    ['JOIN of two', ':bob!b@h JOIN #c,#d', undefined],
    ['PART without a reason is without one', ':bob!b@h PART #c', { kind: 'part', who: from, channel: '#c' }],
    ['PART with a reason', ':bob!b@h PART #c :bye you', { kind: 'part', who: from, channel: '#c', reason: 'bye you' }],
    ['QUIT', ':bob!b@h QUIT :a.net b.net', { kind: 'quit', who: from, reason: 'a.net b.net' }],
    ['KICK', ':bob!b@h KICK #c joe :out', { kind: 'kick', who: 'joe', by: from, channel: '#c', reason: 'out' }],
    ['KICK by a server, without a reason', ':irc.net KICK #c joe', { kind: 'kick', who: 'joe', by: { nick: 'irc.net' }, channel: '#c' }],
    ['NICK', ':bob!b@h NICK :rob', { kind: 'nick', from, to: 'rob' }],
    ['R36: NICK without user and host', ':bob NICK rob', { kind: 'nick', from: { nick: 'bob' }, to: 'rob' }],
    ['NICK to nothing', ':bob!b@h NICK :', undefined],
    ['NICK to two words', ':bob!b@h NICK :a b', undefined],
    ['TOPIC', ':bob!b@h TOPIC #c :new one', { kind: 'topic', channel: '#c', by: from, text: 'new one' }],
    ['TOPIC cleared', ':bob!b@h TOPIC #c :', { kind: 'topic', channel: '#c', by: from, text: '' }],
    ['332', ':s 332 me #c :the topic', { kind: 'topic', channel: '#c', text: 'the topic' }],
    ['331', ':s 331 me #c :No topic is set', { kind: 'topic', channel: '#c', text: '' }],
    ['I2M-18: 333', ':s 333 me #c bob!b@h 1700000000', { kind: 'topicSet', channel: '#c', nick: 'bob', setAt: 1_700_000_000_000 }],
    ['333 without a time', ':s 333 me #c bob :now', undefined],
    ['333 of nobody', ':s 333 me #c', undefined],
    [
      'MODE',
      ':bob!b@h MODE #c +o-v+m joe jim ',
      {
        kind: 'mode',
        channel: '#c',
        by: from,
        changes: [
          { add: true, letter: 'o', param: 'joe' },
          { add: false, letter: 'v', param: 'jim' },
          { add: true, letter: 'm' },
        ],
      },
    ],
    ['MODE of ourselves', ':me MODE me :+i', undefined],
    ['324', ':s 324 me #c +nt', { kind: 'mode', channel: '#c', changes: [{ add: true, letter: 'n' }, { add: true, letter: 't' }] }],
    ['INVITE of us', ':bob!b@h INVITE me :#c', { kind: 'invite', by: from, to: me, channel: '#c' }],
    ['INVITE of another', ':bob!b@h INVITE joe #c', undefined],
    ['a nick that is none', ':*!b@h JOIN #c', undefined],
  ];
  for (const [sentence, line, expected] of rows) it(sentence, () => assert.deepEqual(event(line), expected));

  it('+l takes a parameter only when set, +k always', () => {
    assert.deepEqual(changesOf(['-lk+l', 'key', '5'], facts).map(({ letter, param }) => [letter, param]), [
      ['l', undefined],
      ['k', 'key'],
      ['l', '5'],
    ]);
  });

  it('Z1: any line is an event without CR, LF and NUL, or none', () => {
    const piece = fc.constantFrom(':bob!b@h', 'PRIVMSG', 'NOTICE', 'MODE', 'KICK', 'TOPIC', '324', '#c', 'me', ':', '\0', '@a=b', '+o', ' ');
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'binary' })), { maxLength: 12 }), (pieces) => {
        const found = event(pieces.join(' '));
        assert.doesNotMatch(JSON.stringify(found ?? ''), /\\r|\\n|\\u0000/);
      }),
    );
  });
});

describe('irc/names', () => {
  it('R36: gathers prefixes and masks, closes once', () => {
    const lists = new NamesLists();
    lists.add(['me', '=', '#c', '@+bob!b@h +joe jim '], facts);
    lists.add(['me', '=', '#c', '~ann'], facts);
    assert.deepEqual(lists.close(channel('#c')), [
      { nick: 'bob', prefixes: '@+' },
      { nick: 'joe', prefixes: '+' },
      { nick: 'jim', prefixes: '' },
      { nick: 'ann', prefixes: '~' },
    ]);
    assert.equal(lists.close(channel('#c')), undefined);
  });
});

describe('irc/server-facts', () => {
  const rows: readonly [token: string, key: Exclude<keyof ServerFacts, 'fold' | 'passes' | 'read' | 'readMyInfo' | 'onNoChannels'>, value: unknown][] = [
    ['NICKLEN=-1', 'nickLength', undefined],
    ['NICKLEN=1000000000', 'nickLength', undefined],
    ['NICKLEN=0', 'nickLength', undefined],
    ['NICKLEN=15', 'nickLength', 15],
    ['CHANTYPES=', 'channelTypes', ''],
    ['CHANTYPES', 'channelTypes', ''],
    ['-CHANTYPES', 'channelTypes', '#&'],
    ['LINELEN=512', 'lineBytes', 510],
    ['LINELEN=2048', 'lineBytes', 2046],
    ['LINELEN=300', 'lineBytes', 298],
    ['LINELEN=65535', 'lineBytes', 8190],
    ['LINELEN=1', 'lineBytes', 510],
    ['LINELEN=-5', 'lineBytes', 510],
    ['LINELEN', 'lineBytes', 510],
    ['CHANTYPES=#', 'channelTypes', '#'],
    ['CHANTYPES=a b', 'channelTypes', '#&'],
    ['PREFIX=(ov)@', 'prefixSymbols', '~&@%+'],
    ['PREFIX=(ov)@+', 'prefixSymbols', '@+'],
    ['PREFIX=', 'prefixSymbols', ''],
    ['STATUSMSG', 'statusSymbols', ''],
    ['TARGMAX=JOIN:,PART:1', 'joinTargets', undefined],
    ['TARGMAX=PRIVMSG:4,JOIN:3', 'joinTargets', 3],
    ['TARGMAX=JOIN:-4', 'joinTargets', undefined],
    ['CASEMAPPING=ascii', 'mapping', 'ascii'],
    ['CASEMAPPING=nonsense', 'mapping', 'rfc1459'],
    [`CASEMAPPING=ascii${'x'.repeat(300)}`, 'mapping', 'rfc1459'],
  ];
  for (const [token, key, value] of rows) {
    it(`S13: ${token.slice(0, 40)}`, () => {
      const heard = new ServerFacts();
      heard.read(['n', token, 'are supported']);
      assert.deepEqual(heard[key], value);
    });
  }
  it('S-292: that there are no channels is told once, until there are some again; LINELEN goes back too', () => {
    const heard = new ServerFacts();
    let told = 0;
    heard.onNoChannels = () => told++;
    for (const token of ['CHANTYPES=', 'CHANTYPES=', 'CHANTYPES=#', 'CHANTYPES=']) heard.read(['n', token, 'x']);
    assert.equal(told, 2);
    heard.read(['n', 'LINELEN=1000', '-CHANTYPES', '-LINELEN', 'x']);
    assert.deepEqual([heard.channelTypes, heard.lineBytes], ['#&', 510]);
  });
  it('IRC-LIMITS: whatever was said, and then taken back, is as at the start', () => {
    const heard = new ServerFacts();
    const tokens = ['NICKLEN=9', 'TOPICLEN=9', 'PREFIX=(o)@', 'STATUSMSG=@', 'CHANMODES=a,b,c,d', 'DEAF=D', 'MONITOR=5', 'TARGMAX=JOIN:2', 'CASEMAPPING=ascii', 'CLIENTTAGDENY=*', 'CHANTYPES=!'];
    heard.read(['n', ...tokens, 'x']);
    assert.deepEqual([heard.passes('+typing'), heard.nickLength, heard.prefixSymbols, heard.monitors], [false, 9, '@', true]);
    heard.read(['n', ...tokens.map((token) => `-${token.replace(/=.*/u, '')}`), '-constructor', '-fold', 'x']);
    assert.deepEqual(JSON.stringify(heard), JSON.stringify(new ServerFacts()));
    assert.equal(heard.passes('+typing'), true);
  });
  it('R30: says when CASEMAPPING changed, and -CASEMAPPING takes it back', () => {
    const heard = new ServerFacts();
    assert.equal(heard.read(['n', 'CASEMAPPING=ascii', 'x']), true);
    assert.equal(heard.read(['n', 'CASEMAPPING=ascii', 'x']), false);
    assert.equal(heard.read(['n', '-CASEMAPPING', 'x']), true);
    assert.equal(heard.fold('A[]\\~'), 'a{}|^');
  });
});

describe('irc/join-lines', () => {
  const of = (...entries: [name: string, key?: string][]): Parameters<typeof joinLines>[0] =>
    entries.map(([name, key]) => ({ channel: channel(name), key }));
  it('puts keys with the first channels', () => {
    assert.deepEqual(joinLines(of(['#a'], ['#b', 'k'], ['#c', 'l']), undefined), ['JOIN #b,#c,#a k,l']);
  });
  it('leaves a key out that would be two words or two keys', () => {
    assert.deepEqual(joinLines(of(['#a', 'x y'], ['#b', 'x,y'], ['#c', 'a\nQUIT']), undefined), ['JOIN #a,#b,#c']);
  });
  it('CONN-11: obeys TARGMAX', () => {
    assert.deepEqual(joinLines(of(['#a'], ['#b'], ['#c']), 2), ['JOIN #a,#b', 'JOIN #c']);
  });
  it('CONN-11: no line over 510 bytes, every channel once', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'é', '😀'), minLength: 1, maxLength: 48 }).map((text) => `#${text}`);
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 40 }), (names) => {
        const lines = joinLines(of(...names.map((one): [string] => [one])), undefined);
        assert.ok(lines.every((line) => Buffer.byteLength(line) <= 510));
        assert.deepEqual(lines.flatMap((line) => line.slice(5).split(',')), names);
      }),
    );
  });
});

describe('irc/own-mask', () => {
  it('never says that nothing fits', () => {
    assert.equal(textBudget({ nick: nick('n'), user: 'u', host: 'h'.repeat(600) }, 'u', '#c', 'say'), 1);
  });
});
