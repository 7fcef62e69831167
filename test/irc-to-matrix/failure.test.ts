import assert from 'node:assert/strict';
import { makeFailure } from '../../src/irc-to-matrix/failure.js';
import { makeSetAside } from '../../src/irc-to-matrix/set-aside.js';
import { BridgeError, type FaultCode, faultText } from '../../src/model/errors.js';
import { TestClock } from '../support/clock.js';
import { MemoryNetwork } from '../support/irc.js';
import { MemoryLinesAside } from '../support/memory-store.js';
import { aLine, channelOf, countingMetrics, listeningLog, NET, ROOM } from '../support/make.js';

function parts() {
  const network = new MemoryNetwork();
  const clock = new TestClock();
  const metrics = countingMetrics();
  const { log, lines } = listeningLog();
  const stopping = new AbortController();
  const linesAside = new MemoryLinesAside();
  const setAside = makeSetAside({ linesAside, metrics, log });
  const failure = makeFailure({ networks: new Map([[NET, network]]), setAside, clock, metrics, log, stopping: stopping.signal });
  return { failure, linesAside, stopping, network, clock, metrics, lines, texts: () => network.lines.map(({ text }) => text) };
}
const forbidden = new BridgeError('HOMESERVER_FORBIDDEN', 'no');

describe('irc-to-matrix/failure', () => {
  const reasons: [FaultCode, string][] = [
    ['HOMESERVER_FORBIDDEN', 'the Matrix server refused it.'],
    ['HOMESERVER_TOO_LARGE', 'the Matrix server refused it.'],
    ['JOURNAL_FULL', 'the bridge has no room left to keep it.'],
    ['STORE_FAULT', 'something went wrong inside the bridge.'],
  ];
  for (const [code, why] of reasons) {
    it(`${code}: the author is told by a notice of the bot`, async () => {
      const { failure, network } = parts();
      await failure(aLine(), new BridgeError(code, 'x'));
        const text = `What you said in #cats did not reach Matrix: ${why} People on IRC did see it.`;
      assert.deepEqual(network.lines.map(({ owner, target, how, text: said }) => [owner, target, how, said]), [['bot', 'bob', 'notice', text]]);
    });
  }

  const asides: [unknown, string | undefined][] = [
    [new BridgeError('HOMESERVER_BAD_REQUEST', 'this event alone is refused: 500', { status: 500 }), 'HOMESERVER_BAD_REQUEST: this event alone is refused: 500'],
    [new BridgeError('HOMESERVER_TOO_LARGE', '413'), 'HOMESERVER_TOO_LARGE: 413'],
    [new TypeError('a fault of ours'), 'FAULT: a fault of ours'],
    [forbidden, undefined],
    [new BridgeError('STORE_FAULT', 'disk'), undefined],
  ];
  for (const [fault, why] of asides) {
    it(`H15: ${faultText(fault)}: ${why === undefined ? 'not kept' : 'kept with its reason, for each room once, and counted; its author told once'}`, async () => {
      const { failure, linesAside, lines, metrics, texts } = parts();
      const line = { ...aLine('the words', { nick: 'eve' }), entry: '7.1', room: ROOM };
      await failure(line, fault);
      await failure(line, fault);
      assert.deepEqual(texts().length, 1);
      const kept = await linesAside.all();
      if (why === undefined) return assert.deepEqual(kept, []);
      const { at } = line;
      assert.deepEqual(kept[0], { id: '7.1', room: ROOM, network: NET, at, nick: 'eve', target: '#cats', text: 'the words', why });
      assert.equal(metrics.counts.get(`bridge_lines_aside_total{reason="${why.slice(0, why.indexOf(':'))}"}`), 2);
      assert.equal(JSON.stringify(lines).includes('the words'), false, 'the text is nobody’s business in the log');
    });
  }

  it('H15: a disk that fails is told in the log, and the author all the same', async () => {
    const { failure, linesAside, lines, texts } = parts();
    linesAside.add = () => Promise.reject(new BridgeError('STORE_FAULT', 'disk'));
    assert.equal(await failure({ ...aLine(), entry: '7.1', room: ROOM }, new BridgeError('HOMESERVER_TOO_LARGE', '413')), true);
    assert.deepEqual([texts().length, lines.some(({ event }) => event === 'line not set aside')], [1, true]);
  });

  it('H9: of a room that is gone nobody on IRC is told, and nothing is kept', async () => {
    const { failure, linesAside, metrics, texts } = parts();
    assert.equal(await failure({ ...aLine(), entry: '7.1', room: ROOM }, new BridgeError('ROOM_GONE', 'gone')), true);
    assert.deepEqual([texts(), linesAside.lines, metrics.counts.get('bridge_dropped_total{reason="ROOM_GONE"}')], [[], [], 1]);
  });

  it('H7: once an hour for an author and channel, in whatever spelling; every case is counted', async () => {
    const { failure, clock, metrics, texts } = parts();
    await failure(aLine(), forbidden);
    await failure(aLine('again', { nick: 'BOB', channel: channelOf('#CATS') }), forbidden);
    assert.equal(texts().length, 1);
    await failure(aLine('x', { nick: 'eve' }), forbidden);
    await failure(aLine('x', { channel: channelOf('#dogs') }), forbidden);
    assert.equal(texts().length, 3);
    await clock.advance(3_600_000);
    await failure(aLine(), forbidden);
    assert.equal(texts().length, 4);
    assert.equal(metrics.counts.get('bridge_dropped_total{reason="HOMESERVER_FORBIDDEN"}'), 5);
  });

  it('an author who could not be told is told the next time', async () => {
    const { failure, network, texts, lines } = parts();
    network.bot.lose();
    await failure(aLine(), forbidden);
    assert.equal(lines.length, 1);
    network.bot.status = 'ready';
    await failure(aLine(), forbidden);
    assert.equal(texts().length, 1);
  });

  it('INV-8: whom the stopping bridge cannot tell any more is told by its next life', async () => {
    const { failure, network, stopping } = parts();
    network.bot.lose();
    assert.equal(await failure(aLine(), forbidden), true);
    stopping.abort();
    assert.equal(await failure(aLine(), forbidden), false);
  });

  it('a bot that throws does not', async () => {
    const { failure, network, lines } = parts();
    network.bot.say = () => {
      throw new Error('broken');
    };
    await failure(aLine(), new Error('odd'));
    assert.deepEqual(lines.map(({ level, event }) => [level, event]), [['error', 'author not told']]);
  });

  it('a network that is no longer there is only counted', async () => {
    const { failure, metrics } = parts();
    await failure(aLine('x', { network: 'gone.test' as typeof NET }), forbidden);
    assert.equal(metrics.counts.size, 1);
  });
});
