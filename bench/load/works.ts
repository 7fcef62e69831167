/** The kinds of work; each makes its own place and gives rows of a table. */

import { Flow, pause, until, use, type Went } from './flow.js';
import { channelOf, Place, roomOf, userOf, type PlaceWish, type Who } from './place.js';

/** Column and value. */
export type Row = Readonly<Record<string, string | number>>;
export type Work = (who: Who, size: Sizes) => Promise<readonly Row[]>;
export interface Sizes {
  readonly people: number;
  readonly seconds: number;
}

const CHANNELS = 4;
const SENDERS = 8;
const TALKERS = 20;
const CALM = 50;

async function at<T>(wish: PlaceWish, people: number, work: (place: Place) => Promise<T>): Promise<T> {
  const place = await Place.make(wish);
  try {
    await place.start();
    if (people > 0) await place.people(people);
    await pause(500);
    return await work(place);
  } finally {
    await place.end();
  }
}

function rowOf(went: Went): Row {
  const faults = `${went.lost}/${went.doubled}/${went.reordered}`;
  const ms = (value: number): string => value.toFixed(1);
  return { '1/s': Math.round(went.perSecond), 'p50 ms': ms(went.p50), 'p99 ms': ms(went.p99), 'CPU ms': went.cpuEach.toFixed(3), 'lost/doubled/reordered': faults };
}

type RunHow = Parameters<Flow['run']>[2];

function fromIrc(place: Place, how: RunHow): Promise<Went> {
  const flow = new Flow(SENDERS);
  place.homeserver.onSend = (body) => flow.arrived(body);
  return flow.run(place.pid, (number, text) => place.ircd.say(`s${number % SENDERS}`, channelOf(number % CHANNELS), text), how);
}

function fromMatrix(place: Place, people: number, how: RunHow): Promise<Went> {
  const talkers = Math.min(people, TALKERS);
  const flow = new Flow(talkers * CHANNELS);
  place.ircd.onTalk = (_nick, _channel, text) => flow.arrived(text);
  const send = (number: number, text: string): void =>
    place.homeserver.say(roomOf(Math.floor(number / talkers) % CHANNELS), userOf(number % talkers), text);
  return flow.run(place.pid, send, how);
}

/** IRC to Matrix with one person, with many, and with many that are deaf; calm and as fast as it goes. */
const ircToMatrix: Work = async (who, { people, seconds }) => {
  const rows: Row[] = [];
  for (const [count, deafness] of [[1, false], [people, false], ...(who === 'relay' ? [] : [[people, true] as const])] as const) {
    await at({ who, channels: CHANNELS, deafness }, count, async (place) => {
      await fromIrc(place, { rate: CALM, seconds: 3 });
      const heard = place.ircd.hearers(channelOf(0));
      const more = { people: count, copies: heard };
      rows.push({ work: `IRC→Matrix, ${CALM}/s`, ...more, ...rowOf(await fromIrc(place, { rate: CALM, seconds })) });
      rows.push({ work: 'IRC→Matrix, all it can', ...more, ...rowOf(await fromIrc(place, { seconds })) });
    });
  }
  return rows;
};

/** Matrix to IRC, calm and as fast as it goes. */
const matrixToIrc: Work = (who, { people, seconds }) =>
  at({ who, channels: CHANNELS }, people, async (place) => {
    await fromMatrix(place, people, { rate: CALM, seconds: 3 });
    const calm = await fromMatrix(place, people, { rate: CALM, seconds });
    const full = await fromMatrix(place, people, { seconds });
    return [
      { work: `Matrix→IRC, ${CALM}/s`, people, ...rowOf(calm) },
      { work: 'Matrix→IRC, all it can', people, ...rowOf(full) },
    ];
  });

