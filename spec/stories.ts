/** The stories that run unchanged on the sandbox's servers and on real ones: they ask only a `World`. */

import assert from 'node:assert/strict';
import { Bridge, type BridgeWish } from './support/bridge.js';
import { Ledger } from './support/ledger.js';
import { People, type SeenEvent } from './support/people.js';
import type { World } from './support/world.js';

interface Scene {
  readonly world: World;
  readonly people: People;
  readonly bridge: Bridge;
}

/** Joins and leaves are carried both ways, at once. */
const MIRRORED = {
  enabled: true,
  floodDelayMs: 0,
  global: { ircToMatrix: { incremental: true }, matrixToIrc: { incremental: true } },
};

/** Plays one story in a fresh world; shows the bridge's log when it fails. */
async function play(makeWorld: () => Promise<World>, wish: BridgeWish | undefined, story: (scene: Scene) => Promise<void>): Promise<void> {
  const world = await makeWorld();
  const people = new People(world);
  let bridge: Bridge | undefined;
  try {
    bridge = await Bridge.prepare(world, wish);
    await story({ world, people, bridge });
  } catch (fault) {
    console.error(bridge?.process.tail(60));
    throw fault;
  } finally {
    await people.leave();
    await bridge?.remove();
    await world.close();
  }
}

