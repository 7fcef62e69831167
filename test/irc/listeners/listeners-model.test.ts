/** Random runs of several clients in one channel, as they lag, fall silent, die, leave and come back: nothing lost or doubled. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Listeners } from '../../../src/irc/listeners/listeners.js';
import { foldName } from '../../../src/naming/casefold.js';
import { SwiftClock } from '../../support/swift-clock.js';

const RUNS = Number(process.env['RUNS'] ?? 1500);

/** What the server does, in its order; each client sees it later, in the same order, while it is in the channel. */
type Deed =
  | { readonly at: number; readonly do: 'say'; readonly text: string }
  | { readonly at: number; readonly do: 'join' | 'part' | 'split' | 'heal'; readonly client: number };

interface Wire {
  /** ms by which this client's lines come late, for each deed. */
  readonly lag: (deed: number) => number;
  /** From then on it hears nothing. */
  readonly silentAt: number;
  /** When its connection is found lost. */
  readonly goneAt: number;
}

interface Run {
  readonly deeds: readonly Deed[];
  readonly wires: readonly Wire[];
  readonly bot: number | undefined;
}

/** Plays a run; gives what was said, in order. */
function play(run: Run): string[] {
  const clock = new SwiftClock();
  const happenings: { at: number; job: () => void }[] = [];
  const listeners = new Listeners<number>({
    clock,
    fold: (name) => foldName('rfc1459', name),
    isOwn: (nick) => /^us\d+$/.test(nick),
    isBot: (client) => client === run.bot,
  });
  const said: string[] = [];
  const say = (line: Buffer): void => void said.push(line.toString().replace(/^.* :/, ''));
  listeners.onRelease((_client, line) => say(line));
  const verdict = (client: number, text: string) => {
    const line = Buffer.from(text);
    return { line, verdict: listeners.verdict(client, line, 0, line.length) };
  };

  const hear = (client: number, deed: Deed): void => {
    if (deed.do === 'say') {
      const heard = verdict(client, `:alice!a@host${client} PRIVMSG #C :${deed.text}`);
      if (heard.verdict === 'pass') say(heard.line);
      return;
    }
    if (deed.do === 'split' || deed.do === 'heal') {
      for (const other of run.wires.keys()) {
        if ((client === deed.client) === (other === deed.client)) continue;
        verdict(client, `:us${other}!u@h ${deed.do === 'split' ? 'QUIT :a.test b.test' : 'JOIN #c'}`);
      }
      return;
    }
    const echo = verdict(client, `:us${deed.client}!u@h ${deed.do === 'join' ? 'JOIN' : 'PART'} #c`);
    assert.equal(echo.verdict, deed.client === client ? 'pass' : 'drop');
    if (deed.client !== client) return;
    if (deed.do === 'join') listeners.joined(client, '#c');
    else listeners.left(client, '#c');
  };
  run.wires.forEach((wire, client) => {
    let last = 0;
    let inside = false;
    // On the far side of a netsplit it is shown nothing; QUIT and JOIN tell of that on both sides.
    let apart = false;
    run.deeds.forEach((deed, n) => {
      const mine = (deed.do === 'join' || deed.do === 'part') && deed.client === client;
      if (mine && deed.do === 'join') inside = true;
      if (!inside) return;
      last = Math.max(last, deed.at + wire.lag(n));
      if (mine && deed.do === 'part') inside = false;
      // A later life of the same client has another wire.
      if (last >= wire.silentAt) return;
      if ((deed.do === 'split' || deed.do === 'heal') && deed.client === client) apart = deed.do === 'split';
      if (apart && deed.do === 'say') return;
      happenings.push({ at: last, job: () => hear(client, deed) });
    });
    if (wire.goneAt < Infinity) happenings.push({ at: wire.goneAt, job: () => listeners.gone(client) });
    listeners.setOwnNick(client, `us${client}`);
  });
  happenings.sort((one, other) => one.at - other.at);
  for (const { at, job } of happenings) {
    clock.moveTo(at);
    job();
  }
  clock.moveTo(1_000_000);
  listeners.stop();
  assert.equal(clock.timers, 0);
  return said;
}

function textsOf(deeds: readonly Deed[]): string[] {
  return deeds.flatMap((deed) => (deed.do === 'say' ? [deed.text] : []));
}

