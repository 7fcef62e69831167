import assert from 'node:assert/strict';
import { makeArrive } from '../../src/account-life-cycle/arrive.js';
import type { VirtualClient } from '../../src/irc/port.js';
import { quiet } from '../../src/lib/log.js';
import type { AccountRecord } from '../../src/model/account.js';
import { done, granted, type Outcome, refused } from '../../src/model/refusal.js';
import { emptyLedger } from '../../src/policy/ledger.js';
import { TestClock } from '../support/clock.js';
import { ALICE, CATS, NET } from '../support/make.js';

const slow = refused('timed-out', 'Not let in yet.');
const gone: AccountRecord = { ledger: { ...emptyLedger(ALICE), known: true, outAt: 5 }, places: [] };

/** A network that answers each try to connect, and each join, with the next of a list; the last one stays. */
function set(answers: readonly Outcome[], joins: readonly Outcome[] = [done]) {
  const clock = new TestClock();
  const stopping = new AbortController();
  const tried = { connects: 0, joins: 0, records: [] as (AccountRecord | undefined)[], left: false };
  let joined = false;
  const client = {
    status: 'ready',
    inChannel: () => joined,
    setAway: () => undefined,
    join: () => {
      const outcome = joins[Math.min(tried.joins++, joins.length - 1)] ?? done;
      joined = outcome.ok;
      Object.assign(client, { status: outcome.ok || outcome.refusal.reason !== 'connection-lost' ? 'ready' : 'waiting' });
      return Promise.resolve(outcome);
    },
  } as unknown as VirtualClient;
  const arrive = makeArrive({
    networks: new Map([[NET, { clientOf: () => (tried.left ? undefined : client) }]]),
    connect: () => {
      const outcome = answers[Math.min(tried.connects++, answers.length - 1)] ?? done;
      return Promise.resolve(outcome.ok ? granted(client) : outcome);
    },
    links: { ofChannel: () => [] },
    accounts: { of: () => Promise.resolve(tried.records.at(-1)) },
    clock,
    stopping: stopping.signal,
    log: quiet,
  });
  const come = async (): Promise<unknown> => {
    let outcome: unknown = 'under way';
    arrive(ALICE, NET, [CATS]).then(
      (through) => (outcome = through),
      (fault: unknown) => (outcome = fault),
    );
    await clock.advance(60_000);
    return outcome;
  };
  return { come, tried, stopping, isIn: () => joined };
}

describe('account-life-cycle/arrive', () => {
  it('SYN-7, M3: whoever is let in late comes to his channels all the same', async () => {
    const { come, tried, isIn } = set([slow, slow, done]);
    assert.deepEqual([await come(), isIn(), tried.connects], [true, true, 3]);
  });

  it('a connection lost while joining is joined again', async () => {
    const { come, isIn, tried } = set([done], [refused('connection-lost', 'Lost.'), done]);
    assert.deepEqual([await come(), isIn(), tried.joins], [true, true, 2]);
  });

  it('a channel that says no is no reason to go on', async () => {
    const { come, tried } = set([done], [refused('invite-only', 'No.')]);
    assert.deepEqual([await come(), tried.joins], [true, 1]);
  });

  it('who is refused for good did not arrive', async () => {
    const { come, tried } = set([refused('banned-from-network', 'Banned.', true)]);
    tried.left = true;
    assert.deepEqual([await come(), tried.connects], [false, 1]);
  });

  it('SYN-9: who logs out meanwhile is waited for no longer', async () => {
    const { come, tried } = set([slow]);
    tried.records.push(gone);
    assert.deepEqual([await come(), tried.connects], [false, 1]);
  });

  it('SYN-14: a stop says nothing about it', async () => {
    const { come, stopping } = set([slow]);
    stopping.abort(new Error('stopping'));
    assert.match(String(await come()), /stopping/u);
  });
});
