/** IRC servers that restart, fall silent, refuse, throttle, kill and rename: who is concerned is told, all come back, nothing is lost. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultProxy } from '../../src/sandbox/fault-proxy.js';
import type { BridgeWish } from '../support/bridge.js';
import { runFast } from '../support/fast-time.js';
import { bodies, Ledger, toldOf } from '../support/ledger.js';
import { until } from '../support/look.js';
import type { MatrixPerson } from '../support/people.js';
import { stage } from '../support/stage.js';
import { story } from '../support/story.js';
import { sandboxWorld, type SandboxWorld } from '../support/world.js';

const OURS = /^\w+\[m\]$/u;

describe('faults: an IRC server', () => {
  describe('that restarts', () => {
    const ircClients = { nickTemplate: '$LOCALPART[m]', reconnectIntervalMs: 5, concurrentReconnectLimit: 50, flood: false };
    const set = stage({ bridge: { network: { ircClients } } });

    it('R1: with two hundred people on it: fifty at a time at most, all back soon, what was said meanwhile arrives, in both directions', async function () {
      this.timeout(600_000);
      const { people, world } = set;
      const bob = await people.onIrc('bob', '#crowd');
      const crowd: MatrixPerson[] = [];
      const first = await people.onMatrix('first');
      const room = await first.joins(people.alias('#crowd'));
      for (let n = 0; n < 200; n += 20) {
        const more = Array.from({ length: 20 }, async (_, k) => {
          const person = await people.onMatrix(`p${n + k}`);
          await person.joins(room);
          await person.says(room, `p${n + k} is in`);
          return person;
        });
        crowd.push(...(await Promise.all(more)));
      }
      await until('all are in', () => bob.messages.filter(({ text }) => text.endsWith('is in')).length === 200, 240_000);
      const ledger = new Ledger('r1');
      await world.ircd.stop(true);
      for (let n = 0; n < 200; n += 4) await crowd[n]?.says(room, ledger.token(`p${n}`, 'crowd'));
      world.ircd.knobs.welcomeDelayMs = 100;
      let most = 0;
      const watch: NodeJS.Timeout = setInterval(() => {
        most = Math.max(most, [...world.ircd.net.clients].filter(({ registered }) => !registered).length);
      }, 5);
      await world.ircd.start();
      await bob.connects(world.ircPort);
      await bob.joins('#crowd');
      const back = (): number => [...(world.ircd.net.channel('#crowd')?.members.keys() ?? [])].filter(({ nick }) => OURS.test(nick)).length;
      await until('all are back', () => back() === 200, 240_000);
      clearInterval(watch);
      assert.ok(most <= 51, `${most} at once`);
      await until('all is said', () => ledger.judge(bob.messages.map(({ text }) => text)).lost.length === 0, 120_000);
      assert.deepEqual(ledger.judge(bob.messages.map(({ text }) => text)), { sent: 50, lost: [], doubled: [], disordered: [] });
      bob.says('#crowd', 'welcome back');
      await crowd[0]?.sees('welcome back', { room });
    });
  });

  describe('behind a bad line', () => {
    const proxy = new FaultProxy(() => set.world.ircPort);
    const set = stage({
      bridge: async () => ({
        ircPort: await proxy.start(),
        network: { ircClients: { nickTemplate: '$LOCALPART[m]', reconnectIntervalMs: 5, flood: false, lineLimit: 1_000 } },
      }),
    });
    after(() => proxy.stop());

    it('R2: everything vanishes and nothing is closed: noticed within the ping time-out, and back; what was said into it is told, or arrives', async function () {
      this.timeout(300_000);
      const { bridge, people, world } = set;
      // Two minutes of the bridge's time in twelve seconds.
      runFast(bridge, 10);
      await bridge.restart();
      const bob = await people.onIrc('bob', '#hole');
      const alice = await people.onMatrix('alice');
      const room = await alice.joins(people.alias('#hole'));
      await alice.says(room, 'begin');
      await bob.sees('begin', { to: '#hole' });
      const before = world.ircd.connections.length;
      proxy.blackhole.add('up').add('down');
      const lost = new Ledger('hole');
      for (let n = 0; n < 3; n++) await alice.says(room, lost.token('alice', 'hole'));
      await until('it is noticed', () => bridge.log.some((line) => line.includes('client lost') && line.includes('@alice:')), 90_000);
      proxy.blackhole.clear();
      await alice.sees(/may not have been delivered to #hole/u, { room, msgtype: 'm.notice', withinMs: 90_000 });
      const ledger = new Ledger('r2');
      for (let n = 0; n < 10; n++) await alice.says(room, ledger.token('alice', 'hole'));
      await until('all came', () => ledger.judge(bob.messages.map(({ text }) => text)).lost.length === 0, 90_000);
      const gone = lost.judge(bob.messages.map(({ text }) => text));
      assert.deepEqual([gone.doubled, gone.disordered], [[], []]);
      await until('each is told', () => toldOf(alice, room) >= gone.lost.length, 90_000);
      assert.deepEqual(ledger.judge(bob.messages.map(({ text }) => text)), { sent: 10, lost: [], doubled: [], disordered: [] });
      assert.ok(world.ircd.connections.length - before <= 6);
    });

    it('R3: the server reads nothing more from one client: the others are not slower, its connection is replaced; each message arrives or is told', async function () {
      this.timeout(300_000);
      const { bridge, people, world } = set;
      runFast(bridge, 10);
      bridge.configure({
        ircPort: world.ircPort,
        network: { ircClients: { nickTemplate: '$LOCALPART[m]', reconnectIntervalMs: 5, flood: false, lineLimit: 1_000 } },
      });
      await bridge.restart();
      const bob = await people.onIrc('bert', '#deaf');
      const [stuck, free] = [await people.onMatrix('stuck'), await people.onMatrix('free')];
      const room = await stuck.joins(people.alias('#deaf'));
      await free.joins(room);
      for (const person of [stuck, free]) {
        await person.says(room, `it begins, ${person.userId.slice(1, 5)}`);
        await bob.sees(`it begins, ${person.userId.slice(1, 5)}`, { to: '#deaf' });
      }
      world.ircd.operator.stopReading('stuck[m]');
      const before = world.ircd.connections.filter(({ nick }) => nick === 'stuck[m]').length;
      const page = Array.from({ length: 130 }, (_, n) => `${n} x`.padEnd(380, 'x')).join('\n');
      const flood = (async () => {
        for (let n = 0; n < 120; n++) await stuck.says(room, `page ${n}.\n${page}`);
      })();
      const waits: number[] = [];
      for (let n = 0; n < 30; n++) {
        const begun = performance.now();
        await free.says(room, `free ${n}`);
        await bob.sees(`free ${n}`, { to: '#deaf' });
        waits.push(performance.now() - begun);
        await sleep(50);
      }
      await flood;
      waits.sort((a, b) => a - b);
      // Whoever waited for it would wait until it is given up: six seconds.
      assert.ok((waits[28] ?? 0) < 5_000, waits.join(' '));
      await until('it is replaced', () => world.ircd.connections.filter(({ nick }) => nick.startsWith('stuck')).length > before, 90_000);
      const pages = (): Set<string> => new Set(bob.messages.flatMap(({ text }) => /^page \d+\.$/u.exec(text) ?? []));
      await until('each has come or is told', () => pages().size + toldOf(stuck, room) >= 120, 120_000);
      runFast(bridge, 1);
    });
  });

  describe('that does not want us', () => {
    // Who is put out of the room could not go on asking.
    const kickOn = { ircConnectionFailure: false };
    const ircClients = { nickTemplate: '$LOCALPART[m]', reconnectIntervalMs: 5, flood: false, kickOn };
    const set = stage({ asleep: true, bridge: { network: { ircClients } } });
    before(async () => {
      // A minute of the bridge's time in six seconds.
      runFast(set.bridge, 10);
      await set.bridge.start();
    });
    const talks = async (name: string, channel: string, watcher: string): Promise<{ person: MatrixPerson; room: string; bob: Awaited<ReturnType<typeof set.people.onIrc>> }> => {
      const bob = await set.people.onIrc(watcher, channel);
      const person = await set.people.onMatrix(name);
      const room = await person.joins(set.people.alias(channel));
      await person.says(room, 'begin');
      await bob.sees('begin', { to: channel });
      return { person, room, bob };
    };

    it('R8, CONN-8: one is K-lined: he is told why and not tried again until he asks for it, the others stay', async function () {
      this.timeout(300_000);
      const { world } = set;
      const { person, room, bob } = await talks('klined', '#ban', 'b1');
      const other = await set.people.onMatrix('other');
      await other.joins(room);
      await other.says(room, 'other begins');
      await bob.sees('other begins', { to: '#ban' });
      world.ircd.operator.ban('klined*!*@*', 'spamming');
      await person.says(room, 'one more');
      await person.sees(/was not delivered.*banned from the IRC network/u, { room, msgtype: 'm.notice', withinMs: 90_000 });
      const before = world.ircd.connections.length;
      for (let n = 0; n < 5; n++) {
        await person.says(room, `again ${n}`);
        await sleep(1_000);
      }
      assert.equal(world.ircd.connections.length, before, 'no more tries');
      await other.says(room, 'other goes on');
      await bob.sees('other goes on', { to: '#ban' });
      // Pardoned, he comes back when he asks for it.
      world.ircd.knobs.bans.splice(0);
      const admin = await person.makesRoom({ invite: ['@appservice-irc:hs.test'], is_direct: true, preset: 'trusted_private_chat' });
      await person.seesMember('@appservice-irc:hs.test', 'join', admin, 30_000);
      await person.says(admin, '!reconnect');
      await until('he is back', () => world.ircd.client('klined[m]') !== undefined, 90_000);
      await person.says(room, 'pardoned');
      await bob.sees('pardoned', { to: '#ban', withinMs: 90_000 });
    });

    it('R10: connecting is throttled, or too many come from one host: waited out, nobody thrown out, all is said in the end', async function () {
      this.timeout(300_000);
      const { people, world } = set;
      const { person, room, bob } = await talks('early', '#busy', 'b2');
      for (const [n, name] of ['late', 'later'].entries()) {
        if (n === 0) world.ircd.knobs.accept = 'throttled';
        else world.ircd.knobs.perAddress = 1;
        const late = await people.onMatrix(name);
        await late.joins(room);
        await late.says(room, n === 0 ? `${name} at last` : 'may be told');
        await sleep(2_000);
        await person.says(room, `early still there ${n}`);
        await bob.sees(`early still there ${n}`, { to: '#busy' });
        world.ircd.knobs.accept = 'all';
        world.ircd.knobs.perAddress = Number.POSITIVE_INFINITY;
        // After "too many" it takes five minutes to come back: what waited longer is told, what follows arrives.
        if (n > 0) {
          await until('it came back', () => world.ircd.client('later[m]') !== undefined, 90_000);
          await late.says(room, `${name} at last`);
        }
        await bob.sees(`${name} at last`, { to: '#busy', withinMs: 90_000 });
        assert.deepEqual((await late.history(room)).filter(({ type, content }) => type === 'm.room.member' && content.membership === 'leave'), []);
      }
    });

    it('R11, NICK-5: killed, renamed by force, given a server’s own id: comes back, wins the nick back, says nothing under an id', async function () {
      this.timeout(300_000);
      const { world } = set;
      const { person, room, bob } = await talks('renamed', '#names', 'b3');
      world.ircd.operator.rename('renamed[m]', 'Guest123');
      await person.says(room, 'as a guest');
      await bob.sees('as a guest', { to: '#names' });
      await until('the nick is back', () => world.ircd.client('renamed[m]') !== undefined, 90_000);
      world.ircd.operator.rename('renamed[m]', '077AABTT9');
      await person.says(room, 'not under an id');
      const heard = await bob.sees('not under an id', { to: '#names', withinMs: 90_000 });
      assert.doesNotMatch(heard.from, /^\d/u);
      await until('the nick is back again', () => world.ircd.client('renamed[m]') !== undefined, 90_000);
      world.ircd.operator.kill('renamed[m]', 'bye');
      // A kill is waited out for minutes of the bridge's time; who speaks meanwhile is told.
      await person.says(room, 'into the void');
      await person.sees(/was not delivered.*operator ended your IRC connection/u, { room, msgtype: 'm.notice' });
      await until('it is back', () => world.ircd.client('renamed[m]') !== undefined, 90_000);
      await person.says(room, 'after the kill');
      await bob.sees('after the kill', { to: '#names', withinMs: 90_000 });
    });
  });

  it('R25: the first address is dead, another has no name: the next ones are tried at once', async function () {
    this.timeout(300_000);
    const network = { ssl: false, additionalAddresses: ['no-such-host.invalid', '127.0.0.1'], ircClients: { flood: false }, botConfig: { enabled: true, nick: 'CausewayBot' }, dynamicChannels: { enabled: true, aliasTemplate: '#irc_$CHANNEL' }, matrixClients: { userTemplate: '@irc_$NICK' } };
    const wish = ({ ircPort }: SandboxWorld): BridgeWish => ({ service: { servers: { '127.0.0.77': { ...network, port: ircPort } } } });
    await story(sandboxWorld, wish, async ({ world, people, bridge }) => {
      await until('the bot is in', () => world.ircd.client('CausewayBot') !== undefined);
      // By the bridge's own account, from the first try on.
      const at = (word: string): number => Date.parse(/^\S+/u.exec(bridge.log.find((line) => line.includes(word) && line.includes('owner="bot"')) ?? '')?.[0] ?? '');
      await until('it says so', () => at('client ready') > 0);
      assert.ok(at('client ready') - at('client connecting') < 30_000);
      const bob = await people.onIrc('bob', '#dns');
      const alice = await people.onMatrix('alice');
      const room = await alice.joins(people.alias('#dns'));
      await alice.says(room, 'found');
      await bob.sees('found', { to: '#dns', withinMs: 90_000 });
      assert.deepEqual((await bodies(alice, room)).filter((text) => /not delivered/u.test(text)), []);
    });
  });
});
