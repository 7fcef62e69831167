import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AccountChange, DeviceMark, Ledger } from '../../src/model/account.js';
import { afterChange, emptyLedger, standingOf } from '../../src/policy/ledger.js';
import { ALICE } from '../support/make.js';

const mark = (name: string): DeviceMark => name as DeviceMark;
const registered = (at: number, undated?: true): AccountChange => ({ kind: 'registration', person: ALICE, at, ...(undated ? { undated } : {}) });
const closed = (at: number): AccountChange => ({ kind: 'deactivated', person: ALICE, at });
const login = (device: string, at: number, left?: number): AccountChange => ({ kind: 'login', person: ALICE, device: mark(device), at, ...(left === undefined ? {} : { left }) });
const logout = (device: string | undefined, at: number, more: { soft?: boolean; left?: number } = {}): AccountChange => ({
  kind: 'logout', person: ALICE, at, soft: false, ...(device === undefined ? {} : { device: mark(device) }), ...more,
});
const after = (changes: readonly AccountChange[], from: Ledger = emptyLedger(ALICE)): Ledger => changes.reduce(afterChange, from);

const rows: readonly (readonly [string, readonly AccountChange[], ReturnType<typeof standingOf>])[] = [
  ['nothing was ever told', [], 'unknown'],
  ['registered, no device yet', [registered(1)], 'gone'],
  ['SYN-8: one of two devices is left', [login('A', 1), login('B', 2), logout('A', 3)], 'here'],
  ['SYN-9: the last one is gone', [login('A', 1), login('B', 2), logout('A', 3), logout('B', 4)], 'gone'],
  ['a logout from a set never known says nothing', [logout('A', 1)], 'unknown'],
  ['but for one that says that none is left', [logout('A', 1, { left: 0 })], 'gone'],
  ['and one of all devices', [logout(undefined, 1)], 'gone'],
  ['of somebody whose registration was seen the set is known', [registered(1), logout('A', 2)], 'gone'],
  ['SYN-8: a soft logout keeps its device', [login('A', 1), logout('A', 2, { soft: true })], 'here'],
  ['SYN-8: and says of an unknown one that it is there', [logout('A', 2, { soft: true })], 'here'],
  ['a soft logout of no device says nothing', [login('A', 1), logout(undefined, 2, { soft: true })], 'here'],
  ['SYN-11: a logout without device is one of all, and no deactivation', [login('A', 1), login('B', 2), logout(undefined, 3)], 'gone'],
  ['SYN-12: an older login after it changes nothing', [login('A', 5), logout(undefined, 6), login('B', 3)], 'gone'],
  ['a newer one does', [login('A', 5), logout(undefined, 6), login('B', 7)], 'here'],
  ['M5: logout, login, logout', [logout('A', 1), login('A', 2), logout('A', 3)], 'gone'],
  ['M5: of the same time the last in order counts', [login('A', 1), logout('A', 1), login('A', 1)], 'here'],
  ['M5: login after logout of all, of the same time', [login('A', 1), logout(undefined, 1), login('B', 1)], 'here'],
  ['SYN-12: a login with an older ts comes late', [login('A', 1), logout('A', 5), login('A', 3)], 'gone'],
  ['SYN-12: a logout with an older ts comes late', [login('A', 5), logout('A', 3)], 'here'],
  ['the homeserver’s own count wins over ours: some are left', [login('A', 1), logout('A', 2, { left: 2 })], 'here'],
  ['the homeserver’s own count wins over ours: none is', [login('A', 1), login('B', 2), logout('A', 3, { left: 0 })], 'gone'],
  ['without its count the ledger decides again', [logout('X', 1, { left: 2 }), login('A', 2), logout('A', 3)], 'gone'],
  ['SYN-12: an older count that comes late still says that there was one', [logout('A', 1), logout('A', 0, { left: 1 })], 'gone'],
  ['as it does in time', [logout('A', 0, { left: 1 }), logout('A', 1)], 'gone'],
  ['an older count says nothing', [login('A', 5, 1), logout('B', 3, { left: 0 })], 'here'],
  ['a login whose device was gone again when it was told', [login('A', 1, 0)], 'gone'],
  ['SYN-10: closed', [login('A', 1), closed(2)], 'deactivated'],
  ['M5: closed, then a late login', [closed(2), login('A', 3), login('B', 1)], 'deactivated'],
  ['SYN-12: a registration with a newer ts lifts it', [login('A', 1), closed(2), registered(3)], 'gone'],
  ['one with the same or an older ts does not', [closed(2), registered(2), registered(1)], 'deactivated'],
  ['nor one without a ts, which may be an old one come again', [closed(2), registered(9, true)], 'deactivated'],
  ['late word of the end before a new beginning', [registered(5), login('A', 6), closed(4)], 'here'],
  ['M4: an old login after a new beginning is about the account before', [closed(2), registered(5), login('A', 1)], 'gone'],
];