/** Declares the stories for one kind of world. */
export function stories(name: string, makeWorld: () => Promise<World>): void {
  const story = (title: string, tell: (scene: Scene) => Promise<void>, wish?: BridgeWish): void => {
    it(title, async function () {
      this.timeout(240_000);
      await play(makeWorld, wish, tell);
    });
  };

  describe(`stories on ${name}`, () => {
    story('ROOM-1, I2M-1…3, M2I-1…3, FMT: alice joins by alias, and she and bob talk both ways', async ({ people, bridge }) => {
      await bridge.start();
      const bob = await people.onIrc('bob', '#tea');
      const alice = await people.onMatrix('alice');
      const room = await alice.joins(people.alias('#tea'));
      await alice.says(room, 'hello from matrix');
      const heard = await bob.sees('hello from matrix', { to: '#tea' });
      assert.match(heard.from, /^alice/u);
      await alice.sends(room, { msgtype: 'm.notice', body: 'a notice' });
      assert.equal((await bob.sees('a notice', { to: '#tea' })).command, 'NOTICE');
      await alice.sends(room, { msgtype: 'm.emote', body: 'waves' });
      await bob.sees('\u0001ACTION waves\u0001', { to: '#tea' });
      const html = { format: 'org.matrix.custom.html', formatted_body: 'so <b>bold</b>' };
      await alice.sends(room, { msgtype: 'm.text', body: 'so bold', ...html });
      await bob.sees(/^so \u0002bold\u0002?$/u, { to: '#tea' });

      bob.says('#tea', 'hello from irc');
      const seen = await alice.sees('hello from irc', { room, msgtype: 'm.text' });
      assert.equal(seen.sender, people.ghost('bob'));
      assert.deepEqual(seen.content['m.mentions'], {});
      bob.notices('#tea', 'an irc notice');
      await alice.sees('an irc notice', { room, msgtype: 'm.notice' });
      bob.acts('#tea', 'nods');
      await alice.sees('nods', { room, msgtype: 'm.emote' });
      bob.says('#tea', 'so \u0002bold\u0002 and \u0001 <i>not</i>');
      const bold = await alice.sees(/^so bold and/u, { room });
      assert.match(String(bold.content.formatted_body), /^so <b>bold<\/b> and .*&lt;i&gt;not&lt;\/i&gt;$/u);
    });

    story('INV-6, A-10, M2I-15…18: a reply quotes only what its author could see, also after a restart', async ({ people, bridge }) => {
      await bridge.start();
      const bob = await people.onIrc('bob', '#past');
      const erin = await people.onMatrix('erin');
      const room = await erin.joins(people.alias('#past'));
      const reply = (id: string, body: string): Record<string, unknown> => ({ msgtype: 'm.text', body, 'm.relates_to': { 'm.in_reply_to': { event_id: id } } });
      bob.says('#past', 'the secret word');
      const { event_id: secret } = await erin.sees('the secret word', { room });
      await erin.sends(room, reply(secret, 'I see'));
      await bob.sees('bob: I see', { to: '#past' });
      const mallory = await people.onMatrix('mallory');
      await mallory.joins(room);
      await mallory.sends(room, reply(secret, 'first try'));
      await bob.sees('first try', { to: '#past' });
      await bridge.restart();
      await mallory.sends(room, reply(secret, 'second try'));
      await bob.sees('second try', { to: '#past' });
      await erin.sends(room, reply(secret, 'I know'));
      await bob.sees('bob: I know', { to: '#past' });
    });

    story('INV-2, I2M-15: five people in the channel, each line comes once; with and without the bot', async ({ people, bridge }) => {
      for (const enabled of [true, false]) {
        bridge.configure({ network: { botConfig: { enabled, nick: 'causeway' } } });
        await bridge.start();
        const channel = enabled ? '#once' : '#nobot';
        const bob = await people.onIrc(enabled ? 'bob' : 'bobby', channel);
        const all = [];
        let room = '';
        for (const name of ['ada', 'ben', 'cat', 'dan', 'eve']) {
          const person = await people.onMatrix(`${name}${enabled ? '' : '2'}`);
          room = await person.joins(people.alias(channel));
          await person.says(room, `${name} is here`);
          await bob.sees(`${name} is here`, { to: channel });
          all.push(person);
        }
        const ledger = new Ledger('once');
        for (let i = 0; i < 50; i++) bob.says(channel, ledger.token('bob', 'once'));
        bob.says(channel, 'the end');
        const [first] = all;
        assert.ok(first);
        await first.sees('the end', { room });
        const report = ledger.judge((await first.history(room)).map(({ content }) => String(content.body)));
        assert.deepEqual(report, { sent: 50, lost: [], doubled: [], disordered: [] });
        await bridge.stop();
      }
    });

    story('ROOM-6: a mapped room talks both ways', async ({ people, bridge }) => {
      const bob = await people.onIrc('bob', '#mapped');
      const alice = await people.onMatrix('alice');
      const room = await alice.makesRoom();
      bridge.configure({ network: { mappings: { '#mapped': { roomIds: [room] } } } });
      await bridge.start();
      await alice.seesMember(/appservice-irc/u, 'join', room);
      await alice.says(room, 'from the mapped room');
      await bob.sees('from the mapped room', { to: '#mapped' });
      bob.says('#mapped', 'to the mapped room');
      const seen = await alice.sees('to the mapped room', { room });
      assert.equal(seen.sender, people.ghost('bob'));
    });

    story('M2I-27, M2I-31, INV-4: long and hostile text stays within its lines', async ({ people, bridge }) => {
      await bridge.start();
      const bob = await people.onIrc('bob', '#long');
      const alice = await people.onMatrix('alice');
      const room = await alice.joins(people.alias('#long'));
      await alice.says(room, 'one\r\nQUIT :x\u0000\ntwo');
      await bob.sees('one', { to: '#long' });
      await bob.sees('QUIT :x', { to: '#long' });
      await bob.sees('two', { to: '#long' });
      const long = `${'wörd '.repeat(150)}end`;
      await alice.says(room, long);
      await bob.sees(/end$/u, { to: '#long' });
      // Where lines are one message (multiline), the blank at a cut stays at the end of its line.
      const parts = bob.messages.map(({ text }) => text).filter((text) => text.includes('wörd'));
      assert.equal(parts.map((text) => text.trimEnd()).join(' '), long);
      for (const { raw } of bob.messages) assert.ok(Buffer.byteLength(raw) <= 510, raw);
      await alice.says(room, Array.from({ length: 12 }, (_, i) => `line ${i}`).join('\n'));
      await bob.sees('(truncated)', { to: '#long' });
      const told = await alice.sees(/Only the first 2 lines/u, { room, msgtype: 'm.notice' });
      assert.deepEqual(told.content['m.mentions'], { user_ids: [alice.userId] });
    });

    story('INV-8, R17: a banned author is told, and others are not held up', async ({ people, bridge }) => {
      await bridge.start();
      const op = await people.onIrc('op');
      await op.joins('#strict');
      const alice = await people.onMatrix('alice');
      const room = await alice.joins(people.alias('#strict'));
      const carol = await people.onMatrix('carol');
      await carol.joins(room);
      op.sends('MODE #strict +b alice*!*@*');
      await op.hears('MODE', ({ raw }) => raw.includes('+b'));
      const event = await alice.says(room, 'let me in');
      await carol.says(room, 'carol speaks');
      await op.sees('carol speaks', { to: '#strict' });
      const told = await alice.sees(/was not delivered to #strict/u, { room, msgtype: 'm.notice' });
      assert.deepEqual(told.content['m.relates_to'], { 'm.in_reply_to': { event_id: event } });
    });

    story('PM-1, PM-3, E2E-3: private talk begins on either side, and moves out of an encrypted room', async ({ people, bridge }) => {
      await bridge.start();
      const bob = await people.onIrc('bob', '#pm');
      const alice = await people.onMatrix('alice');
      await alice.says(await alice.joins(people.alias('#pm')), 'hello all');
      const { from: nick } = await bob.sees('hello all', { to: '#pm' });
      bob.says(nick, 'psst');
      bob.says(nick, 'hey');
      const byBob = ({ type, sender, state_key, content }: SeenEvent): boolean =>
        type === 'm.room.member' && sender === people.ghost('bob') && state_key === alice.userId && content['membership'] === 'invite';
      const { room_id: room } = await alice.seesEvent('an invitation by bob', byBob);
      await alice.joins(room);
      await alice.sees('psst', { room, from: people.ghost('bob') });
      await alice.sees('hey', { room });
      await alice.says(room, 'what is it?');
      assert.equal((await bob.sees('what is it?', { to: 'bob' })).from, nick);

      const dan = await people.onIrc('dan');
      const encryption = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } };
      const wish = { preset: 'trusted_private_chat', is_direct: true, invite: [people.ghost('dan')], initial_state: [encryption] };
      const sealed = await alice.makesRoom(wish);
      await alice.seesMember(people.ghost('dan'), 'join', sealed);
      await alice.sends(sealed, { algorithm: 'm.megolm.v1.aes-sha2', ciphertext: 'x', session_id: 'x' }, 'm.room.encrypted');
      await alice.sees(/IRC cannot read that/u, { room: sealed });
      const byDan = ({ type, sender, state_key }: SeenEvent): boolean =>
        type === 'm.room.member' && sender === people.ghost('dan') && state_key === alice.userId;
      const { room_id: plain } = await alice.seesEvent('an invitation by dan', byDan);
      await alice.joins(plain);
      await alice.says(plain, 'in the open');
      await dan.sees('in the open', { from: nick });
      dan.says(nick, 'much better');
      await alice.sees('much better', { room: plain });
      await dan.quits();
      await alice.says(plain, 'are you there?');
      await alice.sees(/not delivered to dan/u, { room: plain });
    });

    story(
      'ADM-1, CMD-3, CMD-10, NICK-7: !join and !nick in a direct talk with the bot, kept over a restart',
      async ({ world, people, bridge }) => {
        await bridge.start();
        const bob = await people.onIrc('bob', '#cmd');
        const alice = await people.onMatrix('alice');
        const bot = `@appservice-irc:${world.domain}`;
        const admin = await alice.makesRoom({ preset: 'trusted_private_chat', is_direct: true, invite: [bot] });
        await alice.seesMember(bot, 'join', admin);
        await alice.says(admin, '!join #cmd');
        await alice.sees(/invited to the room of #cmd/u, { room: admin });
        const toRoom = ({ type, state_key, sender, content, room_id: of }: SeenEvent): boolean =>
          type === 'm.room.member' && state_key === alice.userId && sender === bot && content['membership'] === 'invite' && of !== admin;
        const { room_id: room } = await alice.seesEvent('an invitation to the channel', toRoom);
        await alice.joins(room);
        await alice.says(admin, '!nick Oolong');
        await alice.sees(/is Oolong now/u, { room: admin });
        await alice.says(room, 'as Oolong');
        await bob.sees('as Oolong', { from: 'Oolong' });
        await alice.says(admin, '!nick bob');
        await alice.sees(/was not changed.*already/u, { room: admin });
        await alice.says(admin, '!whois bob');
        await alice.sees(/^bob on .*\(bob\)/u, { room: admin });
        await bridge.restart();
        await alice.says(room, 'still Oolong');
        await bob.sees('still Oolong', { from: 'Oolong' });
      },
      { network: { sendConnectionMessages: false, ircClients: { nickTemplate: '$DISPLAY[m]', reconnectIntervalMs: 20, flood: false, allowNickChanges: true } } },
    );

    story(
      'MEM-1, 2, 5, 7, 17, MOD-9: joins, leaves, kicks and invitations cross the bridge',
      async ({ people, bridge }) => {
        await bridge.start();
        const bob = await people.onIrc('bob', '#mem', '#den');
        const alice = await people.onMatrix('alice');
        const room = await alice.joins(people.alias('#mem'));
        const { from: nick } = await bob.seesJoin(/^alice/u, '#mem');
        const dan = await people.onIrc('dan', '#mem');
        await alice.seesMember(people.ghost('dan'), 'join', room);
        dan.parts('#mem', 'so long');
        assert.equal((await alice.seesMember(people.ghost('dan'), 'leave', room)).content['reason'], 'Part: so long');
        bob.sends(`INVITE ${nick} #den`);
        const { room_id: den } = await alice.seesMember(alice.userId, 'invite');
        await alice.joins(den);
        await bob.seesJoin(nick, '#den');
        bob.sends(`KICK #den ${nick} :out`);
        assert.match(String((await alice.seesMember(alice.userId, 'leave', den)).content['reason']), /by bob \(out\)$/u);
        await alice.leaves(room);
        await bob.hears('PART', ({ from, params }) => from === nick && params[0] === '#mem');
      },
      { network: { sendConnectionMessages: false, membershipLists: MIRRORED } },
    );

    story('F1, F2: the bridge is killed in the middle of talk both ways, and nothing accepted is lost', async ({ people, bridge }) => {
      await bridge.start();
      const bob = await people.onIrc('bob', '#kill');
      const alice = await people.onMatrix('alice');
      const room = await alice.joins(people.alias('#kill'));
      await alice.says(room, 'begin');
      await bob.sees('begin', { to: '#kill' });
      bob.says('#kill', 'begin too');
      await alice.sees('begin too', { room });
      const [toIrc, toMatrix] = [new Ledger('m2i'), new Ledger('i2m')];
      const talk = (async () => {
        for (let i = 0; i < 60; i++) await alice.says(room, toIrc.token('alice', 'kill'));
      })();
      for (let i = 0; i < 60; i++) bob.says('#kill', toMatrix.token('bob', 'kill'));
      await alice.sees(/:0»/u, { room });
      await bridge.kill();
      await bridge.start();
      await talk;
      await alice.says(room, 'the end');
      await bob.sees('the end', { to: '#kill', withinMs: 120_000 });
      // The kernel may have held lines that the killed process never read: IRC gives those to nobody.
      bob.says('#kill', 'over');
      await alice.sees('over', { room });
      const onIrc = toIrc.judge(bob.messages.map(({ text }) => text));
      assert.deepEqual(onIrc.lost, []);
      assert.ok(onIrc.doubled.length <= 1, `doubled ${onIrc.doubled.join(' ')}`);
      assert.deepEqual(onIrc.disordered, []);
      const onMatrix = toMatrix.judge((await alice.history(room)).map(({ content }) => String(content.body)));
      assert.deepEqual({ doubled: onMatrix.doubled, disordered: onMatrix.disordered }, { doubled: [], disordered: [] });
    });

    story('H14, H10: the homeserver is killed in the middle of a hundred IRC lines: none lost, none doubled', async ({ world, people, bridge }) => {
      await bridge.start();
      const bob = await people.onIrc('bob', '#outage');
      const alice = await people.onMatrix('alice');
      const room = await alice.joins(people.alias('#outage'));
      bob.says('#outage', 'begin');
      await alice.sees('begin', { room });
      const ledger = new Ledger('outage');
      for (let i = 0; i < 50; i++) bob.says('#outage', ledger.token('bob', 'outage'));
      await alice.sees(/:5»/u, { room });
      await world.killHomeserver();
      for (let i = 0; i < 50; i++) bob.says('#outage', ledger.token('bob', 'outage'));
      await world.startHomeserver();
      bob.says('#outage', 'the end');
      await alice.sees('the end', { room, withinMs: 120_000 });
      const report = ledger.judge((await alice.history(room)).map(({ content }) => String(content.body)));
      assert.deepEqual(report, { sent: 100, lost: [], doubled: [], disordered: [] });
    });
  });
}
