/** What others say arrives once, whatever the server makes of capabilities, batches, labels and 005 meanwhile (L15, S13). */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { until } from '../support/clock.js';
import { Bench, channel } from '../support/irc-network.js';

const cats = channel('#cats');
const CAPS = 'batch message-tags server-time labeled-response echo-message draft/multiline=max-bytes=4096,max-lines=100 draft/message-redaction standard-replies';

/** One line of the server, or a text of bob's that is said in some batch or in none. */
type Step = string | { readonly batch: string | undefined; readonly tags: string };

/** `%` is the number of the step. */
const NOISE = [
  'CAP alice DEL :batch', 'CAP alice DEL :echo-message message-tags', 'CAP alice NEW :batch echo-message labeled-response', 'CAP alice NEW :',
  'CAP alice ACK :-batch', 'CAP alice ACK :batch', 'CAP alice NAK :batch message-tags', 'CAP alice LS * :sasl', 'CAP alice LS :', 'CAP alice', 'CAP',
  '005 alice LINELEN=1 :are supported', '005 alice LINELEN=4096 CLIENTTAGDENY=* :are supported', '005 alice -LINELEN -PREFIX -STATUSMSG :are supported',
  '005 alice PREFIX=(ov)@+ STATUSMSG=@+ NICKLEN=1 :are supported', '005 alice', 'FAIL BATCH MULTILINE_INVALID :no', 'FAIL', 'FAIL * X', 'ACK', 'BATCH',
  'BATCH +', 'BATCH -', 'BATCH -9', 'BATCH +q', 'REDACT #cats m% :x', 'REDACT', 'TAGMSG #cats', 'BATCH +n% netsplit a.b c.d', 'BATCH -n%',
] as const;

const id = fc.constantFrom('0', '1', '2', '3');
const label = fc.constantFrom('', '', '', 'label=0', 'label=zz', `msgid=same`, `x=${'y'.repeat(7_900)};msgid=m`, 'time=9999-99-99T00:00:00.000Z', 'msgid=;batch=');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ batch: fc.option(id, { nil: undefined }), tags: fc.constantFrom('', 'msgid=same;', 'draft/multiline-concat;', `+x=${'y'.repeat(8_000)};`, 'time=bad;') }) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(id, fc.constantFrom('draft/multiline #cats', 'draft/multiline #cats', 'chathistory #cats', 'netjoin a b', 'labeled-response', 'none'), fc.option(id, { nil: undefined }), fc.boolean())
      .map(([name, type, parent, labelled]) => `@${labelled ? 'label=5;' : ''}${parent === undefined ? '' : `batch=${parent};`}t=1 :bob!b@h BATCH +${name} ${type}`),
  },
  { weight: 2, arbitrary: id.map((name) => `:bob!b@h BATCH -${name}`) },
  { weight: 2, arbitrary: fc.tuple(label, fc.constantFrom(...NOISE)).map(([tag, line]) => (tag === '' ? `:s ${line}` : `@${tag} :s ${line}`)) },
);

/** What must be told of the steps: all but what stands in answers to us and in history, by the batch that last had the id. */
function expected(steps: readonly Step[]): string[] {
  const kinds = new Map<string, 'ours' | 'history' | 'news'>();
  const texts: string[] = [];
  for (const [at, one] of steps.entries()) {
    if (typeof one !== 'string') {
      if (one.batch === undefined || (kinds.get(one.batch) ?? 'news') === 'news') texts.push(`t${at}.`);
      continue;
    }
    const [, tags = '', name = '', type = ''] = /^@(\S*) :bob!b@h BATCH \+(\d) (\S+)/.exec(one) ?? [];
    if (name === '') continue;
    const parent = kinds.get(/batch=(\d)/.exec(tags)?.[1] ?? '');
    kinds.set(name, tags.includes('label=') || parent === 'ours' ? 'ours' : parent === 'history' || type === 'chathistory' ? 'history' : 'news');
  }
  return texts;
}

describe('irc: capabilities, batches and labels in any order', () => {
  it('CAP-1, CAP-4, CAP-5, CAP-7, L15: nothing of what others say is lost or told twice', async function () {
    this.timeout(120_000);
    const bench = await Bench.make();
    bench.server.capabilities = CAPS;
    let run = 0;
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
          const name = `alice${run++}`;
          const client = await bench.client(name);
          const peer = bench.server.by(name);
          await client.join(cats);
          bench.events.length = 0;
          try {
            for (const [at, one] of steps.entries()) {
              if (typeof one === 'string') peer.send(one.replaceAll('%', String(at)).replaceAll('alice', name));
              else peer.send(`@${one.tags}${one.batch === undefined ? 't=1' : `batch=${one.batch}`} :bob!b@h PRIVMSG #cats :t${at}.`);
            }
            peer.send('PING :end');
            await peer.got('PONG :end');
            // What was still open is told when the connection is gone.
            peer.socket.destroy();
            await until('it is gone', () => client.status !== 'ready');
            const told = bench.of('message').flatMap(({ text }) => text.match(/t\d+\./g) ?? []);
            assert.deepEqual(told.sort(), expected(steps).sort());
          } finally {
            await client.end('over');
          }
        }),
        { numRuns: 100 },
      );
    } finally {
      await bench.end();
    }
  });
});