describe('policy/ledger: how it stands with a person', () => {
  for (const [what, changes, standing] of rows) it(what, () => assert.equal(standingOf(after(changes)), standing));

  it('who logs in without end does not fill it, and the newest devices stay', () => {
    const ledger = after(Array.from({ length: 2000 }, (_, n) => login(`D${n}`, n)));
    assert.equal(Object.keys(ledger.devices).length, 500);
    assert.equal(ledger.devices[mark('D1999')]?.in, true);
  });

  it('SYN-10: the end leaves nothing but the mark and its time', () => {
    assert.deepEqual(after([registered(1), login('A', 2, 1), logout('B', 3), closed(4)]), { person: ALICE, devices: {}, known: false, deactivatedAt: 4 });
  });
});

describe('policy/ledger: laws', () => {
  const at = fc.integer({ min: 0, max: 20 });
  const device = fc.constantFrom('A', 'B', 'C');
  const left = fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined });
  const ofDevices = fc.oneof(
    fc.tuple(device, at, left).map((row) => login(...row)),
    fc.tuple(fc.option(device, { nil: undefined }), at, fc.boolean()).map(([which, when, soft]) => logout(which, when, { soft })),
    fc.tuple(device, at, left).map(([which, when, count]) => logout(which, when, count === undefined ? {} : { left: count })),
  );
  const any = fc.oneof({ weight: 4, arbitrary: ofDevices }, { weight: 1, arbitrary: at.map((when) => registered(when)) }, { weight: 1, arbitrary: at.map(closed) });

  it('SYN-12, M2: what comes twice in a row, or all over again, changes nothing', () => {
    fc.assert(fc.property(fc.array(any, { maxLength: 12 }), (changes) => {
      const once = after(changes);
      assert.deepEqual(after(changes.flatMap((change) => [change, change])), once);
      const byTime = [...changes].sort((one, other) => one.at - other.at);
      // Each of a time of its own: of the same time the order of coming counts, and that is another one the second time.
      const distinct = byTime.filter((change, n) => n === 0 || change.at !== byTime[n - 1]?.at);
      assert.equal(standingOf(after(distinct, after(distinct))), standingOf(after(distinct)));
    }));
  });

  it('SYN-12: a change that says nothing new gives the very same ledger', () => {
    fc.assert(fc.property(fc.array(any, { maxLength: 12 }), any, (changes, change) => {
      const ledger = after([...changes, change]);
      assert.equal(afterChange(ledger, change), ledger);
    }));
  });

  it('SYN-12: logins and logouts may come in any order, where their times differ', () => {
    const distinct = fc.uniqueArray(ofDevices, { maxLength: 10, selector: (change) => change.at });
    fc.assert(fc.property(distinct.chain((changes) => fc.tuple(fc.constant(changes), fc.shuffledSubarray(changes, { minLength: changes.length }))), ([changes, mixed]) => {
      const hard = (list: readonly AccountChange[]): AccountChange[] => list.filter((change) => change.kind !== 'logout' || !change.soft);
      const inOrder = [...changes].sort((one, other) => one.at - other.at);
      assert.equal(standingOf(after(hard(mixed))), standingOf(after(hard(inOrder))));
    }));
  });

  it('M5: the end is final, whatever follows but a later registration', () => {
    fc.assert(fc.property(fc.array(ofDevices), fc.array(ofDevices), at, fc.array(at), (before, later, when, registrations) => {
      const old = registrations.filter((time) => time <= when).map((time) => registered(time));
      assert.equal(standingOf(after([...before, closed(when), ...later, ...old])), 'deactivated');
      assert.notEqual(standingOf(after([...before, closed(when), ...later, registered(when + 1)])), 'deactivated');
    }));
  });
});
