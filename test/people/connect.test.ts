import assert from 'node:assert/strict';
import fc from 'fast-check';
import { networkDefaults } from '../../src/config/network.js';
import type { UserId } from '../../src/model/ids.js';
import { asNetworkName } from '../../src/model/irc-names.js';
import { refused } from '../../src/model/refusal.js';
import { makeSettleIdent } from '../../src/people/idents.js';
import { makeConnect } from '../../src/people/connect.js';
import { MemoryHomeserver } from '../support/homeserver.js';
import { MemoryNetwork } from '../support/irc.js';
import { ALICE, CAROL, NET, nickOf, ROOM, userId } from '../support/make.js';
import { MemoryPeople } from '../support/memory-store.js';

type Settings = NonNullable<Parameters<typeof networkDefaults>[0]>;

function parts(settings: Settings = {}) {
  const network = new MemoryNetwork();
  const people = new MemoryPeople();
  const homeserver = new MemoryHomeserver();
  const config = networkDefaults(settings);
  const accounts = { isSuspended: () => false, isAway: () => false, returned: () => undefined, nickOf: () => undefined };
  const settleIdent = makeSettleIdent(people);
  const connect = makeConnect({ networks: new Map([[NET, network]]), configOf: () => config, homeserver, people, settleIdent, accounts });
  return { network, people, homeserver, connect };
}

describe('people/connect', () => {
  it('CONN-1: however many ask, one connection; and none once there is one', async () => {
    const { connect, network } = parts();
    const clients = await Promise.all([connect(ALICE, NET), connect(ALICE, NET, ROOM), connect(ALICE, NET)]);
    const again = await connect(ALICE, NET);
    assert.equal(network.wishes.length, 1);
    assert.equal(new Set([...clients, again].map((outcome) => outcome.ok && outcome.value)).size, 1);
  });

  it('CONN-1: another person has another', async () => {
    const { connect, network } = parts();
    await Promise.all([connect(ALICE, NET), connect(CAROL, NET)]);
    assert.deepEqual(network.wishes.map(({ user }) => user).sort(), [ALICE, CAROL]);
  });

  it('CONN-1: a person who cannot connect holds up no other, and may try again', async () => {
    const { connect, network } = parts();
    network.deny(`connect ${ALICE}`, refused('banned-from-network', 'Banned.', true).refusal);
    const [alice, carol] = await Promise.all([connect(ALICE, NET), connect(CAROL, NET)]);
    assert.equal(alice.ok, false);
    assert.equal(carol.ok, true);
    network.relent();
    assert.equal((await connect(ALICE, NET)).ok, true);
  });

  it('asks for a client that is not ready again', async () => {
    const { connect, network } = parts();
    await connect(ALICE, NET);
    network.lose();
    assert.equal((await connect(ALICE, NET)).ok, true);
    assert.equal(network.wishes.length, 2);
  });

  it('is named by display name, ident and real name, with the network’s password', async () => {
    const { connect, network, homeserver } = parts({ password: 'sesame', ircClients: { realnameFormat: 'reverse-mxid' } });
    homeserver.names.set(ALICE, 'Alice Liddell');
    await connect(ALICE, NET, ROOM);
    assert.deepEqual(network.wishes[0]?.wish, {
      nick: 'M-AliceLiddell',
      ident: 'alice',
      realname: 'test.hs:alice',
      password: 'sesame',
    });
  });

  it('the real name may hold the display name, also of somebody with a nick of his own', async () => {
    const { connect, network, homeserver, people } = parts({ ircClients: { realnameFormat: '$DISPLAY on Matrix' } });
    homeserver.names.set(ALICE, 'Alice L');
    await people.saveSettings({ person: ALICE, network: NET, nick: 'Queen' });
    await connect(ALICE, NET);
    assert.deepEqual([network.wishes[0]?.wish.nick, network.wishes[0]?.wish.realname], ['Queen', 'Alice L on Matrix']);
  });

  it('a nick asked for goes before the template, and within NICKLEN', async () => {
    const { connect, network, people } = parts();
    network.nickLength = 9;
    await people.saveSettings({ person: ALICE, network: NET, nick: 'TheRedQueen' });
    await connect(ALICE, NET);
    assert.equal(network.wishes[0]?.wish.nick, nickOf('TheRedQue'));
  });

  it('IDENT-1: the ident is kept, whatever else was known', async () => {
    const { connect, people, network } = parts();
    await people.saveSettings({ person: ALICE, network: NET, nick: 'Queen', password: 'x' });
    await connect(ALICE, NET);
    assert.deepEqual(await people.settings(ALICE, NET), { person: ALICE, network: NET, nick: 'Queen', password: 'x', ident: 'alice' });
    await people.saveSettings({ person: CAROL, network: NET, ident: 'oldcarol' });
    await connect(CAROL, NET);
    assert.equal(network.wishes[1]?.wish.ident, 'oldcarol');
  });

  it('IDENT-1: people of one name who come at the same moment get different ones', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 12 }), async (number) => {
        const { connect, network } = parts();
        const persons = Array.from({ length: number }, (_, n) => userId(`@alice:hs${n}.test`));
        await Promise.all(persons.map((person) => connect(person, NET)));
        const idents = network.wishes.map(({ wish }) => wish.ident);
        assert.equal(new Set(idents).size, number);
        assert.ok(idents.every((ident) => ident.length <= 10));
      }),
      { numRuns: 20 },
    );
  });

  it('IDENT-1: one person who is asked for twice at once gets one', async () => {
    const { people } = parts();
    const settle = makeSettleIdent(people);
    const given = await Promise.all([settle(NET, ALICE), settle(NET, ALICE)]);
    assert.deepEqual(given.map(({ ident }) => ident), ['alice', 'alice']);
  });

  it('IDENT-1: a store that fails for one costs the next nothing', async () => {
    const { connect, people } = parts();
    const working = people.personOfIdent.bind(people);
    people.personOfIdent = () => Promise.reject(new Error('disk'));
    await assert.rejects(connect(ALICE, NET), /disk/);
    people.personOfIdent = working;
    assert.equal((await connect(CAROL, NET)).ok, true);
  });

  const barred: [string, UserId, (people: MemoryPeople) => Promise<void>, string][] = [
    ['MEM-14: an excluded person', userId('@mallory:evil.test'), () => Promise.resolve(), 'excluded'],
    [
      'a deactivated person',
      ALICE,
      (people) => people.saveRecord({ person: ALICE, features: {}, deactivated: true }),
      'deactivated',
    ],
  ];
  for (const [who, person, prepare, reason] of barred) {
    it(`${who} never gets a client, nor an ident`, async () => {
      const { connect, network, people } = parts({ excludedUsers: [{ regex: ':evil\\.test$', kickReason: 'Evil.' }] });
      await prepare(people);
      const outcome = await connect(person, NET);
      assert.equal(!outcome.ok && outcome.refusal.reason, reason);
      assert.equal(!outcome.ok && outcome.refusal.permanent, true);
      assert.deepEqual([network.wishes, people.settingsOf.size], [[], 0]);
    });
  }

  it('a network that does not exist is refused', async () => {
    const outcome = await parts().connect(ALICE, asNetworkName('gone.test'));
    assert.equal(!outcome.ok && outcome.refusal.permanent, true);
  });
});
