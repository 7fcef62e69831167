import assert from 'node:assert/strict';
import { Bench, nick, person, wish } from '../support/irc-network.js';
import { TestClock, until } from '../support/clock.js';
import type { Script } from '../support/irc-script.js';

/** A server with SASL PLAIN that takes one account. */
const services =
  (account: string, password: string): Script =>
  (peer, line, words) => {
    if (words[0] !== 'AUTHENTICATE') return false;
    if (words[1] === 'PLAIN') {
      peer.send('AUTHENTICATE :+');
      return true;
    }
    const right = line === `AUTHENTICATE ${Buffer.from(`${account}\0${account}\0${password}`).toString('base64')}`;
    if (right) peer.send(`:s 900 * * ${account} :You are now logged in`, ':s 903 * :SASL authentication successful');
    else peer.send(':s 904 * :SASL authentication failed');
    return true;
  };

describe('irc: accounts and endings', () => {
  let bench: Bench;
  afterEach(() => bench.end());

  it('AUTH-9: the bot logs in with the account of botConfig, CAP END after 903', async () => {
    bench = await Bench.make({ sasl: true, botConfig: { username: 'botacc', password: 'éèà pw' } });
    bench.server.capabilities = 'sasl=PLAIN,EXTERNAL batch';
    bench.server.script = services('botacc', 'éèà pw');
    bench.network.start();
    await until('the bot is there', () => bench.network.bot.status === 'ready');
    const [peer] = bench.server.peers;
    assert.deepEqual(
      peer?.lines.map((line) => line.replace(/^(AUTHENTICATE) (?!PLAIN).*/, '$1')),
      ['CAP LS 302', 'NICK appservicebot', 'USER botacc 0 * :Matrix bridge', 'CAP REQ :sasl batch', 'AUTHENTICATE PLAIN', 'AUTHENTICATE', 'CAP END'],
    );
  });

  it('pitfall 5: a server password is never sent as a SASL one, and a SASL one never as PASS', async () => {
    bench = await Bench.make({ password: 'server' });
    bench.server.capabilities = 'sasl=PLAIN';
    bench.server.script = services('al', 'own');
    await bench.client('alice');
    await bench.client('bob', { saslAccount: 'al', password: 'own' });
    const [alice, bob] = bench.server.peers;
    assert.ok(alice?.lines.includes('PASS server') && !alice.lines.some((line) => /sasl|AUTHENTICATE/.test(line)));
    assert.ok(!bob?.lines.some((line) => line.startsWith('PASS')));
    assert.ok(bob?.lines.includes('AUTHENTICATE PLAIN'));
  });

  it('R13: a wrong password is tried three times and then never; nobody is let in without the account', async () => {
    const clock = new TestClock();
    bench = await Bench.make({}, clock);
    bench.server.capabilities = 'sasl';
    bench.server.script = services('al', 'right');
    let told = '';
    void bench.network.connect(person('al'), wish('al', { saslAccount: 'al', password: 'wrong' })).then((outcome) => {
      told = outcome.ok ? 'ok' : outcome.refusal.say;
    });
    for (let second = 0; second < 30 && told === ''; second++) await clock.advance(1000);
    assert.equal(told, 'The IRC network did not accept the account (SASL authentication failed).');
    await clock.advance(3_600_000);
    assert.equal(bench.server.peers.length, 3);
    assert.ok(!bench.server.peers.some((peer) => peer.registered));
    assert.deepEqual(bench.of('clientStatus').map((event) => event.status).slice(-2), ['connecting', 'refused']);
  });

  it('R13: silence after AUTHENTICATE ends the try after 15 s', async () => {
    const clock = new TestClock();
    bench = await Bench.make({}, clock);
    bench.server.capabilities = 'sasl';
    bench.server.script = (_peer, _line, words) => words[0] === 'AUTHENTICATE';
    void bench.network.connect(person('al'), wish('al', { saslAccount: 'al', password: 'x' }));
    await until('it asks', () => bench.server.peers[0]?.lines.includes('AUTHENTICATE PLAIN') === true);
    await clock.advance(15_000);
    await until('it is told', () => bench.of('clientStatus').some((event) => event.why?.reason === 'auth-failed'));
  });

  it('R11: nothing is said under a nick that is a server’s own id', async () => {
    bench = await Bench.make({}, new TestClock());
    const client = await bench.client('alice');
    const peer = bench.server.by('alice');
    peer.nick = '42XAAAABY';
    peer.send(':s 043 alice 42XAAAABY :Nick collision', ':alice!~alice@127.0.0.1 NICK :42XAAAABY');
    await until('it is renamed', () => client.nick !== 'alice');
    await client.say(nick('bob'), { how: 'say', lines: ['hi'] });
    await peer.got('PRIVMSG bob :hi');
    const [first, second] = peer.lines.slice(-2);
    assert.deepEqual([first, second], ['NICK alice1', 'PRIVMSG bob :hi']);
  });

  it('CONN-20: a kill is told with the operator’s words and waited out', async () => {
    const clock = new TestClock();
    bench = await Bench.make({}, clock);
    const client = await bench.client('alice');
    bench.server.by('alice').send(':op!o@h KILL alice :go away', 'ERROR :Closing Link: 127.0.0.1 (Killed (op (go away)))');
    await until('it is lost', () => client.status === 'waiting');
    const lost = bench.of('clientStatus').find((event) => event.status === 'lost');
    assert.equal(lost?.why?.reason, 'killed');
    assert.match(lost.why.say, /go away/);
    await clock.advance(140_000);
    assert.equal(bench.server.peers.length, 1);
    await clock.advance(160_000);
    // Its first try may run out of the test's time while the machine is slow.
    await until('it is back', async () => {
      await clock.advance(100);
      return client.status === 'ready';
    });
  });

  it('R20, R23: lines are not told by a client that was lost, and its last ones are never taken for a stranger’s', async () => {
    bench = await Bench.make({}, new TestClock());
    const [alice, bob] = [await bench.client('alice'), await bench.client('bob')];
    const cats = '#cats' as Parameters<typeof alice.join>[0];
    await Promise.all([alice.join(cats), bob.join(cats)]);
    bench.server.by('alice').socket.destroy();
    await until('alice is lost', () => alice.status === 'waiting');
    bench.server.by('bob').send(':alice!~alice@127.0.0.1 PRIVMSG #cats :on its way when the line broke');
    bench.server.by('bob').send(':alice!~alice@127.0.0.1 QUIT :Connection reset', ':alice!~alice@127.0.0.1 JOIN #cats');
    bench.server.by('bob').send(':alice!~evil@host PRIVMSG #cats :another alice');
    await until('the other is heard', () => bench.of('message').length > 0);
    assert.deepEqual(bench.of('message').map((event) => event.text), ['another alice']);
    assert.deepEqual(bench.of('quit'), []);
    bench.server.by('bob').send(':alice!~evil@host QUIT :bye');
    await until('the other is seen to go', () => bench.of('quit').length === 1);
  });

  it('end() says goodbye and never comes back; the same person may connect anew', async () => {
    const clock = new TestClock();
    bench = await Bench.make({}, clock);
    const client = await bench.client('alice');
    const [peer] = bench.server.peers;
    const ending = client.end('idle');
    await peer?.got('QUIT :idle');
    await ending;
    assert.equal(client.status, 'ended');
    const late = await client.join('#x' as Parameters<typeof client.join>[0]);
    assert.equal(late.ok, false);
    await clock.advance(3_600_000);
    assert.equal(bench.server.peers.length, 1);
    assert.notEqual(await bench.client('alice'), client);
  });
});
