/** What went wrong in bridges before us (RELIABILITY §3.4), each tried on ours from outside. */

import assert from 'node:assert/strict';
import { bodies } from '../support/ledger.js';
import { until } from '../support/look.js';
import { aTextEvent, Pusher } from '../support/push.js';
import { stage } from '../support/stage.js';
import { talkIn, type Talk } from '../support/talk.js';

/** What ends a line, splits a word, opens a last parameter or starts a CTCP, on any server. */
const EVIL = ['\rQUIT :x', '\r\nQUIT :x', '\n\rQUIT :x', '\0QUIT :x', '\u0001DCC SEND x 1 2 3\u0001', '\u010d\u010aQUIT :x', '\u2028QUIT', '\u0085QUIT', '%0d%0aQUIT', '\u0007', ' :x', ',#b', '+o evil', ''];
/** All that a client of ours may say once it is in, when nobody orders anything: one line each, whole. */
const FAIR = /^(?:@[!-~]+ )?(?:PRIVMSG #\S+ :|TAGMSG #\S+$|REDACT #\S+ |NOTICE \S+ :|TOPIC #\S+ :|PING |PONG |JOIN #\S+$|PART #\S+|KICK #\S+ \S+ :|QUIT :|MODE \S+ [+-]|MODE \S+$|NAMES #\S+$|NICK \S+$|WHO \S+$)[^\r\n\0]*/u;

describe('faults: advisories', () => {
  const set = stage();

  let count = 0;
  /** Another channel with its room, talking both ways. */
  const talk = (): Promise<Talk> => talkIn(set.people, `#adv${++count}`, count);
  /** Does `play`, then judges each line that a client of ours has written meanwhile. */
  async function watched(play: () => Promise<void>): Promise<readonly string[]> {
    const ours = (): readonly { readonly nickText: string; readonly lines: readonly string[]; readonly bytes: readonly Buffer[] }[] =>
      set.world.ircd.connections.filter(({ nickText }) => /\[m\]$|^CausewayBot$/u.test(nickText));
    const before = new Map(ours().map((one) => [one, one.lines.length]));
    await play();
    const lines = ours().flatMap((one) => one.lines.slice(before.get(one) ?? one.lines.findIndex((line) => line === 'CAP END') + 1));
    for (const line of lines) assert.match(line, FAIR, JSON.stringify(line));
    for (const { bytes } of ours()) assert.doesNotMatch(Buffer.concat([...bytes]).toString('latin1'), /\r(?!\n)|(?<!\r)\n|\0/u);
    return lines;
  }
  const last = async ({ alice, bob, channel, room }: Talk): Promise<void> => {
    const text = `the end ${Math.random()}`;
    await alice.says(room, text);
    await bob.sees(text, { to: channel });
  };

  // The first row: nobody has talked yet, so whatever is made is made by this.
  it('A-14: there is no route that does anything for who has no token, nor any that only its own users know', async () => {
    const { bridge, world } = set;
    const names = ['transactions/1', 'users/@irc_x:hs.test', 'rooms/%23irc_%23x:hs.test', 'ping', 'thirdparty/protocol/irc', 'thirdparty/user/irc', 'thirdparty/location/irc'];
    const own = ['/irc/inspectUsers', '/reapUsers', '/killUser', '/_matrix/provision/link', '/_matrix/provision/v1/link', '/_matrix/provision/unlink', '/_matrix/provision/listlinks/!x:hs.test', '/_matrix/provision/querylink', '/public', '/media/x'];
    const paths = ['/_matrix/app/v1/', '/_matrix/app/unstable/', '/'].flatMap((prefix) => names.map((name) => `${prefix}${name}`)).concat(own);
    const asked = world.homeserver.asked.length;
    for (const path of paths) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
        for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: `Basic ${world.service.hsToken}` }]) {
          const body = method === 'GET' ? {} : { body: '{"events":[]}' };
          const answer = await fetch(`http://127.0.0.1:${bridge.port}${path}`, { method, headers, ...body });
          const text = await answer.text();
          assert.ok([401, 403, 404, 405].includes(answer.status), `${method} ${path} ${answer.status}`);
          assert.doesNotMatch(text, /at \S+ \(|node_modules|token":/u);
        }
      }
    }
    const made = world.homeserver.asked.slice(asked).filter(({ method, path }) => method !== 'GET' && /createRoom|register|join/u.test(path));
    assert.deepEqual(made, []);
  });

  it('A-1: a reply whose quote holds CR, LF and the like, in every form of fall-back, is lines of talk and nothing else', async () => {
    const scene = await talk();
    const { alice, room } = scene;
    await watched(async () => {
      for (const evil of EVIL) {
        const relation = { 'm.relates_to': { 'm.in_reply_to': { event_id: '$gone:hs.test' } } };
        const quote = `<mx-reply><blockquote><a href="${evil}">In reply to</a> <a href="x">@x${evil}</a><br>${evil}</blockquote></mx-reply>yes`;
        await alice.sends(room, { msgtype: 'm.text', body: `> <@x:hs.test> ${evil}\n\nyes`, ...relation });
        await alice.sends(room, { msgtype: 'm.text', body: `> <@x${evil}:hs.test> a\n> ${evil}\n\nyes`, format: 'org.matrix.custom.html', formatted_body: quote, ...relation });
        await alice.sends(room, { msgtype: 'm.emote', body: `> * <@x:hs.test> ${evil}\n\nyes`, ...relation });
      }
      await last(scene);
    });
  });

  it('A-5: ids that are queries, in transactions, aliases and names, are taken to the letter: nothing is linked, found or broken by them', async () => {
    const scene = await talk();
    const { channel, bob, alice, room } = scene;
    const pusher = new Pusher(set.bridge);
    const ids: readonly unknown[] = [
      { $ne: 1 }, { $regex: '.*' }, { $where: 'true' }, ['!x:hs.test'], 5, null, true, "!x' OR '1'='1:hs.test", "!x'); DROP TABLE rooms;--:hs.test",
      '!%:hs.test', '!$1:hs.test', '!_:hs.test', '__proto__', 'constructor', '{"$ne":1}',
    ];
    try {
      for (const id of ids) {
        const events = [aTextEvent(alice.userId, id as string, 'into any room'), { ...aTextEvent(alice.userId, room, 'by anybody'), sender: id }, { ...aTextEvent(alice.userId, room, 'any event'), event_id: id }];
        // The last is a good one in its own right where its id is text.
        const wrong = typeof id === 'string' ? events.slice(0, 2) : events;
        assert.equal((await pusher.push(wrong)).status, 200, JSON.stringify(id));
        const asked = encodeURIComponent(typeof id === 'string' ? id : JSON.stringify(id));
        for (const kind of ['rooms', 'users']) assert.ok([400, 404].includes((await pusher.ask(`/_matrix/app/v1/${kind}/${asked}`)).status), asked);
      }
    } finally {
      pusher.end();
    }
    await last(scene);
    assert.deepEqual(bob.messages.filter(({ text }) => /into any room|by anybody|any event/u.test(text)), []);
    bob.says(channel, 'still one room');
    await alice.sees('still one room', { room });
  });

  it('A-9: reply, edit and reaction in one room to an event of another: not a byte of that one on IRC, nor in the log', async () => {
    const secret = await talk();
    const scene = await talk();
    const word = 'xyzzy-plugh-4711';
    const event = await secret.alice.says(secret.room, `the word is ${word}`);
    await secret.bob.sees(new RegExp(word, 'u'), { to: secret.channel });
    secret.bob.says(secret.channel, `irc knows ${word}`);
    const heard = await secret.alice.sees(new RegExp(`irc knows ${word}`, 'u'), { room: secret.room });
    const { alice: mallory, room, bob, channel } = scene;
    for (const id of [event, heard.event_id]) {
      const reply = { 'm.relates_to': { 'm.in_reply_to': { event_id: id } } };
      await mallory.sends(room, { msgtype: 'm.text', body: 'what was that?', ...reply });
      await mallory.sends(room, { msgtype: 'm.text', body: '> <@alice:hs.test> ...\n\nwhat was that?', ...reply });
      const edit = { 'm.new_content': { msgtype: 'm.text', body: 'changed' }, 'm.relates_to': { rel_type: 'm.replace', event_id: id } };
      await mallory.sends(room, { msgtype: 'm.text', body: '* changed', ...edit });
      await mallory.sends(room, { 'm.relates_to': { rel_type: 'm.annotation', event_id: id, key: 'x' } }, 'm.reaction');
      await mallory.sends(room, { msgtype: 'm.text', body: 'in a thread', 'm.relates_to': { rel_type: 'm.thread', event_id: id, ...reply['m.relates_to'] } });
    }
    await last(scene);
    const bytes = set.world.ircd.connections.filter(({ channels }) => [...channels].some(({ name }) => name === channel)).flatMap(({ sent }) => sent).filter(({ line }) => line.includes(` ${channel} `));
    assert.deepEqual(bytes.filter(({ line }) => line.includes(word)), []);
    assert.deepEqual(bob.messages.filter(({ text }) => text.includes(word)), []);
    assert.deepEqual((await bodies(mallory, room)).filter((body) => body.includes(word)), []);
    assert.deepEqual(set.bridge.log.filter((line) => line.includes(word)), []);
  });

  it('A-13: a topic, a room name or a kick’s reason with line ends makes at most one line of its own kind', async () => {
    const scene = await talk();
    const { alice, bob, room, channel } = scene;
    const victims = await Promise.all(EVIL.map(async (_, n) => {
      const victim = await set.people.onMatrix(`victim${count}n${n}`);
      await victim.joins(room);
      await victim.says(room, `victim ${n} is here`);
      await bob.sees(`victim ${n} is here`, { to: channel });
      return victim;
    }));
    const lines = await watched(async () => {
      for (const [n, evil] of EVIL.entries()) {
        const rich = { 'm.topic': { 'm.text': [{ body: `rich ${n} ${evil}` }, { mimetype: 'text/html', body: `<b>${evil}</b>` }] } };
        for (const [type, content] of [['m.room.topic', { topic: `topic ${n} ${evil}` }], ['m.room.topic', { topic: `both ${n} ${evil}`, ...rich }], ['m.room.topic', rich], ['m.room.name', { name: `name ${n} ${evil}` }]] as const) {
          // Who may not change it is refused by the homeserver; the bridge is shown it all the same.
          await alice.call('PUT', `/rooms/${encodeURIComponent(room)}/state/${type}`, content).catch(() => undefined);
          const pusher = new Pusher(set.bridge);
          await pusher.push([{ ...aTextEvent(alice.userId, room, ''), type, state_key: '', content }]).finally(() => pusher.end());
        }
        const kick = { type: 'm.room.member', state_key: victims[n]?.userId, content: { membership: 'leave', reason: `kick ${n} ${evil}` }, unsigned: { prev_content: { membership: 'join' } } };
        const pusher = new Pusher(set.bridge);
        await pusher.push([{ ...aTextEvent(alice.userId, room, ''), ...kick }]).finally(() => pusher.end());
      }
      await last(scene);
      const there = (): string[] => [...(set.world.ircd.net.channel(channel)?.members.keys() ?? [])].map(({ nickText }) => nickText);
      await until('all are out', () => !there().some((nick) => nick.startsWith('victim')));
    });
    // Whose client ends with that, for he was nowhere else, may have said QUIT before PART.
    const kicks = [...EVIL.keys()].map((n) => lines.filter((line) => line.includes(`kick ${n} `)).length);
    assert.ok(kicks.every((count) => count <= 1) && kicks.includes(1), kicks.join());
    for (const n of EVIL.keys()) for (const kind of ['topic', 'both', 'rich']) assert.ok(lines.filter((line) => line.includes(`${kind} ${n} `)).length <= 1);
  });

  it('A-20: control characters do not reach IRC, CTCP and markup of IRC do not reach Matrix, odd names speak under fair nicks', async function () {
    const { people, world } = set;
    const scene = await talk();
    const { alice, bob, channel, room } = scene;
    // C3, C4: what is no text is taken out, and only /me is a CTCP.
    await alice.says(room, 'c\u0002o\u000304d\u000fe\u0011s\u0016 \u001dt\u001ee\u001fxt');
    await bob.sees(/^c.?o.*t$/u, { to: channel });
    await alice.says(room, '\u0001DCC SEND x 2130706433 1 1\u0001 tail');
    await bob.sees(/tail$/u, { to: channel });
    const mine = world.ircd.client(`${alice.userId.slice(1).split(':')[0] ?? ''}[m]`)?.lines.filter((line) => /^(?:@\S+ )?PRIVMSG /u.test(line)) ?? [];
    assert.ok(mine.length >= 3);
    for (const line of mine) assert.doesNotMatch(line, /[\u0001-\u001f]/u);
    // S8: what IRC says is text to Matrix.
    bob.says(channel, '<script>alert(1)</script> <b>x</b> @room &amp;');
    const seen = await alice.sees(/script/u, { room });
    assert.equal(seen.content.body, '<script>alert(1)</script> <b>x</b> @room &amp;');
    assert.doesNotMatch(JSON.stringify(seen.content['formatted_body'] ?? ''), /<script|<b>/u);
    assert.deepEqual(seen.content['m.mentions'], {});
    // S11: questions by CTCP are nobody's business on Matrix, and are answered once a second at most.
    const nick = `${alice.userId.slice(1).split(':')[0] ?? ''}[m]`;
    const before = world.ircd.client(nick)?.lines.length ?? 0;
    const begun = performance.now();
    for (let n = 0; n < 60; n++) {
      bob.says(nick, '\u0001VERSION\u0001');
      bob.says(nick, `\u0001DCC SEND f${n} 2130706433 1 1\u0001`);
      bob.says(channel, '\u0001PING 1\u0001');
    }
    bob.says(channel, 'after the questions');
    await alice.sees('after the questions', { room });
    const replies = world.ircd.client(nick)?.lines.slice(before).filter((line) => line.startsWith('NOTICE')) ?? [];
    assert.ok(replies.length <= 2 + (performance.now() - begun) / 1_000, `${replies.length} replies`);
    assert.deepEqual(alice.messages(room).filter(({ sender, content }) => sender !== alice.userId && /VERSION|DCC|PING/u.test(String(content.body))), []);
    // C11: whatever a person is called, there is a nick for him.
    const names = ['', '😀'.repeat(120), '   ', 'ChanServ', '@op', 'two\nlines', '1digit', '-dash', ':colon', '#hash', 'a,b', 'a!b@c'];
    const nicks = await Promise.all(names.map(async (name, n) => {
      const person = await people.onMatrix(`odd${count}${n}`);
      await person.call('PUT', `/profile/${encodeURIComponent(person.userId)}/displayname`, { displayname: name });
      await person.joins(room);
      await person.says(room, `called ${n}.`);
      return (await bob.sees(`called ${n}.`, { to: channel })).from;
    }));
    for (const one of nicks) assert.match(one, /^[A-Za-z[\]\\`_^{|}][\w[\]\\`^{|}-]*$/u);
    assert.equal(new Set(nicks.map((one) => one.toLowerCase())).size, names.length);
    assert.ok(!nicks.includes('ChanServ'));
    // R7: a flood of joins and parts passes by, and talk goes on.
    for (let n = 0; n < 300; n++) bob.sends(n % 2 === 0 ? `PART ${channel}` : `JOIN ${channel}`);
    await until('he is back', () => world.ircd.net.channel(channel)?.members.size !== undefined && [...(world.ircd.net.channel(channel)?.members.keys() ?? [])].some((one) => one.nickText === bob.nick));
    bob.says(channel, 'after the flood');
    await alice.sees('after the flood', { room });
    await last(scene);
  });
});
