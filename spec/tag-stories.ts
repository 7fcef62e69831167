/** What IRCv3 tags carry, told on any server that has them: the sandbox's, InspIRCd, Ergo (CAP-2, 4, 7…10, DB-10). */

import assert from 'node:assert/strict';
import type { HeardLine } from '../src/sandbox/people/irc-person.js';
import type { BridgeWish } from './support/bridge.js';
import type { IrcPerson, MatrixPerson, People, SeenEvent } from './support/people.js';
import { story } from './support/story.js';
import type { World } from './support/world.js';

/** What the server can do besides tags. */
export interface Can {
  readonly multiline: boolean;
  readonly redaction: boolean;
  /** Whether its homeserver tells the bridge who types. */
  readonly typing: boolean;
}

const CAPS = 'message-tags batch labeled-response';
const tagOf = (line: HeardLine, name: string): string | undefined =>
  line.raw.startsWith('@') ? line.raw.slice(1, line.raw.indexOf(' ')).split(';').map((tag) => tag.split(/=(.*)/su)).find(([key]) => key === name)?.[1] : undefined;
const answers = (event: SeenEvent): unknown => (event.content['m.relates_to'] as { 'm.in_reply_to'?: { event_id?: string } } | undefined)?.['m.in_reply_to']?.event_id;

/** Bob is in the channel with tags, first and so its operator; alice on Matrix has come after him. */
async function bothIn(people: People, channel: string, caps = CAPS): Promise<{ bob: IrcPerson; alice: MatrixPerson; room: string }> {
  const bob = await people.onIrc('bob');
  bob.sends(`CAP REQ :${caps}`);
  await bob.hears('CAP', ({ raw }) => raw.includes(' ACK '));
  await bob.joins(channel);
  const alice = await people.onMatrix('alice');
  const room = await alice.joins(people.alias(channel));
  return { bob, alice, room };
}

/** Does it again until it shows what is wanted: what the bridge hears of its own words may come after what others hear. */
async function until<T>(what: string, work: (n: number) => Promise<T | undefined>): Promise<T> {
  for (let n = 0; n < 20; n++) {
    const found = await work(n);
    if (found !== undefined) return found;
  }
  throw new Error(`never: ${what}`);
}

