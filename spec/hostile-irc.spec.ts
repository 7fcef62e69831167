/** IRC servers and people who mean harm, or whose network is bad: bytes in any pieces, silence, names that are not asked for. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { bodies } from './support/ledger.js';
import { until } from './support/look.js';
import type { IrcPerson, MatrixPerson } from './support/people.js';
import { RawIrcd } from './support/raw-irc.js';
import type { RawPeer } from './support/raw-irc.js';
import { stage } from './support/stage.js';

describe('hostile IRC', () => {
  const raw = new RawIrcd();
  let owner: MatrixPerson;
  let room: string;
  let bob: IrcPerson;
  let alice: MatrixPerson;
  let good: string;
  const set = stage({
    bridge: async ({ ircPort }, people) => {
      owner = await people.onMatrix('owner');
      room = await owner.makesRoom();
      raw.caps = 'server-time message-tags batch';
      const network = { ssl: false, ircClients: { nickTemplate: '$LOCALPART[m]', reconnectIntervalMs: 20, flood: false } };
      return {
        service: {
          logging: { level: 'info', toConsole: true },
          servers: {
            '127.0.0.1': {
              ...network, name: 'Good', port: ircPort, botConfig: { enabled: true, nick: 'CausewayBot' }, matrixClients: { userTemplate: '@irc_$NICK' },
              dynamicChannels: { enabled: true, createAlias: true, aliasTemplate: '#irc_$CHANNEL' },
            },
            '127.0.5.1': {
              ...network, name: 'Raw', port: await raw.start('127.0.5.1'), botConfig: { enabled: true, nick: 'RawBot' },
              mappings: { '#raw': { roomIds: [room] } }, matrixClients: { userTemplate: '@raw_$NICK' },
            },
          },
        },
      };
    },
  });
  before(async () => {
    bob = await set.people.onIrc('bob', '#good');
    alice = await set.people.onMatrix('alice');
    good = await alice.joins(set.people.alias('#good'));
    await alice.says(good, 'begin');
    await bob.sees('begin', { to: '#good' });
    await owner.seesMember('@appservice-irc:hs.test', 'join', room, 20_000);
    await until('the bot is in', () => bot()?.channels.has('#raw') === true);
  });
  after(() => raw.stop());
  const bot = (): RawPeer | undefined => raw.open.find(({ nick }) => nick === 'RawBot');
  const theBot = (): RawPeer => bot() ?? assert.fail('the bot is not there');

  it('R4: whatever pieces the bytes come in, the lines are the same', async function () {
    const lines = ['plain', 'umlaut ä €', 'emoji 😀 end', 'combined e\u0301', ' two  spaces ', ':colon', '\u0002bold\u000f'];
    const bytes = (line: string): Buffer => Buffer.from(`:eve!e@h PRIVMSG #raw :${line}\r\n`);
    const whole = Buffer.concat(lines.map(bytes));
    // One split at every offset of a line, then byte by byte, then all in one packet.
    for (let at = 1; at < bytes('emoji 😀 end').length; at += 1) {
      const line = bytes('emoji 😀 end');
      theBot().bytes(line.subarray(0, at));
      await new Promise(setImmediate);
      theBot().bytes(line.subarray(at));
    }
    for (const byte of whole) {
      theBot().bytes(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    theBot().bytes(whole);
    // What ends no line, or ends it oddly: lone LF ends one, lone CR and NUL are no part of it, empty lines are nothing.
    theBot().bytes(':eve!e@h PRIVMSG #raw :lone lf\n\n\r\n\r\r\n:eve!e@h PRIVMSG #raw :nu\0l\r\n:eve!e@h PRIVMSG #raw :after\r\n');
    await owner.sees('after', { room });
    const seen = await bodies(owner, room);
    const count = (text: string): number => seen.filter((body) => body === text).length;
    assert.equal(count('emoji 😀 end'), bytes('emoji 😀 end').length - 1 + 2);
    assert.equal(count('umlaut ä €'), 2);
    assert.equal(count('plain'), 2);
    assert.equal(count('bold'), 2);
    assert.equal(count('lone lf'), 1);
    assert.equal(seen.filter((body) => /^nu.?l$/u.test(body)).length, 1);
  });

  it('R4: a megabyte at once, of whole lines and of one line without end', async function () {
    const many = Array.from({ length: 8000 }, (_, n) => `:eve!e@h PRIVMSG #elsewhere :${n} ${'x'.repeat(100)}\r\n`).join('');
    theBot().bytes(`${many}:eve!e@h PRIVMSG #raw :behind a megabyte\r\n`);
    await owner.sees('behind a megabyte', { room });
    const before = theBot();
    before.bytes(Buffer.alloc(1024 * 1024, 0x61));
    await until('that connection is left', () => before.closed);
    await until('and another made', () => bot()?.channels.has('#raw') === true && bot() !== before, 20_000);
    theBot().send(':eve!e@h PRIVMSG #raw :again');
    await owner.sees('again', { room });
  });

  it('A-1, S-INJ: nothing that Matrix says becomes a command: CR, LF and NUL in every kind of event, and in each of its texts', async () => {
    const connections = set.world.ircd.connections.filter(({ nickText }) => nickText !== 'bob');
    const before = connections.map(({ lines }) => lines.length);
    const evil = ['a\rQUIT :1', 'b\r\nQUIT :2', 'c\n\rQUIT :3', 'd\u000dQUIT :4', 'e\0QUIT :5', '\rQUIT :6', '\u2028QUIT :7', '\u0085QUIT :8', 'f\u010dQUIT :9', 'g\u010aQUIT :10'];
    for (const text of evil) {
      await alice.says(good, text);
      await alice.sends(good, { msgtype: 'm.emote', body: text });
      const html = { format: 'org.matrix.custom.html', formatted_body: `<b>${text}</b>&#13;&#10;QUIT :x<a href="http://x/${text}">${text}</a>` };
      await alice.sends(good, { msgtype: 'm.notice', body: text, ...html });
      await alice.sends(good, { msgtype: 'm.file', body: text, filename: text, url: 'mxc://hs.test/x' });
      const quote = `<mx-reply><blockquote><a href="${text}">in reply to</a><br>${text}</blockquote></mx-reply>yes`;
      await alice.sends(good, {
        msgtype: 'm.text', body: `> <@eve:hs.test> ${text}\n\nyes`, format: 'org.matrix.custom.html', formatted_body: quote,
        'm.relates_to': { 'm.in_reply_to': { event_id: '$gone' } },
      });
      const about = await alice.says(good, `of this ${text}`);
      const edit = { 'm.new_content': { msgtype: 'm.text', body: `now ${text}` }, 'm.relates_to': { rel_type: 'm.replace', event_id: about } };
      await alice.sends(good, { msgtype: 'm.text', body: `* now ${text}`, ...edit });
      await alice.sends(good, { msgtype: 'm.image', body: text, filename: 'cat.png', url: 'mxc://hs.test/x', info: { mimetype: text } });
      await alice.sends(good, { msgtype: 'm.location', body: text, geo_uri: `geo:1,2;u=${text}` });
      await alice.sends(good, { body: text, url: 'mxc://hs.test/x', info: {} }, 'm.sticker');
      const answers = [text, 'no'].map((answer, n) => ({ id: `${n}`, 'org.matrix.msc1767.text': answer }));
      const poll = { question: { 'org.matrix.msc1767.text': text }, kind: 'org.matrix.msc3381.poll.disclosed', max_selections: 1, answers };
      await alice.sends(good, { 'org.matrix.msc3381.poll.start': poll, 'org.matrix.msc1767.text': text }, 'org.matrix.msc3381.poll.start');
      await alice.sends(good, { 'm.relates_to': { rel_type: 'm.annotation', event_id: about, key: text } }, 'm.reaction');
      await alice.sends(good, { msgtype: 'm.text', body: text, 'm.relates_to': { rel_type: 'm.thread', event_id: about } });
      await alice.call('PUT', `/rooms/${encodeURIComponent(good)}/redact/${encodeURIComponent(about)}/r${Math.random()}`, { reason: text });
    }
    await alice.call('PUT', `/profile/${encodeURIComponent(alice.userId)}/displayname`, { displayname: 'x\r\nQUIT :name' });
    await alice.says(good, 'the end');
    await bob.sees('the end', { to: '#good' });
    for (const [n, { lines, bytes }] of connections.entries()) {
      for (const line of lines.slice(before[n])) assert.match(line, /^(?:@[^ \r\n\0]+ )?(?:PRIVMSG|NOTICE|TAGMSG|REDACT|PING|PONG|JOIN|MODE|NAMES|NICK|WHO) [^\r\n\0]*$/u, line);
      // Whatever the server makes of a bare CR: there is none on the wire.
      assert.equal(/\r(?!\n)|(?<!\r)\n|\0/u.test(Buffer.concat(bytes).toString('latin1')), false);
    }
  });

  it('A-3: a channel that was not asked for, or a forward, never becomes part of the room', async () => {
    const peer = theBot();
    peer.send(':RawBot!u@h JOIN :#stranger');
    peer.send(':raw.test 470 RawBot #raw #forward :Forwarding to another channel');
    peer.send(':RawBot!u@h JOIN :#forward');
    peer.send(':eve!e@h PRIVMSG #stranger :from a stranger');
    peer.send(':eve!e@h PRIVMSG #forward :from the forward');
    peer.send(':eve!e@h PRIVMSG #raw,#stranger :to two');
    peer.send(':eve!e@h PRIVMSG #raw\u0007 :to a bell');
    peer.send(':eve!e@h PRIVMSG #RAW :in the true one');
    await owner.sees('in the true one', { room });
    for (const body of await bodies(owner, room)) assert.doesNotMatch(body, /^(?:from a stranger|from the forward|to two|to a bell)$/u);
    await until('it leaves what it did not ask for', () => peer.lines.some((line) => line.startsWith('PART #stranger')));
  });

  it('R16: registration in every odd order: cookies, lists of capabilities, NAK, unknown numerics, and one that hangs', async function () {
    const before = raw.peers.length;
    raw.onConnection = (peer) => {
      peer.send(':raw.test NOTICE * :*** Looking up your hostname');
      peer.send('PING :cookie-7731');
      peer.send(':raw.test 020 * :Please wait while we process your connection');
      peer.send(':raw.test 999 * what :is this');
    };
    raw.answer = (peer, command, params) => {
      if (command === 'CAP' && params.startsWith('LS')) {
        peer.send(':raw.test CAP * LS * :account-tag batch chghost');
        peer.send(':raw.test CAP * LS * :message-tags multi-prefix=x');
        peer.send(':raw.test CAP * LS :server-time unknown/cap=1,2');
        return true;
      }
      if (command === 'CAP' && params.startsWith('REQ')) {
        const names = params.replace(/^REQ :?/u, '').trim().split(' ');
        if (names.length > 1) peer.send(`:raw.test CAP * NAK :${names.join(' ')}`);
        else peer.send(`:raw.test CAP * ${names[0] === 'chghost' ? 'NAK' : 'ACK'} :${names.join(' ')} `);
        return true;
      }
      // 001 only after the cookie, as some servers have it.
      if (command === 'CAP' && params === 'END') return true;
      if (command === 'PONG') {
        void until('CAP END', () => peer.lines.includes('CAP END')).then(() => raw.welcome(peer));
        return true;
      }
      return undefined;
    };
    await owner.says(room, 'through the thicket');
    await until('it is let in and speaks', () => raw.peers.slice(before).some(({ lines }) => lines.includes('PRIVMSG #raw :through the thicket')), 20_000);
    const lines = raw.peers[before]?.lines ?? [];
    assert.ok(lines.some((line) => /^PONG :?cookie-7731$/u.test(line)));
    assert.equal(lines.filter((line) => line === 'CAP END').length, 1);

    // One whose 001 never comes: nobody else waits for it, on this network or another.
    raw.onConnection = () => undefined;
    raw.answer = (_peer, command) => command === 'CAP' || command === 'NICK';
    const late = await set.people.onMatrix('late');
    await late.joins(room);
    await late.says(room, 'never let in');
    await sleep(300);
    await owner.says(room, 'not held up');
    await until('others speak on', () => raw.open.some(({ lines: said }) => said.includes('PRIVMSG #raw :not held up')));
    await alice.says(good, 'nor here');
    await bob.sees('nor here', { to: '#good' });
  });
});