const lags = fc.oneof(
  fc.record({ least: fc.nat(50), spread: fc.nat(300) }),
  fc.record({ least: fc.nat(2000), spread: fc.nat(4000) }),
  fc.record({ least: fc.nat(20_000), spread: fc.nat(10_000) }),
);
const shaken = (seed: number, n: number): number => ((Math.imul(seed ^ (n + 1), 0x9e3779b1) >>> 8) % 1000) / 1000;

describe('listeners, random runs', function () {
  this.timeout(120_000);

  it('R20: many equal lines, up to three clients, all but one may die; a third of the runs lag up to 30 s', () => {
    const client = fc.record({
      lag: lags,
      seed: fc.integer(),
      silent: fc.option(fc.nat(60_000), { nil: undefined }),
      found: fc.oneof(fc.constant(0), fc.nat(40_000), fc.constant(Infinity)),
    });
    const runs = fc.record({
      clients: fc.array(client, { minLength: 1, maxLength: 3 }),
      survivor: fc.nat(2),
      bot: fc.option(fc.nat(2), { nil: undefined }),
      gaps: fc.array(fc.oneof(fc.nat(20), fc.nat(6000)), { minLength: 1, maxLength: 25 }),
      texts: fc.array(fc.constantFrom('lol', 'yes', '^'), { minLength: 25, maxLength: 25 }),
    });
    fc.assert(
      fc.property(runs, ({ clients, survivor, bot, gaps, texts }) => {
        let at = 1;
        const deeds: Deed[] = clients.map((_, n) => ({ at: 0, do: 'join', client: n }));
        gaps.forEach((gap, n) => deeds.push({ at: (at += gap), do: 'say', text: texts[n] ?? '' }));
        const wires = clients.map((one, n): Wire => {
          const silentAt = n === survivor % clients.length ? Infinity : (one.silent ?? Infinity);
          const lag = (deed: number) =>
            deed < clients.length ? 0 : one.lag.least + Math.floor(shaken(one.seed, deed) * one.lag.spread);
          return { lag, silentAt: silentAt + 1, goneAt: silentAt === Infinity ? Infinity : silentAt + 1 + one.found };
        });
        assert.deepEqual(play({ deeds, wires, bot }).sort(), textsOf(deeds).sort());
      }),
      { numRuns: RUNS, endOnFailure: process.env['QUICK'] !== undefined },
    );
  });

  it('R20: clients come, part and are killed one after another while lines go on', () => {
    const runs = fc.record({
      bot: fc.option(fc.nat(7), { nil: undefined }),
      first: fc.integer({ min: 1, max: 5 }),
      lag: fc.array(fc.record({ least: fc.nat(1000), spread: fc.nat(1500) }), { minLength: 8, maxLength: 8 }),
      seed: fc.integer(),
      lines: fc.integer({ min: 10, max: 60 }),
      every: fc.integer({ min: 50, max: 3000 }),
      comings: fc.array(fc.nat(100_000), { maxLength: 3 }),
      ends: fc.array(
        fc.record({ gap: fc.integer({ min: 15_000, max: 40_000 }), how: fc.constantFrom('kill', 'silent', 'part'), who: fc.nat(7) }),
        { maxLength: 4 },
      ),
    });
    fc.assert(
      fc.property(runs, ({ bot, first, lag, seed, lines, every, comings, ends }) => {
        const count = Math.min(8, first + comings.length);
        const deeds: Deed[] = [];
        for (let n = 0; n < first; n++) deeds.push({ at: 0, do: 'join', client: n });
        comings.slice(0, count - first).forEach((at, n) => deeds.push({ at: at + 1, do: 'join', client: first + n }));
        for (let n = 0; n < lines; n++) deeds.push({ at: 10 + n * every, do: 'say', text: `line ${n}` });
        const silentAt = new Map<number, { at: number; found: number }>();
        let at = 5000;
        for (const end of ends) {
          at += end.gap;
          // Client 0 stays, so that each line is heard by somebody.
          const who = end.who % count;
          if (who === 0 || silentAt.has(who)) continue;
          if (end.how === 'part') {
            const joined = deeds.some((deed) => deed.do === 'join' && deed.client === who && deed.at < at);
            if (joined && !deeds.some((deed) => deed.do === 'part' && deed.client === who)) deeds.push({ at, do: 'part', client: who });
          } else silentAt.set(who, { at, found: end.how === 'kill' ? 0 : 12_000 });
        }
        // Stable: what happens at the same time keeps its order.
        deeds.sort((one, other) => one.at - other.at);
        const wires = Array.from({ length: count }, (_, n): Wire => {
          const end = silentAt.get(n);
          const wire = lag[n] ?? { least: 0, spread: 0 };
          return {
            lag: (deed) => wire.least + Math.floor(shaken(seed + n, deed) * wire.spread),
            silentAt: end?.at ?? Infinity,
            goneAt: end ? end.at + end.found : Infinity,
          };
        });
        assert.deepEqual(play({ deeds, wires, bot }).sort(), textsOf(deeds).sort());
      }),
      { numRuns: RUNS, endOnFailure: process.env['QUICK'] !== undefined },
    );
  });

  it('R20: netsplits of any length, one after another: all is said once, and in order, whoever comes back, equal lines too', () => {
    const runs = fc.record({
      bot: fc.option(fc.nat(3), { nil: undefined }),
      lag: fc.array(fc.record({ least: fc.nat(500), spread: fc.nat(500) }), { minLength: 2, maxLength: 4 }),
      seed: fc.integer(),
      every: fc.integer({ min: 20, max: 2000 }),
      splits: fc.array(fc.record({ gap: fc.integer({ min: 2_000, max: 30_000 }), length: fc.nat(8_000), who: fc.nat(3) }), { minLength: 1, maxLength: 4 }),
      equal: fc.boolean(),
    });
    fc.assert(
      fc.property(runs, ({ bot, lag, seed, every, splits, equal }) => {
        const deeds: Deed[] = lag.map((_, n) => ({ at: 0, do: 'join', client: n }));
        // With three all are watched throughout; of one who comes to be watched later nobody knows which equal lines it showed.
        const words = equal && lag.length < 4 ? ['lol', 'yes', '^'] : undefined;
        for (let n = 0; n < 60; n++) {
          const text = words?.[Math.floor(shaken(seed + 77, n) * 3)] ?? `line ${n}`;
          deeds.push({ at: 12_000 + n * every, do: 'say', text });
        }
        let at = 10_000;
        const split = new Set<number>();
        for (const { gap, length, who } of splits) {
          const client = who % lag.length;
          at += gap;
          // One at a time, each once, so that somebody hears each line.
          if (split.has(client)) continue;
          split.add(client);
          deeds.push({ at, do: 'split', client }, { at: (at += length), do: 'heal', client });
        }
        deeds.sort((one, other) => one.at - other.at);
        const wires = lag.map(({ least, spread }, n): Wire => ({
          lag: (deed) => least + Math.floor(shaken(seed + n, deed) * spread),
          silentAt: Infinity,
          goneAt: Infinity,
        }));
        assert.deepEqual(play({ deeds, wires, bot }), textsOf(deeds));
      }),
      {
        numRuns: RUNS,
        endOnFailure: process.env['QUICK'] !== undefined,
        // A witness became primary while the primary before it was waiting: nobody else waits for that.
        examples: [
          [{ bot: undefined, lag: [{ least: 418, spread: 0 }, { least: 0, spread: 0 }], seed: 0, every: 53, splits: [{ gap: 2000, length: 3074, who: 1 }], equal: false }],
          // What was said on the one side was taken for what was said on the other.
          [{ bot: undefined, lag: [{ least: 0, spread: 0 }, { least: 0, spread: 0 }], seed: 0, every: 36, splits: [{ gap: 2000, length: 36, who: 0 }, { gap: 2000, length: 16, who: 3 }], equal: true }],
          // One that was no longer watched was never seen to come back.
          [{ bot: undefined, lag: [{ least: 0, spread: 0 }, { least: 0, spread: 2 }, { least: 0, spread: 0 }, { least: 0, spread: 0 }], seed: 0, every: 139, splits: [{ gap: 2000, length: 3139, who: 0 }, { gap: 2000, length: 3004, who: 2 }], equal: false }],
        ],
      },
    );
  });
});
