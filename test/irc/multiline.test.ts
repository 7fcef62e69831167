import assert from 'node:assert/strict';
import type { Saying, VirtualClient } from '../../src/irc/port.js';
import type { Refusal } from '../../src/model/refusal.js';
import { until } from '../support/clock.js';
import { Bench, channel, nick } from '../support/irc-network.js';
import type { Peer } from '../support/irc-script.js';

const cats = channel('#cats');
const CAPS = 'batch message-tags labeled-response echo-message draft/multiline=max-bytes=4096,max-lines=100';

describe('irc: multiline batches', () => {
  let bench: Bench;
  afterEach(() => bench.end());

  async function alice(capabilities = CAPS, ircClients: { readonly pingRateMs?: number } = {}): Promise<{ client: VirtualClient; peer: Peer; saying: Saying; refused: Refusal[] }> {
    bench = await Bench.make({ ircClients });
    bench.server.capabilities = capabilities;
    const client = await bench.client('alice');
    await client.join(cats);
    const refused: Refusal[] = [];
    const saying: Saying = { from: 0, said: () => undefined, msgid: () => undefined, refused: (why) => refused.push(why) };
    return { client, peer: bench.server.by('alice'), saying, refused };
  }

  for (const label of ['', '@label=0 ']) {
    it(`INV-8, M2I-40, CAP-7: refused as a whole by a numeric${label === '' ? '' : ' with its label'} it is told, once`, async () => {
      const { client, peer, saying, refused } = await alice();
      const outcome = await client.say(cats, { how: 'say', lines: ['one', 'two'] }, saying);
      assert.ok(outcome.ok);
      await peer.got(/^BATCH -/u);
      peer.send(`${label}:s 404 alice #cats :Cannot send to channel (+m)`);
      const token = (await peer.got(/^PING :?said-/u)).replace(/^PING :?/u, '');
      peer.send(`:s PONG s :${token}`);
      await until('she is told', () => refused.length > 0);
      assert.deepEqual(refused.map(({ reason }) => reason), ['cannot-send']);
    });
  }

  const once = (peer: Peer, text: string): number => peer.lines.filter((line) => !line.includes('batch=') && line.endsWith(`:${text}`)).length;

  it('CAP-7: refused without a label at one of its lines, as Ergo does, its lines are said one by one, and nobody is told', async () => {
    const { client, peer, saying, refused } = await alice();
    const lines = ['one', 'two', 'three'];
    await client.say(cats, { how: 'say', lines }, saying);
    await peer.got(/^BATCH -/u);
    const fail = ':s FAIL BATCH MULTILINE_INVALID :Incorrect batch tag sent';
    peer.send(':s FAIL BATCH MULTILINE_MAX_BYTES 4 :Multiline batch byte limit 4 exceeded', fail, fail, ':s FAIL BATCH INVALID_PARAMS :Corrupt BATCH');
    await until('all are said', () => lines.every((text) => once(peer, text) === 1));
    for (const line of peer.lines.filter((one) => /^@label=\S+ PRIVMSG/u.test(one))) peer.send(line.replace(' ', ' :alice!alice@h '));
    await client.say(cats, { how: 'say', lines: ['four', 'five'] }, saying);
    await until('the next batch', () => peer.lines.filter((line) => line.startsWith('BATCH -')).length === 2);
    peer.send(fail, 'PING :end');
    await until('it is refused for itself', () => once(peer, 'five') === 1);
    await peer.got('PONG :end');
    assert.deepEqual(refused, []);
    assert.deepEqual(bench.of('privateMessage'), []);
  });

  for (const ceases of [false, true]) {
    it(`R31: a batch that ${ceases ? 'a server does not bring back that has ceased to echo is not told' : 'an echoing server does not bring back is told'}`, async () => {
      const { client, peer, saying, refused } = await alice(CAPS, { pingRateMs: 1000 });
      await client.say(cats, { how: 'say', lines: ['hello'] }, saying);
      peer.send((await peer.got(/PRIVMSG #cats/u)).replace(' ', ' :alice!alice@h '));
      await client.say(cats, { how: 'say', lines: ['one', 'two'] }, { ...saying });
      await peer.got(/^BATCH -/u);
      if (ceases) peer.send(':s CAP alice DEL :echo-message');
      const before = peer.lines.filter((line) => line.startsWith('PING')).length;
      await until('it is asked', () => peer.lines.filter((line) => line.startsWith('PING')).length > before);
      for (const line of peer.lines.filter((one) => one.startsWith('PING'))) peer.send(`:s PONG s ${line.slice('PING '.length)}`);
      peer.send('PING :end');
      await peer.got('PONG :end');
      assert.deepEqual(refused.map(({ reason }) => reason), ceases ? [] : ['cannot-send']);
    });
  }

  it('CAP-7: FAIL BATCH has its lines said one by one', async () => {
    const { client, peer, saying } = await alice();
    await client.say(cats, { how: 'say', lines: ['one', 'two'] }, saying);
    const begun = await peer.got(/BATCH \+/u);
    peer.send(`${begun.slice(0, begun.indexOf(' '))} :s FAIL BATCH MULTILINE_MAX_BYTES 4 :too long`);
    assert.match(await peer.got(/PRIVMSG #cats :?two$/u), /two/u);
    await until('both', () => peer.lines.filter((line) => !line.includes('batch=') && /PRIVMSG #cats :?(?:one|two)$/u.test(line)).length === 2);
  });

  for (const missing of ['labeled-response', 'echo-message']) {
    it(`CAP-7: without ${missing}, by which its refusal is known, lines go one by one`, async () => {
      const { client, peer, saying } = await alice(CAPS.replace(`${missing} `, ''));
      await client.say(cats, { how: 'say', lines: ['one', 'two'] }, saying);
      await peer.got(/PRIVMSG #cats :?two$/u);
      assert.ok(!peer.lines.some((line) => line.includes('BATCH')), peer.lines.join('\n'));
    });
  }

  const PIECES: readonly (readonly [string, readonly string[], readonly ('' | ' ' | undefined)[], readonly string[]])[] = [
    ['a blank that was cut away comes back', ['one', 'two'], [undefined, ' '], ['one ', 'two']],
    ['bold that is begun again is ended before: a toggle would end it', ['\x02one', '\x02two'], [undefined, ' '], ['\x02one \x0f', '\x02two']],
    ['a colour within a word', ['\x0304aaa', '\x0304bbb'], [undefined, ''], ['\x0304aaa\x0f', '\x0304bbb']],
    ['lines of their own stay as they are', ['\x02one', '\x02two'], [undefined, undefined], ['\x02one', '\x02two']],
  ];
  for (const [sentence, lines, joins, sent] of PIECES) {
    it(`CAP-7: in pieces of one line, ${sentence}`, async () => {
      const { client, peer, saying } = await alice();
      await client.say(nick('bob'), { how: 'say', lines, joins }, saying);
      await peer.got(/^BATCH -/u);
      const texts = peer.lines.filter((line) => line.includes('batch=')).map((line) => line.replace(/^.*PRIVMSG bob :?/u, ''));
      assert.deepEqual(texts, sent);
    });
  }
});
