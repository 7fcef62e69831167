import assert from 'node:assert/strict';
import { TestClock, until } from '../support/clock.js';
import { Bench, channel } from '../support/irc-network.js';

const cats = channel('#cats');

describe('M2I-48: modes of channels', () => {
  let bench: Bench;
  afterEach(() => bench.end());

  it('are asked for once, followed, and forgotten when nobody is there to see them change', async () => {
    bench = await Bench.make({ botConfig: { enabled: false } });
    const alice = await bench.client('alice');
    const peer = bench.server.by('alice');
    const modes = (): string | Promise<string> => bench.network.modesOf(cats, alice);
    assert.equal(modes(), '');
    await alice.join(cats);
    const [first, second] = [modes(), modes()];
    await peer.got('MODE #cats');
    peer.send(':s 324 alice #CATS +ntc');
    assert.deepEqual([await first, await second], ['ntc', 'ntc']);
    peer.send(':op!o@h MODE #cats -c+T', ':op!o@h MODE #dogs +c', 'PING :done');
    await peer.got('PONG :done');
    assert.equal(modes(), 'ntT');
    assert.equal(peer.lines.filter((line) => line === 'MODE #cats').length, 1);
    alice.part(cats);
    assert.equal(modes(), '');
    await alice.join(cats);
    const again = modes();
    await until('asked again', () => peer.lines.filter((line) => line === 'MODE #cats').length === 2);
    peer.send(':s 324 alice #cats +n');
    assert.equal(await again, 'n');
  });

  it('a server that does not say is waited for two seconds, and not asked again at once', async () => {
    const clock = new TestClock();
    bench = await Bench.make({ botConfig: { enabled: false } }, clock);
    const alice = await bench.client('alice');
    await alice.join(cats);
    const modes = bench.network.modesOf(cats, alice);
    assert.ok(modes instanceof Promise);
    await bench.server.by('alice').got('MODE #cats');
    await clock.advance(2_000);
    assert.equal(await modes, '');
    assert.equal(bench.network.modesOf(cats, alice), '');
  });
});
