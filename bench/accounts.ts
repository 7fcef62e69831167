/**
 * What ten thousand logouts in one transaction cost: how soon they are acknowledged, what other transactions wait
 * meanwhile, and at what pace the clients of those on IRC end. Then ten thousand registrations in a minute (M9). `node --import tsx bench/accounts.ts [people on IRC] [registrations]`.
 */

import { randomUUID } from 'node:crypto';
import { BridgeProcess, loopbackConfig } from '../src/sandbox/bridge-process.js';
import { SandboxHomeserver } from '../src/sandbox/homeserver.js';
import { SandboxIrcd } from '../src/sandbox/ircd.js';
import { sleep, systemClock } from '../src/lib/clock.js';

const LOGOUTS = 10_000;
const ON_IRC = Number(process.argv[2] ?? 200);
const DOMAIN = 'bench.test';
const KEY = 'uk.half-shot.msc3395.synthetic_events';

const homeserver = new SandboxHomeserver({ serverName: DOMAIN, backoffSpeed: 100 });
await homeserver.start();
const ircd = new SandboxIrcd();
await ircd.start();
const bridge = await BridgeProcess.prepare();
const quits: number[] = [];
ircd.net.listeners.add((_client, way, line) => {
  if (way === 'in' && line.startsWith('QUIT')) quits.push(performance.now());
});

/** One transaction; gives its time in ms. */
async function put(body: object): Promise<number> {
  const begun = performance.now();
  const answer = await fetch(`http://127.0.0.1:${bridge.port}/_matrix/app/v1/transactions/${randomUUID()}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${service.hsToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`not taken: ${answer.status}`);
  await answer.arrayBuffer();
  return performance.now() - begun;
}

const told = (type: string, n: number): object => ({ type, content: { user_id: `@u${n}:${DOMAIN}`, device_id: 'A' }, ts: Date.now() });
const REGISTRATIONS = Number(process.argv[3] ?? 10_000);
const MINUTE_MS = 60_000;
const registered = (n: number): object => ({ type: 'm.user.registration', content: { user_id: `@new${n}:${DOMAIN}` }, ts: Date.now() });
const all = (type: string, count: number): object[] => Array.from({ length: count }, (_, n) => told(type, n));
const clients = (): number => [...ircd.net.clients.values()].length;

bridge.configure(
  loopbackConfig({
    directory: bridge.directory,
    homeserverUrl: homeserver.url,
    domain: DOMAIN,
    ircPort: ircd.port,
    network: { sendConnectionMessages: false, ircClients: { reconnectIntervalMs: 0, flood: false, maxClients: 0 } },
    service: { syntheticEvents: { enabled: true, onLogin: 'connect', logoutGraceSecs: 1 }, logging: { level: 'warn', toConsole: true } },
  }),
);
const service = homeserver.addAppservice(await bridge.register());
await bridge.start();
try {
  await put({ events: [], [KEY]: all('m.user.login', ON_IRC) });
  for (let n = 0; n < 600 && clients() < ON_IRC; n++) await sleep(systemClock, 100);
  console.log(`${clients()} clients on IRC`);
  const others: number[] = [];
  const big = put({ events: [], [KEY]: all('m.user.logout', LOGOUTS).map((each) => ({ ...each, content: { ...(each as { content: object }).content, 'chat.causeway.devices_left': 0 } })) });
  const ends = performance.now() + 8_000;
  while (performance.now() < ends) others.push(await put({ events: [] }));
  others.sort((a, b) => a - b);
  console.log(`${LOGOUTS} logouts in one transaction: acknowledged after ${Math.round(await big)} ms`);
  const at = (share: number): string => (others[Math.floor(others.length * share)] ?? 0).toFixed(1);
  console.log(`other transactions, in and after it: ${others.length}, median ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${(others.at(-1) ?? 0).toFixed(0)} ms`);
  for (let n = 0; n < 400 && quits.length < ON_IRC; n++) await sleep(systemClock, 100);
  const took = ((quits.at(-1) ?? 0) - (quits[0] ?? 0)) / 1000;
  console.log(`${quits.length} QUITs in ${took.toFixed(1)} s: ${(quits.length / took).toFixed(1)} a second; 50 are configured`);

  const before = clients();
  const acks: number[] = [];
  const began = performance.now();
  for (let n = 0; n < REGISTRATIONS; n += 50) {
    acks.push(await put({ events: [], [KEY]: Array.from({ length: 50 }, (_, at) => registered(n + at)) }));
    await sleep(systemClock, Math.max(0, began + ((n + 50) * MINUTE_MS) / REGISTRATIONS - performance.now()));
  }
  acks.sort((a, b) => a - b);
  const inside = (performance.now() - began) / 1000;
  const ack = (share: number): string => (acks[Math.floor(acks.length * share)] ?? 0).toFixed(1);
  console.log(`${REGISTRATIONS} registrations in ${inside.toFixed(0)} s: median ${ack(0.5)} ms, p99 ${ack(0.99)} ms, most ${(acks.at(-1) ?? 0).toFixed(0)} ms; ${clients() - before} clients more`);
} finally {
  await bridge.remove();
  await ircd.stop();
  await homeserver.stop();
}
