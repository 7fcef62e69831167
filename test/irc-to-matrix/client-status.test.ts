import assert from 'node:assert/strict';
import type { NetworkConfig } from '../../src/config/network.js';
import { makeClientStatus } from '../../src/irc-to-matrix/client-status.js';
import type { IrcEventOf } from '../../src/model/irc-event.js';
import { refused } from '../../src/model/refusal.js';
import { TestClock } from '../support/clock.js';
import { MemoryNetwork } from '../support/irc.js';
import { ALICE, listeningLog, NET, nickOf } from '../support/make.js';

type Status = IrcEventOf<'clientStatus'>['status'];

async function parts(config: Partial<NetworkConfig> = {}) {
  const network = new MemoryNetwork();
  const clock = new TestClock();
  const told: string[] = [];
  const { log } = listeningLog();
  await network.connect(ALICE, { nick: nickOf('Alice'), ident: 'alice', realname: 'Alice' });
  const take = makeClientStatus({
    networks: new Map([[NET, network]]),
    configOf: () => ({ name: 'Example', sendConnectionMessages: true, ...config }) as NetworkConfig,
    tellPerson: async (_person, { text }) => told.push(text) > 0,
    clock,
    log,
  });
  const why = refused('connection-lost', 'Ping timeout.').refusal;
  const becomes = async (...statuses: Status[]): Promise<void> => {
    for (const status of statuses) {
      const client = { network: NET, owner: ALICE };
      const event = { kind: 'clientStatus', network: NET, at: clock.now(), heardBy: client, client, nick: nickOf('Alice') } as const;
      await take({ ...event, status, ...(status === 'lost' || status === 'refused' ? { why } : {}) });
    }
  };
  return { network, clock, told, becomes };
}

describe('irc-to-matrix/client-status (CONN-9)', () => {
  it('tells the nick, the modes and the account once a connection has settled, and nothing of its making', async () => {
    const { network, clock, told, becomes } = await parts();
    await becomes('connecting');
    await clock.advance(9_000);
    await becomes('ready');
    network.standing = { modes: 'ix', account: 'alice' };
    await clock.advance(2_000);
    assert.deepEqual(told, ['You are connected to Example as Alice, with modes +ix, logged in as alice.']);
    await becomes('ended', 'connecting', 'ready');
    await clock.advance(60_000);
    assert.deepEqual([told.length, clock.timers], [1, 0]);
  });

  it('tells that it is connecting, and as whom, where that takes long', async () => {
    const { clock, told, becomes } = await parts();
    await becomes('connecting');
    await clock.advance(10_000);
    assert.deepEqual(told, ['I am connecting you to Example as Alice. It takes a while; what you say meanwhile waits.']);
    await becomes('ready');
    await clock.advance(2_000);
    assert.deepEqual(told.slice(1), ['You are connected to Example as Alice.']);
  });

  it('tells a loss once, however often it is tried again, and that it is over', async () => {
    const { clock, told, becomes } = await parts();
    for (let n = 0; n < 3; n++) {
      await becomes('lost', 'connecting');
      await clock.advance(30_000);
      await becomes('ready');
      await clock.advance(1_000);
    }
    assert.deepEqual(told, ['You are not connected to Example now. Ping timeout. I try again by myself; what you say meanwhile waits.']);
    await clock.advance(1_000);
    await becomes('refused', 'refused');
    assert.deepEqual(told.slice(1).map((text) => text.slice(0, 32)), ['You are connected to Example as A', 'Example does not let you in. Ping'].map((text) => text.slice(0, 32)));
  });

  it('says nothing where connection messages are off', async () => {
    const { clock, told, becomes } = await parts({ sendConnectionMessages: false });
    await becomes('connecting', 'ready');
    await clock.advance(60_000);
    await becomes('lost', 'refused');
    assert.deepEqual(told, []);
  });
});
