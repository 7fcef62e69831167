import assert from 'node:assert/strict';
import { channel, Bench, nick, person, wish } from '../support/irc-network.js';
import { TestClock, until } from '../support/clock.js';

const cats = channel('#cats');

describe('irc/network', () => {
  let bench: Bench;
  afterEach(() => bench.end());

  it('R34, AUTH-1: sends only registration before 001, CAP LS first and PASS before NICK', async () => {
    bench = await Bench.make({ password: 'secret word' });
    bench.server.script = (_peer, _line, words) => words[0] === 'CAP' && words[1] === 'END';
    void bench.network.connect(person('alice'), wish('alice'));
    await until('somebody is there', () => bench.server.peers.length === 1);
    const [peer] = bench.server.peers;
    assert.ok(peer);
    await peer.got('CAP END');
    void bench.network.clientOf(person('alice'))?.join(cats);
    assert.deepEqual(peer.lines, ['CAP LS 302', 'PASS :secret word', 'NICK alice', 'USER alice 0 * :Real alice', 'CAP END']);
    bench.server.welcome(peer);
    await peer.got('JOIN #cats');
  });

  it('R36: believes the nick in 001, which may be cut', async () => {
    bench = await Bench.make();
    bench.server.script = (peer, _line, words) => {
      if (words[1] !== 'END') return false;
      bench.server.welcome(peer, 'alicewi');
      return true;
    };
    bench.server.isupport = ['NICKLEN=7'];
    const client = await bench.client('alicewithalongname');
    assert.equal(client.nick, 'alicewi');
    assert.equal(bench.network.ownerOf('ALICEWI'), '@alicewithalongname:hs');
    await until('NICKLEN is known', () => bench.network.nickLength === 7);
  });

  it('IRC-LIMITS: counts with the worst prefix until the server showed ours', async () => {
    bench = await Bench.make();
    const client = await bench.client('alice');
    assert.equal(client.budget(cats, 'say'), 512 - ':alice!0123456789@ PRIVMSG #cats :\r\n'.length - 63);
    assert.deepEqual(await client.join(cats), { ok: true, value: undefined });
    const real = ':alice!~alice@127.0.0.1 PRIVMSG #cats :\r\n'.length;
    assert.equal(client.budget(cats, 'say'), 512 - real);
    assert.equal(client.budget(cats, 'notice'), 512 - real + 1);
    assert.equal(client.budget(cats, 'act'), 512 - real - 9);
    bench.server.by('alice').send(':s 396 alice very.long.cloak.example :is now your displayed host');
    await until('the new host counts', () => client.budget(cats, 'say') === 512 - real + 9 - 23);
  });

  it('says lines in order, tells each in turn, begins at `from`, never sends more than fits', async () => {
    bench = await Bench.make();
    const client = await bench.client('alice');
    await client.join(cats);
    const said: number[] = [];
    const lines = ['one', 'two', 'é'.repeat(400)];
    const outcome = await client.say(cats, { how: 'say', lines }, { from: 1, said: (count) => said.push(count) });
    assert.ok(outcome.ok);
    assert.deepEqual(said, [2, 3]);
    const peer = bench.server.by('alice');
    await peer.got(/éé/);
    assert.deepEqual(peer.lines.filter((line) => line.startsWith('PRIVMSG')).map((line) => line.slice(0, 18)), [
      'PRIVMSG #cats :two',
      'PRIVMSG #cats :ééé',
    ]);
    assert.ok(peer.lines.every((line) => Buffer.byteLength(line) + ':alice!~alice@127.0.0.1 '.length <= 510));
  });

  it('refuses to say without a connection, and tells what is left when it is lost on the way', async () => {
    const clock = new TestClock();
    bench = await Bench.make({ ircClients: { flood: { burst: 2, perSecond: 1 } } }, clock);
    const client = await bench.client('alice');
    const said: number[] = [];
    const saying = client.say(nick('bob'), { how: 'say', lines: ['1', '2', '3', '4'] }, { from: 0, said: (n) => said.push(n) });
    await bench.server.by('alice').got('PRIVMSG bob :2');
    bench.server.by('alice').socket.destroy();
    const outcome = await saying;
    assert.equal(outcome.ok || outcome.refusal.reason, 'connection-lost');
    assert.deepEqual(said, [1, 2]);
    assert.equal(client.status, 'waiting');
    const again = await client.say(nick('bob'), { how: 'say', lines: ['5'] });
    assert.equal(again.ok || again.refusal.reason, 'connection-lost');
  });

  it('R1, CONN-6: comes back by itself with its channels and keys, and tells lost and ready', async () => {
    const clock = new TestClock();
    bench = await Bench.make({}, clock);
    const client = await bench.client('alice');
    await Promise.all([client.join(cats), client.join(channel('#dogs'), { key: 'bone' })]);
    assert.ok(bench.server.by('alice').lines.includes('JOIN #dogs,#cats bone'));
    bench.server.by('alice').socket.destroy();
    await until('the loss is seen', () => client.status === 'waiting');
    assert.deepEqual(client.channels, ['#cats', '#dogs']);
    assert.equal(client.inChannel(cats), false);
    await clock.advance(1000);
    await until('it is back', () => client.inChannel(cats) && client.inChannel(channel('#dogs')));
    assert.ok(bench.server.by('alice').lines.includes('JOIN #dogs,#cats bone'));
    assert.deepEqual(bench.of('clientStatus').map((event) => event.status), ['connecting', 'ready', 'lost', 'connecting', 'ready']);
  });

  it('§5.6: ERROR means reconnect even if the socket stays open', async () => {
    const clock = new TestClock();
    bench = await Bench.make({}, clock);
    const client = await bench.client('alice');
    bench.server.by('alice').send('ERROR :closing link');
    await until('it is lost', () => client.status === 'waiting');
    await clock.advance(1000);
    await until('it is back', () => client.status === 'ready');
    assert.equal(bench.server.peers.length, 2);
  });

  it('R2, S-320: a silent server is left after the ping time-out and not before', async () => {
    const clock = new TestClock();
    bench = await Bench.make({}, clock);
    const client = await bench.client('alice');
    bench.server.script = (_peer, _line, words) => words[0] === 'PING';
    await clock.advance(115_000);
    assert.equal(client.status, 'ready');
    await clock.advance(35_000);
    await until('it is lost', () => client.status !== 'ready');
  });

  it('S-319: PING is answered in each spelling, with tags in front too; S-320: whoever answers ours is kept', async () => {
    const clock = new TestClock();
    bench = await Bench.make({}, clock);
    const client = await bench.client('alice');
    const peer = bench.server.by('alice');
    peer.send('PING tok1', 'PING :tok2', '@time=2024-05-01T10:20:30Z PING :tok3');
    for (const token of ['tok1', 'tok2', 'tok3']) await peer.got(new RegExp(`^PONG :?${token}$`, 'u'));
    for (let times = 0; times < 10; times++) {
      const before = peer.lines.filter((line) => line.startsWith('PING')).length;
      await clock.advance(60_000);
      await until('we ask', () => peer.lines.filter((line) => line.startsWith('PING')).length > before);
      // Behind the answer, so that it is in.
      peer.send(`PING :mark${times}`);
      await peer.got(new RegExp(`^PONG :?mark${times}$`, 'u'));
    }
    assert.deepEqual([client.status, bench.server.peers.length], ['ready', 1]);
  });

  it('R16: gives up on a server that never registers after 60 s, answers its PING cookie before', async () => {
    const clock = new TestClock();
    bench = await Bench.make({}, clock);
    bench.server.script = (peer, _line, words) => {
      if (words[0] === 'USER') peer.send('PING :cookie:1 2');
      return words[1] === 'END';
    };
    void bench.network.connect(person('alice'), wish('alice'));
    await until('somebody is there', () => bench.server.peers.length === 1);
    const [peer] = bench.server.peers;
    await peer?.got('PONG :cookie:1 2');
    await clock.advance(60_000);
    await until('the server sees the end', () => peer?.closed === true);
    const [lost] = bench.of('clientStatus').filter((event) => event.status === 'lost');
    assert.equal(lost?.why?.reason, 'timed-out');
  });

  it('R8: a banned person is told with the network’s words and not tried again; others stay', async () => {
    const clock = new TestClock();
    bench = await Bench.make({}, clock);
    const bob = await bench.client('bob');
    bench.server.script = (peer, _line, words) => {
      if (words[1] !== 'END') return false;
      peer.send(':s 465 alice :You are banned from this server- \x02spam\x02', 'ERROR :Closing Link: (K-Lined)');
      return true;
    };
    const outcome = await bench.network.connect(person('alice'), wish('alice'));
    assert.ok(!outcome.ok);
    assert.equal(outcome.refusal.reason, 'banned-from-network');
    assert.match(outcome.refusal.say, /You are banned from this server- spam/);
    await clock.advance(3_600_000);
    assert.equal(bench.server.peers.length, 2);
    assert.equal(bench.network.clientOf(person('alice')), undefined);
    assert.notEqual(bob.status, 'ended');
  });

  it('R12: at most ten other nicks, never one of another client of ours', async () => {
    bench = await Bench.make({}, new TestClock());
    bench.server.script = (peer, _line, words) => {
      if (words[0] !== 'NICK' || peer.nick === 'bob1' || words[1] === 'bob1') return false;
      peer.send(`:s 433 * ${words[1] ?? ''} :Nickname is already in use.`);
      return true;
    };
    await bench.client('bob1');
    void bench.network.connect(person('bob'), wish('bob'));
    await until('it is told', () => bench.of('clientStatus').some((event) => event.status === 'lost'));
    const asked = bench.server.peers[1]?.lines.filter((line) => line.startsWith('NICK '));
    assert.deepEqual(asked, ['NICK bob', ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((number) => `NICK bob${number}`)]);
    assert.equal(bench.of('clientStatus').find((event) => event.status === 'lost')?.why?.reason, 'nick-taken');
  });

  it('NICK-6, R11: follows a forced rename, then wins the nick back', async () => {
    const clock = new TestClock();
    bench = await Bench.make({}, clock);
    const client = await bench.client('alice');
    const peer = bench.server.by('alice');
    peer.nick = 'Guest12';
    peer.send(':alice!~alice@127.0.0.1 NICK :Guest12');
    await until('the rename is known', () => client.nick === 'Guest12');
    assert.equal(bench.network.ownerOf('guest12'), '@alice:hs');
    assert.equal(bench.network.ownerOf('alice'), undefined);
    await clock.advance(30_000);
    await peer.got('NICK alice');
    await until('it is won back', () => client.nick === 'alice');
    assert.deepEqual(bench.of('nick').map((event) => [event.from.nick, event.to]), [
      ['alice', 'Guest12'],
      ['Guest12', 'alice'],
    ]);
  });

  it('R17: 470 is a refusal and the other channel is left at once', async () => {
    bench = await Bench.make();
    const client = await bench.client('alice');
    bench.server.script = (peer, _line, words) => {
      if (words[0] !== 'JOIN') return false;
      peer.send(':s 470 alice #cats ##cats :Forwarding to another channel', `:${peer.mask} JOIN ##cats`);
      return true;
    };
    const outcome = await client.join(cats);
    assert.equal(outcome.ok || outcome.refusal.reason, 'forwarded');
    await bench.server.by('alice').got('PART ##cats');
    assert.deepEqual(bench.of('join'), []);
    assert.equal(bench.network.heard(channel('##cats')), false);
  });

  it('a person who is kicked does not come back, the bot does', async () => {
    const clock = new TestClock();
    bench = await Bench.make({}, clock);
    bench.network.start();
    await bench.network.follow(cats);
    const client = await bench.client('alice');
    await client.join(cats);
    bench.server.toChannel('#cats', ':op!o@h KICK #cats alice :out');
    bench.server.toChannel('#cats', ':op!o@h KICK #cats appservicebot :you too');
    await until('both are out', () => !client.inChannel(cats) && !bench.network.bot.inChannel(cats));
    // Each on its own connection: which is read first, nobody knows.
    assert.deepEqual(bench.of('kick').map((event) => `${event.who} ${event.reason ?? ''}`).sort(), ['alice out', 'appservicebot you too']);
    assert.equal(bench.network.heard(cats), false);
    await clock.advance(15_000);
    await until('the bot is back', () => bench.network.bot.inChannel(cats));
    assert.deepEqual(client.channels, []);
  });

  it('CONN-18: with the bot disabled it connects and joins nothing', async () => {
    bench = await Bench.make({ botConfig: { enabled: false } });
    bench.network.start();
    await until('the bot is there', () => bench.network.bot.status === 'ready');
    assert.deepEqual(await bench.network.follow(cats), { ok: true, value: undefined });
    const client = await bench.client('alice');
    await client.join(cats);
    assert.ok(bench.network.heard(cats));
    assert.ok(!bench.server.by('appservicebot').lines.some((line) => line.startsWith('JOIN')));
  });

  it('CONN-1: concurrent calls share one connection and one JOIN', async () => {
    bench = await Bench.make();
    const all = await Promise.all([1, 2, 3].map(() => bench.client('alice')));
    assert.equal(new Set(all).size, 1);
    assert.equal(bench.server.peers.length, 1);
    await Promise.all(all.map((client) => client.join(cats)));
    assert.equal(bench.server.by('alice').lines.filter((line) => line.startsWith('JOIN')).length, 1);
  });

  it('CONN-2: tries the next address when one fails', async () => {
    const clock = new TestClock();
    bench = await Bench.make({ additionalAddresses: ['127.0.0.1'] }, clock, '127.0.0.2');
    // The server listens on 127.0.0.1 only.
    const client = bench.network.connect(person('alice'), wish('alice'));
    for (let second = 0; second < 4; second++) await clock.advance(1000);
    await until('it is there', () => bench.network.clientOf(person('alice'))?.status === 'ready');
    assert.ok((await client).ok);
  });

  it('R30: a changed CASEMAPPING re-keys nicks and channels and is told', async () => {
    bench = await Bench.make();
    let told = 0;
    bench.network.onFold(() => told++);
    const client = await bench.client('a[');
    await until('ascii is known', () => bench.network.caseMapping === 'ascii');
    await client.join(channel('#x['));
    assert.equal(told, 1);
    assert.equal(bench.network.ownerOf('A{'), undefined);
    bench.server.by('a[').send(':s 005 a[ CASEMAPPING=rfc1459 :are supported');
    await until('it is told again', () => told === 2);
    assert.equal(bench.network.ownerOf('A{'), '@a[:hs');
    assert.ok(client.inChannel(channel('#X{')));
    assert.ok(bench.network.heard(channel('#X{')));
  });

  it('IRC-QUIT: stop quits everybody with the reason and waits for the end', async () => {
    bench = await Bench.make();
    await bench.client('alice');
    await bench.client('bob');
    const peers = [...bench.server.peers];
    await bench.network.stop('going down');
    for (const peer of peers) await peer.got('QUIT :going down');
    const refused = await bench.network.connect(person('carol'), wish('carol'));
    assert.equal(refused.ok || refused.refusal.reason, 'shutting-down');
  });

  it('IRC-QUIT: a server that says nothing is left after two seconds', async () => {
    const clock = new TestClock();
    bench = await Bench.make({}, clock);
    await bench.client('alice');
    bench.server.script = (_peer, _line, words) => words[0] === 'QUIT';
    let over = false;
    const stopping = bench.network.stop('bye').then(() => (over = true));
    await bench.server.by('alice').got('QUIT :bye');
    assert.equal(over, false);
    await clock.advance(2000);
    await stopping;
    assert.ok(over);
    await until('no timer is left', () => clock.timers === 0);
  });

  it('L18, S11: CTCP is answered once a second at most, whatever is asked', async () => {
    bench = await Bench.make();
    await bench.client('alice');
    const peer = bench.server.by('alice');
    peer.send(...Array<string>(20).fill(':x!y@z PRIVMSG alice :\x01VERSION\x01'), ':x!y@z PRIVMSG alice :\x01FINGER\x01', 'PING :done');
    await peer.got('PONG :done');
    assert.equal(peer.lines.filter((line) => line.startsWith('NOTICE')).length, 1);
    assert.deepEqual(bench.of('privateMessage'), []);
  });

  const ASKED: readonly (readonly [string, RegExp | undefined])[] = [
    ['VERSION', /^VERSION Causeway 1\.2\.3, /],
    ['version', /^VERSION Causeway /],
    ['PING 1234 5678', /^PING 1234 5678$/],
    ['TIME', /^TIME \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/],
    ['CLIENTINFO', /^CLIENTINFO ACTION CLIENTINFO PING SOURCE TIME VERSION$/],
    ['SOURCE', /^SOURCE npm:matrix-causeway$/],
    ['FINGER', undefined],
    ['constructor', undefined],
    ['DCC SEND x 1 2 3', undefined],
    ['DCC CHAT chat 1 2', undefined],
  ];
  for (const [asked, answer] of ASKED) {
    it(`I2M-4: CTCP ${asked}`, async () => {
      bench = await Bench.make();
      await bench.client('alice');
      const peer = bench.server.by('alice');
      peer.send(`:x!y@z NOTICE alice :\x01${asked}\x01`, `:x!y@z PRIVMSG #c :\x01${asked}\x01`, `:x!y@z PRIVMSG alice :\x01${asked}\x01`, 'PING :done');
      await peer.got('PONG :done');
      const notices = peer.lines.filter((line) => line.startsWith('NOTICE'));
      assert.equal(notices.length, answer ? 1 : 0);
      // I2M-5: of DCC the person is told, nobody is answered, and nothing of it is handed on (S11).
      const offers = bench.of('privateMessage').map(({ from, fromUser, text }) => [from.nick, fromUser, text]);
      const what = asked.startsWith('DCC SEND') ? 'a file' : 'a direct chat';
      const told = `x offers you ${what} by DCC, which cannot cross the bridge.${what === 'a file' ? ' Ask for a link to it.' : ''}`;
      assert.deepEqual(offers, asked.startsWith('DCC') ? [['server', false, told]] : []);
      if (answer) assert.match(/^NOTICE x :\x01(.*)\x01$/.exec(notices[0] ?? '')?.[1] ?? '', answer);
    });
  }

  it('I2M-5, S11: of many offers by DCC a person is told once a minute', async () => {
    bench = await Bench.make();
    await bench.client('alice');
    const peer = bench.server.by('alice');
    peer.send(...Array<string>(20).fill(':x!y@z PRIVMSG alice :\x01DCC SEND x 1 2 3\x01'), ':x!y@z PRIVMSG alice :\x01DCC RESUME x\x01', 'PING :done');
    await peer.got('PONG :done');
    assert.equal(bench.of('privateMessage').length, 1);
    assert.deepEqual(peer.lines.filter((line) => line.startsWith('NOTICE')), []);
  });

  it('I2M-4: with ctcp off nothing is answered', async () => {
    bench = await Bench.make({ ircClients: { ctcp: 'off' } });
    await bench.client('alice');
    const peer = bench.server.by('alice');
    peer.send(':x!y@z PRIVMSG alice :\x01VERSION\x01', 'PING :done');
    await peer.got('PONG :done');
    assert.deepEqual(peer.lines.filter((line) => line.startsWith('NOTICE')), []);
  });

  it('CAP-20: FAIL, WARN and NOTE are words of the server to whom they came; of a message it is its refusal', async () => {
    bench = await Bench.make();
    const alice = await bench.client('alice');
    const peer = bench.server.by('alice');
    await alice.say(nick('bob'), { how: 'say', lines: ['hi'] });
    peer.send(
      ':s.test FAIL ACC REG_INVALID_CALLSIGN REGISTER :Not a name',
      'WARN REHASH CERTS_EXPIRED :Certificate has expired',
      ':s.test NOTE * OPER_MESSAGE :Registering new accounts is off',
      ':s.test FAIL SHORT',
      ':s.test FAIL PRIVMSG INVALID_UTF8 bob :Not UTF-8',
      'PING :done',
    );
    await peer.got('PONG :done');
    assert.deepEqual(bench.of('privateMessage').map(({ from, fromUser, how, text }) => [from.nick, fromUser, how, text]), [
      ['s.test', false, 'notice', 'ACC failed: Not a name (REGISTER) [REG_INVALID_CALLSIGN]'],
      ['server', false, 'notice', 'REHASH warning: Certificate has expired [CERTS_EXPIRED]'],
      ['s.test', false, 'notice', 'note: Registering new accounts is off [OPER_MESSAGE]'],
    ]);
    const token = await peer.got(/^PING :?said-/u);
    peer.send(`PONG s.test ${token.replace(/^PING :?/u, '')}`);
    await until('it was told', () => bench.of('notSaid').length === 1);
    assert.equal(bench.of('notSaid')[0]?.to, 'bob');
  });

  it('R33: lines of a history batch, and lines older than our JOIN, are not told as new', async () => {
    bench = await Bench.make();
    bench.server.capabilities = 'batch server-time message-tags';
    bench.server.script = (peer, _line, words) => {
      if (words[0] !== 'JOIN') return false;
      peer.channels.add('#cats');
      peer.send(
        `@time=2025-01-01T00:00:10.000Z :${peer.mask} JOIN #cats`,
        ':s BATCH +1 chathistory #cats',
        '@batch=1;time=2025-01-01T00:00:05.000Z :x!y@z PRIVMSG #cats :old in batch',
        ':s BATCH -1',
        '@time=2025-01-01T00:00:09.999Z :x!y@z PRIVMSG #cats :old',
        '@time=2025-01-01T00:00:10.000Z :x!y@z PRIVMSG #cats :new',
        ':s BATCH +2 netsplit a b',
        '@batch=2 :x!y@z PRIVMSG #cats :also new',
        'PING :done',
      );
      return true;
    };
    const client = await bench.client('alice');
    await client.join(cats);
    await bench.server.by('alice').got('PONG :done');
    assert.deepEqual(bench.of('message').map((event) => event.text), ['new', 'also new']);
  });
});
