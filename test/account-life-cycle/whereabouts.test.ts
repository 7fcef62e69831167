import assert from 'node:assert/strict';
import { emptyLedger } from '../../src/policy/ledger.js';
import { Whereabouts } from '../../src/account-life-cycle/whereabouts.js';
import type { AccountRecord } from '../../src/model/account.js';
import { quiet } from '../../src/lib/log.js';
import { parseChannelName } from '../../src/model/irc-names.js';
import { Accounts } from '../../src/people/accounts.js';
import { TestClock } from '../support/clock.js';
import { MemoryNetwork } from '../support/irc.js';
import { ALICE, CAROL, NET, nickOf } from '../support/make.js';
import { MemoryAccounts } from '../support/memory-store.js';

const channel = (name: string) => parseChannelName(name)!;
const known = (more: Partial<AccountRecord> = {}): AccountRecord => ({ ledger: { ...emptyLedger(ALICE), known: true }, places: [], ...more });
const wish = { nick: nickOf('Alice'), ident: 'alice', realname: '' };

async function set(record: AccountRecord | undefined) {
  const network = new MemoryNetwork();
  const store = new MemoryAccounts();
  const accounts = new Accounts(store, { set: () => undefined });
  const clock = new TestClock();
  if (record) await accounts.change(ALICE, () => record);
  const whereabouts = new Whereabouts({ networks: new Map([[NET, network]]), accounts, clock, log: quiet });
  whereabouts.start();
  await network.connect(ALICE, wish);
  const places = async () => (await store.account(ALICE))?.places.map(({ nick, channels }) => [nick, ...channels].join(' '));
  return { network, accounts, clock, whereabouts, places };
}

describe('account-life-cycle/whereabouts', () => {
  it('SYN-7: is stored soon after it has changed, for who is killed', async () => {
    const { network, clock, places, whereabouts } = await set(known());
    await network.clientOf(ALICE)?.join(channel('#one'));
    await clock.advance(6_000);
    assert.deepEqual(await places(), ['Alice #one']);
    await network.clientOf(ALICE)?.join(channel('#two'));
    network.clientOf(ALICE)?.part(channel('#one'));
    await clock.advance(6_000);
    assert.deepEqual(await places(), ['Alice #two']);
    whereabouts.stop();
    assert.equal(clock.timers, 0);
  });

  it('who leaves IRC of himself is nowhere; who was disconnected by a logout, where he was', async () => {
    const { network, clock, places, accounts } = await set(known());
    await network.clientOf(ALICE)?.join(channel('#one'));
    await clock.advance(6_000);
    await accounts.change(ALICE, (record) => record && { ...record, ended: 'disconnect' });
    await network.clientOf(ALICE)?.end();
    await clock.advance(6_000);
    assert.deepEqual(await places(), ['Alice #one']);
    await accounts.change(ALICE, (record) => record && { ledger: record.ledger, places: record.places });
    await network.connect(ALICE, wish);
    await clock.advance(6_000);
    await network.clientOf(ALICE)?.end();
    await clock.advance(6_000);
    assert.deepEqual(await places(), []);
  });

  it('nothing is stored of whose devices nothing is known', async () => {
    const { network, clock, places } = await set(undefined);
    await network.clientOf(ALICE)?.join(channel('#one'));
    await clock.advance(6_000);
    assert.equal(await places(), undefined);
  });
});

describe('people/accounts', () => {
  it('changes of one person follow one another, and a failed one harms no other', async () => {
    const store = new MemoryAccounts();
    const accounts = new Accounts(store, { set: () => undefined });
    const add = (at: number) => (before: AccountRecord | undefined) => ({ ...known(), ...before, endsAt: (before?.endsAt ?? 0) + at });
    const all = [
      accounts.change(ALICE, add(1)),
      accounts.change(ALICE, () => {
        throw new Error('no');
      }).catch(() => undefined),
      accounts.change(ALICE, add(2)),
      accounts.change(CAROL, () => undefined),
      accounts.change(ALICE, add(4)),
    ];
    assert.deepEqual((await Promise.all(all)).map((record) => record?.endsAt), [1, undefined, 3, undefined, 7]);
    assert.equal((await store.account(ALICE))?.endsAt, 7);
  });
});
