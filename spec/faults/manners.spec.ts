/** What IRC servers expect of a client, and how they punish: seen by a server that writes down every byte. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProfileName } from '../../src/sandbox/ircd/profile.js';
import { runFast } from '../support/fast-time.js';
import { until } from '../support/look.js';
import type { MatrixPerson } from '../support/people.js';
import { RawIrcd, type RawPeer } from '../support/raw-irc.js';
import { stage } from '../support/stage.js';
import { sandboxWorld } from '../support/world.js';

describe('faults: manners on IRC', () => {
  describe('on a server that answers as the row says', () => {
    const ircd = new RawIrcd();
    const set = stage({
      asleep: true,
      bridge: async () => ({ ircPort: await ircd.start(), network: { ircClients: { nickTemplate: '$LOCALPART[m]', reconnectIntervalMs: 5, flood: false } } }),
    });
    after(() => ircd.stop());
    afterEach(async () => {
      ircd.answer = () => undefined;
      ircd.caps = '';
      await set.bridge.stop();
      runFast(set.bridge, 1);
    });
    const of = (nick: string): RawPeer[] => ircd.peers.filter(({ lines }) => lines.some((line) => line.startsWith(`NICK ${nick}`)));
    const speaker = (text: string): RawPeer | undefined => ircd.open.find(({ lines }) => lines.some((line) => line.includes('PRIVMSG') && line.endsWith(text)));
    const meets = async (name: string, channel: string): Promise<{ person: MatrixPerson; room: string }> => {
      const person = await set.people.onMatrix(name);
      return { person, room: await person.joins(set.people.alias(channel)) };
    };

    it('R12: every nick is taken: ten others are tried, then it waits long; never the nick of another of ours', async function () {
      this.timeout(180_000);
      await set.bridge.start();
      // Another of ours has what would be the second try.
      const holder = await meets('taken1', '#r12');
      await holder.person.says(holder.room, 'i was here first');
      const says = (text: string) => (): boolean => speaker(text) !== undefined;
      await until('the other speaks', says('i was here first'));
      const first = speaker('i was here first');
      ircd.answer = (peer, command, params) => {
        if (command === 'CAP' && params.startsWith('END')) return peer.nick === '*';
        if (command !== 'NICK' || !params.startsWith('taken')) return false;
        peer.send(`:raw.test 433 * ${params} :Nickname is already in use.`);
        return true;
      };
      const { person, room } = await meets('taken', '#r12');
      await person.says(room, 'anybody?');
      await until('it tried', () => of('taken[m]').length > 0);
      await sleep(3_000);
      const [peer, ...more] = of('taken[m]');
      assert.equal(more.length, 0, 'one connection');
      const nicks = peer?.lines.filter((line) => line.startsWith('NICK ')) ?? [];
      assert.ok(nicks.length > 1 && nicks.length <= 11, nicks.join(' '));
      assert.equal(new Set(nicks).size, nicks.length);
      assert.ok(!nicks.includes('NICK taken1[m]'), 'the nick of another of ours is not asked for');
      await holder.person.says(holder.room, 'and i still am');
      await until('the other still speaks', says('and i still am'));
      assert.equal(speaker('and i still am'), first);
    });

    it('R12, NICK-5: the nick that one wants is not won back from another of ours, not even with the help of NickServ', async function () {
      this.timeout(180_000);
      runFast(set.bridge, 30);
      const usual = ircd.isupport;
      ircd.isupport = 'CASEMAPPING=ascii CHANTYPES=# NICKLEN=9 PREFIX=(ov)@+ MONITOR=100';
      await set.bridge.start();
      // Cut to nine, both want the same nick: the second gets another one.
      const [one, two] = [await meets('samename1', '#r12b'), await meets('samename2', '#r12b')];
      await one.person.says(one.room, 'one');
      await until('one speaks', () => speaker(':one') !== undefined);
      const held = speaker(':one');
      const wanted = held?.nick ?? '';
      ircd.answer = (peer, command, params) => {
        if (command === 'CAP' && params.startsWith('END')) return peer.nick === '*';
        if (command !== 'NICK' || peer === held || params !== wanted) return false;
        peer.send(`:raw.test 433 ${peer.nick} ${params} :Nickname is already in use.`);
        return true;
      };
      await two.person.says(two.room, 'two');
      await until('the other speaks', () => speaker(':two') !== undefined);
      const other = speaker(':two');
      assert.equal(wanted, 'samena[m]');
      const before = other?.lines.length ?? 0;
      // Two minutes for the bridge: longer than it waits between its tries.
      await sleep(4_000);
      const later = other?.lines.slice(before).filter((line) => /^(?:NICK|MONITOR|ISON|PRIVMSG NickServ)/u.test(line));
      assert.deepEqual(later, [], wanted);
      assert.equal(held?.closed, false);
      ircd.isupport = usual;
    });

    it('R34: nothing but the registration before 001; a nick that is still there on a quick return is won back', async function () {
      this.timeout(180_000);
      runFast(set.bridge, 10);
      await set.bridge.start();
      let ghosted = true;
      const early: string[] = [];
      ircd.answer = (peer, command, params) => {
        if (!peer.registered && !['CAP', 'NICK', 'USER', 'PASS', 'AUTHENTICATE', 'PONG', 'PING'].includes(command)) early.push(command);
        if (command === 'CAP' && params.startsWith('END') && peer.nick === '*') return true;
        if (command === 'NICK' && params.replace(':', '') === 'quick[m]' && ghosted) {
          peer.send(`:raw.test 433 * quick[m] :Nickname is already in use.`);
          return true;
        }
        return false;
      };
      const { person, room } = await meets('quick', '#r34');
      await person.says(room, 'under another nick');
      await until('it spoke', () => ircd.open.some(({ lines }) => lines.some((line) => line.includes('under another nick'))));
      ghosted = false;
      await until('the nick is back', () => ircd.open.some(({ nick }) => nick === 'quick[m]'));
      assert.deepEqual(early, []);
    });

    const lists: readonly (readonly [string, (peer: RawPeer) => void])[] = [
      ['names that punish', (peer) => peer.send(':raw.test CAP * LS :ergo.chat/nope inspircd.org/poison unrealircd.org/link-security batch server-time')],
      ['an empty list', (peer) => peer.send(':raw.test CAP * LS :')],
      ['two lines', (peer) => {
        peer.send(':raw.test CAP * LS * :batch inspircd.org/poison');
        peer.send(':raw.test CAP * LS :server-time');
      }],
    ];
    for (const [what, list] of lists) {
      it(`R35: CAP LS with ${what}, everything together refused: only what we know is asked for, one by one, and it ends`, async () => {
        const from = ircd.peers.length;
        ircd.answer = (peer, command, params) => {
          if (command !== 'CAP') return false;
          if (params.startsWith('LS')) list(peer);
          else if (params.startsWith('REQ')) peer.send(`:raw.test CAP * ${params.trim().split(' ').length > 2 ? 'NAK' : 'ACK'} ${params.slice(4)}`);
          else return false;
          return true;
        };
        await set.bridge.start();
        await until('it is in', () => ircd.peers[from]?.registered === true);
        const asked = ircd.peers[from]?.lines.filter((line) => line.startsWith('CAP REQ')) ?? [];
        assert.doesNotMatch(asked.join(' '), /nope|poison|link-security/u);
        if (what !== 'an empty list') assert.deepEqual(asked.slice(1).sort(), ['CAP REQ :batch', 'CAP REQ :server-time'].sort(), asked.join('|'));
      });
    }

    it('R33: history told on JOIN as if it were live, in a batch or stamped, is not bridged; what is live is', async () => {
      ircd.caps = 'batch server-time message-tags';
      const now = (): string => new Date().toISOString();
      ircd.answer = (peer, command, params) => {
        if (command !== 'JOIN' || !params.includes('#r33')) return false;
        peer.send(`@time=${now()} :${peer.nick}!u@h JOIN :#r33`);
        peer.channels.add('#r33');
        peer.send(':raw.test BATCH +h chathistory #r33');
        peer.send('@batch=h;time=2020-01-01T00:00:00.000Z :bob!b@h PRIVMSG #r33 :old in a batch');
        peer.send(':raw.test BATCH -h');
        peer.send('@time=2020-01-01T00:00:00.000Z :bob!b@h PRIVMSG #r33 :old with a time');
        peer.send(`:raw.test 353 ${peer.nick} = #r33 :${peer.nick} bob`);
        peer.send(`:raw.test 366 ${peer.nick} #r33 :End of /NAMES list.`);
        return true;
      };
      await set.bridge.start();
      const { person, room } = await meets('hist', '#r33');
      await person.says(room, 'my client comes too');
      await until('it spoke', () => ircd.open.some(({ lines }) => lines.some((line) => line.includes('my client comes too'))));
      ircd.tell('#r33', `@time=${now()} :bob!b@h PRIVMSG #r33 :live`);
      await person.sees('live', { room });
      await sleep(200);
      assert.deepEqual(person.messages(room).map(({ content }) => String(content.body)).filter((text) => text.startsWith('old')), []);
    });

    it('R33: where history comes bare, InspIRCd’s mode against it is set before the first JOIN', async () => {
      ircd.answer = (peer, command, params) => {
        if (command !== 'CAP' || !params.startsWith('END')) return false;
        ircd.welcome(peer);
        peer.send(`:raw.test 004 ${peer.nick} raw.test InspIRCd-3 BDINRSdiorsw :Hbhklov`);
        return true;
      };
      await set.bridge.start();
      // The bot's own connection is the one that learns of it.
      await until('the bot is in', () => ircd.open.some(({ nick }) => nick === 'CausewayBot'));
      const { person, room } = await meets('bare', '#bare');
      await person.says(room, 'no old lines, please');
      await until('it spoke', () => of('bare[m]').some(({ lines }) => lines.some((line) => line.endsWith(':no old lines, please'))));
      const lines = of('bare[m]').flatMap((peer) => peer.lines);
      const [mode, join] = ['MODE bare[m] +N', 'JOIN #bare'].map((begin) => lines.findIndex((line) => line.replace(':+', '+').startsWith(begin)));
      assert.ok(mode !== undefined && join !== undefined && mode >= 0 && mode < join, lines.join(' / '));
    });

    it('R17, CONN-11: every refusal of a JOIN: the author is told within 30 s of the bridge’s time or its five tries, and no more tries follow', async function () {
      this.timeout(300_000);
      await set.bridge.start();
      const codes = ['403', '405', '407', '471', '473', '474', '475', '476', '477', '479', '489', '520', '470', '437'];
      ircd.answer = (peer, command, params) => {
        const code = /#no(\d+)/u.exec(params)?.[1];
        if (command !== 'JOIN' || code === undefined || peer.nick === 'CausewayBot') return false;
        if (code === '470') {
          peer.send(`:raw.test 470 ${peer.nick} #no470 #overflow :Forwarding to another channel`);
          peer.send(`:${peer.nick}!u@h JOIN :#overflow`);
        } else peer.send(`:raw.test ${code} ${peer.nick} #no${code} :Cannot join channel (${code})`);
        return true;
      };
      const people = await Promise.all(codes.map(async (code) => ({ code, ...(await meets(`n${code}`, `#no${code}`)) })));
      await set.bridge.stop();
      runFast(set.bridge, 8);
      await set.bridge.start();
      for (const { person, room } of people) await person.says(room, 'let me in');
      for (const { person, room, code } of people) {
        await person.sees(/was not delivered to #no/u, { room, msgtype: 'm.notice', withinMs: 90_000 }).catch((fault: unknown) => {
          throw new Error(`${code}: ${String(fault)}`);
        });
      }
      await sleep(4_000);
      for (const code of codes) {
        const lines = ircd.peers.filter(({ nick }) => nick === `n${code}[m]`).flatMap((peer) => peer.lines);
        const joins = lines.filter((line) => line.startsWith(`JOIN #no${code}`)).length;
        assert.ok(joins >= 1 && joins <= 5, `${code}: ${joins} JOINs`);
        if (code === '470') assert.ok(lines.some((line) => line.startsWith('PART #overflow')));
      }
      ircd.tell('#overflow', ':bob!b@h PRIVMSG #overflow :not for you');
      await sleep(300);
      for (const { person, room } of people) assert.ok(!person.messages(room).some(({ content }) => content.body === 'not for you'));
    });
  });

  for (const profile of ['inspircd', 'ngircd', 'solanum', 'unreal', 'ergo', 'hybrid'] satisfies ProfileName[]) {
    describe(`as ${profile}`, () => {
      const set = stage({
        world: () => sandboxWorld({ ircd: { profile } }),
        bridge: { network: { ircClients: { nickTemplate: '$LOCALPART', reconnectIntervalMs: 5, flood: false } } },
      });

      it('R36, S4, A-18: odd and long names get in; two whose names end up alike are two, and nobody speaks for the other', async function () {
        this.timeout(180_000);
        const { people, world } = set;
        const bob = await people.onIrc('bob', '#odd');
        const names = ['_under', '-dash', '.dot', '=eq', '1digit', `long${'g'.repeat(40)}`, `long${'g'.repeat(41)}`, 'case', 'case_', 'bob'];
        const said = new Map<string, string>();
        for (const name of names) {
          const person = await people.onMatrix(name);
          const room = await person.joins(people.alias('#odd'));
          await person.says(room, `i am ${name}`);
          said.set(name, (await bob.sees(`i am ${name}`, { to: '#odd' })).from);
        }
        assert.equal(new Set(said.values()).size, names.length, [...said].join(' '));
        assert.ok(!said.has('bob') || said.get('bob') !== 'bob');
        for (const { user } of world.ircd.net.clients) assert.doesNotMatch(user.replace(/^~/u, ''), /^[^a-z0-9]/iu);
      });

      // One of each way to fold names.
      if (profile === 'inspircd' || profile === 'solanum') it('S4: while nicks go to and fro between one of ours and an operator, each line is its author’s', async function () {
        this.timeout(180_000);
        const { people, world } = set;
        const op = await people.onIrc('chief', '#swap');
        const bob = await people.onIrc('bystander', '#swap');
        const [alice, watcher] = [await people.onMatrix('swapped'), await people.onMatrix('watcher')];
        const room = await alice.joins(people.alias('#swap'));
        await watcher.joins(room);
        await alice.says(room, 'here i am');
        const { raw } = await bob.sees('here i am', { to: '#swap' });
        const [, , user = ''] = /^(?:@\S+ )?:([^!]+)!(\S+@\S+) /u.exec(raw) ?? [];
        const authors = new Map<string, string>();
        for (let round = 0; round < 6; round++) {
          const [mine, theirs] = round % 2 === 0 ? ['swapped', 'chief'] : ['chief', 'swapped'];
          world.ircd.operator.rename(mine, 'between');
          world.ircd.operator.rename(theirs, mine);
          world.ircd.operator.rename('between', theirs);
          op.says('#swap', `of the chief ${round}`);
          authors.set(`of the chief ${round}`, people.ghost(mine));
          await alice.says(room, `of ours ${round}`);
          const heard = await bob.sees(`of ours ${round}`, { to: '#swap' });
          assert.ok(heard.raw.includes(`!${user} `), heard.raw);
          await watcher.sees(`of the chief ${round}`, { room });
        }
        op.says('#swap', 'the end');
        await watcher.sees('the end', { room });
        for (const { sender, content } of watcher.messages(room)) {
          const body = String(content.body);
          if (body.startsWith('of ours')) assert.equal(sender, alice.userId, body);
          if (authors.has(body)) assert.equal(sender, authors.get(body), body);
        }
      });
    });
  }
});
