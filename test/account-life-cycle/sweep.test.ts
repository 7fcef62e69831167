import assert from 'node:assert/strict';
import { NightlySweep } from '../../src/account-life-cycle/sweep.js';
import type { AccountSign } from '../../src/homeserver/port.js';
import { quiet } from '../../src/lib/log.js';
import type { UserId } from '../../src/model/ids.js';
import { closedAccounts } from '../../src/policy/closed-accounts.js';
import { TestClock } from '../support/clock.js';
import { ALICE, CAROL, ROOM, userId } from '../support/make.js';

const HOUR = 3_600_000;
const FAR = userId('@far:else.test');

function set(signs: Readonly<Record<string, AccountSign | Error>>, wish: { readonly on?: boolean; readonly inRoom?: readonly UserId[]; readonly closed?: readonly UserId[]; readonly people?: readonly UserId[] } = {}) {
  // Noon, wherever this runs.
  const clock = new TestClock(new Date(2025, 0, 1, 12).getTime());
  const asked: string[] = [];
  const told: unknown[] = [];
  const registered: string[] = [];
  const sweep = new NightlySweep({
    homeserver: {
      domain: 'hs.test',
      bot: {
        ensureRegistered: () => {
          registered.push('bot');
          return Promise.resolve();
        },
      },
      accountSign: (user) => {
        asked.push(user);
        const sign = signs[user] ?? 'open';
        return sign instanceof Error ? Promise.reject(sign) : Promise.resolve(sign);
      },
      injectAccount: (item) => {
        told.push(item);
        return Promise.resolve(undefined);
      },
      joinedMembers: () => Promise.resolve(wish.inRoom ?? []),
    },
    isOn: () => wish.on ?? true,
    everybody: () => Promise.resolve(new Set(wish.people ?? [ALICE, CAROL, FAR])),
    isClosed: (person) => wish.closed?.includes(person) ?? false,
    rooms: () => [ROOM],
    clock,
    stopping: new AbortController().signal,
    log: quiet,
  });
  sweep.start();
  return { clock, asked, told, registered, sweep };
}

describe('account-life-cycle/sweep', () => {
  it('SYN-21: the bot gets an account, so that it can be made an admin, only where the sweep is wished', () => {
    assert.deepEqual(set({}).registered, ['bot']);
    assert.deepEqual(set({}, { on: false }).registered, []);
  });

  it('SYN-21: each night at three it is asked who is gone, and that is told as an event', async () => {
    const { clock, asked, told, sweep } = set({ [CAROL]: 'closed' });
    await clock.advance(14 * HOUR);
    assert.deepEqual(asked, []);
    await clock.advance(2 * HOUR);
    assert.deepEqual(asked, [ALICE, CAROL], 'people of other homeservers are none of its business');
    assert.deepEqual(told.map((item) => ({ ...(item as object), ts: 0 })), [{ type: 'm.user.deactivated', content: { user_id: CAROL }, ts: 0 }]);
    await clock.advance(24 * HOUR);
    assert.equal(asked.length, 4);
    sweep.stop();
    assert.equal(clock.timers, 0);
  });

  it('SYN-21: who is known to be gone is not asked for, and nobody where it is off', async () => {
    const known = set({}, { closed: [CAROL] });
    const off = set({}, { on: false });
    for (const { clock } of [known, off]) await clock.advance(16 * HOUR);
    assert.deepEqual([known.asked, off.asked], [[ALICE], []]);
  });

  it('SYN-21: an account that cannot be found counts only of who is in no room', async () => {
    const there = set({ [ALICE]: 'no such account' }, { inRoom: [ALICE] });
    const gone = set({ [ALICE]: 'no such account' }, { inRoom: [CAROL] });
    for (const { clock } of [there, gone]) await clock.advance(16 * HOUR);
    assert.deepEqual([there.told.length, gone.told.length], [0, 1]);
  });

  it('a homeserver that cannot say is asked again the next night', async () => {
    const crowd = Array.from({ length: 20 }, (_, n) => userId(`@crowd${n}:hs.test`));
    const { clock, asked, told } = set(Object.fromEntries(crowd.map((person) => [person, new Error('down')])), { people: [...crowd, CAROL] });
    await clock.advance(16 * HOUR);
    assert.deepEqual([asked.length, told], [6, []]);
    await clock.advance(24 * HOUR);
    assert.equal(asked.length, 12);
  });

  it('one account that nobody can tell about keeps no other from being asked for', async () => {
    const { clock, told } = set({ [ALICE]: new Error('ill'), [CAROL]: 'closed' });
    await clock.advance(16 * HOUR);
    assert.equal(told.length, 1);
  });
});

describe('policy/closed-accounts', () => {
  const finding = (n: number, sign: AccountSign, left = false) => ({ person: userId(`@p${n}:hs.test`), sign, left });

  it('SYN-21: who left all rooms and has an account, or may have one, is not gone', () => {
    assert.deepEqual(closedAccounts([finding(1, 'open', true), finding(2, 'unknown', true), finding(3, 'no such account'), finding(4, 'closed')]), ['@p4:hs.test']);
  });

  it('when very many seem gone, nobody is', () => {
    const findings = (closed: number, all: number) => Array.from({ length: all }, (_, n) => finding(n, n < closed ? 'closed' : 'open'));
    assert.equal(closedAccounts(findings(10, 10))?.length, 10);
    assert.equal(closedAccounts(findings(11, 40)), undefined);
    assert.equal(closedAccounts(findings(11, 44))?.length, 11);
  });
});
