/** Connections to IRC that go: the whole server's at once, or just the one through which a channel is heard. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IrcClient } from '../src/sandbox/ircd/client.js';
import { bodies, Ledger } from './support/ledger.js';
import { until } from './support/look.js';
import type { MatrixPerson } from './support/people.js';
import { stage } from './support/stage.js';

const CROWD = 20;
const AT_ONCE = 5;
const OURS = /\[m\]|CausewayBot/u;

describe('reconnecting', () => {
  const ircClients = { nickTemplate: '$LOCALPART[m]', reconnectIntervalMs: 5, concurrentReconnectLimit: AT_ONCE, flood: false };
  const set = stage({ bridge: { network: { ircClients } } });
  let crowd: MatrixPerson[];
  let room: string;

  before(async function () {
    const { people } = set;
    const watcher = await people.onIrc('watcher', '#crowd');
    crowd = await Promise.all(Array.from({ length: CROWD }, (_, n) => people.onMatrix(`p${n}`)));
    room = await crowd[0]!.joins(people.alias('#crowd'));
    for (const [n, person] of crowd.entries()) {
      if (n > 0) await person.joins(room);
      await person.says(room, `p${n} is here`);
    }
    for (const n of crowd.keys()) await watcher.sees(`p${n} is here`, { to: '#crowd' });
    await watcher.quits();
  });
  /** Those of ours to whom the server sends talk: the others are deaf. Where there is none, it gives lines to nobody. */
  const heardBy = (): IrcClient[] =>
    [...(set.world.ircd.net.channel('#crowd')?.members.keys() ?? [])].filter(({ modes, nickText }) => !modes.has('d') && OURS.test(nickText));
  const twoHear = (): Promise<void> => until('two of ours hear', () => heardBy().length >= 2);
  const alive = (): IrcClient[] => set.world.ircd.connections.filter(({ gone, nickText }) => !gone && OURS.test(nickText));
  /** Who becomes the one that counts asks for the names anew; before that, the bot is it. */
  const asked = (client: IrcClient): number => client.received.findLast(({ line }) => line.startsWith('NAMES #crowd'))?.at ?? -1;
  const hearer = (): IrcClient => alive().sort((a, b) => asked(b) - asked(a))[0]!;
  const there = (): string[] => [...(set.world.ircd.net.channel('#crowd')?.members.keys() ?? [])].map(({ nickText }) => nickText);

  it(`R1, CONN-6: the IRC server restarts with ${CROWD} people on it: all come back, few at a time; what they said meanwhile arrives`, async function () {
    const { world, people } = set;
    const ledger = new Ledger('r1');
    await world.ircd.stop(true);
    for (const n of crowd.keys()) await crowd[n]!.says(room, ledger.token(`p${n}`, 'crowd'));
    await sleep(500);
    world.ircd.knobs.welcomeDelayMs = 150;
    let most = 0;
    const sampler = setInterval(() => {
      most = Math.max(most, [...world.ircd.net.clients].filter(({ registered, nickText }) => !registered && nickText !== 'bob').length);
    }, 5);
    await world.ircd.start();
    const bob = await people.onIrc('bob', '#crowd');
    for (const n of crowd.keys()) await crowd[n]!.says(room, ledger.token(`p${n}`, 'crowd'));
    await until('everybody is back', () => there().length === CROWD + 2, 40_000);
    clearInterval(sampler);
    world.ircd.knobs.welcomeDelayMs = 0;
    await until('all is said', () => ledger.judge(bob.messages.map(({ text }) => text)).lost.length === 0, 30_000).catch((fault: unknown) => {
      assert.deepEqual(ledger.judge(bob.messages.map(({ text }) => text)).lost, [], String(fault));
    });
    assert.deepEqual(ledger.judge(bob.messages.map(({ text }) => text)), { sent: 2 * CROWD, lost: [], doubled: [], disordered: [] });
    assert.ok(most <= AT_ONCE, `${most} at once`);
    for (const { nickText } of [...world.ircd.net.clients]) assert.match(nickText, /^(?:p\d+\[m\]|bob|CausewayBot)$/u, 'each has the old nick');
    bob.says('#crowd', 'welcome back');
    await crowd[0]!.sees('welcome back', { room });
  });

  it('R20: whoever hears the channel is cut off in the middle of a burst, ten times: nothing lost, nothing doubled', async function () {
    const { world, people } = set;
    const talkers = await Promise.all(['t1', 't2', 't3'].map((nick) => people.onIrc(nick, '#crowd')));
    const ledger = new Ledger('r20');
    const victims = new Set<string>();
    const { net } = world.ircd;
    for (let round = 0; round < 10; round++) {
      await twoHear();
      const victim = hearer();
      victims.add(victim.nickText);
      let left = 1 + round * 4;
      const cut = (client: IrcClient, way: 'in' | 'out', line: string): void => {
        if (client !== victim || way !== 'out' || !line.includes('«r20:') || --left > 0) return;
        victim.close('Connection reset by peer', { silent: true, reset: true });
      };
      net.listeners.add(cut);
      for (let i = 0; i < 15; i++) for (const talker of talkers) talker.says('#crowd', ledger.token(talker.nick, 'crowd'));
      await until('it is cut', () => victim.gone);
      net.listeners.delete(cut);
      await until('another one hears', () => hearer() !== victim && asked(hearer()) >= 0);
    }
    const judged = async (): Promise<ReturnType<Ledger['judge']>> => ledger.judge(await bodies(crowd[0]!, room));
    const late = performance.now() + 120_000;
    while ((await judged()).lost.length > 0 && performance.now() < late) await sleep(1_000);
    assert.deepEqual(await judged(), { sent: 450, lost: [], doubled: [], disordered: [] });
    assert.ok(victims.size > 3, [...victims].join());
    await until('the bot is back', () => there().includes('CausewayBot'));
  });

  it('R20: it is killed, kicked, or taken away by a netsplit: others hear on', async function () {
    const { world, people } = set;
    const { operator } = world.ircd;
    const talker = await people.onIrc('tess', '#crowd');
    const ledger = new Ledger('ways');
    // Whom it hits leaves the room too; who looks on must not.
    const others = (): string[] => there().filter((nick) => nick.endsWith('[m]') && nick !== 'p0[m]' && nick !== 'p6[m]');
    /** One who hears; any, where only those hear who must stay. */
    const hearing = (but?: string): string =>
      heardBy().map(({ nickText }) => nickText).find((nick) => nick !== but && others().includes(nick)) ?? deaf();
    const deaf = (): string => others().findLast((nick) => !heardBy().some(({ nickText }) => nickText === nick))!;
    const ways: readonly (() => void)[] = [
      () => operator.kill('CausewayBot', 'gone'),
      () => operator.kick('#crowd', hearing(), 'out'),
      // Were all who hear taken away at once, the server would give lines to nobody.
      () => operator.split([...new Set([hearing(hearer().nickText), deaf()])]),
      () => operator.heal(),
      () => operator.rename(hearing(), 'renamed'),
      () => operator.changeHost(hearing(), 'cloak.example'),
    ];
    for (const [n, way] of ways.entries()) {
      // While the net is split the bridge counts on one who is on the other side.
      if (n !== 3) await twoHear();
      let left = 20;
      const strike = (_client: IrcClient, direction: 'in' | 'out', line: string): void => {
        if (direction === 'in' && line.includes('«ways:') && --left === 0) way();
      };
      world.ircd.net.listeners.add(strike);
      for (let i = 0; i < 40; i++) talker.says('#crowd', ledger.token('tess', 'crowd'));
      await until(`way ${n}`, () => left <= -20);
      world.ircd.net.listeners.delete(strike);
    }
    talker.says('#crowd', 'the end of it');
    await crowd[0]!.sees('the end of it', { room });
    assert.deepEqual(ledger.judge(await bodies(crowd[0]!, room)), { sent: 240, lost: [], doubled: [], disordered: [] });
    await crowd[6]!.says(room, 'and the other way');
    await talker.sees('and the other way', { to: '#crowd' });
  });
});
