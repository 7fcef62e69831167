import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Json } from '../../src/model/matrix-content.js';
import { entryBody, eventOfBody } from '../../src/homeserver/compact.js';
import { decodeEvent } from '../../src/homeserver/decode.js';
import type { Raw } from '../../src/homeserver/raw.js';
import { aMessage, aRoom, aUser } from './edge.js';

const mxc = 'mxc://hs.test/abc';

/** What a message's content decodes to, without the envelope; the reason when it does not. */
function said(content: object, type = 'm.room.message'): unknown {
  const decoded = decodeEvent(aMessage('$1', { type, content }));
  if (!decoded.ok) return decoded.why;
  const { kind: _kind, room: _room, id: _id, sender: _sender, at: _at, ...rest } = decoded.event;
  return rest;
}

const plainText = (plain: string, more: object = {}): object => ({ body: { type: 'text', how: 'say', plain, mentions: [], ...more } });

describe('homeserver: decode', () => {
  const messages: [sentence: string, content: object, out: unknown][] = [
    ['M2I-1: text', { msgtype: 'm.text', body: 'hi' }, plainText('hi')],
    ['M2I-2: notice', { msgtype: 'm.notice', body: 'hi' }, plainText('hi', { how: 'notice' })],
    ['M2I-3: emote', { msgtype: 'm.emote', body: 'hi' }, plainText('hi', { how: 'act' })],
    ['M2I-10: an unknown msgtype says its body', { msgtype: 'x.y', body: 'hi' }, plainText('hi')],
    ['an empty body is a body', { msgtype: 'm.text', body: '' }, plainText('')],
    ['html of the known format', { msgtype: 'm.text', body: 'hi', format: 'org.matrix.custom.html', formatted_body: '<b>hi</b>' }, plainText('hi', { html: '<b>hi</b>' })],
    ['another format is no html', { msgtype: 'm.text', body: 'hi', format: 'x', formatted_body: '<b>' }, plainText('hi')],
    ['formatted_body of the wrong type is none', { msgtype: 'm.text', body: 'hi', format: 'org.matrix.custom.html', formatted_body: 5 }, plainText('hi')],
    ['lone surrogates become U+FFFD', { msgtype: 'm.text', body: 'a\ud800b' }, plainText('a\ufffdb')],
    ['mentions that are ids', { msgtype: 'm.text', body: 'hi', 'm.mentions': { user_ids: [aUser, 7, 'bob', null] } }, plainText('hi', { mentions: [aUser] })],
    ['a reply', { msgtype: 'm.text', body: 'hi', 'm.relates_to': { 'm.in_reply_to': { event_id: '$2' } } }, { ...plainText('hi'), replyTo: '$2' }],
    ['relates_to that is no object', { msgtype: 'm.text', body: 'hi', 'm.relates_to': 'x' }, plainText('hi')],
    ['a bad reply id', { msgtype: 'm.text', body: 'hi', 'm.relates_to': { 'm.in_reply_to': { event_id: '2' } } }, plainText('hi')],
    ['a thread’s fallback reply is none', { msgtype: 'm.text', body: 'hi', 'm.relates_to': { rel_type: 'm.thread', event_id: '$1', is_falling_back: true, 'm.in_reply_to': { event_id: '$2' } } }, { ...plainText('hi'), thread: { root: '$1', latest: '$2' } }],
    ['a true reply in a thread', { msgtype: 'm.text', body: 'hi', 'm.relates_to': { rel_type: 'm.thread', event_id: '$1', 'm.in_reply_to': { event_id: '$2' } } }, { ...plainText('hi'), replyTo: '$2', thread: { root: '$1' } }],
    ['an edit says its new content', { msgtype: 'm.text', body: '* new', 'm.new_content': { msgtype: 'm.notice', body: 'new' }, 'm.relates_to': { rel_type: 'm.replace', event_id: '$0' } }, { ...plainText('new', { how: 'notice' }), replaces: '$0' }],
    ['an edit without usable new content says its own', { msgtype: 'm.text', body: '* new', 'm.new_content': 7, 'm.relates_to': { rel_type: 'm.replace', event_id: '$0' } }, { ...plainText('* new'), replaces: '$0' }],
    ['new content without an edit is nothing', { msgtype: 'm.text', body: 'hi', 'm.new_content': { msgtype: 'm.text', body: 'x' } }, plainText('hi')],
    ['an image', { msgtype: 'm.image', body: 'cat.png', url: mxc, info: { mimetype: 'image/png', size: 5 } }, { body: { type: 'media', media: 'image', name: 'cat.png', mxc, mime: 'image/png', bytes: 5, encrypted: false } }],
    ['a film and how much of it there is', { msgtype: 'm.video', body: 'a.mp4', url: mxc, info: { w: 640, h: 480, duration: 5000 } }, { body: { type: 'media', media: 'video', name: 'a.mp4', mxc, width: 640, height: 480, durationMs: 5000, encrypted: false } }],
    ['sizes that are none', { msgtype: 'm.image', body: 'a.png', url: mxc, info: { w: -1, h: '480', size: 1.5 } }, { body: { type: 'media', media: 'image', name: 'a.png', mxc, encrypted: false } }],
    ['MSC2530: a caption', { msgtype: 'm.video', body: 'look', filename: 'cat.mp4', url: mxc }, { body: { type: 'media', media: 'video', name: 'cat.mp4', caption: 'look', mxc, encrypted: false } }],
    ['a filename that is the body is no caption', { msgtype: 'm.audio', body: 'a.ogg', filename: 'a.ogg', url: mxc }, { body: { type: 'media', media: 'audio', name: 'a.ogg', mxc, encrypted: false } }],
    ['an encrypted file', { msgtype: 'm.file', body: 'x', file: { url: mxc, key: {} } }, { body: { type: 'media', media: 'file', name: 'x', mxc, encrypted: true } }],
    ['an address that is none, a size that is none', { msgtype: 'm.file', body: 'x', url: 7, info: { size: -1, mimetype: [] } }, { body: { type: 'media', media: 'file', name: 'x', encrypted: false } }],
    ['media without any name', { msgtype: 'm.file' }, { body: { type: 'media', media: 'file', name: 'file', encrypted: false } }],
    ['M2I-7: a voice message', { msgtype: 'm.audio', body: 'v.ogg', url: mxc, info: { duration: 12_000 }, 'org.matrix.msc3245.voice': {} }, { body: { type: 'media', media: 'voice', name: 'v.ogg', mxc, durationMs: 12_000, encrypted: false } }],
    ['M2I-6: a location', { msgtype: 'm.location', body: 'Big Ben', geo_uri: 'geo:51.5,-0.12' }, { body: { type: 'place', words: 'Big Ben', geo: 'geo:51.5,-0.12' } }],
    ['M2I-45: a notice of the homeserver', { msgtype: 'm.server_notice', body: 'x' }, 'ignored'],
    ['M2I-45: a request between programs', { msgtype: 'm.key.verification.request', body: 'x' }, 'ignored'],
    ['M2I-45: something private to a program', { msgtype: 'org.matrix.anything', body: 'x' }, 'ignored'],
    ['no msgtype', { body: 'hi' }, 'bad body'],
    ['no body', { msgtype: 'm.text' }, 'bad body'],
    ['a body of 70,000 letters, which no event can hold', { msgtype: 'm.text', body: 'x'.repeat(70_000) }, 'bad body'],
    ['prototype games', JSON.parse('{"__proto__":{"msgtype":"m.text","body":"x"},"constructor":{"body":"y"}}') as object, 'bad body'],
  ];
  for (const [sentence, content, out] of messages) it(sentence, () => assert.deepEqual(said(content), out));

  it('a sticker is media', () => {
    const body = { type: 'media', media: 'sticker', name: 'cat', mxc, encrypted: false };
    assert.deepEqual(said({ body: 'cat', url: mxc }, 'm.sticker'), { body });
  });

  const envelope = { room: aRoom, id: '$1', sender: aUser, at: 1_700_000_000_000 };
  const others: [sentence: string, item: object, out: unknown][] = [
    ['a join with its name', { type: 'm.room.member', state_key: aUser, content: { membership: 'join', displayname: 'Alice' } }, { kind: 'member', ...envelope, target: aUser, now: 'join', displayName: 'Alice', isDirect: false }],
    ['an invite to a direct room, with what was before', { type: 'm.room.member', state_key: aUser, content: { membership: 'invite', is_direct: true, displayname: null }, unsigned: { prev_content: { membership: 'leave' } } }, { kind: 'member', ...envelope, target: aUser, now: 'invite', before: 'leave', isDirect: true }],
    ['a ban with a reason', { type: 'm.room.member', state_key: aUser, content: { membership: 'ban', reason: 'x' } }, { kind: 'member', ...envelope, target: aUser, now: 'ban', reason: 'x', isDirect: false }],
    ['a topic', { type: 'm.room.topic', state_key: '', content: { topic: 't' } }, { kind: 'topic', ...envelope, text: 't' }],
    ['a topic taken away', { type: 'm.room.topic', state_key: '', content: {} }, { kind: 'topic', ...envelope, text: '' }],
    ['a topic that is no state', { type: 'm.room.topic', content: { topic: 't' } }, 'ignored'],
    ['a topic under a key', { type: 'm.room.topic', state_key: 'x', content: { topic: 't' } }, 'ignored'],
    ['a message that is state', { state_key: '' }, 'ignored'],
    ['a tombstone, to a room without domain', { type: 'm.room.tombstone', state_key: '', content: { replacement_room: '!abc' } }, { kind: 'tombstone', ...envelope, replacement: '!abc' }],
    ['a redaction', { type: 'm.room.redaction', redacts: '$0', content: {} }, { kind: 'redaction', ...envelope, redacts: '$0' }],
    ['a redaction of room version 11', { type: 'm.room.redaction', content: { redacts: '$0' } }, { kind: 'redaction', ...envelope, redacts: '$0' }],
    ['something encrypted', { type: 'm.room.encrypted', content: { ciphertext: 'x' } }, { kind: 'encrypted', ...envelope }],
    ['encryption turned on', { type: 'm.room.encryption', state_key: '', content: {} }, { kind: 'encryptionOn', ...envelope }],
    ['a message that was redacted before it came', { content: {}, unsigned: { redacted_because: {} } }, 'ignored'],
    ['a reaction', { type: 'm.reaction', content: { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$2', key: '👍' } } }, { kind: 'reaction', ...envelope, target: '$2', key: '👍' }],
    ['M2I-23, M2I-37: a reaction with an emoji of one’s own: shortcode', { type: 'm.reaction', content: { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$2', key: 'mxc://a/b' }, shortcode: 'cat' } }, { kind: 'reaction', ...envelope, target: '$2', key: ':cat:' }],
    ['M2I-23, M2I-37: a reaction with an emoji of one’s own, as Beeper has it', { type: 'm.reaction', content: { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$2', key: 'mxc://a/b' }, 'com.beeper.reaction.shortcode': ':cat:' } }, { kind: 'reaction', ...envelope, target: '$2', key: ':cat:' }],
    ['a reaction that names no emoji', { type: 'm.reaction', content: { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$2', key: 'mxc://a/b' }, shortcode: 'a b' } }, { kind: 'reaction', ...envelope, target: '$2', key: 'mxc://a/b' }],
    ['a reaction whose sign is no file', { type: 'm.reaction', content: { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$2', key: '👍' }, shortcode: 'cat' } }, { kind: 'reaction', ...envelope, target: '$2', key: '👍' }],
    ['a reaction without its key', { type: 'm.reaction', content: { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$2' } } }, 'bad reference'],
    ['a redacted reaction', { type: 'm.reaction', content: {} }, 'ignored'],
    ['RC-3: settings of a room', { type: 'org.matrix.appservice-irc.config', state_key: '', content: { lineLimit: 5 } }, { kind: 'roomSettings', ...envelope, stateKey: '', content: { lineLimit: 5 } }],
    ['M2I-8: a poll', { type: 'm.poll.start', content: { 'm.poll': { question: { 'm.text': [{ body: 'Tea?' }] }, answers: [{ 'm.id': 'a', 'm.text': [{ body: 'yes' }] }, 7] } } }, { kind: 'message', ...envelope, body: { type: 'poll', question: 'Tea?', answers: [{ id: 'a', text: 'yes' }] } }],
    ['M2I-8: a poll as clients send it today', { type: 'org.matrix.msc3381.poll.start', content: { 'org.matrix.msc3381.poll.start': { question: { 'org.matrix.msc1767.text': 'Tea?' }, answers: [{ id: 'a', 'org.matrix.msc1767.text': 'yes' }] } } }, { kind: 'message', ...envelope, body: { type: 'poll', question: 'Tea?', answers: [{ id: 'a', text: 'yes' }] } }],
    ['M2I-8: the end of a poll', { type: 'm.poll.end', content: { 'm.relates_to': { rel_type: 'm.reference', event_id: '$2' }, 'm.text': [{ body: 'Over.' }] } }, { kind: 'message', ...envelope, body: { type: 'pollResult', poll: '$2', words: 'Over.', counts: new Map() } }],
    ['M2I-10: a text in blocks', { type: 'm.message', content: { 'm.text': [{ body: 'hi' }, { mimetype: 'text/html', body: '<b>hi</b>' }] } }, { kind: 'message', ...envelope, body: { type: 'text', how: 'say', plain: 'hi', html: '<b>hi</b>', mentions: [] } }],
    ['power levels', { type: 'm.room.power_levels', state_key: '', content: {} }, 'ignored'],
  ];
  for (const [sentence, item, out] of others) {
    it(sentence, () => {
      const decoded = decodeEvent(aMessage('$1', item));
      assert.deepEqual(decoded.ok ? decoded.event : decoded.why, out);
    });
  }

  it('what the journal keeps decodes to the same event, whatever the fields hold', () => {
    const value = fc.oneof(
      fc.constantFrom('m.text', 'm.image', 'org.matrix.custom.html', 'm.replace', 'm.thread', '$x', mxc, aUser, 'join', true, null, 7, -1, 2 ** 53),
      fc.string({ unit: 'binary' }),
      fc.jsonValue(),
    );
    const often = <T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> => fc.oneof({ weight: 6, arbitrary: good }, value);
    const msgtype = often(fc.constantFrom('m.text', 'm.notice', 'm.image', 'm.file'));
    const texts = fc.record({ msgtype, body: often(fc.string()), format: value, formatted_body: value, filename: value, url: value, info: fc.oneof(value, fc.record({ mimetype: value, size: value })), file: fc.oneof(value, fc.record({ url: value })), 'm.mentions': fc.oneof(value, fc.record({ user_ids: fc.array(value) })) }, { requiredKeys: [] });
    const relation = fc.oneof(value, fc.record({ rel_type: value, event_id: value, is_falling_back: value, 'm.in_reply_to': fc.oneof(value, fc.record({ event_id: value })) }, { requiredKeys: [] }));
    const content = fc.tuple(texts, fc.record({ 'm.new_content': fc.oneof(value, texts), 'm.relates_to': relation, membership: often(fc.constantFrom('join', 'leave')), reason: value, displayname: value, is_direct: value, topic: value, replacement_room: value, redacts: value }, { requiredKeys: [] })).map(([a, b]) => ({ ...a, ...b }));
    const keys = new Map([['m.room.member', { state_key: String(aUser) }], ['m.room.topic', { state_key: '' }], ['m.room.tombstone', { state_key: '' }]]);
    const item = fc.record({
      type: fc.constantFrom('m.room.message', 'm.sticker', 'm.room.member', 'm.room.topic', 'm.room.tombstone', 'm.room.redaction'),
      event_id: fc.constant('$1'),
      room_id: fc.constant('!r'),
      sender: fc.constant(aUser),
      origin_server_ts: fc.nat(),
      content,
      redacts: value,
      unsigned: fc.oneof(value, fc.record({ prev_content: fc.oneof(value, fc.record({ membership: value })) })),
      prev_content: value,
    }, { requiredKeys: ['type', 'event_id', 'room_id', 'sender', 'origin_server_ts', 'content'] }).map((raw) => ({ ...raw, ...keys.get(raw.type) }));
    let taken = 0;
    fc.assert(
      fc.property(item, (raw) => {
        const wire = JSON.parse(JSON.stringify(raw)) as Raw;
        const decoded = decodeEvent(wire);
        if (!decoded.ok) return;
        taken++;
        const kept = JSON.parse(JSON.stringify(entryBody(wire))) as Json;
        assert.deepEqual(eventOfBody(kept), decoded.event);
      }),
      { numRuns: 2000 },
    );
    assert.ok(taken > 500, `${taken}`);
  });

  it('decodes anything at all without throwing', () => {
    fc.assert(fc.property(fc.anything(), (item) => void decodeEvent(item)));
    fc.assert(fc.property(fc.jsonValue(), (body) => void eventOfBody(body as Json)));
  });

  it('a newer version in the journal is not read', () => {
    assert.equal(eventOfBody({ v: 2, event: aMessage('$1') as never }), undefined);
  });
});
