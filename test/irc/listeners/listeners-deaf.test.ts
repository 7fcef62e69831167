/** Random runs of clients that the server can make deaf, with `Deafness` itself deciding: nothing lost, nothing doubled. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Deafness } from '../../../src/irc/deafness.js';
import { Listeners } from '../../../src/irc/listeners/listeners.js';
import { foldName } from '../../../src/naming/casefold.js';
import { SwiftClock } from '../../support/swift-clock.js';

const RUNS = Number(process.env['RUNS'] ?? 1000);

interface Happening {
  readonly at: number;
  readonly do: 'join' | 'part' | 'kill' | 'silent';
  readonly client: number;
}

interface Run {
  readonly bot: boolean;
  readonly lags: readonly { readonly least: number; readonly spread: number }[];
  readonly seed: number;
  readonly said: readonly { readonly at: number; readonly text: string }[];
  readonly happenings: readonly Happening[];
}

interface Result {
  readonly said: readonly string[];
  /** The most and the least copies of a line that the server sent, of those said when all had settled. */
  readonly copies: readonly number[];
}

/** Plays a run on a server that keeps its order; each client sees it late, in that order, and commands arrive late too. */
function play({ bot, lags, seed, said, happenings }: Run): Result {
  const clock = new SwiftClock();
  const heard: string[] = [];
  const copies: number[] = [];
  const clients = lags.map(() => ({ inside: false, deaf: false, dead: false, last: 0 }));
  let number = 0;
  const late = (client: number): number => {
    const { least = 0, spread = 0 } = lags[client] ?? {};
    return least + Math.floor((((Math.imul(seed ^ ++number, 0x9e3779b1) >>> 8) % 1000) / 1000) * spread);
  };
  /** The server sends; lines of one connection never overtake each other. */
  const send = (client: number, job: () => void): void => {
    const state = clients[client];
    if (!state || state.dead) return;
    state.last = Math.max(state.last, clock.elapsed() + late(client));
    clock.after(state.last - clock.elapsed(), () => {
      if (!state.dead) job();
    });
  };
  const listeners = new Listeners<number>({
    clock,
    fold: (name) => foldName('rfc1459', name),
    isOwn: (nick) => /^us\d+$/.test(nick),
    isBot: (client) => bot && client === 0,
    needed: (client) => deafness[client]?.update(),
  });
  const hear = (line: Buffer): void => void heard.push(line.toString().replace(/^.* :/, ''));
  listeners.onRelease((_client, line) => hear(line));
  const show = (client: number, text: string): void => {
    const line = Buffer.from(text);
    if (listeners.verdict(client, line, 0, line.length) === 'pass' && text.includes('PRIVMSG')) hear(line);
  };
  const deafness = clients.map(
    (state, client) =>
      new Deafness({
        clock,
        letter: () => (bot && client === 0 ? undefined : 'D'),
        nick: () => `us${client}`,
        needed: () => listeners.listens(client),
        hears: (how) => listeners.hears(client, how),
      }),
  );
  const command = (client: number, line: string): void => {
    const changes = / ([+-]D)$/.exec(line)?.[1];
    clock.after(late(client), () => {
      const state = clients[client];
      if (!state || state.dead) return;
      if (changes === undefined) send(client, () => deafness[client]?.onModes(state.deaf ? '+Di' : '+i'));
      else if (state.deaf !== (changes === '+D')) {
        state.deaf = changes === '+D';
        send(client, () => deafness[client]?.onMode(changes));
      }
    });
  };
  const happen = ({ do: what, client }: Happening): void => {
    const state = clients[client];
    if (!state || state.dead) return;
    if (what === 'kill') {
      state.dead = true;
      deafness[client]?.lost();
      listeners.gone(client);
    } else if (what === 'silent') {
      state.dead = true;
      clock.after(12_000, () => {
        deafness[client]?.lost();
        listeners.gone(client);
      });
    } else if (state.inside !== (what === 'join')) {
      state.inside = what === 'join';
      clients.forEach((other, to) => {
        if (to !== client && other.inside) send(to, () => show(to, `:us${client}!u@h ${what === 'join' ? 'JOIN' : 'PART'} #c`));
      });
      send(client, () => (what === 'join' ? listeners.joined(client, '#c') : listeners.left(client, '#c')));
    }
  };
  clients.forEach((_, client) => {
    listeners.setOwnNick(client, `us${client}`);
    deafness[client]?.ready((line, handed) => {
      command(client, line);
      handed(true);
    });
  });
  const deeds = [
    ...happenings.map((happening) => ({ at: happening.at, job: () => happen(happening) })),
    ...said.map(({ at, text }) => ({
      at,
      job: () => {
        const hearers = clients.map((state, n) => (state.inside && !state.deaf && !state.dead ? n : -1)).filter((n) => n >= 0);
        copies.push(hearers.length);
        for (const client of hearers) send(client, () => show(client, `:alice!a@h PRIVMSG #c :${text}`));
      },
    })),
  ];
  deeds.sort((one, other) => one.at - other.at);
  for (const { at, job } of deeds) {
    clock.moveTo(at);
    job();
  }
  clock.moveTo(1_000_000);
  for (const each of deafness) each.lost();
  listeners.stop();
  assert.equal(clock.timers, 0, 'timers that nobody ended');
  return { said: heard, copies };
}

