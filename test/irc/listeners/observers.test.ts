import assert from 'node:assert/strict';
import { channel, Bench, person, wish } from '../../support/irc-network.js';
import { until } from '../../support/clock.js';

const cats = channel('#cats');
const COUNT = 50;

describe('irc: many clients, one stream', () => {
  let bench: Bench;
  afterEach(() => bench.end());

  /** Fifty people in one channel, with or without the bot. */
  async function crowd(withBot: boolean): Promise<void> {
    bench = await Bench.make({ botConfig: { enabled: withBot }, ircClients: { maxClients: 0 } });
    bench.network.start();
    await bench.network.follow(cats);
    const clients = await Promise.all(Array.from({ length: COUNT }, (_, n) => bench.client(`user${n}`)));
    await Promise.all(clients.map((client) => client.join(cats)));
    bench.events.length = 0;
  }

  const texts = (): string[] => bench.of('message').map((event) => event.text);

  for (const withBot of [true, false]) {
    it(`I2M-15: a line that ${COUNT} clients hear is told once, ${withBot ? 'with' : 'without'} the bot; ours never`, async () => {
      await crowd(withBot);
      bench.server.toChannel('#cats', ':joe!j@h PRIVMSG #cats :one');
      bench.server.toChannel('#cats', ':joe!j@h PRIVMSG #cats :\x01ACTION two\x01');
      bench.server.toChannel('#cats', ':joe!j@h PRIVMSG #cats :one');
      bench.server.toChannel('#cats', ':joe!j@h NICK :jim');
      bench.server.toChannel('#cats', ':jim!j@h QUIT :bye');
      await bench.network.clientOf(person('user7'))?.say(cats, { how: 'say', lines: ['ours'] });
      bench.server.toChannel('#cats', ':joe!j@h NOTICE #cats :last');
      await until('the last is heard', () => texts().includes('last'));
      assert.deepEqual(bench.of('message').map(({ text, how }) => [text, how]), [
        ['one', 'say'],
        ['two', 'act'],
        ['one', 'say'],
        ['last', 'notice'],
      ]);
      assert.deepEqual(bench.of('nick').map(({ from, to }) => [from.nick, to]), [['joe', 'jim']]);
      assert.deepEqual(bench.of('quit').map(({ who, reason }) => [who.nick, reason]), [['jim', 'bye']]);
    });
  }

  for (const withBot of [true, false]) {
    it(`R20: the primary is lost mid-burst ${withBot ? 'with' : 'without'} the bot, again and again: nothing lost or doubled`, async () => {
      await crowd(withBot);
      const expected: string[] = [];
      for (let round = 0; round < 10; round++) {
        const before = bench.events.length;
        // Whoever is heard is the primary: find it by a line, then cut it off in the middle of a burst.
        bench.server.toChannel('#cats', `:joe!j@h PRIVMSG #cats :probe ${round}`);
        expected.push(`probe ${round}`);
        await until('the probe is heard', () => bench.of('message').length === expected.length);
        const owner = bench.events.slice(before).find((event) => event.kind === 'message')?.heardBy.owner ?? 'bot';
        const victim = bench.server.by(owner === 'bot' ? 'appservicebot' : owner.slice(1, -3));
        for (let line = 0; line < 40; line++) {
          const text = `burst ${round} ${line}`;
          bench.server.toChannel('#cats', `:joe!j@h PRIVMSG #cats :${text}`);
          expected.push(text);
          if (line === 20) victim.socket.destroy();
          if (line % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        await until(`all of round ${round}`, () => bench.of('message').length >= expected.length, 8000);
      }
      assert.deepEqual(texts(), expected);
    }).timeout(60_000);
  }
});

describe('irc: a server that means harm', () => {
  let bench: Bench;
  afterEach(() => bench.end());

  /** Commands of which the library's own routines throw on some (L13), and our own numerics. */
  const COMMANDS = [
    ...['PRIVMSG', 'NOTICE', 'NICK', 'BATCH', 'CAP', 'JOIN', 'PART', 'QUIT', 'KICK', 'MODE', 'TOPIC', 'INVITE', 'AUTHENTICATE'],
    ...['PING', 'PONG', 'CHGHOST', 'TAGMSG', 'ACCOUNT', 'SETNAME', 'AWAY', 'WALLOPS', 'KILL', 'FAIL', 'ACK', ':', '@', '@a', '@ :', ''],
    ...Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0')),
  ];
  const SHAPES = ['', ' ', ' :', ' alice', ' alice #cats', ' #cats :', ' * * * * * *', ' alice = #cats :@+', ' alice STATUSMSG x'];
  const SOURCES = ['', ':s ', ': ', ':alice!a@b ', ':x!y@z ', '@batch=;time=;=;msgid= :x '];

  it('L13, Z1: no line throws out, ends the connection or is told as nonsense', async () => {
    bench = await Bench.make();
    const client = await bench.client('alice');
    await client.join(cats);
    const peer = bench.server.by('alice');
    const harmful = /^(?:001|ERROR|KILL)/;
    for (const source of SOURCES) {
      for (const shape of SHAPES) {
        const lines = COMMANDS.filter((command) => !harmful.test(command)).map((command) => `${source}${command}${shape}`);
        // What changes our own nick or takes us out is its right; all else is noise.
        peer.send(...lines.filter((line) => !/alice!a@b (?:NICK|PART|KICK|QUIT)/.test(line)));
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    peer.send(':joe!j@h PRIVMSG #cats :still here');
    await until('it still hears', () => bench.of('message').some((event) => event.text === 'still here'), 15_000);
    assert.equal(client.status, 'ready');
    assert.equal(bench.server.peers.length, 1);
    for (const event of bench.of('message')) assert.doesNotMatch(event.text, /[\r\n\0]/);
  }).timeout(30_000);

  it('L13: five bytes before registration end nothing', async () => {
    bench = await Bench.make();
    bench.server.script = (peer, _line, words) => {
      if (words[0] === 'USER') for (const command of COMMANDS) if (!/^(?:001|ERROR|43[2367]|46[45]|90\d)/.test(command)) peer.send(command);
      return false;
    };
    assert.ok((await bench.network.connect(person('alice'), wish('alice'))).ok);
  });

  it('L14: a line without end is cut off by closing, and the client comes back', async () => {
    bench = await Bench.make();
    const client = await bench.client('alice');
    bench.server.by('alice').socket.write('x'.repeat(200_000));
    await until('it is lost', () => bench.of('clientStatus').some((event) => event.status === 'lost'));
    await until('it is back', () => client.status === 'ready');
  });

  it('L15: batches never closed and lists never ended keep no memory', async () => {
    bench = await Bench.make();
    await bench.client('alice');
    const peer = bench.server.by('alice');
    const lines: string[] = [];
    for (let n = 0; n < 20_000; n++) lines.push(`:s BATCH +b${n} x`, `:s 353 alice = #c${n} :${'nick '.repeat(20)}`);
    const before = process.memoryUsage().heapUsed;
    peer.send(...lines, 'PING :done');
    lines.length = 0;
    await until('all is read', () => peer.lines.includes('PONG :done'), 15_000);
    const grown = process.memoryUsage().heapUsed - before;
    assert.ok(grown < 60_000_000, `${grown} bytes more`);
  }).timeout(30_000);

  it('has no way out of its one line: what a text holds is never a second command', async () => {
    bench = await Bench.make();
    const client = await bench.client('alice');
    await client.say(cats, { how: 'say', lines: ['a\r\nQUIT :x', 'b\nNICK x', 'c\rPART #cats', 'd\0e'] });
    await client.say(cats, { how: 'act', lines: ['a\r\nQUIT'] });
    client.part(cats, 'bye\r\nQUIT');
    const bad = await client.say(channel('#a b'), { how: 'say', lines: ['x'] });
    assert.equal(bad.ok || bad.refusal.reason, 'not-a-channel');
    await client.say(cats, { how: 'say', lines: ['end'] });
    const peer = bench.server.by('alice');
    await peer.got(/:end$/);
    assert.ok(peer.lines.slice(4).every((line) => line.startsWith('PRIVMSG #cats :')), peer.lines.join('\n'));
  });
});