/** Declares them for one kind of world. */
export function tagStories(name: string, makeWorld: () => Promise<World>, can: Can): void {
  const tell = (title: string, play: (scene: { people: People; restart: () => Promise<void> }) => Promise<void>, wish: BridgeWish = {}): void => {
    it(title, async function () {
      this.timeout(240_000);
      await story(makeWorld, wish, ({ people, bridge }) => play({ people, restart: () => bridge.restart() }));
    });
  };

  describe(`IRCv3 tags on ${name}`, () => {
    tell('CAP-8, CAP-2, CAP-4: replies both ways point at what they answer', async ({ people }) => {
      const { bob, alice, room } = await bothIn(people, '#tea');
      const said = await alice.says(room, 'is there tea?');
      const heard = await bob.sees('is there tea?', { to: '#tea' });
      const reply = await until('a reply to alice', async (n) => {
        bob.sends(`@+draft/reply=${tagOf(heard, 'msgid') ?? ''} PRIVMSG #tea :yes ${n}`);
        const event = await alice.sees(`yes ${n}`, { room });
        return answers(event) === said ? event : undefined;
      });
      assert.deepEqual(reply.content['m.mentions'], { user_ids: [alice.userId] });
      bob.says('#tea', 'with milk');
      const milk = await alice.sees('with milk', { room });
      await alice.sends(room, { msgtype: 'm.text', body: 'lovely', 'm.relates_to': { 'm.in_reply_to': { event_id: milk.event_id } } });
      const original = await bob.sees(/lovely/u, { to: '#tea' });
      assert.ok(tagOf(original, '+reply'), original.raw);
      assert.equal(tagOf(original, '+reply'), tagOf(original, '+draft/reply'));
    });

    tell('CAP-9: reactions both ways, and taken back', async ({ people }) => {
      const { bob, alice, room } = await bothIn(people, '#react');
      await alice.says(room, 'good news');
      const heard = await bob.sees('good news', { to: '#react' });
      const target = tagOf(heard, 'msgid') ?? '';
      const reacted = (): Promise<SeenEvent[]> => alice.history(room).then((events) => events.filter(({ type }) => type === 'm.reaction'));
      const first = await until('a reaction of bob', async (n) => {
        bob.sends(`@+draft/react=🎉;+draft/reply=${target} TAGMSG #react`);
        bob.says('#react', `reacted ${n}`);
        await alice.sees(`reacted ${n}`, { room });
        return (await reacted())[0];
      });
      assert.deepEqual((first.content['m.relates_to'] as { key?: string }).key, '🎉');
      bob.sends(`@+draft/unreact=🎉;+draft/reply=${target} TAGMSG #react`);
      await alice.seesEvent('the reaction taken back', ({ type }) => type === 'm.room.redaction');
      bob.says('#react', 'what do you say?');
      const asked = await alice.sees('what do you say?', { room });
      const id = await alice.sends(room, { 'm.relates_to': { rel_type: 'm.annotation', event_id: asked.event_id, key: '👍' } }, 'm.reaction');
      const tagged = await bob.hears('TAGMSG', (line) => tagOf(line, '+draft/react') === '👍');
      assert.ok(tagOf(tagged, '+reply'), tagged.raw);
      await alice.call('PUT', `/rooms/${encodeURIComponent(room)}/redact/${encodeURIComponent(id)}/1`, {});
      await bob.hears('TAGMSG', (line) => tagOf(line, '+draft/unreact') === '👍');
      assert.ok(!bob.messages.some(({ text }) => /reacted with|👍/u.test(text) && !text.startsWith('reacted ')));
    });

    tell('DB-10: what was said before a restart of the bridge can still be answered', async ({ people, restart }) => {
      const { bob, alice, room } = await bothIn(people, '#again');
      bob.says('#again', 'before');
      const before = await alice.sees('before', { room });
      await restart();
      await alice.sends(room, { msgtype: 'm.text', body: 'after', 'm.relates_to': { 'm.in_reply_to': { event_id: before.event_id } } });
      const heard = await bob.sees(/after/u, { to: '#again', withinMs: 150_000 });
      assert.ok(tagOf(heard, '+reply'), heard.raw);
    });

    if (can.typing) {
      tell('CAP-11: on IRC it is seen that alice types, and that she has stopped', async ({ people }) => {
        const { bob, alice, room } = await bothIn(people, '#typing');
        await alice.says(room, 'first');
        await bob.sees('first', { to: '#typing' });
        const path = `/rooms/${encodeURIComponent(room)}/typing/${encodeURIComponent(alice.userId)}`;
        await alice.call('PUT', path, { typing: true, timeout: 30_000 });
        await bob.hears('TAGMSG', (line) => tagOf(line, '+typing') === 'active');
        await alice.call('PUT', path, { typing: false });
        await bob.hears('TAGMSG', (line) => tagOf(line, '+typing') === 'done');
      });
    }

    if (can.multiline) {
      tell('CAP-7: several lines are one message, both ways', async ({ people }) => {
        const { bob, alice, room } = await bothIn(people, '#lines', `${CAPS} draft/multiline`);
        await alice.says(room, 'first');
        await bob.sees('first', { to: '#lines' });
        await alice.says(room, 'one\ntwo\nthree');
        const begin = await bob.hears('BATCH', ({ raw }) => raw.includes('draft/multiline'));
        assert.ok(tagOf(begin, 'msgid'), begin.raw);
        const id = begin.params[0]?.slice(1);
        for (const text of ['one', 'two', 'three']) assert.equal(tagOf(await bob.sees(text, { to: '#lines' }), 'batch'), id);
        const words = Array.from({ length: 150 }, (_, n) => `word${n}`).join(' ');
        await alice.says(room, words);
        const long = await bob.hears('BATCH', ({ raw }) => raw.includes('draft/multiline'));
        await bob.hears('BATCH', ({ raw }) => raw.includes(`-${long.params[0]?.slice(1) ?? '?'}`));
        const pieces = bob.messages.filter((line) => tagOf(line, 'batch') === long.params[0]?.slice(1));
        assert.equal(pieces.map(({ text }) => text).join(''), words);
        bob.sends('BATCH +a draft/multiline #lines');
        bob.sends('@batch=a PRIVMSG #lines :eins');
        bob.sends('@batch=a PRIVMSG #lines :zwei');
        bob.sends('@batch=a;draft/multiline-concat PRIVMSG #lines : und mehr');
        bob.sends('BATCH -a');
        await alice.sees('eins\nzwei und mehr', { room });
      });
    }

    if (can.redaction) {
      tell('CAP-10: an operator\'s REDACT is a redaction by the bot; of alice\'s own, the bot does it where it may', async ({ people }) => {
        const { bob, alice, room } = await bothIn(people, '#oops', `${CAPS} draft/message-redaction`);
        await alice.says(room, 'buy this');
        const heard = await bob.sees('buy this', { to: '#oops' });
        bob.sends(`REDACT #oops ${tagOf(heard, 'msgid') ?? ''} :spam`);
        const redacted = await alice.seesEvent('the redaction', ({ type }) => type === 'm.room.redaction');
        assert.equal(redacted.content['reason'] ?? '', 'deleted by bob: spam');
        // Not logged in, alice may delete nothing, nor may the bot before it is an operator: then words, or nothing.
        const kept = await alice.says(room, 'kept there');
        await bob.sees('kept there', { to: '#oops' });
        await alice.call('PUT', `/rooms/${encodeURIComponent(room)}/redact/${encodeURIComponent(kept)}/1`, {});
        await alice.sees(/still be read in #oops .*\(REDACT_FORBIDDEN\)/u);
        const names = bob.heard.all.filter(({ command }) => command === '353').length;
        bob.sends('NAMES #oops');
        await bob.hears('366');
        const list = bob.heard.all.filter(({ command }) => command === '353').slice(names).map(({ text }) => text).join(' ');
        const bot = list.split(' ').find((nick) => /bot/iu.test(nick))?.replace(/^[^\w]+/u, '') ?? '';
        bob.sends(`MODE #oops +o ${bot}`);
        await bob.hears('MODE', ({ raw }) => raw.includes('+o'));
        const typo = await alice.says(room, 'a tpyo');
        const seen = await bob.sees('a tpyo', { to: '#oops' });
        await alice.says(room, 'wait');
        await bob.sees('wait', { to: '#oops' });
        await alice.call('PUT', `/rooms/${encodeURIComponent(room)}/redact/${encodeURIComponent(typo)}/2`, {});
        const line = await bob.hears('REDACT', ({ from }) => from !== 'bob');
        assert.equal(line.params[1], tagOf(seen, 'msgid'));
        assert.equal(line.from, bot);
      });
    }
  });
}
