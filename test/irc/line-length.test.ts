/** M2I-31: lines as long as the server says (LINELEN), as others see them. */

import assert from 'node:assert/strict';
import type { How } from '../../src/model/utterance.js';
import { splitLines } from '../../src/text/split.js';
import { until } from '../support/clock.js';
import { Bench, channel } from '../support/irc-network.js';

const cats = channel('#cats');
const MASK = 'alice!alice@example.org';

describe('irc: LINELEN', () => {
  let bench: Bench;
  afterEach(() => bench.end());

  for (const length of [300, 512, 2048, 8192]) {
    for (const how of ['say', 'act', 'notice'] as const satisfies readonly How[]) {
      it(`M2I-31: of ${length} bytes: lines of ${how} fill it as others see them, and never pass it`, async () => {
        bench = await Bench.make();
        bench.server.isupport.push(`LINELEN=${length}`);
        const client = await bench.client('alice');
        const peer = bench.server.by('alice');
        await client.join(cats);
        peer.send(`:s 396 alice alice@example.org :is now your displayed host`, 'PING :done');
        await peer.got('PONG :done');
        const lines = splitLines('é'.repeat(12_000), client.budget(cats, how));
        assert.ok((await client.say(cats, { how, lines })).ok);
        await until('all is there', () => peer.lines.filter((line) => line.includes('é')).length === lines.length);
        const seen = peer.lines.filter((line) => line.includes('é')).map((line) => `:${MASK} ${line}\r\n`);
        assert.equal(seen.join('').split('é').length - 1, 12_000);
        assert.ok(seen.every((line) => Buffer.byteLength(line) <= length));
        assert.ok(Buffer.byteLength(seen[0] ?? '') >= length - 1);
      });
    }
  }

  it('M2I-31: a LINELEN that is told later is in force for what is said then, and -LINELEN takes it back', async () => {
    bench = await Bench.make();
    const client = await bench.client('alice');
    const peer = bench.server.by('alice');
    const before = client.budget(cats, 'say');
    const sizes: number[] = [];
    for (const token of ['LINELEN=1024', 'LINELEN=400', 'LINELEN=0', '-LINELEN']) {
      peer.send(`:s 005 alice ${token} :are supported by this server`, `PING :${token}`);
      await peer.got(`PONG :${token}`);
      sizes.push(client.budget(cats, 'say') - before);
    }
    assert.deepEqual(sizes, [512, -112, -112, 0]);
  });
});
