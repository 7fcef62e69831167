import assert from 'node:assert/strict';
import fc from 'fast-check';
import { syntheticEvents } from '../../src/config/accounts.js';
import { networkDefaults } from '../../src/config/network.js';
import type { AccountChange, AccountNews, AccountRecord, DeviceMark } from '../../src/model/account.js';
import { afterChanges, type Deed, isFollowed, type Rules } from '../../src/policy/after-changes.js';
import { judgeMeta } from '../../src/policy/judge-meta.js';
import { ALICE, CAROL, userId } from '../support/make.js';

const NOW = 1_000_000;
const rules = (more: Partial<Rules> = {}): Rules => ({ ...syntheticEvents.parse({}), now: NOW, dropAfterSecs: 0, ...more });
const device = 'A' as DeviceMark;
const REG: AccountChange = { kind: 'registration', person: ALICE, at: NOW };
const LOGIN: AccountChange = { kind: 'login', person: ALICE, at: NOW, device };
const LOGOUT: AccountChange = { kind: 'logout', person: ALICE, at: NOW, device, soft: false };
const CLOSED: AccountChange = { kind: 'deactivated', person: ALICE, at: NOW };
const record = (more: Partial<AccountRecord['ledger']> = {}, rest: Partial<AccountRecord> = {}): AccountRecord => ({
  ledger: { person: ALICE, devices: {}, known: true, ...more }, places: [], ...rest,
});
const inside = record({ devices: { [device]: { in: true, at: 5 } }, changedAt: 5 });
const outside = record({ outAt: 5, changedAt: 5 }, { ended: 'disconnect' });
const leaving = record({ outAt: 5, changedAt: 5 }, { endsAt: NOW });
const dead = record({ known: false, deactivatedAt: 5 });

const rows: readonly (readonly [string, AccountRecord | undefined, readonly AccountChange[], Partial<Rules>, readonly Deed[]])[] = [
  ['SYN-6: registration prepares', undefined, [REG], {}, ['prepare']],
  ['SYN-6: and greets where that is wished', undefined, [REG], { onRegistration: 'welcome' }, ['prepare', 'welcome']],
  ['SYN-6: and connects where that is wished', undefined, [REG], { onRegistration: 'connect' }, ['prepare', 'connect']],
  ['SYN-6: or does nothing', undefined, [REG], { onRegistration: 'none' }, []],
  ['SYN-13: a late one connects nobody', undefined, [{ ...REG, at: 1 }], { onRegistration: 'connect', dropAfterSecs: 60 }, ['prepare']],
  ['SYN-13: nothing is late unless that is set', undefined, [{ ...REG, at: 1 }], { onRegistration: 'connect' }, ['prepare', 'connect']],
  ['SYN-7: a login brings back', outside, [LOGIN], {}, ['come back']],
  ['SYN-7: everywhere where that is wished', undefined, [LOGIN], { onLogin: 'connect' }, ['come everywhere']],
  ['SYN-7: or does nothing', outside, [LOGIN], { onLogin: 'none' }, []],
  ['SYN-9: within the grace time it keeps what is there', leaving, [LOGIN], {}, ['stay', 'come back']],
  ['SYN-13: a late login keeps, and connects nobody', leaving, [{ ...LOGIN, at: 6 }], { dropAfterSecs: 60 }, ['stay']],
  ['SYN-9: the last logout begins the end', inside, [LOGOUT], {}, ['end later']],
  ['SYN-13: a late one too', inside, [{ ...LOGOUT, at: 6 }], { dropAfterSecs: 60 }, ['end later']],
  ['SYN-9: or does nothing', inside, [LOGOUT], { onLogout: 'none' }, []],
  ['a logout from a set never known does nothing', undefined, [LOGOUT], {}, []],
  ['SYN-8: a soft one does nothing', inside, [{ ...LOGOUT, soft: true }], {}, []],
  ['M5: logout and login that come together are a login', inside, [LOGOUT, LOGIN], {}, ['come back']],
  ['M5: login and logout are a logout', outside, [LOGIN, LOGOUT], {}, ['end later']],
  ['SYN-10: closed', inside, [CLOSED], {}, ['teardown']],
  ['M5: closed, and nothing that follows', inside, [LOGIN, CLOSED, LOGIN, LOGOUT], {}, ['teardown']],
  ['SYN-10: what comes later is ignored', dead, [LOGIN, LOGOUT, CLOSED].map((change) => ({ ...change, at: change.kind === 'deactivated' ? 5 : NOW })), {}, []],
  ['SYN-12: but a registration begins anew', dead, [REG], {}, ['prepare']],
  ['SYN-10, SYN-12: closed and begun anew together is an end, and then a beginning', inside, [{ ...CLOSED, at: NOW - 1 }, REG], {}, ['teardown', 'prepare']],
  ['SYN-12: and with a login, all three in order', inside, [{ ...CLOSED, at: NOW - 2 }, { ...REG, at: NOW - 1 }, LOGIN], {}, ['teardown', 'prepare', 'come back']],
  ['SYN-12: a mark of the end is lifted where nothing is prepared, too', dead, [REG], { onRegistration: 'none' }, ['open again']],
  ['SYN-7: who is marked away and not brought back is unmarked', record({ outAt: 5, changedAt: 5 }, { ended: 'away' }), [LOGIN], { onLogin: 'none' }, ['unmark']],
  ['SYN-13: and so is who comes too late to be brought back', record({ outAt: 5, changedAt: 5 }, { ended: 'away' }), [{ ...LOGIN, at: 6 }], { dropAfterSecs: 60 }, ['unmark']],
  ['SYN-12: what was told before is ignored', inside, [{ ...LOGIN, at: 5 }], {}, []],
];

