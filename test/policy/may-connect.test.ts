import assert from 'node:assert/strict';
import { networkDefaults } from '../../src/config/network.js';
import type { PersonRecord } from '../../src/model/person.js';
import { mayConnect } from '../../src/policy/may-connect.js';
import { ALICE, userId } from '../support/make.js';

const { excludedUsers } = networkDefaults({
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
    ['a deactivated one', '@alice:hs.test', record(true), 'Your account is deactivated.'],
  ];
  for (const [who, id, known, said] of rows) {
    it(`${said === undefined ? 'grants' : 'refuses'} ${who}`, () => {
      const outcome = mayConnect(userId(id), { excludedUsers }, known);
      assert.equal(outcome.ok ? undefined : outcome.refusal.say, said);
      // Asked twice: an expression must not remember where it was.
      assert.deepEqual(mayConnect(userId(id), { excludedUsers }, known), outcome);
    });
  }
});
