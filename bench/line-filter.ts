/** How long the line filter takes for one copy of a channel line: `node --import tsx bench/line-filter.ts`. */

import { systemClock } from '../src/lib/clock.js';
import { foldName } from '../src/naming/casefold.js';
import { Listeners } from '../src/irc/listeners/listeners.js';
import { peek, Peek } from '../src/irc/wire/line.js';

const CLIENTS = 500;
const ROUNDS = 4000;

const fold = (name: string) => foldName('rfc1459', name);
const own = new Set(Array.from({ length: CLIENTS }, (_, n) => `puppet${n}`));
const listeners = new Listeners<number>({ clock: systemClock, fold, isOwn: (nick) => own.has(nick), isBot: (n) => n === 0 });
for (let client = 0; client < CLIENTS; client++) {
  listeners.setOwnNick(client, `puppet${client}`);
  for (let channel = 0; channel < 20; channel++) listeners.joined(client, `#channel${channel}`);
}

function measure(what: string, from: number, to: number, make: (round: number) => string): void {
  const start = process.cpuUsage();
  let count = 0;
  const tally = { pass: 0, drop: 0, hold: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const line = Buffer.from(make(round));
    for (let client = from; client < to; client++) tally[listeners.verdict(client, line, 0, line.length)]++;
    count += to - from;
  }
  console.log(what.padEnd(44), `${(since(start) / count).toFixed(3)} µs a line`, JSON.stringify(tally));
}

/** Processor time in µs, so that a busy machine does not blur it. */
function since(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

const text = 'a line of about one hundred bytes, as people write them when they have something to say';
const tags = '@time=2025-01-01T00:00:00.000Z;msgid=abcdefghijklmnop;account=alice ';
const host = ':alice!~alice@some.host.example.org';
for (const warm of ['warming up', 'measured']) {
  console.log(warm);
  measure('PRIVMSG, dropped', 3, CLIENTS, (n) => `${host} PRIVMSG #channel${n % 20} :${text} ${n}`);
  measure('PRIVMSG with tags, dropped', 3, CLIENTS, (n) => `${tags}${host} PRIVMSG #channel${n % 20} :${text} ${n}`);
  measure('JOIN, dropped', 3, CLIENTS, (n) => `${host} JOIN #channel${n % 20}`);
  measure('QUIT, dropped', 3, CLIENTS, () => `${host} QUIT :Ping timeout`);
  measure('PRIVMSG, watched by three', 0, 3, (n) => `${host} PRIVMSG #channel${n % 20} :${text} ${n} ${warm}`);
}

const line = Buffer.from(`${host} PRIVMSG #channel1 :${text}`);
const found = new Peek();
const start = process.cpuUsage();
for (let n = 0; n < 5_000_000; n++) peek(line, 0, line.length, found);
console.log('peek alone'.padEnd(44), `${(since(start) / 5_000_000).toFixed(3)} µs a line`);
listeners.stop();