/** 20,000 events that the homeserver had kept. */
const burst: Work = (who) =>
  at({ who, channels: CHANNELS }, 50, async (place) => {
    await fromMatrix(place, 50, { rate: CALM, seconds: 3 });
    let peak = 0;
    const look = setInterval(() => (peak = Math.max(peak, use(place.pid).memory)), 50);
    place.homeserver.held = true;
    setImmediate(() => place.homeserver.release());
    const went = await fromMatrix(place, 50, { seconds: 0, total: 20_000 });
    clearInterval(look);
    return [{ work: 'burst of 20,000 events', people: 50, s: (20_000 / went.perSecond).toFixed(2), 'peak MiB': Math.round(peak / 1024), ...rowOf(went) }];
  });

/** People come to IRC; what each costs in memory. */
const clients: Work = (who, { people }) =>
  at({ who, channels: 1 }, 0, async (place) => {
    await pause(2000);
    const before = use(place.pid);
    const ms = await place.people(people);
    const { cpu } = use(place.pid);
    await pause(5000);
    const each = Math.round((use(place.pid).memory - before.memory) / people);
    return [{ work: 'clients online', people, s: (ms / 1000).toFixed(2), 'CPU ms': ((cpu - before.cpu) / people).toFixed(3), 'KiB each': each }];
  });

/** Start with a thousand mapped channels. */
const start: Work = async (who) => {
  const place = await Place.make({ who, channels: 1000 });
  try {
    return [{ work: 'start, 1,000 channels', s: ((await place.start()) / 1000).toFixed(2) }];
  } finally {
    await place.end();
  }
};

/** The homeserver answers 502 for eight seconds of sixteen. */
const outage: Work = (who) =>
  at({ who, channels: CHANNELS }, 5, async (place) => {
    const during = (fraction: number): void => void (place.homeserver.failWith = fraction > 0.125 && fraction < 0.625 ? 502 : 0);
    await fromIrc(place, { rate: 20, seconds: 2 });
    const went = await fromIrc(place, { rate: 20, seconds: 16, during });
    return [{ work: 'homeserver ill for 8 s', people: 5, ...rowOf(went) }];
  });

/** Killed in the middle of 5,000 events, started again. */
const crash: Work = (who) =>
  at({ who, channels: CHANNELS }, 50, async (place) => {
    await fromMatrix(place, 50, { rate: CALM, seconds: 2 });
    const flow = new Flow(TALKERS * CHANNELS);
    place.ircd.onTalk = (_nick, _channel, text) => flow.arrived(text);
    const send = (number: number, text: string): void =>
      place.homeserver.say(roomOf(Math.floor(number / TALKERS) % CHANNELS), userOf(number % TALKERS), text);
    const running = flow.run(process.pid, send, { seconds: 0, total: 5000 });
    await until(() => flow.arrivals > 1500);
    await place.kill();
    place.ircd.joins = 0;
    await place.start();
    return [{ work: 'killed in 5,000 events', people: 50, ...rowOf(await running), 'CPU ms': '' }];
  });

/** The IRC server is gone for two seconds. */
const reconnect: Work = (who) =>
  at({ who, channels: CHANNELS }, 200, async (place) => {
    place.ircd.close();
    await pause(2000);
    const begun = performance.now();
    await place.ircd.listen();
    const back = await until(() => place.ircd.joins >= 201 * CHANNELS, 60_000);
    return [{ work: 'IRC server restarted', people: 200, s: back ? ((performance.now() - begun) / 1000).toFixed(2) : 'not back' }];
  });

/** By name; what the relay cannot do is not asked of it. */
export const works: Readonly<Record<string, { readonly work: Work; readonly relay: boolean }>> = {
  'irc-to-matrix': { work: ircToMatrix, relay: true },
  'matrix-to-irc': { work: matrixToIrc, relay: true },
  burst: { work: burst, relay: true },
  clients: { work: clients, relay: true },
  start: { work: start, relay: true },
  outage: { work: outage, relay: false },
  crash: { work: crash, relay: false },
  reconnect: { work: reconnect, relay: false },
};
