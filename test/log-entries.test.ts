import assert from 'node:assert/strict';
import { ALICE, aLine, aMessage, aPrivateLine, NET, nickOf } from './support/make.js';
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
    assert.equal(typeof fieldsOf(world, 'line not delivered to room')?.['entry'], 'string');
  });

  it('a private line', async () => {
    const world = await World.of();
    const to = { network: NET, owner: ALICE };
    await world.network.connect(ALICE, { nick: nickOf('alice'), ident: 'x', realname: 'x' });
    world.homeserver.deny('createRoom', 'HOMESERVER_FORBIDDEN');
    world.flows.onIrcEvent(aPrivateLine('hello', { to, heardBy: to }));
    await world.quiet();
    assert.equal(typeof fieldsOf(world, 'private line not delivered')?.['entry'], 'string');
  });

  it('a message', async () => {
    const world = await World.of();
    world.network.connect = () => Promise.reject(new Error('a fault of ours'));
    const { id } = world.take(aMessage());
    await world.quiet();
    assert.equal(fieldsOf(world, 'message failed')?.['entry'], id);
  });
});
