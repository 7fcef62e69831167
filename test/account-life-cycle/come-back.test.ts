import assert from 'node:assert/strict';
import { makeComeBack } from '../../src/account-life-cycle/come-back.js';
import { networkDefaults } from '../../src/config/network.js';
import { quiet } from '../../src/lib/log.js';
import type { AccountRecord } from '../../src/model/account.js';
import type { RoomId, UserId } from '../../src/model/ids.js';
import { asNetworkName } from '../../src/model/irc-names.js';
import { Accounts } from '../../src/people/accounts.js';
import { emptyLedger } from '../../src/policy/ledger.js';
import { Links } from '../../src/rooms/links.js';
import { TestClock } from '../support/clock.js';
import { MemoryNetwork } from '../support/irc.js';
import { ALICE, aLink, CATS, channelOf, NET, nickOf, ROOM, roomId } from '../support/make.js';
import { MemoryAccounts, MemoryLinks, MemoryPeople } from '../support/memory-store.js';

const DOGS = channelOf('#dogs');
const DEN = roomId('!dogs:hs.test');
const ELSE = asNetworkName('irc.else.test');
const device = { A: { in: true, at: 5 } } as AccountRecord['ledger']['devices'];
const here = { ...emptyLedger(ALICE), known: true, devices: device };
const back: AccountRecord = { ledger: here, ended: 'disconnect', places: [{ network: NET, nick: nickOf('Alice'), channels: [CATS, DOGS] }] };

interface Wish {
  readonly record?: AccountRecord;
  readonly rooms?: readonly RoomId[];
  readonly network?: Parameters<typeof networkDefaults>[0];
  /** Networks that let nobody in. */
  readonly shut?: boolean;
}

async function set({ record = back, rooms = [ROOM, DEN], network = {}, shut = false }: Wish = {}) {
  const networks = new Map([NET, ELSE].map((name) => [name, new MemoryNetwork(name)]));
  const people = new MemoryPeople();
  const store = new MemoryAccounts();
  const accounts = new Accounts(store, { set: () => undefined });
  await accounts.change(ALICE, () => record);
  const links = new Links(new MemoryLinks(aLink(), aLink({ channel: DOGS, room: DEN })), networks);
  await links.load();
  const came: string[] = [];
  const comeBack = makeComeBack({
    homeserver: { joinedMembers: (room) => Promise.resolve(rooms.includes(room) ? [ALICE] : ([] as UserId[])) },
    networks,
    configOf: () => networkDefaults(network),
    links,
    accounts,
    people,
    arrive: (_person, name, channels) => {
      came.push([name, ...channels].join(' '));
      return Promise.resolve(!shut);
    },
    clock: new TestClock(),
    log: quiet,
  });
  return { people, came, comeBack, now: () => store.account(ALICE) };
}

describe('account-life-cycle/come-back', () => {
  it('SYN-7: to where he was, as far as he is still in the rooms', async () => {
    const { came, comeBack, now } = await set({ rooms: [DEN] });
    await comeBack(ALICE, false);
    assert.deepEqual(came, [`${NET} ${DOGS}`]);
    assert.deepEqual([(await now())?.ended, (await now())?.places], [undefined, []]);
  });

  it('SYN-7: whoever could not come keeps his places for the next login', async () => {
    const { comeBack, now } = await set({ shut: true });
    await comeBack(ALICE, false);
    assert.deepEqual(await now(), back);
  });

  it('SYN-7: who was never there is left alone, unless his rooms or his wish say otherwise', async () => {
    const record = { ledger: here, places: [] };
    const plain = await set({ record });
    await plain.comeBack(ALICE, false);
    assert.deepEqual(plain.came, []);

    const lists = { enabled: true, global: { matrixToIrc: { incremental: true } } };
    const shown = await set({ record, rooms: [ROOM], network: { membershipLists: lists } });
    await shown.comeBack(ALICE, false);
    assert.deepEqual(shown.came, [`${NET} ${CATS}`]);

    const wished = await set({ record });
    await wished.people.saveRecord({ person: ALICE, features: { autoconnect: true }, deactivated: false });
    await wished.comeBack(ALICE, false);
    assert.deepEqual(wished.came, [], 'he has been on no network');
    await wished.people.saveSettings({ person: ALICE, network: ELSE, ident: 'alice' });
    await wished.comeBack(ALICE, false);
    assert.deepEqual(wished.came, [ELSE]);
  });

  it('SYN-7, SYN-6: everywhere is where new accounts go', async () => {
    const record = { ledger: here, places: [] };
    for (const allowAutoProvision of [true, false]) {
      const { came, comeBack } = await set({ record, network: { allowAutoProvision } });
      await comeBack(ALICE, true);
      assert.deepEqual(came, allowAutoProvision ? [NET, ELSE] : []);
    }
  });
});
