import assert from 'node:assert/strict';
import { networkDefaults } from '../../src/config/network.js';
import { quiet } from '../../src/lib/log.js';
import type { UserId } from '../../src/model/ids.js';
import { makeSettleIdent } from '../../src/people/idents.js';
import { withOwnAddress } from '../../src/people/own-address.js';
import type { Store } from '../../src/store/port.js';
import { ALICE, CAROL, NET, userId } from '../support/make.js';
import { aStore } from '../support/store.js';

const blocks = [{ homeserver: 'other.test', startFrom: '10:0000' }];

describe('people/own-address', () => {
  let store: Store;
  beforeEach(async () => {
    store = await aStore({ networks: [NET] });
  });
  afterEach(() => store.close());
  const settle = (ipv6: { prefix?: string; blocks?: typeof blocks }) => {
    const config = networkDefaults({ ircClients: { ipv6 } });
    const { people, counters } = store;
    return withOwnAddress(makeSettleIdent(people), { people, counters, configOf: () => config, log: quiet });
  };
  const addressOf = async (person: UserId, ipv6 = { prefix: '2001:db8::', blocks }): Promise<string | undefined> => (await settle(ipv6)(NET, person)).ipv6;

  it('IP-1: each person has one, and keeps it', async () => {
    assert.deepEqual([await addressOf(ALICE), await addressOf(CAROL), await addressOf(ALICE)], ['2001:db8::1', '2001:db8::2', '2001:db8::1']);
    assert.deepEqual(await store.people.settings(ALICE, NET), { person: ALICE, network: NET, ident: 'alice', ipv6: '2001:db8::1' });
  });

  it('IP-1: one person who is asked for many times at once has one', async () => {
    const give = settle({ prefix: '2001:db8::' });
    const all = await Promise.all([ALICE, CAROL, ALICE, ALICE].map((person) => give(NET, person)));
    assert.deepEqual(all.map(({ ipv6 }) => ipv6), ['2001:db8::1', '2001:db8::2', '2001:db8::1', '2001:db8::1']);
  });

  it('IP-2: people of a block are counted from its beginning, and a change moves nobody', async () => {
    const [far, near] = [userId('@far:other.test'), userId('@near:other.test')];
    assert.deepEqual([await addressOf(ALICE), await addressOf(far)], ['2001:db8::1', '2001:db8::10:0001']);
    assert.deepEqual([await addressOf(far, { prefix: '2001:db8:5::', blocks: [] }), await addressOf(near, { prefix: '2001:db8:5::', blocks: [] })], ['2001:db8::10:0001', '2001:db8:5::2']);
  });

  it('SYN-10: an address of somebody forgotten is never anybody’s again', async () => {
    await addressOf(ALICE);
    await store.people.saveRecord({ person: ALICE, features: {}, deactivated: true });
    await store.people.forget(ALICE);
    assert.equal(await addressOf(CAROL), '2001:db8::2');
    await store.people.saveRecord({ person: ALICE, features: {}, deactivated: false });
    assert.equal(await addressOf(ALICE), '2001:db8::3');
  });

  it('without a prefix nobody is given one', async () => {
    assert.equal(await addressOf(ALICE, { blocks } as never), undefined);
  });
});
