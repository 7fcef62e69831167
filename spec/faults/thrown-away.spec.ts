/** The server takes a line and throws it away: its author is told, or it is said again; and its flood rules are kept. */

import assert from 'node:assert/strict';
import type { ProfileName } from '../../src/sandbox/ircd/profile.js';
import { fastClock } from '../support/fast-time.js';
import { Ledger } from '../support/ledger.js';
import { until } from '../support/look.js';
import { RawIrcd } from '../support/raw-irc.js';
import { stage } from '../support/stage.js';
import { rawStory, story } from '../support/story.js';
import { sandboxWorld, type SandboxWorld } from '../support/world.js';

/** So many seconds of the bridge and of the server in one of ours. */
const FAST = 3;

describe('faults: lines that the server throws away', () => {
  describe('InspIRCd', () => {
    const set = stage();

    it('R18, M2I-40: moderated in the middle of talk: the author is told within 10 s, naming the message', async () => {
      const { people, world } = set;
      const bob = await people.onIrc('bob', '#quiet');
      const alice = await people.onMatrix('alice');
      const room = await alice.joins(people.alias('#quiet'));
      await alice.says(room, 'first');
      await bob.sees('first', { to: '#quiet' });
      world.ircd.operator.mode('#quiet', '+m');
      const event = await alice.says(room, 'not heard');
      const told = await alice.sees(/was not delivered to #quiet.*does not let you speak/u, { room, msgtype: 'm.notice', withinMs: 10_000 });
      assert.deepEqual(told.content['m.relates_to'], { 'm.in_reply_to': { event_id: event } });
      world.ircd.operator.mode('#quiet', '-m');
      await alice.says(room, 'heard again');
      await bob.sees('heard again', { to: '#quiet' });
    });

    it('CONN-14: user modes are set after 001', async () => {
      const { bridge, people, world } = set;
      await bridge.stop();
      bridge.configure({ network: { ircClients: { nickTemplate: '$DISPLAY[m]', userModes: 'R', flood: false } } });
      await bridge.start();
      const bob = await people.onIrc('ben', '#modes');
      const alice = await people.onMatrix('ada');
      const room = await alice.joins(people.alias('#modes'));
      await alice.says(room, 'with modes');
      await bob.sees('with modes', { to: '#modes' });
      await until('the mode is set', () => world.ircd.client('ada[m]')?.modes.has('R') === true);
      const lines = world.ircd.client('ada[m]')?.received.map(({ line }) => line) ?? [];
      assert.ok(lines.includes('MODE ada[m] +R') || lines.includes('MODE ada[m] :+R'), lines.join(' / '));
    });
  });

  it('R18: each kind of refusal reaches the author of that message, once', async function () {
    this.timeout(300_000);
    const ircd = new RawIrcd();
    const numerics = ['401', '404', '407', '408', '411', '415', '477', '482', '531'];
    ircd.answer = (peer, command, params) => {
      const code = command === 'PRIVMSG' ? /^#refuse :?(\S+)/u.exec(params)?.[1] : undefined;
      if (code === undefined) return false;
      if (/^\d+$/u.test(code)) peer.send(`:irc.test ${code} ${peer.nick} ${['411', '412', '417'].includes(code) ? '' : '#refuse '}:it says ${code}`);
      if (code === 'FAIL') peer.send(':irc.test FAIL PRIVMSG CANNOT_SEND #refuse :it says FAIL');
      return true;
    };
    await rawStory(ircd, {}, async ({ people }) => {
      for (const code of [...numerics, '412', '417', 'FAIL']) {
        // Notices of one reason are gathered for a minute: a person each.
        const person = await people.onMatrix(`p${code.toLowerCase()}`);
        const room = await person.joins(people.alias('#refuse'));
        await person.says(room, 'passes');
        const event = await person.says(room, code);
        const told = await person.seesEvent(`the notice about ${code}`, ({ content }) => String(content.body).includes(`says ${code}`), 60_000);
        assert.deepEqual(told.content['m.relates_to'], { 'm.in_reply_to': { event_id: event } }, code);
        await person.says(room, 'passes again');
        await until('it is said', () => ircd.open.some(({ lines }) => lines.filter((line) => line.endsWith(':passes again')).length > 0 && lines.some((line) => line.includes(`NICK p${code.toLowerCase()}`))));
        assert.equal(person.messages(room).filter(({ content }) => String(content.body).includes(`says ${code}`)).length, 1, code);
      }
    });
  });

  it('R31: what the server takes and does not echo, without a word, is told to its author', async function () {
    this.timeout(300_000);
    const ircd = new RawIrcd();
    ircd.caps = 'batch echo-message labeled-response message-tags';
    ircd.answer = (peer, _command, _params, line) => {
      const said = /^@(?:\S*;)?label=([^; ]+)\S* PRIVMSG (#\S+) :?(.*)$/u.exec(line);
      if (!said) return false;
      const [, label = '', channel = '', text = ''] = said;
      if (text.startsWith('swallow')) peer.send(`@label=${label} :raw.test ACK`);
      else peer.send(`@label=${label};msgid=${label}x :${peer.nick}!u@h PRIVMSG ${channel} :${text}`);
      return true;
    };
    // It is asked twice a minute how far it has read.
    await rawStory(ircd, { fast: 10 }, async ({ people }) => {
      const person = await people.onMatrix('ellen');
      const room = await person.joins(people.alias('#echo'));
      await person.says(room, 'comes back');
      const event = await person.says(room, 'swallow this');
      await person.says(room, 'comes back too');
      const told = await person.sees(/was not delivered to #echo.*did not pass it on/u, { room, msgtype: 'm.notice', withinMs: 90_000 });
      assert.deepEqual(told.content['m.relates_to'], { 'm.in_reply_to': { event_id: event } });
      assert.equal(person.messages(room).filter(({ content }) => String(content.body).includes('not delivered')).length, 1);
    });
  });

  describe('Solanum', () => {
    const set = stage({ world: () => sandboxWorld({ ircd: { profile: 'solanum' } }) });

    it('R31: what the channel’s own limit throws away is said again; all our clients share one budget; in order, none lost', async function () {
      this.timeout(300_000);
      const { people, world } = set;
      const bob = await people.onIrc('bob', '#slow');
      const [alice, carol] = [await people.onMatrix('alice'), await people.onMatrix('carol')];
      const room = await alice.joins(people.alias('#slow'));
      await carol.joins(room);
      for (const person of [alice, carol]) {
        await person.says(room, `here is ${person.userId.slice(1, 5)}`);
        await bob.sees(`here is ${person.userId.slice(1, 5)}`, { to: '#slow' });
      }
      world.ircd.knobs.channelFlood = 10;
      const ledger = new Ledger('slow');
      for (let n = 0; n < 10; n++) {
        await alice.says(room, ledger.token('alice', 'slow'));
        await carol.says(room, ledger.token('carol', 'slow'));
      }
      await until('all have come', () => ledger.judge(bob.messages.map(({ text }) => text)).lost.length === 0, 100_000);
      const report = ledger.judge(bob.messages.map(({ text }) => text));
      assert.deepEqual(report, { sent: 20, lost: [], doubled: [], disordered: [] });
    });
  });

  it('R32, R19: ninety lines at once with our shipped pacing, by the flood rules of six servers: nobody is put off, none is lost; who waits a minute is told', async function () {
    this.timeout(300_000);
    const each = async (profile: ProfileName): Promise<void> => {
      const strict = async (): Promise<SandboxWorld> => {
        const world = await sandboxWorld({ ircd: { profile, clock: fastClock(FAST) } });
        world.ircd.knobs.flood = world.ircd.net.profile.flood;
        return world;
      };
      // As shipped.
      const network = { ircClients: { nickTemplate: 'M-$LOCALPART' } };
      await story(strict, { network, fast: FAST }, async ({ world, people, bridge }) => {
        const bob = await people.onIrc('bob', '#flood');
        const alice = await people.onMatrix('alice');
        const room = await alice.joins(people.alias('#flood'));
        const ledger = new Ledger('flood');
        // All at once for the bridge, however long it takes to say them.
        bridge.process.signal('SIGSTOP');
        for (let n = 0; n < 90; n++) await alice.says(room, ledger.token('alice', 'flood'));
        bridge.process.signal('SIGCONT');
        await until(`${profile}: all have come`, () => ledger.judge(bob.messages.map(({ text }) => text)).lost.length === 0, 120_000);
        assert.deepEqual(ledger.judge(bob.messages.map(({ text }) => text)), { sent: 90, lost: [], doubled: [], disordered: [] }, profile);
        assert.equal(world.ircd.connections.filter(({ nick }) => nick === 'M-alice').length, 1, `${profile}: one connection all the time`);
        await alice.sees(/still waits/u, { room, msgtype: 'm.notice' });
      });
    };
    await Promise.all((['inspircd', 'ngircd', 'solanum', 'unreal', 'ergo', 'hybrid'] as const).map(each));
  });
});
