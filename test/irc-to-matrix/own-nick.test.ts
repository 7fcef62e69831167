import assert from 'node:assert/strict';
import type { NetworkConfig } from '../../src/config/network.js';
import { makeOwnNick } from '../../src/irc-to-matrix/own-nick.js';
import type { Nick } from '../../src/model/irc-names.js';
import { TestClock } from '../support/clock.js';
import { MemoryNetwork } from '../support/irc.js';
import { ALICE, listeningLog, NET, nickOf } from '../support/make.js';

async function parts(config: Partial<NetworkConfig> = {}) {
  const network = new MemoryNetwork();
  const clock = new TestClock();
  const told: string[] = [];
  const made = await network.connect(ALICE, { nick: nickOf('Alice'), ident: 'alice', realname: 'Alice' });
  assert.ok(made.ok);
  const client = made.value;
  const take = makeOwnNick({
    networks: new Map([[NET, network]]),
    configOf: () => ({ name: 'Example', sendConnectionMessages: true, ...config }) as NetworkConfig,
    tellPerson: (person, { text }) => {
      told.push(`${person}: ${text}`);
      return Promise.resolve(true);
    },
    clock,
    log: listeningLog().log,
  });
  /** The network renames her. */
  const becomes = (to: Nick): void => {
    const from = client.nick;
    (client as { nick: Nick }).nick = to;
    take({ kind: 'nick', network: NET, at: 0, heardBy: client.id, from: { nick: from }, to });
  };
  return { clock, told, client, becomes, take };
}

describe('irc-to-matrix/own-nick (CONN-9)', () => {
  it('a nick that the network forced is told, and the own one when it is back', async () => {
    const { clock, told, becomes } = await parts();
    becomes(nickOf('Guest12'));
    await clock.advance(3_000);
    assert.deepEqual(told, [
      `${ALICE}: Example has changed your nick to Guest12. I ask for Alice again from time to time; !nick chooses another.`,
    ]);
    becomes(nickOf('Alice'));
    await clock.advance(3_000);
    assert.deepEqual(told.slice(1), [`${ALICE}: You are Alice on Example again.`]);
    assert.equal(clock.timers, 0);
  });

  it('what was asked for, and what came right back, is no news', async () => {
    const { clock, told, client, becomes } = await parts();
    becomes(nickOf('Guest12'));
    becomes(nickOf('Alice'));
    await clock.advance(3_000);
    await client.rename(nickOf('Ally'));
    becomes(nickOf('Ally'));
    await clock.advance(3_000);
    assert.deepEqual(told, []);
  });

  it('nobody is told where connection messages are off, nor of other people', async () => {
    const { clock, told, client, becomes, take } = await parts({ sendConnectionMessages: false });
    becomes(nickOf('Guest12'));
    take({ kind: 'nick', network: NET, at: 0, heardBy: client.id, from: { nick: nickOf('bob') }, to: nickOf('bobby') });
    await clock.advance(3_000);
    assert.deepEqual(told, []);
  });
});