describe('policy/after-changes', () => {
  for (const [what, before, changes, more, deeds] of rows) {
    it(what, () => assert.deepEqual(afterChanges(before, changes.map((change) => ({ change, repeat: false })), rules(more)).deeds, deeds));
  }

  it('F2: what an earlier life of the process may not have got to is done again', () => {
    const again = (before: AccountRecord, change: AccountChange): readonly Deed[] => afterChanges(before, [{ change, repeat: true }], rules()).deeds;
    assert.deepEqual(again(record({ devices: { [device]: { in: true, at: NOW } }, changedAt: NOW }), LOGIN), ['come back']);
    assert.deepEqual(again(dead, { ...CLOSED, at: 5 }), ['teardown']);
    assert.deepEqual(again(record({ registeredAt: NOW }), REG), ['prepare']);
    const anew = record({ deactivatedAt: 5, registeredAt: NOW });
    assert.deepEqual(again(anew, { ...CLOSED, at: 5 }), [], 'an end that is over must not end what began after it');
    const both = [{ ...CLOSED, at: 5 }, REG].map((change) => ({ change, repeat: true }));
    assert.deepEqual(afterChanges(anew, both, rules()).deeds, ['teardown', 'prepare']);
  });

  it('SYN-10: the record of a closed account says nothing of where he was', () => {
    const before = { ...inside, places: [{ network: 'n', nick: 'N', channels: [] }] } as unknown as AccountRecord;
    const { record: now } = afterChanges(before, [{ change: CLOSED, repeat: false }], rules());
    assert.deepEqual(now, { ledger: { person: ALICE, devices: {}, known: false, deactivatedAt: NOW }, places: [] });
  });

  it('SYN-17: what became of each is told', () => {
    const { outcomes } = afterChanges(inside, [{ ...LOGIN, at: 5 }, LOGOUT, { ...LOGIN, at: 6 }].map((change) => ({ change, repeat: false })), rules({ dropAfterSecs: 60 }));
    assert.deepEqual(outcomes, ['ignored', 'done', 'ignored']);
  });

  it('law: done twice, the second time finds nothing to do but what may be repeated without harm', () => {
    const change = fc.constantFrom(REG, LOGIN, LOGOUT, CLOSED).chain((each) => fc.integer({ min: 1, max: 9 }).map((at) => ({ ...each, at })));
    fc.assert(fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const arrivals = changes.map((each) => ({ change: each, repeat: false }));
      const once = afterChanges(undefined, arrivals, rules());
      const last = changes.at(-1)!;
      assert.deepEqual(afterChanges(once.record, [{ change: last, repeat: false }], rules()), { record: once.record, deeds: [], outcomes: ['ignored'] });
    }));
  });

  it('law: whoever was closed on the way is torn down, and nothing of before stays', () => {
    const change = fc.constantFrom(REG, LOGIN, LOGOUT, CLOSED).chain((each) => fc.integer({ min: 6, max: 12 }).map((at) => ({ ...each, at })));
    const before = { ...inside, places: [{ network: 'n', nick: 'N', channels: [] }] } as unknown as AccountRecord;
    fc.assert(fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const arrivals = changes.map((each) => ({ change: each, repeat: false }));
      let one: AccountRecord = before;
      const ends = arrivals.filter((arrival) => {
        const after = afterChanges(one, [arrival], rules());
        one = after.record;
        return after.deeds.includes('teardown');
      });
      const { record: now, deeds } = afterChanges(before, arrivals, rules());
      assert.equal(deeds.includes('teardown'), ends.length > 0);
      assert.ok(!deeds.includes('teardown') || deeds[0] === 'teardown');
      assert.deepEqual(now.places, ends.length > 0 ? [] : before.places);
    }));
  });

  it('law: together or one by one, the record is the same', () => {
    const change = fc.constantFrom(REG, LOGIN, LOGOUT, CLOSED).chain((each) => fc.integer({ min: 1, max: 9 }).map((at) => ({ ...each, at })));
    fc.assert(fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const arrivals = changes.map((each) => ({ change: each, repeat: false }));
      let one: AccountRecord | undefined;
      for (const arrival of arrivals) one = afterChanges(one, [arrival], rules()).record;
      assert.deepEqual(one, afterChanges(undefined, arrivals, rules()).record);
    }));
  });

  it('SYN-1: for whom it is', () => {
    const { users } = syntheticEvents.parse({ users: { include: ['@a.*:hs\\.test', 'x|y'], exclude: ['.*ice.*'] } });
    const all = syntheticEvents.parse({}).users;
    assert.deepEqual([ALICE, userId('@abe:hs.test'), userId('@abe:hs.test.evil.org'), CAROL].map((person) => isFollowed(person, users)), [false, true, false, false]);
    assert.equal(isFollowed(CAROL, all), true);
  });
});

