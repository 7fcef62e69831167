/** The other ways in which the life of accounts may be followed (SYN-1, SYN-6, SYN-9, SEED-000), on the sandbox's servers. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { freePort } from '../src/sandbox/free-port.js';
import { Accounts, MSC3395 } from './support/accounts.js';
import type { BridgeWish } from './support/bridge.js';
import { until } from './support/look.js';
import { stage } from './support/stage.js';

const ircClients = { nickTemplate: '$DISPLAY[m]', reconnectIntervalMs: 0, flood: false };
const network = { ircClients, sendConnectionMessages: false, excludedUsers: [{ regex: '@troll.*', kickReason: 'No trolls here' }] };

describe('account life cycle, other ways', () => {
  describe('registration greets, the end is away, and at once', () => {
    const syntheticEvents = { enabled: true, onRegistration: 'welcome', onLogout: 'away', logoutGraceSecs: 0, users: { exclude: ['@left.*'] } };
    let debugPort = 0;
    const bridge = async (): Promise<BridgeWish> => {
      debugPort = await freePort();
      return { network, service: { syntheticEvents, debugApi: { enabled: true, port: debugPort } } };
    };
    const set = stage({ bridge });
    let accounts: Accounts;
    before(() => {
      accounts = new Accounts(set.bridge);
    });
    after(() => accounts.end());

    it('SYN-6: who registers is written to by the bot, once, and nobody is connected', async () => {
      const { people } = set;
      const alice = await people.onMatrix('alice');
      await accounts.tell(accounts.registration(alice.userId), accounts.registration(alice.userId));
      const { room_id: room } = await alice.seesMember(alice.userId, 'invite');
      await alice.joins(room);
      await alice.sees(/bridged to IRC/u, { room });
      const watcher = await people.onIrc('watcher');
      watcher.sends('LUSERS');
      watcher.sends('ISON alice[m]');
      assert.equal((await watcher.hears('303')).text, '');
      assert.equal(alice.messages(room).length, 1);
    });

    it('SYN-9: away, and back', async () => {
      const { people } = set;
      const bob = await people.onIrc('bob', '#away');
      const carol = await people.onMatrix('carol');
      const room = await carol.joins(people.alias('#away'));
      await carol.says(room, 'here');
      await bob.sees('here');
      const away = async (): Promise<string> => {
        bob.sends('WHOIS carol[m]');
        await bob.hears('318');
        const all = bob.heard.all;
        const from = all.map(({ command }) => command).lastIndexOf('311');
        return all.slice(from).find(({ command }) => command === '301')?.text ?? '';
      };
      assert.equal(await away(), '');
      await accounts.tell(accounts.login(carol.userId, 'A'), accounts.logout(carol.userId, 'A'));
      for (let n = 0; n < 100 && (await away()) === ''; n++) await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(await away(), 'Logged out of Matrix');
      await accounts.tell(accounts.login(carol.userId, 'B'));
      for (let n = 0; n < 100 && (await away()) !== ''; n++) await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(await away(), '');
      await carol.says(room, 'still the same connection');
      await bob.sees('still the same connection');
      assert.equal(bob.heard.all.filter(({ command, from }) => command === 'JOIN' && from === 'carol[m]').length, 1);
    });

    it('SYN-19: an event put in by hand does what one of the homeserver does', async () => {
      const { people, bridge: process } = set;
      const ivy = await people.onMatrix('ivy');
      const token = /^as_token: *"?([^"\s]+)/mu.exec(readFileSync(process.process.registrationFile, 'utf8'))?.[1] ?? '';
      const put = (as: string): Promise<Response> =>
        fetch(`http://127.0.0.1:${debugPort}/_irc/admin/v1/synthetic`, { method: 'POST', headers: { authorization: `Bearer ${as}` }, body: JSON.stringify(accounts.registration(ivy.userId)) });
      assert.equal((await put('wrong')).status, 403);
      const answer = await put(token);
      assert.deepEqual([answer.status, await answer.json()], [200, { type: 'registration', user_id: ivy.userId }]);
      const { room_id: room } = await ivy.seesMember(ivy.userId, 'invite');
      await ivy.joins(room);
      await ivy.sees(/bridged to IRC/u, { room });
    });

    it('SYN-1: who is excluded is not followed', async () => {
      const { people, bridge } = set;
      const left = await people.onMatrix('leftalone');
      await accounts.tell(accounts.registration(left.userId), accounts.deactivated(left.userId));
      const fay = await people.onIrc('fay', '#alone');
      await left.says(await left.joins(people.alias('#alone')), 'not closed to the bridge');
      await fay.sees('not closed to the bridge');
      assert.ok(!bridge.log.some((line) => line.includes('account event') && line.includes(left.userId)));
    });
  });

  describe('registration connects, a login goes everywhere, and meta events are answered', () => {
    const syntheticEvents = { enabled: true, metaEndpoint: true, registrationsPerMinute: 3, onRegistration: 'connect', onLogin: 'connect', autoJoin: ['127.0.0.1/#lobby'], logoutGraceSecs: 0 };
    const set = stage({ bridge: { network, service: { syntheticEvents } } });
    let accounts: Accounts;
    before(() => {
      accounts = new Accounts(set.bridge);
    });
    after(() => accounts.end());
    const ask = async (events: readonly unknown[], txn: string): Promise<unknown> => {
      const answer = await accounts.pusher.ask(`/_matrix/app/unstable/meta/${txn}`, { method: 'PUT', body: { events } });
      assert.equal(answer.status, 200);
      return answer.body['actions'];
    };

    it('SYN-6, M3: who registers is connected and in the channel; but not who is excluded', async () => {
      const { people } = set;
      const bob = await people.onIrc('bob', '#lobby');
      const troll = await people.onMatrix('troll');
      const dora = await people.onMatrix('dora');
      await accounts.tell(accounts.registration(troll.userId), accounts.registration(dora.userId));
      await bob.seesJoin('dora[m]', '#lobby');
      assert.ok(!bob.heard.all.some(({ from }) => from.startsWith('troll')));
    });

    it('SYN-7: a login connects who was never there', async () => {
      const { people } = set;
      const ed = await people.onMatrix('ed');
      await accounts.tell(accounts.login(ed.userId, 'A'));
      const bob = await people.onIrc('bobby');
      for (let n = 0; n < 100; n++) {
        bob.sends('ISON ed[m]');
        if ((await bob.hears('303')).text.trim() === 'ed[m]') return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.fail('ed is not on IRC');
    });

    it('SEED-000a, 000b, 000c, 000d, 000e: meta events are answered in order, and those allowed are acted on, once', async () => {
      const { people, bridge } = set;
      const gus = await people.onIrc('gus', '#lobby');
      const hal = await people.onMatrix('hal');
      const troll = '@troll2:hs.test';
      const events = [
        { type: 'm.new_user', sender: '@server:hs.test', origin_server_ts: Date.now(), content: { user_id: hal.userId } },
        { type: 'm.new_user', content: { user_id: troll }, ts: Date.now() },
        { type: 'com.vendor.thing', content: {} },
        { type: 'org.matrix.synapse.metrics_requested', content: {} },
        7,
      ];
      const expected = [{ action: 'allow' }, { action: 'deny', reason: 'No trolls here' }, { action: 'allow' }, { action: 'allow' }, { action: 'allow' }];
      assert.deepEqual(await ask(events, 'm1'), expected);
      assert.deepEqual(await ask(events, 'm1'), expected);
      await gus.seesJoin('hal[m]', '#lobby');
      assert.equal(bridge.log.filter((line) => line.includes('account event') && line.includes(hal.userId)).length, 1);
      assert.ok(!bridge.log.some((line) => line.includes('account event') && line.includes(troll)));
      const crowd = Array.from({ length: 5 }, (_, n) => ({ type: 'm.new_user', content: { user_id: `@crowd${n}:hs.test` }, ts: Date.now() }));
      const answers = (await ask(crowd, 'm4')) as { action: string; delay_ms?: number }[];
      assert.ok(answers.some(({ action, delay_ms }) => action === 'delay' && Number(delay_ms) > 0 && Number(delay_ms) <= 60_000), JSON.stringify(answers));
      const wrong = await accounts.pusher.ask('/_matrix/app/unstable/meta/m2', { method: 'PUT', body: { events }, token: 'wrong' });
      assert.equal(wrong.status, 403);
      assert.equal((await accounts.pusher.ask('/_matrix/app/unstable/meta/m3', { method: 'PUT', body: '{"events": 7}' })).status, 400);
    });

    it('SYN-16, G6: ten thousand logouts in one transaction hold up nobody, and who is on IRC goes first', async () => {
      const { people, bridge } = set;
      const ida = await people.onIrc('ida', '#crowd');
      const jo = await people.onMatrix('jo');
      const room = await jo.joins(people.alias('#crowd'));
      await jo.says(room, 'before');
      await ida.sees('before');
      const ids = Array.from({ length: 10_000 }, (_, n) => `@u${n}:hs.test`);
      await accounts.push({ events: [], [MSC3395]: [...ids, jo.userId].map((id) => ({ type: 'm.user.logout', content: { user_id: id }, ts: Date.now() })) });
      await ida.hears('QUIT', ({ from }) => from === 'jo[m]', 60_000);
      await jo.says(room, 'after');
      await ida.sees('after', { withinMs: 60_000 });
      await until('all are settled', () => bridge.log.filter((line) => line.includes('account event') && line.includes('@u')).length === 10_000, 60_000);
    });
  });

  describe('nothing was asked for', () => {
    const set = stage({ bridge: { network } });
    it('SYN-1: entries are taken and ignored, and nobody answers about meta events', async () => {
      const { people, bridge } = set;
      const accounts = new Accounts(bridge);
      const kay = await people.onIrc('kay', '#off');
      const leo = await people.onMatrix('leo');
      const room = await leo.joins(people.alias('#off'));
      await leo.says(room, 'one');
      await kay.sees('one');
      await accounts.tell(accounts.deactivated(leo.userId));
      await leo.says(room, 'two');
      await kay.sees('two');
      assert.equal((await accounts.pusher.ask('/_matrix/app/unstable/meta/x', { method: 'PUT', body: { events: [] } })).status, 404);
      accounts.end();
    });
  });
});
