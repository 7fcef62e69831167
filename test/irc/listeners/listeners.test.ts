/** Which lines pass, by whom they were heard: the rules one by one (ARCHITECTURE §6, INV-1, S16, R20). */

import assert from 'node:assert/strict';
import { Listeners } from '../../../src/irc/listeners/listeners.js';
import { foldName, type CaseMapping } from '../../../src/naming/casefold.js';
import { TestClock } from '../../support/clock.js';

/** Bot first in `#c`, then ann, ben and cat, who is neither primary nor witness; only cat is in `#cats`. */
function aNetwork() {
  const clock = new TestClock();
  let mapping: CaseMapping = 'rfc1459';
  const listeners = new Listeners<string>({
    clock,
    fold: (name) => foldName(mapping, name),
    isOwn: (nick) => ['bot', 'ann', 'ben', 'cat'].includes(foldName(mapping, nick)),
    isBot: (client) => client === 'bot',
  });
  const released: [string, string][] = [];
  const primaries: [string, string][] = [];
  listeners.onRelease((client, line) => released.push([client, line.toString()]));
  listeners.onPrimary((channel, client) => primaries.push([channel, client]));
  for (const client of ['bot', 'ann', 'ben', 'cat']) {
    listeners.setOwnNick(client, client);
    listeners.joined(client, '#c');
  }
  listeners.joined('cat', '#cats');
  const hear = (client: string, text: string) => listeners.verdict(client, Buffer.from(text), 0, Buffer.byteLength(text));
  const rekey = (to: CaseMapping) => {
    mapping = to;
    listeners.rekey();
  };
  return { clock, listeners, released, primaries, hear, rekey };
}

