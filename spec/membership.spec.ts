/** Joins and leaves that cross the bridge, on the sandbox's servers (FEATURES §17). */

import assert from 'node:assert/strict';
import { sleep, systemClock } from '../src/lib/clock.js';
import type { IrcPerson, MatrixPerson } from './support/people.js';
import { stage } from './support/stage.js';

const ircClients = { nickTemplate: '$DISPLAY[m]', reconnectIntervalMs: 0, flood: false };
const both = { initial: false, incremental: true };

/** Waits until nobody has the nick: who is in no channel leaves unseen. */
async function isGone(asker: IrcPerson, nick: string): Promise<void> {
  const end = systemClock.elapsed() + 60_000;
  for (;;) {
    asker.sends(`ISON ${nick}`);
    if ((await asker.hears('303')).text === '') return;
    assert.ok(systemClock.elapsed() < end, `${nick} is still on IRC`);
    await sleep(systemClock, 200);
  }
}

describe('membership', () => {
  describe('that is mirrored', () => {
    const network = {
      ircClients,
      sendConnectionMessages: false,
      membershipLists: { enabled: true, floodDelayMs: 0, global: { ircToMatrix: both, matrixToIrc: both } },
      excludedUsers: [{ regex: '@troll.*', kickReason: 'No trolls here' }],
    };
    const set = stage({ bridge: { network } });

    it('MEM-1, MEM-2: who joins on Matrix joins on IRC, and leaves it with the reason', async () => {
      const { people } = set;
      const bob = await people.onIrc('bob', '#mem');
      const alice = await people.onMatrix('alice');
      const room = await alice.joins(people.alias('#mem'));
      await bob.seesJoin('alice[m]', '#mem');
      await alice.call('POST', `/rooms/${encodeURIComponent(room)}/leave`, { reason: 'off to bed' });
      const part = await bob.hears('PART', ({ from }) => from === 'alice[m]');
      assert.match(part.raw, /off to bed/u);
      await isGone(bob, 'alice[m]');
    });

    it('MEM-5, MEM-7: who joins on IRC joins on Matrix, and leaves by PART, QUIT and KICK with the reason', async () => {
      const { people } = set;
      const op = await people.onIrc('op', '#mem2');
      const carol = await people.onMatrix('carol');
      const room = await carol.joins(people.alias('#mem2'));
      const ways: [string, (who: Awaited<ReturnType<typeof people.onIrc>>) => void, RegExp][] = [
        ['dan', (who) => who.parts('#mem2', 'so long'), /^Part: so long$/u],
        ['eve', (who) => void who.quits('good night'), /^Quit: .*good night$/u],
        ['fay', () => op.sends('KICK #mem2 fay :flooding'), /^Kicked by op: flooding$/u],
      ];
      for (const [nick, leave, reason] of ways) {
        const who = await people.onIrc(nick, '#mem2');
        await carol.seesMember(people.ghost(nick), 'join', room);
        leave(who);
        const left = await carol.seesMember(people.ghost(nick), 'leave', room);
        assert.match(String(left.content['reason']), reason);
      }
    });

    it('MOD-9: who is kicked on IRC is kicked from the room, with who did it and why', async () => {
      const { people } = set;
      const op = await people.onIrc('op2', '#mem3');
      const gus = await people.onMatrix('gus');
      const room = await gus.joins(people.alias('#mem3'));
      await op.seesJoin('gus[m]', '#mem3');
      op.sends('KICK #mem3 gus[m] :no biscuits');
      const left = await gus.seesMember(gus.userId, 'leave', room);
      assert.equal(left.content['reason'], 'Kicked from #mem3 on IRC by op2 (no biscuits)');
      assert.match(left.sender, /appservice-irc/u);
    });

    it('MEM-3, MEM-8: at the start, members come to the channels of rooms where that is wished', async () => {
      const { people, bridge } = set;
      const mo = await people.onIrc('mo', '#mem7');
      const nat = await people.onMatrix('nat');
      const room = await nat.joins(people.alias('#mem7'));
      await mo.seesJoin('nat[m]', '#mem7');
      await bridge.stop();
      await mo.hears('QUIT', ({ from }) => from === 'nat[m]');
      const rule = { room, matrixToIrc: { initial: true, incremental: true } };
      bridge.configure({ network: { ...network, membershipLists: { ...network.membershipLists, rooms: [rule] } } });
      await bridge.start();
      await mo.seesJoin('nat[m]', '#mem7');
    });

    it('MEM-14: who is excluded is put out of portals with the reason', async () => {
      const { people } = set;
      await people.onIrc('hal', '#mem4');
      const troll = await people.onMatrix('troll');
      const room = await troll.joins(people.alias('#mem4'));
      const left = await troll.seesMember(troll.userId, 'leave', room);
      assert.equal(left.content['reason'], 'No trolls here');
    });

    it('MEM-17: who is invited on IRC is invited to the portal, which is made for it', async () => {
      const { people } = set;
      const ivy = await people.onIrc('ivy', '#mem5', '#new');
      const jon = await people.onMatrix('jon');
      await jon.joins(people.alias('#mem5'));
      await ivy.seesJoin('jon[m]', '#mem5');
      ivy.sends('INVITE jon[m] #new');
      const { room_id: room } = await jon.seesMember(jon.userId, 'invite');
      await jon.joins(room);
      await ivy.seesJoin('jon[m]', '#new');
      await jon.says(room, 'thank you');
      await ivy.sees('thank you', { to: '#new' });
    });

    it('MEM-2: what was said before comes before, and nobody is brought back by it', async () => {
      const { people } = set;
      const kay = await people.onIrc('kay', '#mem6');
      const lou = await people.onMatrix('lou');
      const room = await lou.joins(people.alias('#mem6'));
      for (let n = 0; n < 5; n++) await lou.says(room, `line ${n}`);
      await lou.leaves(room);
      await kay.hears('PART', ({ from }) => from === 'lou[m]');
      const mine = kay.messages.map(({ text }) => text);
      assert.deepEqual(mine, ['line 0', 'line 1', 'line 2', 'line 3', 'line 4']);
      await isGone(kay, 'lou[m]');
      assert.equal(kay.heard.all.filter(({ command, from }) => command === 'JOIN' && from === 'lou[m]').length, 1);
    });
  });

  describe('that is not', () => {
    const set = stage({ bridge: { network: { ircClients, sendConnectionMessages: false } } });

    it('MEM-4, MEM-5: people come when they speak; who left every room is not left on IRC', async () => {
      const { people } = set;
      const bob = await people.onIrc('bob', '#lazy');
      const alice: MatrixPerson = await people.onMatrix('alice');
      const room = await alice.joins(people.alias('#lazy'));
      await alice.says(room, 'now I am here');
      await bob.sees('now I am here');
      assert.equal(bob.heard.all.filter(({ command, from }) => command === 'JOIN' && from === 'alice[m]').length, 1);
      bob.says('alice[m]', 'psst');
      const { room_id: pm } = await alice.seesMember(alice.userId, 'invite');
      await alice.joins(pm);
      await alice.sees('psst', { room: pm });
      await alice.leaves(room);
      await bob.hears('PART', ({ from }) => from === 'alice[m]');
      bob.says('alice[m]', 'still there?');
      await alice.sees('still there?', { room: pm });
      await alice.leaves(pm);
      await bob.quits();
      const carl = await people.onIrc('carl');
      await isGone(carl, 'alice[m]');
    });

    it('MEM-7, G8: ghosts that came before a restart go when their people do, by QUIT, PART, KICK and NICK', async () => {
      const { people, bridge } = set;
      const op = await people.onIrc('opal', '#mem9');
      const carol = await people.onMatrix('carla');
      const room = await carol.joins(people.alias('#mem9'));
      const [quin, pam, kim, nic] = [
        await people.onIrc('quin', '#mem9'),
        await people.onIrc('pam', '#mem9'),
        await people.onIrc('kim', '#mem9'),
        await people.onIrc('nic', '#mem9'),
      ];
      for (const who of [quin, pam, kim, nic]) {
        who.says('#mem9', `${who.nick} is here`);
        await carol.sees(`${who.nick} is here`, { room });
      }
      await bridge.stop();
      const late = await people.onIrc('late', '#mem9');
      await bridge.start();
      // What is done from then on the bridge hears.
      await late.seesJoin('CausewayBot', '#mem9', 60_000);
      void quin.quits('good night');
      op.sends('KICK #mem9 kim :flooding');
      pam.parts('#mem9', 'so long');
      nic.sends('NICK nicola');
      const reasons = [['quin', /^Quit: .*good night$/u], ['pam', /^Part: so long$/u], ['kim', /^Kicked by opal: flooding$/u], ['nic', /^now known as nicola$/u]] as const;
      for (const [nick, reason] of reasons) {
        const left = await carol.seesMember(people.ghost(nick), 'leave', room, 60_000);
        assert.match(String(left.content['reason']), reason);
      }
      await carol.seesMember(people.ghost('nicola'), 'join', room, 60_000);
    });
  });
});
