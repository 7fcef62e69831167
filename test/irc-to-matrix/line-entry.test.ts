/** Lines in the journal: read back as they were, and whatever is bent in one is no line. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readLine, readPrivate, writeLine, writePrivate } from '../../src/irc-to-matrix/line-entry.js';
import { readLineNotes, writeLineNotes } from '../../src/irc-to-matrix/line-notes.js';
import { parseUserId } from '../../src/model/ids.js';
import type { ChannelMessage, PrivateMessage } from '../../src/model/irc-event.js';
import { asNetworkName, parseChannelName, parseNick } from '../../src/model/irc-names.js';
import type { Json } from '../../src/model/matrix-content.js';

const network = asNetworkName('irc.test');
const nick = parseNick('bob')!;
const tags = { msgid: 'm1', replyTo: 'm0', sentAt: 5 };
const line: ChannelMessage = {
  kind: 'message', network, at: 7, heardBy: { network, owner: 'bot' }, from: { nick }, channel: parseChannelName('#cats')!, how: 'say', text: 'hi', ...tags,
};
const alice = { network, owner: parseUserId('@alice:hs.test')! };
const talk: PrivateMessage = {
  kind: 'privateMessage', network, at: 7, heardBy: alice, to: alice, from: { nick, user: 'u', host: 'h' }, fromUser: true, how: 'act', text: 'waves', ...tags,
};
/** As the disk gives it back. */
const onDisk = (body: Json): Record<string, Json> => JSON.parse(JSON.stringify(body)) as Record<string, Json>;
/** What each part may become on a disk that is ill, or in another version. */
const BENT: readonly Json[] = [null, 0, -1.5, true, '', ' ', 'a b', 'x'.repeat(300), [], ['say'], {}, { nick: 'bob' }];

describe('lines in the journal', () => {
  it('a line comes back as it was, with its tags, and without', () => {
    assert.deepEqual(readLine(onDisk(writeLine(line))), line);
    const { msgid: _, replyTo: __, sentAt: ___, ...plain } = line;
    assert.deepEqual(readLine(onDisk(writeLine(plain))), plain);
  });

  it('a private line comes back as it was; of a server, and to the bot, too', () => {
    assert.deepEqual(readPrivate(onDisk(writePrivate(talk))), talk);
    const bot = { network, owner: 'bot' as const };
    const { msgid: _, replyTo: __, sentAt: ___, ...plain } = talk;
    const served = { ...plain, heardBy: bot, to: bot, from: { nick: parseNick('irc.test')! }, fromUser: false };
    assert.deepEqual(readPrivate(onDisk(writePrivate(served))), served);
  });

  it('a channel of a kind that only its server has comes back', () => {
    const odd = { ...line, channel: parseChannelName('~odd', '~')! };
    assert.deepEqual(readLine(onDisk(writeLine(odd))), odd);
  });

  it('neither is taken for the other', () => {
    assert.equal(readLine(onDisk(writePrivate(talk))), undefined);
    assert.equal(readPrivate(onDisk(writeLine(line))), undefined);
  });

  const parts: readonly [string, (body: Json) => object | undefined, Record<string, Json>, readonly string[]][] = [
    ['line', readLine, onDisk(writeLine(line)), ['network', 'at', 'nick', 'channel', 'how', 'text']],
    ['private line', readPrivate, onDisk(writePrivate(talk)), ['network', 'at', 'nick', 'fromUser', 'to', 'how', 'text']],
  ];
  for (const [name, read, whole, needed] of parts) {
    for (const part of needed) {
      it(`a ${name} without ${part}, or with another type of it, is none`, () => {
        const { [part]: right, ...rest } = whole;
        assert.equal(read(rest), undefined);
        for (const bent of BENT) if (typeof bent !== typeof right) assert.equal(read({ ...rest, [part]: bent }), undefined, JSON.stringify(bent));
      });
    }
    it(`names that could not be in a ${name} are refused`, () => {
      for (const bad of ['', ' ', 'a b', 'x\r\nQUIT', 'x'.repeat(300)]) {
        for (const part of ['nick', 'channel', 'to'].filter((key) => key in whole)) assert.equal(read({ ...whole, [part]: bad }), undefined, `${part} ${bad}`);
      }
    });
    it(`tags of a ${name} that are wrong are left out`, () => {
      for (const tag of ['msgid', 'replyTo', 'sentAt']) assert.equal(tag in read({ ...whole, [tag]: [] })!, false);
    });
    it(`law: no JSON throws as a ${name}`, () => {
      fc.assert(fc.property(fc.jsonValue(), (body) => void read(body as Json)));
      fc.assert(fc.property(fc.constantFrom(...Object.keys(whole)), fc.jsonValue(), (part, bent) => void read({ ...whole, [part]: bent as Json })));
    });
  }

  it('notes come back as they were; what is bent in them is left out', () => {
    const joined = { text: 'a\nb', entries: ['1.2'], said: [{ msgid: 'm', text: 'b' }] };
    const entry = (note: Json) => ({ id: '1.1', lane: 'irc' as const, at: 0, body: null, note });
    assert.deepEqual(readLineNotes(entry(writeLineNotes(['!a:hs'], joined))), { sent: ['!a:hs'], joined });
    assert.deepEqual(readLineNotes(entry(['!a:hs', 7, null])), { sent: ['!a:hs'] });
    assert.deepEqual(readLineNotes(entry({ sent: [7, '!a:hs'], text: 'a', entries: [null, '1.2'], said: [null, 7, { msgid: 'm' }] })), {
      sent: ['!a:hs'], joined: { text: 'a', entries: ['1.2'], said: [] },
    });
    fc.assert(fc.property(fc.jsonValue(), (note) => void writeLineNotes([], readLineNotes(entry(note as Json)).joined)));
  });
});
