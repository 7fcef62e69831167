import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { makeRun } from '../src/commands/run.js';
import { requestOf, requestOfFault, traced } from '../src/lib/log.js';
import { ALICE, aLine, aliasId, aMessage, aNickChange, aPrivateLine, listeningLog, NET, nickOf } from './support/make.js';
import { TestClock } from './support/clock.js';
import { World } from './support/world.js';

/** The fields of the log line of that event. */
const fieldsOf = (world: World, event: string): Readonly<Record<string, unknown>> | undefined =>
  world.log.lines.find((line) => line.event === event)?.fields;

describe('log (MET-14): what went wrong with one message names its journal entry', () => {
  it('a channel line', async () => {
    const world = await World.of();
    world.homeserver.deny('join', 'HOMESERVER_FORBIDDEN');
    world.flows.onIrcEvent(aLine('hello'));
    await world.quiet();
    assert.equal(typeof fieldsOf(world, 'line not delivered to room')?.['request'], 'string');
  });

  it('a private line', async () => {
    const world = await World.of();
    const to = { network: NET, owner: ALICE };
    await world.network.connect(ALICE, { nick: nickOf('alice'), ident: 'x', realname: 'x' });
    world.homeserver.deny('createRoom', 'HOMESERVER_FORBIDDEN');
    world.flows.onIrcEvent(aPrivateLine('hello', { to, heardBy: to }));
    await world.quiet();
    assert.equal(typeof fieldsOf(world, 'private line not delivered')?.['request'], 'string');
  });

  it('a message', async () => {
    const world = await World.of();
    world.network.connect = () => Promise.reject(new Error('a fault of ours'));
    const { id } = world.take(aMessage());
    await world.quiet();
    assert.equal(fieldsOf(world, 'message failed')?.['request'], id);
  });
});

describe('log (MET-14): all lines of one request name it, also what is in no journal', () => {
  it('an event of IRC that is no line, and another one has another', async () => {
    const world = await World.of();
    for (const nick of ['bob', 'carol']) world.flows.onIrcEvent(aLine('hello', { nick }));
    await world.quiet();
    world.homeserver.deny('join', 'HOMESERVER_FORBIDDEN');
    for (const nick of ['bob', 'carol']) world.flows.onIrcEvent(aNickChange(nick, `${nick}2`));
    await world.quiet();
    const requests = world.log.lines.filter(({ event }) => event === 'ghost not renamed').map(({ fields }) => fields['request']);
    assert.equal(new Set(requests).size, 2);
    for (const request of requests) assert.match(String(request), /^[a-z0-9]+\.[a-z0-9]+$/u);
  });

  it('a message that could not be said, and that its author was told', async () => {
    const world = await World.of();
    world.network.connect = () => Promise.reject(new Error('a fault of ours'));
    const { id } = world.take(aMessage());
    await world.quiet();
    const said = world.log.lines.filter(({ fields }) => fields['request'] === id).map(({ event }) => event);
    assert.deepEqual(said, ['message failed', 'told not delivered']);
  });

  it('a command that fails', async () => {
    const { log, lines } = listeningLog();
    const fails = { name: 'brew', usage: '', summary: '', group: 'The bridge', run: () => Promise.reject(new Error('no tea')) } as const;
    const obey = makeRun({ table: [fails], networks: new Map(), permissions: () => ({}), clock: new TestClock(), log });
    await obey({ person: ALICE, text: 'brew', request: '1.2' });
    assert.deepEqual(lines.map(({ event, fields }) => [event, fields['request']]), [['command failed', '1.2']]);
  });

  it('what asked for an alias', async () => {
    const world = await World.of();
    const request = {};
    assert.equal(await world.flows.questions.alias(aliasId('#irc_irc.test_#dogs:hs.test'), request), false);
    assert.equal(fieldsOf(world, 'alias refused')?.['request'], requestOf(request));
  });

  it('a fault that nobody expected', async () => {
    const subject = {};
    const fault = new Error('unexpected');
    await assert.rejects(traced(subject, () => Promise.reject(fault)), fault);
    assert.equal(requestOfFault(fault), requestOf(subject));
    assert.equal(requestOfFault('no object'), undefined);
  });
});

/** What goes on by itself: nobody asked for it. */
const ALONE: Readonly<Record<string, readonly string[]>> = { http: ["http/metrics.ts: 'metrics listener ended, started again',"] };

/** Log calls of a folder whose fields name no request. */
function unnamed(folder: string): string[] {
  const files = readdirSync(`src/${folder}`).filter((name) => name.endsWith('.ts'));
  return files.flatMap((name) => {
    const text = readFileSync(`src/${folder}/${name}`, 'utf8');
    return [...text.matchAll(/\blog\.(?:debug|info|warn|error)\(([^;]*?)\)[;,)]/gsu)]
      .filter(([, inside = '']) => !/\brequest\b|\bfields\b/u.test(inside))
      .map(([, inside = '']) => `${folder}/${name}: ${inside.slice(0, 40)}`);
  });
}

describe('log (MET-14): in the folders that carry what is asked', () => {
  for (const folder of ['irc-to-matrix', 'matrix-to-irc', 'commands', 'http']) {
    it(`every line of ${folder}/ names its request`, () => assert.deepEqual(unnamed(folder), ALONE[folder] ?? []));
  }
});
