/** What accounts do on the homeserver, and what follows on IRC (FEATURES §6, RELIABILITY §2.11), on the sandbox's servers. */

import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Accounts, MSC3395 } from './support/accounts.js';
import { filesWith, until } from './support/look.js';
import type { MatrixPerson, People } from './support/people.js';
import { stage } from './support/stage.js';

/** Somebody who has spoken in a channel, so that he is on IRC. */
async function onBoth(people: People, name: string, channel: string): Promise<{ person: MatrixPerson; room: string }> {
  const person = await people.onMatrix(name);
  const room = await person.joins(people.alias(channel));
  await person.says(room, `${name} is here`);
  return { person, room };
}

/** Nick, ident and host of who sent a line. */
const maskOf = ({ raw }: { readonly raw: string }): string => /:(\S+)/u.exec(raw)?.[1] ?? '';

const ircClients = { nickTemplate: '$DISPLAY[m]', reconnectIntervalMs: 0, flood: false, allowNickChanges: true };
const network = { ircClients, sendConnectionMessages: false };

describe('account life cycle', () => {
  describe('with a grace time of a second', () => {
    const set = stage({ bridge: { network, service: { metrics: { enabled: true }, mediaProxy: { publicUrl: 'http://127.0.0.1:1' }, syntheticEvents: { enabled: true, logoutGraceSecs: 1 } } } });
    let accounts: Accounts;
    before(() => {
      accounts = new Accounts(set.bridge);
    });
    after(() => accounts.end());

    it('SYN-7, SYN-8, SYN-9, M3: one device less is nothing, the last one less is a QUIT, a login brings all back', async () => {
      const { people } = set;
      const bob = await people.onIrc('bob', '#acc1', '#acc2');
      const { person: alice, room } = await onBoth(people, 'alice', '#acc1');
      const other = await alice.joins(people.alias('#acc2'));
      await alice.says(other, 'here too');
      await bob.sees('here too', { to: '#acc2' });
      const masks = [await bob.seesJoin('alice[m]', '#acc1'), await bob.seesJoin('alice[m]', '#acc2')].map(maskOf);
      await accounts.tell(accounts.login(alice.userId, 'PHONE'), accounts.login(alice.userId, 'LAPTOP'));
      await accounts.tell(accounts.logout(alice.userId, 'PHONE'));
      await alice.says(room, 'still here');
      await bob.sees('still here');
      await accounts.tell(accounts.logout(alice.userId, 'LAPTOP'));
      const quit = await bob.hears('QUIT', ({ from }) => from === 'alice[m]');
      assert.match(quit.raw, /Logged out/u);
      await accounts.tell(accounts.login(alice.userId, 'TABLET'));
      assert.deepEqual([await bob.seesJoin('alice[m]', '#acc1'), await bob.seesJoin('alice[m]', '#acc2')].map(maskOf), masks);
      assert.equal(bob.heard.all.filter(({ command }) => command === 'QUIT').length, 1);
    });

    it('SYN-8, SYN-9: a login within the grace time keeps the client, and a soft logout is none', async () => {
      const { people } = set;
      const cy = await people.onIrc('cy', '#acc3');
      const { person: dora, room } = await onBoth(people, 'dora', '#acc3');
      await cy.sees('dora is here');
      await accounts.tell(accounts.login(dora.userId, 'A'));
      await accounts.tell(accounts.logout(dora.userId, 'A'), accounts.login(dora.userId, 'B'));
      await accounts.tell(accounts.logout(dora.userId, 'B', { content: { soft_logout: true } }));
      await accounts.tell(accounts.login(dora.userId, 'C'), accounts.logout(dora.userId, 'C', { content: { 'chat.causeway.devices_left': 1 } }));
      // Somebody else's whole life passes meanwhile, grace time included.
      const { person: ed } = await onBoth(people, 'ed', '#acc3');
      await accounts.tell(accounts.login(ed.userId, 'X'), accounts.logout(ed.userId, 'X'));
      await cy.hears('QUIT', ({ from }) => from === 'ed[m]');
      await dora.says(room, 'never away');
      await cy.sees('never away');
      assert.deepEqual(cy.heard.all.filter(({ command, from }) => command !== 'PRIVMSG' && from === 'dora[m]').map(({ command }) => command), ['JOIN']);
    });

    it('SYN-9: who is disconnected comes back by what he says', async () => {
      const { people } = set;
      const flo = await people.onIrc('flo', '#acc4');
      const { person: gil, room } = await onBoth(people, 'gil', '#acc4');
      await flo.sees('gil is here');
      await accounts.tell(accounts.login(gil.userId, 'A'), { ...accounts.logout(gil.userId, 'A'), content: { user_id: gil.userId } });
      await flo.hears('QUIT', ({ from }) => from === 'gil[m]');
      await gil.says(room, 'from a bot of mine');
      assert.equal((await flo.sees('from a bot of mine')).from, 'gil[m]');
    });

    it('a logout told while the bridge is down is caught up with, and a login then brings back to where he was', async () => {
      const { people, bridge } = set;
      const hal = await people.onIrc('hal', '#acc5');
      const { person: ida } = await onBoth(people, 'ida', '#acc5');
      await hal.sees('ida is here');
      await hal.seesJoin('ida[m]', '#acc5');
      await accounts.tell(accounts.login(ida.userId, 'A'));
      await bridge.restart();
      await accounts.tell(accounts.logout(ida.userId, 'A'));
      const { person: jo } = await onBoth(people, 'jo', '#acc5');
      await accounts.tell(accounts.login(jo.userId, 'A'), accounts.logout(jo.userId, 'A'));
      await hal.hears('QUIT', ({ from }) => from === 'jo[m]');
      await accounts.tell(accounts.login(ida.userId, 'B'));
      await hal.seesJoin('ida[m]', '#acc5');
    });

    it('SYN-7: killed without a word, the bridge still knows where to bring somebody back to', async () => {
      const { people, bridge } = set;
      const uma = await people.onIrc('uma', '#acc0');
      const { person: vic } = await onBoth(people, 'vic', '#acc0');
      await uma.sees('vic is here');
      await uma.seesJoin('vic[m]', '#acc0');
      await accounts.tell(accounts.login(vic.userId, 'A'));
      await until('his place is stored', () => filesWith(bridge, 'vic[m]').some((path) => path.endsWith('accounts.db')));
      await bridge.kill();
      await bridge.start();
      await accounts.tell(accounts.logout(vic.userId, 'A'));
      await until('his time is over', () => bridge.log.some((line) => line.includes('logged out everywhere') && line.includes(vic.userId)));
      await accounts.tell(accounts.login(vic.userId, 'B'));
      await uma.seesJoin('vic[m]', '#acc0');
    });

    it('SYN-9: the grace time goes on over a kill of the bridge', async () => {
      const { people, bridge } = set;
      const kay = await people.onIrc('kay', '#acc6');
      const { person: leo, room } = await onBoth(people, 'leo', '#acc6');
      await kay.sees('leo is here');
      await kay.seesJoin('leo[m]', '#acc6');
      await accounts.tell(accounts.login(leo.userId, 'A'), accounts.logout(leo.userId, 'A'));
      await bridge.kill();
      await bridge.start();
      await leo.says(room, 'I am back before the end');
      await kay.sees('I am back before the end');
      await until('his time is over', () => bridge.log.some((line) => line.includes('logged out everywhere') && line.includes(leo.userId)));
      await accounts.tell(accounts.login(leo.userId, 'B'));
      await kay.seesJoin('leo[m]', '#acc6');
    });

    it('SYN-12, M2, M5: the last by time counts, however often and late the others come', async () => {
      const { people } = set;
      const mo = await people.onIrc('mo', '#acc7');
      const { person: nan, room } = await onBoth(people, 'nan', '#acc7');
      await mo.sees('nan is here');
      const [login, logout, again] = [accounts.login(nan.userId, 'A'), accounts.logout(nan.userId, 'A'), accounts.login(nan.userId, 'A')];
      await accounts.tell(again);
      await accounts.tell(login, logout);
      await accounts.tell(logout);
      await accounts.push({ events: [], 'm.synthetic_events': [logout], [MSC3395]: [logout, again], 'uk.half-shot.mscXXXX.synthetic_events': [logout] });
      const { person: oli } = await onBoth(people, 'oli', '#acc7');
      await accounts.tell(accounts.login(oli.userId, 'A'), accounts.logout(oli.userId, 'A'));
      await mo.hears('QUIT', ({ from }) => from === 'oli[m]');
      await nan.says(room, 'still here');
      await mo.sees('still here');
      assert.ok(!mo.heard.all.some(({ command, from }) => command === 'QUIT' && from === 'nan[m]'));
    });

    it('SYN-5, SYN-22, M6, M7: forged, foreign and malformed entries do nothing, and are counted', async () => {
      const { people, world } = set;
      const pat = await people.onIrc('pat', '#acc8');
      const { person: quin, room } = await onBoth(people, 'quin', '#acc8');
      await pat.sees('quin is here');
      await quin.sends(room, { user_id: quin.userId }, 'm.user.deactivated');
      await quin.sends(room, { user_id: quin.userId }, 'uk.half-shot.msc3395.user.deactivated');
      const odd = [
        accounts.deactivated('@quin:elsewhere.test'),
        accounts.deactivated(people.ghost('pat')),
        accounts.deactivated(`@appservice-irc:${world.domain}`),
        accounts.logout(quin.userId, '', { content: { device_id: 7 } }),
        accounts.logout(quin.userId, 'A', { content: { soft_logout: 'yes' } }),
        { type: 'm.user.exploded', content: { user_id: quin.userId } },
        { type: 'm.user.deactivated', content: {} },
        null,
      ];
      await accounts.push({ events: [], [MSC3395]: odd });
      await accounts.push({ events: [{ type: 'm.user.deactivated', event_id: '$forged', room_id: room, sender: quin.userId, content: { user_id: quin.userId }, origin_server_ts: 1 }] });
      await quin.says(room, 'unharmed');
      await pat.sees('unharmed');
      pat.says('#acc8', 'and so am I');
      await quin.sees('and so am I');
      const figures = (await accounts.metrics()).split('\n');
      const count = (type: string, outcome: string): number =>
        Number(figures.find((line) => line.startsWith('bridge_synthetic_events{') && line.includes(`type="${type}"`) && line.includes(`outcome="${outcome}"`))?.split(' ').at(-1) ?? 0);
      assert.deepEqual([count('deactivated', 'rejected'), count('logout', 'rejected'), count('other', 'ignored')], [4, 2, 1]);
    });

    it('SYN-10, M4: a closed account quits at once, leaves its rooms, is forgotten in every file, and never comes back', async () => {
      const { people, bridge } = set;
      const rae = await people.onIrc('rae', '#acc9');
      const { person: sue, room } = await onBoth(people, 'zsuzsanna', '#acc9');
      await rae.sees('zsuzsanna is here');
      const [nick, ident] = /:([^!]+)!([^@]+)@/u.exec((await rae.seesJoin(/zsuzsanna/u, '#acc9')).raw)?.slice(1) ?? [];
      assert.ok(nick !== undefined && ident !== undefined);
      const bot = `@appservice-irc:${set.world.domain}`;
      const admin = String((await sue.call('POST', '/createRoom', { preset: 'trusted_private_chat', is_direct: true, invite: [bot] })).room_id);
      await sue.seesMember(bot, 'join', admin);
      await sue.says(admin, '!nick Zsazsa');
      await rae.hears('NICK', ({ from }) => from === nick);
      rae.says('Zsazsa', 'psst');
      const { room_id: pm } = await sue.seesMember(sue.userId, 'invite');
      await sue.joins(pm);
      await sue.sees('psst', { room: pm });
      await sue.says(room, 'a long word\nin\nfour\nlines');
      await rae.sees(/a long word/u, { from: 'Zsazsa' });
      // A password as the predecessor stores it; and a second start makes copies of what it finds.
      await bridge.stop();
      const users = join(bridge.process.directory, 'data', 'users.db');
      const doc = readFileSync(users, 'utf8').split('\n').findLast((line) => line.includes(`"id":"${sue.userId}"`)) ?? '';
      appendFileSync(users, `${doc.replace(/("username":"[^"]+")/u, '$1,"password":"aPassWord64=="')}\n`);
      await bridge.start();
      await sue.says(room, 'here after the restart');
      await rae.sees('here after the restart', { from: 'Zsazsa' });
      const words = ['Zsazsa', ident, nick, pm, admin, 'aPassWord64', 'a long word'];
      for (const word of ['Zsazsa', pm, admin, 'aPassWord64', 'a long word']) assert.notDeepEqual(filesWith(bridge, word), [], `${word} is nowhere, so that its absence proves nothing`);
      const old = accounts.login(sue.userId, 'EARLY');
      await accounts.tell(accounts.login(sue.userId, 'A'));
      await accounts.tell(accounts.deactivated(sue.userId));
      await rae.hears('QUIT', ({ from, text }) => from === 'Zsazsa' && /Account deactivated/u.test(text));
      await sue.seesMember(people.ghost('rae'), 'leave', pm);
      await sue.seesMember(bot, 'leave', admin);
      await until('the files are cleaned', () => bridge.log.some((line) => line.includes('files cleaned')), 60_000);
      for (const word of words) assert.deepEqual(filesWith(bridge, word), [], word);
      assert.notDeepEqual(filesWith(bridge, sue.userId), [], 'the mark stays');
      // Old and new word of him, what he says, and a rejoin: nothing brings him back.
      await accounts.tell(old, accounts.login(sue.userId, 'B'), accounts.registration(sue.userId, { ts: 1 }));
      await sue.says(room, 'am I there?');
      await sue.sees(/not delivered.*deactivated/u, { room });
      await bridge.restart();
      await sue.call('POST', `/rooms/${encodeURIComponent(room)}/leave`, {});
      await sue.joins(people.alias('#acc9'));
      await sue.says(room, 'and now?');
      await sue.sees(/not delivered.*deactivated/u, { room });
      assert.ok(!rae.messages.some(({ text }) => /am I there|and now/u.test(text)));
      for (const word of words) assert.deepEqual(filesWith(bridge, word), [], word);
      // Only a later registration begins anew.
      await accounts.tell(accounts.registration(sue.userId));
      await until('the mark is lifted', () => bridge.log.some((line) => line.includes('prepared for IRC') && line.includes(sue.userId)));
      // SYN-17: what was done about him before is forgotten with him, and kept again from now on.
      const audit = join(bridge.process.directory, 'data', 'audit.jsonl');
      const deeds = (): unknown[] => readFileSync(audit, 'utf8').split('\n').filter((line) => line.includes(sue.userId)).map((line) => (JSON.parse(line) as { deeds: unknown }).deeds);
      await until('it is in the audit', () => existsSync(audit) && deeds().length > 0);
      assert.deepEqual(deeds(), [['prepare']]);
      await sue.says(room, 'a new beginning');
      await rae.sees('a new beginning');
    });
  });
});
