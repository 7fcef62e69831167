/** Events of every type that the bridge reads, and what becomes of JSON that somebody plays with. */

import { randomUUID } from 'node:crypto';
import type { Chance } from '../../support/random.js';

/** Who and where the events are about. */
export interface Scenery {
  readonly rooms: readonly string[];
  readonly people: readonly string[];
  readonly ghosts: readonly string[];
  readonly bot: string;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Loose = Record<string, Json>;

const HTML = '<b>x</b><a href="javascript:1">y</a><mx-reply><blockquote>z</blockquote></mx-reply><font color="#ff0000">r</font><pre><code>a\nb</code></pre>';

/** Orders to the bot; in other rooms they are text. */
const ORDERS = [
  '!help', '!help nick', '!nick zed', '!nick 127.0.0.1 zed', '!nick', '!nick a,b c', '!join #new', '!join 127.0.0.1 #new key', '!join #a,#b', '!join 0',
  '!whois eve', '!whois bob,eve', '!whois \u0001', '!listrooms', '!quit', '!reconnect', '!active', '!bridgeversion', '!', '!!', '!__proto__', '!constructor x',
  '!NICK x\r\nQUIT', '!whois eve\nQUIT :x', `!nick ${'n'.repeat(600)}`, `!${'x '.repeat(400)}`,
];

/** The contents of what we act on, as they ought to be. */
function contents(chance: Chance, { people, ghosts, rooms, bot }: Scenery): readonly [type: string, content: Loose, stateKey?: string][] {
  const whom = chance.of([...people, ...ghosts, bot]);
  return [
    ['m.room.message', { msgtype: 'm.text', body: `text ${chance.below(1000)}` }],
    ['m.room.message', { msgtype: 'm.text', body: 'x', format: 'org.matrix.custom.html', formatted_body: HTML }],
    ['m.room.message', { msgtype: 'm.emote', body: 'waves', 'm.mentions': { user_ids: [whom], room: true } }],
    ['m.room.message', { msgtype: 'm.notice', body: 'one\ntwo\r\nQUIT :x\0three\n\n\nfour\nfive' }],
    ['m.room.message', { msgtype: 'm.image', body: 'a.png', filename: 'a.png', url: 'mxc://hs.test/abc', info: { size: 10, w: 1, h: 1, mimetype: 'image/png' } }],
    ['m.room.message', { msgtype: 'm.file', body: 'f', file: { url: 'mxc://hs.test/abc', key: {}, iv: '', hashes: {} } }],
    ['m.room.message', { msgtype: 'm.location', body: 'here', geo_uri: 'geo:1,2' }],
    ['m.room.message', { msgtype: 'm.text', body: '> <@a:b> q\n\nr', 'm.relates_to': { 'm.in_reply_to': { event_id: '$x' } } }],
    ['m.room.message', { msgtype: 'm.text', body: '* e', 'm.new_content': { msgtype: 'm.text', body: 'e' }, 'm.relates_to': { rel_type: 'm.replace', event_id: '$x' } }],
    ['m.room.message', { msgtype: 'm.text', body: chance.of(ORDERS) }],
    ['m.room.message', { msgtype: 'm.text', body: chance.of(ORDERS) }],
    ['m.sticker', { body: 's', url: 'mxc://hs.test/s', info: {} }],
    ['m.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$x', key: '+' } }],
    ['m.room.redaction', { redacts: '$x', reason: 'r' }],
    ['m.room.encrypted', { algorithm: 'm.megolm.v1.aes-sha2', ciphertext: 'x', session_id: 's' }],
    ['m.room.member', { membership: chance.of(['join', 'leave', 'invite', 'ban', 'knock']), displayname: 'D', is_direct: true, reason: 'r' }, whom],
    ['m.room.topic', { topic: 'T' }, ''],
    ['m.room.tombstone', { body: 'b', replacement_room: chance.of(rooms) }, ''],
    ['m.room.encryption', { algorithm: 'm.megolm.v1.aes-sha2' }, ''],
    ['m.room.power_levels', { users: { [whom]: 100 }, events: {}, users_default: 0 }, ''],
    ['m.room.name', { name: 'n' }, ''],
    ['m.room.avatar', { url: 'mxc://x/y' }, ''],
    ['m.room.join_rules', { join_rule: 'public' }, ''],
    ['m.room.create', { room_version: '11' }, ''],
    ['m.room.canonical_alias', { alias: '#x:hs.test' }, ''],
    ['m.room.server_acl', { allow: ['*'], deny: [], allow_ip_literals: false }, ''],
    ['m.policy.rule.user', { entity: '*', recommendation: 'm.ban', reason: 'r' }, 'r'],
  ];
}

