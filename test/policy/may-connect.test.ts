import assert from 'node:assert/strict';
import { networkDefaults } from '../../src/config/network.js';
import type { PersonRecord } from '../../src/model/person.js';
import { mayConnect } from '../../src/policy/may-connect.js';
import { ALICE, userId } from '../support/make.js';

const rules = networkDefaults({
  ignoreGuests: true,
  excludedUsers: [{ regex: '^@spam.*:.*$', kickReason: 'No spam.' }, { regex: ':evil\\.test$' }],
});
const record = (deactivated: boolean): PersonRecord => ({ person: ALICE, features: {}, deactivated });

describe('policy/may-connect', () => {
  const rows: [string, string, PersonRecord | undefined, string | undefined][] = [
    ['somebody', '@alice:hs.test', undefined, undefined],
    ['somebody known', '@alice:hs.test', record(false), undefined],
    ['MEM-14: an excluded one, with the admin’s reason', '@spammer:hs.test', undefined, 'No spam.'],
    ['MEM-14: an excluded one without a reason', '@bob:evil.test', undefined, 'You are not allowed on this network.'],
    ['one whose server only looks like it', '@bob:evil.test.hs.test', undefined, undefined],
    ['one whose name only looks like it', '@xspam:hs.test', undefined, undefined],
    ['M2I-41: a guest, where guests are ignored', '@4711:hs.test', undefined, 'Guests are not carried to this network. Make an account to talk there.'],
    ['M2I-41: a guest of an old kind', '@-12:hs.test', undefined, 'Guests are not carried to this network. Make an account to talk there.'],
    ['somebody with numbers in the name', '@r2d2:hs.test', undefined, undefined],
    ['M2I-42: a ghost of another bridge', '@_discord_1:hs.test', undefined, 'In channels the bot says what people of other bridges say; they can do nothing else on IRC.'],
    ['a deactivated one', '@alice:hs.test', record(true), 'Your account is deactivated.'],
  ];
  for (const [who, id, known, said] of rows) {
    it(`${said === undefined ? 'grants' : 'refuses'} ${who}`, () => {
      const outcome = mayConnect(userId(id), rules, known);
      assert.equal(outcome.ok ? undefined : outcome.refusal.say, said);
      // Asked twice: an expression must not remember where it was.
      assert.deepEqual(mayConnect(userId(id), rules, known), outcome);
    });
  }
});
