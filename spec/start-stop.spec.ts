/** How the process begins and ends: with either side down, under load, with a server that has fallen silent. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bridge } from './support/bridge.js';
import { bodies, Ledger } from './support/ledger.js';
import { until } from './support/look.js';
import { asToken, hsToken } from './support/push.js';
import { RawIrcd } from './support/raw-irc.js';
import { stage } from './support/stage.js';

/** How long the bridge took to stop by its own log, in ms: what starting and watching the process costs is not its doing. */
function tookToStop({ log }: Bridge): number {
  const at = (what: string): number => Date.parse(log.findLast((line) => line.includes(`bridge: ${what}`))?.split(' ')[0] ?? '');
  return at('stopped') - at('stopping');
}

describe('start and stop', () => {
  const set = stage({ asleep: true });
  const late = new RawIrcd();
  // Each row starts it; a row that fails must not leave its own configuration in force.
  afterEach(async () => {
    await set.bridge.stop();
    if (!(await fetch(set.world.homeserverUrl).catch(() => undefined))) await set.world.startHomeserver();
  });
  after(() => late.stop());
  const said = (bridge: Bridge, what: RegExp, from = 0): boolean => bridge.log.slice(from).some((line) => what.test(line));

  it('LIFE-2: the homeserver is down at start: no crash, and all is joined once it is there', async function () {
    const { world, bridge, people } = set;
    const alice = await people.onMatrix('alice');
    const room = await alice.makesRoom();
    bridge.configure({ network: { mappings: { '#mapped': { roomIds: [room] } } } });
    const bob = await people.onIrc('bob', '#mapped');
    await world.killHomeserver();
    await bridge.start();
    await bob.seesJoin('CausewayBot', '#mapped');
    bob.says('#mapped', 'said while the homeserver was down');
    await sleep(1000);
    // To be stopped meanwhile is nothing special, and what was said is kept.
    assert.equal((await bridge.stop()).code, 0);
    assert.equal(bridge.log.find((line) => line.includes(' ERROR ')), undefined);
    await bridge.start();
    await world.startHomeserver();
    await alice.seesMember('@appservice-irc:hs.test', 'join', room, 20_000);
    await alice.sees('said while the homeserver was down', { room });
    await alice.says(room, 'and back');
    await bob.sees('and back', { to: '#mapped' });
    assert.equal((await bridge.stop()).code, 0);
  });

  it('LIFE-3: an IRC network is down at start: the other works, and the first comes when it is there', async function () {
    const { bridge, people } = set;
    const port = await late.start('127.0.3.1');
    await late.stop();
    const alice = await people.onMatrix('anna');
    const [here, there] = [await alice.makesRoom(), await alice.makesRoom()];
    const network = (more: object): object => ({ ssl: false, ircClients: { reconnectIntervalMs: 20, flood: false }, botConfig: { enabled: true, nick: 'CausewayBot' }, ...more });
    bridge.configure({
      service: {
        servers: {
          '127.0.0.1': network({ port: set.world.ircPort, mappings: { '#here': { roomIds: [here] } } }),
          '127.0.3.1': network({ port, mappings: { '#there': { roomIds: [there] } }, matrixClients: { userTemplate: '@irc_late_$NICK' } }),
        },
        logging: { level: 'info', toConsole: true },
      },
    });
    await bridge.start();
    for (const room of [here, there]) await alice.seesMember('@appservice-irc:hs.test', 'join', room, 20_000);
    const bob = await people.onIrc('bobby', '#here');
    await alice.says(here, 'over here');
    await bob.sees('over here', { to: '#here' });
    await alice.says(there, 'for the late one');
    await sleep(1500);
    await late.start('127.0.3.1');
    await until('the message that waited arrives', () => late.peers.some(({ lines }) => lines.includes('PRIVMSG #there :for the late one')));
    // With people on it: a K-line of the bot is told in the log and stops nothing else (mairc exits).
    const from = bridge.log.length;
    late.onConnection = (peer) => peer.send('ERROR :Closing Link: 127.0.0.1 (K-Lined)');
    for (const peer of late.open) peer.send('ERROR :Closing Link: 127.0.0.1 (K-Lined)');
    await until('the ban is in the log', () => said(bridge, /owner="bot".*(?:banned|K-Lined)/u, from));
    await alice.says(here, 'over here still');
    await bob.sees('over here still', { to: '#here' });
    assert.equal((await bridge.stop()).code, 0);
  });

  it('LIFE-7: SIGTERM under load both ways: exit 0 within 10 s, QUIT with its reason, nothing lost or doubled', async function () {
    const { bridge, people, world } = set;
    bridge.configure({});
    await bridge.start();
    const bob = await people.onIrc('bert', '#load');
    const alice = await people.onMatrix('alina');
    const room = await alice.joins(people.alias('#load'));
    await alice.says(room, 'begin');
    await bob.sees('begin', { to: '#load' });
    const [down, up] = [new Ledger('down'), new Ledger('up')];
    for (let round = 0; round < 2; round++) {
      const enough = new AbortController();
      const talk = (async () => {
        while (!enough.signal.aborted) await alice.says(room, down.token('alina', 'load'));
      })();
      const before = bob.messages.length;
      await until('talk flows', () => bob.messages.length > before + 20);
      // Into its last second: these must all be read, and kept or carried.
      for (let i = 0; i < 100; i++) bob.says('#load', up.token('bert', 'load'));
      await until('the first of them is carried', () => alice.messages(room).some(({ content }) => content['body'] === up.tokens[round * 100]));
      const { code } = await bridge.stop();
      assert.equal(code, 0);
      assert.ok(tookToStop(bridge) < 10_000, `${tookToStop(bridge)} ms`);
      const quit = await bob.hears('QUIT', ({ from }) => from.startsWith('alina'));
      assert.match(quit.text, /Bridge terminating on SIGTERM/u);
      enough.abort();
      await talk;
      await bridge.start();
      await bob.seesJoin('CausewayBot', '#load');
    }
    await alice.says(room, 'the end');
    await bob.sees('the end', { to: '#load' });
    assert.deepEqual(down.judge(bob.messages.map(({ text }) => text)), { sent: down.tokens.length, lost: [], doubled: [], disordered: [] });
    bob.says('#load', 'over');
    await alice.sees('over', { room });
    const report = up.judge(await bodies(alice, room));
    assert.deepEqual({ lost: report.lost, doubled: report.doubled, disordered: report.disordered }, { lost: [], doubled: [], disordered: [] });
    await until('the homeserver has handed on all', () => world.homeserver.backlog(world.service) === 0);
    await bridge.stop();
  });

  it('LIFE-7: with an IRC server that has fallen silent it still ends within 5 s, and leaves nothing open', async function () {
    const { bridge, people, world } = set;
    await bridge.start();
    const alice = await people.onMatrix('aline');
    const room = await alice.joins(people.alias('#silent'));
    const bob = await people.onIrc('ben', '#silent');
    await alice.says(room, 'begin');
    await bob.sees('begin', { to: '#silent' });
    world.ircd.knobs.hold = true;
    const clients = world.ircd.connections.filter(({ gone, nickText }) => !gone && /\[m\]|CausewayBot/u.test(nickText));
    assert.ok(clients.length >= 2);
    await alice.says(room, 'into the silence');
    const { code } = await bridge.stop();
    world.ircd.release();
    assert.equal(code, 0);
    assert.ok(tookToStop(bridge) < 5500, `${tookToStop(bridge)} ms`);
    await until('every connection is closed', () => clients.every(({ socket }) => socket.destroyed || socket.readableEnded));
  });

  it('REG-6: registering again keeps id and tokens; only --force-new-tokens makes new ones', async function () {
    const { bridge } = set;
    const { process } = bridge;
    const before = readFileSync(process.registrationFile, 'utf8');
    assert.equal(await process.register(), before);
    const [as, hs] = [asToken(bridge), hsToken(bridge)];
    await process.run(['-r', '-u', `http://127.0.0.1:${process.port}`, '-c', process.configFile, '-f', process.registrationFile, '--force-new-tokens']);
    assert.notEqual(asToken(bridge), as);
    assert.notEqual(hsToken(bridge), hs);
    writeFileSync(process.registrationFile, before);
  });

  it('INV-9: tokens and passwords are in no log and in no room', async function () {
    const { bridge, world } = set;
    const secrets = [asToken(bridge), hsToken(bridge)];
    for (const secret of secrets) {
      assert.ok(secret.length >= 20);
      assert.equal(bridge.log.find((line) => line.includes(secret)), undefined);
      for (const room of world.homeserver.house.rooms.values()) {
        for (const event of room.timeline) assert.equal(JSON.stringify(event).includes(secret), false);
      }
      for (const { lines } of world.ircd.connections) assert.equal(lines.find((line) => line.includes(secret)), undefined);
    }
  });
});