const sorted = (texts: readonly string[]): string[] => [...texts].sort();

/** Up to eight clients, of whom the first stays; one after another leaves, dies or falls silent. */
const runs = fc.record({
  bot: fc.boolean(),
  lag: fc.array(fc.record({ least: fc.nat(400), spread: fc.nat(400) }), { minLength: 8, maxLength: 8 }),
  seed: fc.integer(),
  lines: fc.integer({ min: 10, max: 60 }),
  every: fc.integer({ min: 50, max: 3000 }),
  comings: fc.array(fc.nat(100_000), { maxLength: 3 }),
  texts: fc.array(fc.constantFrom('', 'lol', 'yes', '^'), { minLength: 60, maxLength: 60 }),
  ends: fc.array(
    fc.record({ gap: fc.integer({ min: 15_000, max: 40_000 }), how: fc.constantFrom('kill', 'silent', 'part'), who: fc.nat(7) }),
    { maxLength: 5 },
  ),
});

describe('listeners that can be deaf, random runs', function () {
  this.timeout(120_000);

  for (const equal of [false, true]) {
    it(`R20, CONN-15: listeners are killed, fall silent and part one after another${equal ? ', many lines are equal' : ''}`, () => {
      fc.assert(
        fc.property(runs, ({ bot, lag, seed, lines, every, comings, texts, ends }) => {
          const first = 8 - comings.length;
          const happenings: Happening[] = lag.map((_, n) => ({ at: n < first ? 0 : (comings[n - first] ?? 0), do: 'join', client: n }));
          let at = 5000;
          for (const { gap, how, who } of ends) {
            at += gap;
            if (who > 0) happenings.push({ at, do: how, client: who });
          }
          // By then whoever is needed has been asked to hear, and hears: what is said before, nobody of us is there for.
          const said = Array.from({ length: lines }, (_, n) => ({
            at: 5000 + n * every,
            text: (equal && texts[n]) || `line ${n}`,
          }));
          const result = play({ bot, lags: lag, seed, said, happenings });
          assert.deepEqual(sorted(result.said), sorted(said.map(({ text }) => text)));
        }),
        { numRuns: RUNS, endOnFailure: process.env['QUICK'] !== undefined },
      );
    });
  }

  it('R20: one that was asked to hear as a line was said does not take the next equal one for it', () => {
    const quick = { least: 0, spread: 2 };
    const lags = [{ least: 164, spread: 4 }, quick, { least: 166, spread: 0 }, quick, { least: 0, spread: 0 }, { least: 0, spread: 128 }, { least: 0, spread: 113 }, { least: 1, spread: 0 }];
    const happenings: Happening[] = lags.map((_, client) => ({ at: 0, do: 'join', client }));
    happenings.push({ at: 23_465, do: 'part', client: 3 }, { at: 39_655, do: 'part', client: 1 }, { at: 68_841, do: 'silent', client: 4 });
    const said = Array.from({ length: 38 }, (_, n) => ({ at: 5000 + n * 1824, text: [19, 24, 37].includes(n) ? '^' : `line ${n}` }));
    assert.deepEqual(sorted(play({ bot: false, lags, seed: 0, said, happenings }).said), sorted(said.map(({ text }) => text)));
  });

  it('R20: one that began to hear between two equal lines does not lose a third, long after, with the one that showed all', () => {
    const lags = [239, 174, 341].map((spread) => ({ least: 0, spread }));
    lags.push({ least: 52, spread: 225 }, { least: 26, spread: 8 }, { least: 0, spread: 65 }, { least: 0, spread: 214 }, { least: 0, spread: 13 });
    const happenings: Happening[] = lags.map((_, client) => ({ at: 0, do: 'join', client }));
    happenings.push({ at: 41_695, do: 'kill', client: 4 }, { at: 62_530, do: 'kill', client: 7 });
    const said = Array.from({ length: 23 }, (_, n) => ({ at: 5000 + n * 2621, text: [14, 15, 22].includes(n) ? '^' : `line ${n}` }));
    const result = play({ bot: false, lags, seed: -411_063_394, said, happenings });
    assert.deepEqual(sorted(result.said), sorted(said.map(({ text }) => text)));
  });

  it('CONN-15: two of five hundred are sent each line, and again two when one of them is lost', () => {
    const lags = Array.from({ length: 500 }, () => ({ least: 20, spread: 50 }));
    const happenings: Happening[] = lags.map((_, client) => ({ at: client * 2, do: 'join', client }));
    const said = Array.from({ length: 40 }, (_, n) => ({ at: 30_000 + n * 500, text: `line ${n}` }));
    happenings.push({ at: 40_100, do: 'kill', client: 1 });
    const { said: heard, copies } = play({ bot: true, lags, seed: 1, said, happenings });
    assert.deepEqual(heard, said.map(({ text }) => text));
    assert.deepEqual([Math.max(...copies), copies.at(-1)], [2, 2]);
  });
});