describe('listeners', () => {
  type Verdicts = readonly [bot: string, ann: string, cat: string];
  const rows: readonly [string, string, Verdicts][] = [
    ['talk passes on the primary, is held on a witness, drops elsewhere', ':x!y@z PRIVMSG #c :1', ['pass', 'drop', 'drop']],
    ['the case of a channel does not matter', ':x!y@z PRIVMSG #C :2', ['pass', 'drop', 'drop']],
    ['a client that is not there cannot be talked for', ':x!y@z PRIVMSG #cats :3', ['drop', 'drop', 'pass']],
    ['S16: one of us in a channel is never heard', ':Ben!y@z PRIVMSG #c :4', ['drop', 'drop', 'drop']],
    ['S16: nor in one nobody is known to be in', ':ben!y@z PRIVMSG #else :5', ['drop', 'drop', 'drop']],
    ['an unknown channel is heard', ':x!y@z PRIVMSG #else :6', ['pass', 'pass', 'pass']],
    ['private lines pass', ':x!y@z PRIVMSG ann :7', ['pass', 'pass', 'pass']],
    ['numerics pass', ':s 332 ann #c :topic', ['pass', 'pass', 'pass']],
    ['NAMES only on the primary', ':s 353 x = #c :a b', ['pass', 'drop', 'drop']],
    ['their end only on the primary', ':s 366 x #c :End', ['pass', 'drop', 'drop']],
    ['NAMES of another channel', ':s 353 x @ #cats :a b', ['drop', 'drop', 'pass']],
    ['JOIN of a stranger', ':x!y@z JOIN :#c', ['pass', 'drop', 'drop']],
    ['JOIN of one of us reaches that one', ':ann!y@z JOIN #c', ['drop', 'pass', 'drop']],
    ['its case may differ', ':ANN!y@z PART #c', ['drop', 'pass', 'drop']],
    ['TOPIC', ':x!y@z TOPIC #c :t', ['pass', 'drop', 'drop']],
    ['MODE of a channel', ':x!y@z MODE #c +o ann', ['pass', 'drop', 'drop']],
    ['MODE by one of us is told by that one', ':ann!y@z MODE #c +o x', ['drop', 'pass', 'drop']],
    ['MODE of a nick', ':ann MODE ann :+i', ['pass', 'pass', 'pass']],
    ['KICK of a stranger', ':x!y@z KICK #c z :r', ['pass', 'drop', 'drop']],
    ['KICK of one of us is told by the victim', ':x!y@z KICK #c cat :r', ['drop', 'drop', 'pass']],
    ['KICK by one of us is told by that one', ':ann!y@z KICK #c z :r', ['drop', 'pass', 'drop']],
    ['KICK of one of us by another', ':ann!y@z KICK #c bot :r', ['pass', 'drop', 'drop']],
    ['QUIT passes on primaries of any channel', ':x!y@z QUIT :r', ['pass', 'drop', 'pass']],
    ['QUIT of one of us is none of their business', ':ben!y@z QUIT :r', ['drop', 'drop', 'drop']],
    ['NICK of one of us reaches that one', ':ann!y@z NICK ann2', ['drop', 'pass', 'drop']],
    ['NICK of one of us by the new nick', ':old!y@z NICK :ann', ['drop', 'drop', 'drop']],
    ['CHGHOST', ':x!y@z CHGHOST u h', ['pass', 'drop', 'pass']],
    ['INVITE reaches the invited', ':x!y@z INVITE ann #d', ['drop', 'pass', 'drop']],
    ['TAGMSG', '@+typing=active :x!y@z TAGMSG #c', ['pass', 'drop', 'drop']],
    ['commands we do not know', ':x!y@z RENAME #c #d', ['pass', 'pass', 'pass']],
    ['nonsense', ':', ['pass', 'pass', 'pass']],
    ['a command without parameters', 'PRIVMSG', ['pass', 'pass', 'pass']],
  ];
  for (const [sentence, line, verdicts] of rows) {
    it(sentence, () => {
      const { hear } = aNetwork();
      assert.deepEqual([hear('bot', line), hear('ann', line), hear('cat', line)], verdicts);
    });
  }

  it('STATUSMSG is told once by whoever hears it first, and again when it is said again', () => {
    const { hear } = aNetwork();
    const line = ':x!y@z NOTICE @#c :ops';
    const verdicts = ['cat', 'bot', 'ann', 'cat', 'bot'].map((client) => hear(client, line));
    assert.deepEqual(verdicts, ['pass', 'drop', 'drop', 'pass', 'drop']);
    assert.equal(hear('bot', ':ann!y@z NOTICE @#c :ops'), 'drop');
  });

  it('a client that is not known hears all', () => {
    assert.equal(aNetwork().hear('stranger', ':x!y@z PRIVMSG #c :1'), 'pass');
  });

  it('a line that only a witness hears is said after 3 s; the primary is replaced; its late copy is not said again', async () => {
    const { clock, listeners, released, primaries, hear } = aNetwork();
    const line = ':x!y@z PRIVMSG #c :lost?';
    assert.equal(hear('ann', line), 'hold');
    assert.equal(hear('ben', line), 'drop');
    await clock.advance(2999);
    assert.deepEqual(released, []);
    await clock.advance(1);
    assert.deepEqual(released, [['ann', line]]);
    assert.equal(listeners.primaryOf('#c'), 'ann');
    assert.deepEqual(primaries.at(-1), ['#c', 'ann']);
    await clock.advance(50_000);
    assert.equal(hear('bot', line), 'drop');
    assert.equal(hear('ann', ':x!y@z PRIVMSG #c :next'), 'pass');
  });

  it('an OPER who sees another host is no second speaker', () => {
    const { hear } = aNetwork();
    assert.equal(hear('bot', ':x!y@real.host PRIVMSG #c :1'), 'pass');
    assert.equal(hear('ann', '@time=x :x!y@cloak PRIVMSG #c 1'), 'drop');
    assert.equal(hear('ann', ':x!y@cloak NOTICE #c :1'), 'hold');
  });

  it('R20: when the primary is lost, what the witness holds is said at once, in order', () => {
    const { listeners, released, hear } = aNetwork();
    hear('ann', ':x!y@z PRIVMSG #c :1');
    hear('ann', ':x!y@z PRIVMSG #c :2');
    hear('bot', ':x!y@z PRIVMSG #c :1');
    hear('ann', ':x!y@z PRIVMSG #c :2');
    listeners.gone('bot');
    assert.deepEqual(released, [
      ['ann', ':x!y@z PRIVMSG #c :2'],
      ['ann', ':x!y@z PRIVMSG #c :2'],
    ]);
    assert.equal(listeners.primaryOf('#c'), 'ann');
    assert.equal(hear('ben', ':x!y@z PRIVMSG #c :1'), 'drop');
  });

  it('R20: what the primary missed in a netsplit is said before its next line, not three seconds later', async () => {
    const { clock, released, hear } = aNetwork();
    await clock.advance(10_001);
    const line = (n: number): string => `:x!y@z PRIVMSG #c :${n}`;
    assert.equal(hear('ann', ':bot!y@z QUIT :a.test b.test'), 'drop');
    assert.deepEqual([hear('ann', line(1)), hear('ann', line(2))], ['hold', 'hold']);
    assert.equal(hear('ann', ':bot!y@z JOIN #c'), 'drop');
    assert.deepEqual(released, [['ann', line(1)], ['ann', line(2)]]);
    // One that does not see where the split ends, for it happens elsewhere.
    assert.equal(hear('ann', line(3)), 'hold');
    assert.equal(hear('bot', line(4)), 'pass');
    assert.deepEqual(released.at(-1), ['ann', line(3)]);
    assert.equal(hear('ann', line(4)), 'drop');
  });

  it('R20: a primary that is back sooner than its witness tells so waits for what that one still has', async () => {
    const { clock, released, hear } = aNetwork();
    await clock.advance(10_001);
    const line = (n: number): string => `:x!y@z PRIVMSG #c :${n}`;
    for (const nick of ['ann', 'ben', 'cat']) hear('bot', `:${nick}!y@z QUIT :a.test b.test`);
    for (const nick of ['ann', 'ben', 'cat']) hear('bot', `:${nick}!y@z JOIN #c`);
    assert.equal(hear('bot', line(2)), 'hold');
    for (const text of [':bot!y@z QUIT :a.test b.test', line(1), ':bot!y@z JOIN #c']) hear('ann', text);
    assert.deepEqual(released, [['ann', line(1)], ['bot', line(2)]]);
    assert.deepEqual([hear('ann', line(2)), hear('bot', line(3))], ['drop', 'pass']);
  });

  it('what is held is said even when nobody is left', () => {
    const { listeners, released, hear } = aNetwork();
    hear('ann', ':x!y@z PRIVMSG #c :1');
    for (const client of ['ann', 'ben', 'cat', 'bot']) listeners.gone(client);
    assert.deepEqual(released, [['bot', ':x!y@z PRIVMSG #c :1']]);
    assert.equal(listeners.primaryOf('#c'), undefined);
  });

  it('the bot becomes primary ten seconds after it came, and again five minutes after it failed', async () => {
    const { clock, listeners, hear } = aNetwork();
    listeners.gone('bot');
    listeners.setOwnNick('bot', 'bot');
    listeners.joined('bot', '#c');
    await clock.advance(9999);
    assert.equal(listeners.primaryOf('#c'), 'ann');
    await clock.advance(1);
    assert.equal(listeners.primaryOf('#c'), 'bot');
    hear('ann', ':x!y@z PRIVMSG #c :1');
    await clock.advance(3000);
    assert.equal(listeners.primaryOf('#c'), 'ann');
    await clock.advance(330_000);
    assert.equal(listeners.primaryOf('#c'), 'bot');
  });

  it('what was said before a client came is none of its lines, what was said after it is', async () => {
    const { clock, listeners, hear } = aNetwork();
    listeners.gone('bot');
    assert.equal(hear('ann', ':x!y@z PRIVMSG #c :lol'), 'pass');
    // The bot lags: ann shows its JOIN, and a line after that, before the bot shows either.
    assert.equal(hear('ann', ':bot!y@z JOIN #c'), 'drop');
    assert.equal(hear('ann', ':x!y@z PRIVMSG #c :yes'), 'pass');
    listeners.setOwnNick('bot', 'bot');
    listeners.joined('bot', '#c');
    assert.equal(hear('bot', ':x!y@z PRIVMSG #c :yes'), 'drop');
    await clock.advance(10_000);
    assert.equal(listeners.primaryOf('#c'), 'bot');
    assert.equal(hear('bot', ':x!y@z PRIVMSG #c :lol'), 'pass');
    assert.equal(hear('ann', ':x!y@z PRIVMSG #c :lol'), 'drop');
  });

  it('a client that came first and lags shows what another said meanwhile: that is known', () => {
    const { listeners, hear } = aNetwork();
    listeners.joined('ben', '#d');
    assert.equal(hear('ben', ':x!y@z PRIVMSG #d :1'), 'pass');
    listeners.joined('ann', '#d');
    assert.equal(hear('ann', ':ben!y@z JOIN #d'), 'drop');
    assert.equal(hear('ann', ':x!y@z PRIVMSG #d :1'), 'drop');
  });

  it('three of us listen, the others are free to be deaf', () => {
    const { listeners } = aNetwork();
    const listening = ['bot', 'ann', 'ben', 'cat'].map((client) => listeners.listens(client, '#C'));
    assert.deepEqual(listening, [true, true, true, false]);
    assert.equal(listeners.listens('cat'), true);
    listeners.left('ann', '#c');
    assert.equal(listeners.listens('cat', '#c'), true);
  });

  it('history that a server plays back to a witness is not said', async () => {
    const { clock, hear } = aNetwork();
    assert.equal(hear('ann', '@batch=1;time=2020-01-01T00:00:00.000Z :x!y@z PRIVMSG #c :old'), 'drop');
    assert.equal(hear('ann', '@time=2020-01-01T00:00:00.000Z :x!y@z PRIVMSG #c :old'), 'drop');
    await clock.advance(20_000);
    assert.equal(hear('ann', '@time=2020-01-01T00:00:00.000Z :x!y@z PRIVMSG #c :their clock is wrong'), 'hold');
  });

  it('a changed CASEMAPPING folds the channels anew', () => {
    const { listeners, hear, rekey } = aNetwork();
    listeners.joined('ann', '#a[]');
    assert.equal(listeners.primaryOf('#a{}'), 'ann');
    rekey('ascii');
    assert.equal(listeners.primaryOf('#a{}'), undefined);
    assert.equal(listeners.primaryOf('#A[]'), 'ann');
    assert.equal(hear('bot', ':x!y@z PRIVMSG #c :1'), 'pass');
    assert.equal(hear('ann', ':x!y@z PRIVMSG #c :1'), 'drop');
  });

  it('channels that become the same under another CASEMAPPING are heard once', () => {
    const { listeners, hear, rekey } = aNetwork();
    rekey('ascii');
    listeners.joined('ann', '#a{}');
    listeners.joined('ben', '#a[]');
    rekey('rfc1459');
    const line = ':x!y@z PRIVMSG #a{} :1';
    assert.deepEqual([hear('ann', line), hear('ben', line)], ['pass', 'drop']);
  });

  it('ends its timers', async () => {
    const { clock, listeners, hear } = aNetwork();
    hear('ann', ':x!y@z PRIVMSG #c :1');
    listeners.gone('bot');
    listeners.joined('bot', '#c');
    assert.notEqual(clock.timers, 0);
    listeners.stop();
    assert.equal(clock.timers, 0);
    await clock.advance(10_000);
  });
});
