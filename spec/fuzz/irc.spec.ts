/** Z1: IRC servers that send anything at all, in every state of a connection, to the real bridge over real sockets. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertNoFault } from '../support/look.js';
import { Pusher } from '../support/push.js';
import { Chance } from '../support/random.js';
import { RawIrcd } from '../support/raw-irc.js';
import type { RawPeer } from '../support/raw-irc.js';
import { stage } from '../support/stage.js';
import { endsConnection, fuzzLine } from './support/lines.js';
import { SECONDS, theSeed, watch } from './support/watch.js';

const HOSTILE = 10;
const CHANNEL = '#fuzz';
const WRITERS = ['ann', 'ben', 'cat'];

describe('Z1: anything from an IRC server', () => {
  const servers: RawIrcd[] = [];
  const fuzzed = stage({
    bridge: async ({ ircPort }, people) => {
      const owner = await people.onMatrix('owner');
      mapped = await owner.makesRoom();
      const template = {
        ssl: false,
        ircClients: { nickTemplate: '$LOCALPART', reconnectIntervalMs: 10, flood: false },
        botConfig: { enabled: true, nick: 'fuzzbot' },
      };
      const networks: Record<string, unknown> = {};
      for (let n = 1; n <= HOSTILE; n++) {
        const server = new RawIrcd();
        servers.push(server);
        const host = `127.0.2.${n}`;
        const port = await server.start(host);
        networks[host] = {
          ...template,
          name: `Hostile${n}`,
          networkId: `hostile${n}`,
          port,
          mappings: { [CHANNEL]: { roomIds: [mapped] } },
          matrixClients: { userTemplate: `@h${n}_$NICK` },
          dynamicChannels: { enabled: false, aliasTemplate: `#h${n}_$CHANNEL` },
        };
      }
      networks['127.0.0.1'] = {
        ...template,
        name: 'Good',
        networkId: 'good',
        port: ircPort,
        matrixClients: { userTemplate: '@irc_$NICK' },
        dynamicChannels: { enabled: true, createAlias: true, aliasTemplate: '#irc_$CHANNEL' },
      };
      return { service: { servers: networks, logging: { level: 'warn', toConsole: true } } };
    },
  });
  after(() => Promise.all(servers.map((server) => server.stop())));
  let mapped = '';

  it(`goes on for ${SECONDS} s: the process lives, other networks talk on, memory is bounded`, async function () {
    this.timeout((SECONDS + 120) * 1000);
    const seed = theSeed();
    const { people, bridge } = fuzzed;
    const end = new AbortController();
    let lines = 0;
    for (const [n, server] of servers.entries()) spoil(server, new Chance(seed + n), () => (lines += 1), end.signal);

    const bob = await people.onIrc('bob', '#good');
    const alice = await people.onMatrix('alice');
    const room = await alice.joins(people.alias('#good'));
    await alice.says(room, 'begin');
    await bob.sees('begin', { to: '#good' });
    const pusher = new Pusher(bridge);
    const talk = (async () => {
      const writers = await Promise.all(WRITERS.map((name) => people.onMatrix(name)));
      for (const writer of writers) await writer.joins(mapped);
      while (!end.signal.aborted) {
        for (const writer of writers) await writer.says(mapped, 'talk that the hostile ones get');
        await sleep(2000);
      }
    })();
    const watching = watch(fuzzed, pusher, { alice, bob, room, channel: '#good' }, end.signal);
    await Promise.race([sleep(SECONDS * 1000), watching]);
    end.abort();
    const seen = await watching;
    await talk;
    pusher.end();
    const carried = fuzzed.world.homeserver.house.rooms.get(mapped)?.timeline.filter(({ sender }) => /^@h\d+_/u.test(sender)).length ?? 0;
    console.log(`    ${lines} lines, ${servers.reduce((sum, { peers }) => sum + peers.length, 0)} connections, ${carried} events of ghosts`);
    assert.ok(carried > 0, 'nothing of it was a message');
    assertNoFault(bridge);
    assert.ok(seen.mostMiB < 500, `${seen.mostMiB} MiB`);
    assert.ok(seen.slowestPingMs < 2000, `blocked for ${seen.slowestPingMs} ms`);
    for (const { peers } of servers) for (const peer of peers) assertClean(peer);
    const { code } = await bridge.stop();
    assert.equal(code, 0);
  });
});

/** Whatever came in: what the bridge wrote were whole lines of commands it has a use for. */
function assertClean({ lines }: RawPeer): void {
  for (const line of lines) {
    assert.match(line, /^(?:CAP|NICK|USER|PASS|JOIN|PART|PRIVMSG|NOTICE|PING|PONG|MODE|NAMES|QUIT|AUTHENTICATE|AWAY|WHOIS|WHO|INVITE|TOPIC|KICK|ISON|MONITOR)(?: [^\r\n\0]*)?$/u);
    assert.ok(line.length <= 510, line);
  }
}

/** How a connection is spoilt: never let in, spoilt while it negotiates, or let in and then spoilt. */
const MANNERS = ['registration', 'cap', 'joined', 'joined', 'joined'] as const;

function spoil(server: RawIrcd, chance: Chance, count: () => void, signal: AbortSignal): void {
  const pour = async (peer: RawPeer, most: number, gently: boolean): Promise<void> => {
    for (let sent = 0; sent < most && !peer.closed && !signal.aborted; ) {
      const pieces: Buffer[] = [];
      for (let n = chance.below(40); n >= 0; n--) {
        const line = fuzzLine(chance, { self: peer.nick, sibling: chance.of(server.peers).nick, channel: CHANNEL });
        if (gently && endsConnection(line) && !chance.in(0.01)) continue;
        pieces.push(line, Buffer.from(chance.in(0.9) ? '\r\n' : chance.of(['\n', '\r\r\n', '\n\n', '\r\n\r\n'])));
        count();
        sent += 1;
      }
      const all = Buffer.concat(pieces);
      const cut = chance.below(all.length + 1);
      peer.bytes(all.subarray(0, cut));
      await sleep(chance.below(20));
      peer.bytes(all.subarray(cut));
      // About 4,500 lines a second from all: this is about what the lines are, not how many.
      await sleep(chance.below(320));
    }
  };
  server.onConnection = (peer) => {
    const manner = chance.of(MANNERS);
    const caps = manner === 'cap';
    if (manner === 'registration') void pour(peer, 50 + chance.below(200), false).then(() => peer.socket.destroy());
    if (caps) server.caps = chance.of(['', 'sasl batch message-tags', 'sasl=EXTERNAL cap-notify', `${'x'.repeat(400)} =`]);
    const poured = new Set<RawPeer>();
    server.answer = (asking, command) => {
      if (command === 'CAP' && caps && asking === peer && !poured.has(peer)) {
        poured.add(peer);
        void pour(peer, 30, false).then(() => server.welcome(peer));
        return undefined;
      }
      if ((command === 'JOIN' || command === 'PRIVMSG') && !poured.has(asking)) {
        poured.add(asking);
        void pour(asking, 20_000, true);
      }
      return undefined;
    };
  };
}