/** A sound event. */
export function soundEvent(chance: Chance, scenery: Scenery): Loose {
  const [type, content, stateKey] = chance.of(contents(chance, scenery));
  return {
    type,
    content,
    event_id: `$${randomUUID()}`,
    room_id: chance.of(scenery.rooms),
    sender: chance.of([...scenery.people, ...scenery.people, ...scenery.ghosts, scenery.bot]),
    origin_server_ts: Date.now(),
    unsigned: { age: 1, prev_content: { membership: 'leave' } },
    ...(stateKey === undefined ? {} : { state_key: stateKey }),
  };
}

const WORDS: readonly Json[] = [
  null, true, false, 0, -1, 1e308, 2 ** 53, -0.5, '', ' ', '\0', '\r\n', '\u202e', '\ud800', '$', '!', '@', '#', '@:', '!:', '@a:b',
  '@irc_x:evil.org', '!x:hs.test', 'm.room.message', '__proto__', 'constructor', 'hasOwnProperty', 'x'.repeat(70_000), 'e\u0301'.repeat(2000),
  '<'.repeat(5000), '<b>'.repeat(3000), '&#x0;&#10;QUIT&#13;', `<a href="${'x'.repeat(3000)}">`, [], {}, [[]], [null], { '': '' },
  { toString: 1, valueOf: null, length: -1 }, { msgtype: { msgtype: {} } }, { user_ids: [null, 5, '@a:b'] },
];

/** One of them, of its own: what is in an event may be bent again. */
function word(chance: Chance): Json {
  return structuredClone(chance.of(WORDS));
}

/** Changes something somewhere, in place. */
function bend(chance: Chance, value: Loose): void {
  let at: Loose | Json[] = value;
  for (;;) {
    const keys: readonly (string | number)[] = Array.isArray(at) ? [...at.keys()] : Object.keys(at);
    if (keys.length === 0) return add(chance, at);
    const key = chance.of(keys);
    const child: Json | undefined = (at as Record<string | number, Json>)[key];
    if (typeof child === 'object' && child !== null && chance.in(0.6)) {
      at = child;
      continue;
    }
    const holder = at as Record<string | number, Json>;
    switch (chance.below(6)) {
      case 0:
        if (Array.isArray(at)) at.splice(Number(key), 1);
        else Reflect.deleteProperty(at, key);
        return;
      case 1:
        return add(chance, at);
      case 2:
        holder[key] = nested(chance, child ?? null);
        return;
      case 3:
        if (typeof child === 'string') holder[key] = bentText(chance, child);
        else holder[key] = word(chance);
        return;
      default:
        holder[key] = word(chance);
        return;
    }
  }
}

function add(chance: Chance, to: Loose | Json[]): void {
  if (Array.isArray(to)) to.push(word(chance));
  else {
    const key = chance.of(['__proto__', 'constructor', 'k'.repeat(9000), 'msgtype', 'state_key', 'unsigned', 'm.relates_to', 'redacts', '']);
    // A plain assignment to `__proto__` would not make a key.
    Object.defineProperty(to, key, { value: word(chance), enumerable: true, writable: true, configurable: true });
  }
}

function nested(chance: Chance, value: Json): Json {
  let deep = value;
  for (let depth = chance.below(60); depth > 0; depth--) deep = chance.in(0.5) ? [deep] : { a: deep };
  return deep;
}

function bentText(chance: Chance, text: string): string {
  const at = chance.below(text.length + 1);
  const piece = chance.of(['\0', '\r\n', '\n'.repeat(50), '\ud800', '\x01', ':', ' ', ',', '\u2028', '\x03', '😀'.repeat(200), '/nick x', '!!!!!']);
  return chance.in(0.5) ? text.slice(0, at) + piece + text.slice(at) : text.slice(0, at);
}

/** A sound event with one to four things wrong, as text, since not all of it can be an object. */
export function bentEvent(chance: Chance, scenery: Scenery): string {
  const event = soundEvent(chance, scenery);
  for (let times = 1 + chance.below(4); times > 0; times--) bend(chance, event);
  const text = JSON.stringify(event);
  if (!chance.in(0.03)) return text;
  // Rarely the text itself: twice the same key, numbers that no double holds, a depth that no reader likes.
  return text.replace('{', chance.of(['{"type":1,', '{"origin_server_ts":1e400,', `{"d":${'['.repeat(5000)}${']'.repeat(5000)},`, '{"content":{},"content":null,']));
}

/** The body of a transaction, mostly an object with events. */
export function bentBody(chance: Chance, events: readonly string[]): string {
  const list = `[${events.join()}]`;
  if (chance.in(0.9)) return `{"events":${list},"ephemeral":[],"de.sorunome.msc2409.to_device":[]}`;
  const whole = `{"events":${list}}`;
  return chance.of([
    whole.slice(0, chance.below(whole.length)), `[${whole}]`, `{"events":${events[0] ?? 'null'}}`, '{"events":null}', 'null', '""', '', '\ufeff{}',
    `{"ephemeral":${list},"to_device":7}`, `{"__proto__":${whole},"events":{"0":${events[0] ?? '1'}}}`, whole.replaceAll('"', "'"),
  ]);
}