describe('policy/judge-meta', () => {
  const open = networkDefaults();
  const shut = networkDefaults({ excludedUsers: [{ regex: '@alice.*', kickReason: 'No alices' }] });
  const news = (change: AccountChange): AccountNews => ({ kind: 'change', type: change.kind, change });
  const table: readonly (readonly [string, AccountNews, readonly (typeof open)[], string])[] = [
    ['SEED-000e: nobody is denied without a rule', news(REG), [open], 'allow'],
    ['SEED-000e: nor who may go to one of the networks', news(REG), [shut, open], 'allow'],
    ['SEED-000e: whom all exclude may not begin', news(REG), [shut], 'deny'],
    ['SEED-000e: nor log in', news(LOGIN), [shut, shut], 'deny'],
    ['SEED-000e: but log out', news(LOGOUT), [shut], 'allow'],
    ['SEED-000e: and close the account', news(CLOSED), [shut], 'allow'],
    ['SEED-000c: what is not known is allowed', { kind: 'nothing', type: 'other', outcome: 'ignored' }, [shut], 'allow'],
  ];
  for (const [what, about, networks, action] of table) it(what, () => assert.equal(judgeMeta(about, networks, () => 0).action, action));
  it('SEED-000e: newcomers who are too many wait, others do not', () => {
    assert.deepEqual(judgeMeta(news(REG), [open], () => 5), { action: 'delay', delayMs: 5, reason: 'Too many new accounts at once' });
    assert.deepEqual(judgeMeta(news(LOGIN), [open], () => 5), { action: 'allow' });
  });
  it('says why', () => assert.deepEqual(judgeMeta(news(REG), [shut], () => 5), { action: 'deny', reason: 'No alices' }));
});
