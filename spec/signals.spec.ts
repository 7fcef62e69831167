/** What signals do to the process: at any time of its life, once and twice, and with files that have changed. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { descriptors, until } from './support/look.js';
import { aTextEvent, Pusher } from './support/push.js';
import { stage } from './support/stage.js';

describe('signals', () => {
  const set = stage({ asleep: true });
  afterEach(async () => {
    await set.bridge.stop();
    set.bridge.configure({});
  });
  const said = (what: RegExp, from = 0): boolean => set.bridge.log.slice(from).some((line) => what.test(line));

  it('LIFE-7, CLI-7: a second SIGTERM ends it at once; a fault at start is exit 1', async function () {
    const { bridge, people, world } = set;
    await bridge.start();
    const alice = await people.onMatrix('alva');
    await alice.joins(people.alias('#twice'));
    world.ircd.knobs.hold = true;
    bridge.process.signal('SIGTERM');
    await until('it is stopping', () => said(/bridge: stopping/u));
    const from = bridge.log.length;
    const begun = performance.now();
    bridge.process.signal('SIGINT');
    const { code } = await bridge.process.ending;
    assert.equal(code, 1);
    assert.ok(performance.now() - begun < 4000);
    // Without the second one it would wait five seconds for the silent server, and say how that ended.
    assert.ok(said(/ended by a second signal/u, from));
    assert.ok(!said(/bridge: stopped|could not stop in time/u, from));
    world.ircd.release();
    await bridge.stop();

    const { process } = bridge;
    const file = process.configFile;
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, `${good}\nircService: 5\n`);
    assert.equal((await process.run(['-c', file, '-f', process.registrationFile])).code, 1);
    writeFileSync(file, good);
    assert.equal((await process.run(['-c', file, '-f', join(process.directory, 'none.yaml')])).code, 1);
    assert.equal((await process.run(['-c', file, '-f', process.registrationFile, '-p', String(world.ircPort)])).code, 1);
    assert.equal((await process.run(['--nonsense'])).code, 1);
    assert.equal((await process.run(['--version'])).code, 0);
  });

  it('LIFE-7, CLI-9: signals while it still starts: SIGHUP ends nothing, SIGTERM ends it with exit 0', async function () {
    const { process: { configFile, registrationFile } } = set.bridge;
    for (const signals of [['SIGHUP', 'SIGHUP', 'SIGTERM'], ['SIGTERM']] as const) {
      const args = ['--import', 'tsx', 'src/main.ts', '-c', configFile, '-f', registrationFile, '-p', '0'];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      const ended = once(child, 'close');
      // Its first line comes before the libraries are read.
      await once(child.stderr, 'data');
      child.stderr.resume();
      for (const signal of signals) {
        child.kill(signal);
        await sleep(50);
      }
      assert.deepEqual(await ended, [0, null], signals.join());
    }
  });

  it('CLI-9, T4: SIGHUP takes hot keys at once and names what needs a restart; an invalid file changes nothing', async function () {
    const { bridge, people, world } = set;
    await bridge.start();
    const bob = await people.onIrc('bea', '#hup');
    const alice = await people.onMatrix('alma');
    const room = await alice.joins(people.alias('#hup'));
    const pusher = new Pusher(bridge);
    const old = (text: string): Record<string, unknown> => aTextEvent(alice.userId, room, text, { origin_server_ts: Date.now() - 3_600_000 });
    await pusher.push([old('old and welcome')]);
    await bob.sees('old and welcome', { to: '#hup' });

    const before = descriptors(bridge);
    writeFileSync(bridge.process.configFile, 'homeserver: [not, a, mapping]\n');
    let from = bridge.log.length;
    bridge.process.signal('SIGHUP');
    await until('the file is refused', () => said(/old one stays in force/u, from));
    await pusher.push([old('still welcome')]);
    await bob.sees('still welcome', { to: '#hup' });

    const homeserver = { url: world.homeserverUrl, domain: world.domain, bindHostname: '127.0.0.1', dropMatrixMessagesAfterSecs: 60 };
    bridge.configure({ network: { port: 1 }, config: { homeserver } });
    from = bridge.log.length;
    bridge.process.signal('SIGHUP');
    await until('it is read', () => said(/configuration read again; changed: .*dropMatrixMessagesAfterSecs/u, from));
    assert.ok(said(/needs restart: .*servers/u, from));
    const late = old('too late now');
    await pusher.push([late]);
    const told = await alice.sees(/too old/u, { room, msgtype: 'm.notice' });
    assert.deepEqual(told.content['m.relates_to'], { 'm.in_reply_to': { event_id: late['event_id'] } });
    await alice.says(room, 'on the old port as before');
    await bob.sees('on the old port as before', { to: '#hup' });
    assert.equal(bob.messages.filter(({ text }) => text === 'too late now').length, 0);
    assert.ok(descriptors(bridge) <= before + 3, 'descriptors leak at each reload');
    pusher.end();
    assert.equal((await bridge.stop()).code, 0);
  });

  it('LIFE-7: after a stop in order nothing is left that would keep the process', async function () {
    const { bridge, people } = set;
    await bridge.start();
    const alice = await people.onMatrix('ada');
    const room = await alice.joins(people.alias('#open'));
    await alice.says(room, 'so that there is a link and a person');
    await until('she is on IRC', () => set.world.ircd.client('ada[m]') !== undefined);
    await bridge.stop();

    const { configFile, registrationFile, port } = bridge.process;
    const args = ['--import', 'tsx', 'spec/support/start-and-stop.ts', configFile, registrationFile, String(port)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
    const ended = once(child, 'close');
    await until('it has started', () => out.includes('started'));
    await alice.says(room, 'through this one');
    await until('she is on IRC again', () => set.world.ircd.client('ada[m]') !== undefined);
    child.kill('SIGUSR2');
    await until('it has stopped', () => out.includes('stopped'));
    const late = setTimeout(() => child.kill('SIGKILL'), 4000);
    const [code] = (await ended) as [number | null];
    clearTimeout(late);
    assert.equal(code, 0, `kept alive by ${out.slice(out.indexOf('stopped'))}`);
  });
});
