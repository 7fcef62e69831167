import assert from 'node:assert/strict';
import { Questions } from '../../src/irc/questions.js';
import { ServerFacts } from '../../src/irc/server-facts.js';
import { settle, TestClock } from '../support/clock.js';
import { channelOf, nickOf } from '../support/make.js';

function make(facts: { readonly topicLength: number | undefined } = { topicLength: undefined }): { clock: TestClock; sent: (string | undefined)[]; questions: Questions } {
  const clock = new TestClock();
  const sent: (string | undefined)[] = [];
  const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
  return { clock, sent, questions: new Questions({ clock, facts, send: (line) => sent.push(line), same, presence: () => false }) };
}

describe('irc/questions', () => {
  it('NICK-7: grants the nick that the server gave, maybe a shorter one', async () => {
    const { sent, questions } = make();
    const answer = questions.nick(nickOf('Oolong'));
    questions.named(nickOf('Oolon'));
    assert.deepEqual([sent, await answer], [['NICK Oolong'], { ok: true, value: 'Oolon' }]);
  });

  it('M2I-9: a topic is cut at TOPICLEN bytes, between characters', () => {
    const facts = new ServerFacts();
    facts.read(['me', 'TOPICLEN=5', 'are supported']);
    const { sent, questions } = make(facts);
    void questions.topic(channelOf('#cats'), 'abcdé');
    void questions.topic(channelOf('#cats'), 'abcde');
    assert.deepEqual(sent, ['TOPIC #cats :abcd', 'TOPIC #cats :abcde']);
  });

  const refusals: [string, string[], string, RegExp][] = [
    ['432', ['me', 'x', 'Erroneous'], 'nick-invalid', /does not allow this nick \(Erroneous\)/u],
    ['433', ['me', 'x', 'In use'], 'nick-taken', /has this nick already/u],
    ['437', ['me', 'x', 'Held'], 'slow-down', /cannot be had at the moment/u],
    ['438', ['me', 'x', 'Too fast'], 'slow-down', /too often/u],
    ['447', ['me', 'No changes'], 'server-said-no', /does not allow a change/u],
  ];
  for (const [numeric, params, reason, words] of refusals) {
    it(`S-140: ${numeric} is told in words`, async () => {
      const { questions } = make();
      const answer = questions.nick(nickOf('x'));
      assert.ok(questions.onNumeric(numeric, params));
      const outcome = await answer;
      assert.equal(outcome.ok ? '' : outcome.refusal.reason, reason);
      assert.match(outcome.ok ? '' : outcome.refusal.say, words);
    });
  }

  it('437 of a channel is no answer, nor is any numeric when nothing was asked', () => {
    const { questions } = make();
    assert.ok(!questions.onNumeric('433', ['me', 'x', 'In use']));
    void questions.nick(nickOf('x'));
    assert.ok(!questions.onNumeric('437', ['me', '#c', 'Unavailable']));
    questions.lose();
  });

  it('one change of nick at a time; silence ends after 15 s, a loss at once; nothing is left', async () => {
    const { clock, questions } = make();
    const first = questions.nick(nickOf('x'));
    assert.equal((await questions.nick(nickOf('y'))).ok, false);
    await clock.advance(15_000);
    assert.equal((await first).ok, false);
    const second = questions.nick(nickOf('z'));
    const who = questions.whois(nickOf('bob'));
    questions.lose();
    assert.deepEqual([(await second).ok, (await who).ok, clock.timers], [false, false, 0]);
  });

  it('CMD-6: WHOIS is gathered by nick until its end, whatever stands between', async () => {
    const { sent, questions } = make();
    const [bob, eve] = [questions.whois(nickOf('bob')), questions.whois(nickOf('eve'))];
    const lines: [string, ...string[]][] = [
      ['311', 'me', 'Bob', 'user', 'host', '*', 'Bob \u0002B'],
      ['401', 'me', 'eve', 'No such nick'],
      ['319', 'me', 'Bob', '@#a +#b'],
      ['319', 'me', 'Bob', '#c'],
      ['318', 'me', 'eve', 'End'],
      ['317', 'me', 'Bob', '42', '1', 'idle'],
      ['330', 'me', 'Bob', 'account', 'is logged in as'],
      ['301', 'me', 'Bob', 'lunch'],
      ['671', 'me', 'Bob', 'secure'],
      ['318', 'me', 'bob', 'End'],
    ];
    for (const [numeric, ...params] of lines) assert.ok(questions.onNumeric(numeric, params), numeric);
    await settle();
    assert.deepEqual(sent, ['WHOIS bob', 'WHOIS eve']);
    assert.deepEqual(await eve, { ok: true, value: undefined });
    assert.deepEqual(await bob, {
      ok: true,
      value: {
        nick: 'Bob',
        user: 'user',
        host: 'host',
        realname: 'Bob B',
        channels: ['@#a', '+#b', '#c'],
        idleSecs: 42,
        account: 'account',
        away: 'lunch',
        secure: true,
      },
    });
  });

  it('S3: a name that is no single word is never sent', () => {
    const { sent, questions } = make();
    void questions.nick('a b' as never);
    void questions.whois('a,b' as never);
    assert.deepEqual(sent, [undefined, undefined]);
    questions.lose();
  });
});
