import assert from 'node:assert/strict';
import { contentText } from '../../src/homeserver/content.js';
import { sendInParts } from '../../src/irc-to-matrix/in-parts.js';
import { BridgeError } from '../../src/model/errors.js';
import type { JsonObject } from '../../src/model/matrix-content.js';
import { eventId, ROOM } from '../support/make.js';

/** Takes content of so many bytes, as a homeserver or a proxy in front of it may have it; remembers what it took. */
function actorOf(bytes: number): { send: Parameters<typeof sendInParts>[0]['send']; taken: { content: JsonObject; txnId: string }[] } {
  const taken: { content: JsonObject; txnId: string }[] = [];
  return {
    taken,
    async send(_room, _type, content, txnId) {
      await Promise.resolve();
      if (Buffer.byteLength(contentText(content)) > bytes) throw new BridgeError('HOMESERVER_TOO_LARGE', '413', { status: 413 });
      taken.push({ content, txnId });
      return eventId(`$${txnId}`);
    },
  };
}
const bodyOf = ({ content }: { readonly content: JsonObject }): string => content['body'] as string;
const text = (body: string, more: JsonObject = {}): JsonObject => ({ msgtype: 'm.text', body, 'm.mentions': {}, ...more });
const words = (bytes: number): string => Array.from({ length: bytes / 5 }, (_, n) => String(n % 10_000).padStart(4, '0')).join(' ');

describe('irc-to-matrix/in-parts: what is too large arrives all the same (H9)', () => {
  it('H9: what fits goes as it is', async () => {
    const actor = actorOf(60_000);
    const content = text('hello', { format: 'org.matrix.custom.html', formatted_body: '<b>hello</b>' });
    assert.equal(await sendInParts(actor, ROOM, content, '7.1'), '$7.1');
    assert.deepEqual(actor.taken, [{ content, txnId: '7.1' }]);
  });

  it('H9: the formatting is given up before the text', async () => {
    const actor = actorOf(1_000);
    const relation = { 'm.in_reply_to': { event_id: '$x' } };
    await sendInParts(actor, ROOM, text('hello', { format: 'org.matrix.custom.html', formatted_body: 'x'.repeat(2_000), 'm.relates_to': relation }), '7.1');
    assert.deepEqual(actor.taken, [{ content: text('hello', { 'm.relates_to': relation }), txnId: '7.1.p' }]);
  });

  const bodies: [string, string, string][] = [
    ['words', words(30_000), ' '],
    ['lines', words(30_000).replaceAll('0 ', '0\n'), ''],
    ['one word', 'x'.repeat(30_000), ''],
    ['pairs of surrogates', `a${'😀'.repeat(8_000)}`, ''],
    ['more than any event may have', words(200_000), ' '],
  ];
  for (const [what, body] of bodies) {
    it(`H9: a text in parts, in order, none torn, the same ones at every try: ${what}`, async () => {
      const [first, second] = [actorOf(4_000), actorOf(4_000)];
      const content = text(body, { 'm.relates_to': { 'm.in_reply_to': { event_id: '$x' } } });
      const event = await sendInParts(first, ROOM, content, '7.1');
      const parts = first.taken.map(bodyOf);
      assert.equal(parts.join('').replaceAll(/\s/gu, ''), body.replaceAll(/\s/gu, ''));
      assert.ok(parts.every((part) => part.isWellFormed() && !part.includes('…')));
      assert.equal(event, `$${first.taken[0]?.txnId}`);
      assert.deepEqual(first.taken.map((part) => 'm.relates_to' in part.content), parts.map((_, n) => n === 0), 'the first one answers');
      assert.equal(new Set(first.taken.map(({ txnId }) => txnId)).size, parts.length);
      await sendInParts(second, ROOM, content, '7.1');
      assert.deepEqual(second.taken, first.taken);
    });
  }

  it('H9: a text that the edge would have to cut is parted without asking', async () => {
    const actor = actorOf(65_000);
    const body = words(70_000);
    await sendInParts(actor, ROOM, text(body), '7.1');
    assert.deepEqual([actor.taken.length, actor.taken.map(bodyOf).join(' ')], [2, body]);
  });

  it('H9: who takes nothing at all is asked a bounded number of times, and the fault is told', async () => {
    let asked = 0;
    const send = async (): Promise<never> => {
      await Promise.resolve();
      asked++;
      throw new BridgeError('HOMESERVER_TOO_LARGE', '413');
    };
    await assert.rejects(sendInParts({ send }, ROOM, text(words(50_000)), '7.1'), { code: 'HOMESERVER_TOO_LARGE' });
    assert.ok(asked <= 10, String(asked));
  });
});
