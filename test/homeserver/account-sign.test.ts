import assert from 'node:assert/strict';
import { signOf } from '../../src/homeserver/account-sign.js';
import type { Call, ClientServer } from '../../src/homeserver/call.js';
import { faultOf, NoAnswer } from '../../src/homeserver/matrix-errors.js';
import { ALICE } from '../support/make.js';

type Answer = readonly [status: number, body: unknown];
const NOT_ADMIN: Answer = [403, { errcode: 'M_FORBIDDEN', error: 'You are not a server admin' }];
const NO_SUCH_ROUTE: Answer = [404, { errcode: 'M_UNRECOGNIZED', error: 'Unrecognized request' }];
const NO_PAGE: Answer = [404, '<html>'];

/** A homeserver with these answers to the two questions. */
function server(admin: Answer, profile: Answer, asked: string[] = []): ClientServer {
  const once = (call: Call): Promise<unknown> => {
    asked.push((call.root ?? '/_matrix/client') + call.path);
    const [status, body] = call.root === undefined ? profile : admin;
    if (status === 0) return Promise.reject(new NoAnswer('none', true));
    return status === 200 ? Promise.resolve(body) : Promise.reject(faultOf(call.name, { status, body }, 0));
  };
  return { once } as unknown as ClientServer;
}

// The first rows as Synapse 1.163 answered.
const rows: readonly (readonly [string, Answer, Answer, string])[] = [
  ['Synapse to an admin: closed', [200, { deactivated: true }], [200, { displayname: 'Al' }], 'closed'],
  ['Synapse to an admin: open', [200, { deactivated: false }], [200, {}], 'open'],
  ['Synapse to an admin: nobody', [404, { errcode: 'M_NOT_FOUND', error: 'User not found' }], [404, {}], 'no such account'],
  ['Synapse to who is none, closed without erasing', NOT_ADMIN, [200, { displayname: 'Al' }], 'unknown'],
  ['Synapse to who is none, erased', NOT_ADMIN, [404, { errcode: 'M_UNKNOWN', error: 'No row found (profiles)' }], 'no such account'],
  ['another, which says it in so many words', NO_SUCH_ROUTE, [404, { errcode: 'M_USER_DEACTIVATED', error: 'gone' }], 'closed'],
  ['another, which refuses it so', NO_SUCH_ROUTE, [403, { errcode: 'M_USER_DEACTIVATED', error: 'gone' }], 'closed'],
  ['another, without a profile', NO_SUCH_ROUTE, [404, { errcode: 'M_NOT_FOUND', error: 'Profile not found' }], 'no such account'],
  ['one whose profiles are private', NO_PAGE, [403, { errcode: 'M_FORBIDDEN', error: 'no' }], 'unknown'],
  ['one without that route', NO_PAGE, NO_SUCH_ROUTE, 'unknown'],
  ['an answer without the word', [200, {}], [200, {}], 'unknown'],
];

describe('homeserver/account-sign', () => {
  for (const [what, admin, profile, sign] of rows) {
    it(`SYN-21: ${what}`, async () => assert.equal(await signOf(server(admin, profile), ALICE), sign));
  }

  const silent: readonly (readonly [string, Answer])[] = [['nothing', [0, '']], ['a page in front of it', NO_PAGE], ['500', [500, '']], ['a wrong token', [401, { errcode: 'M_UNKNOWN_TOKEN' }]]];
  for (const [what, profile] of silent) {
    it(`SYN-21: ${what} says nothing about anybody`, () => assert.rejects(signOf(server(NOT_ADMIN, profile), ALICE)));
  }

  it('SYN-21: the two places where it is asked', async () => {
    const asked: string[] = [];
    await signOf(server(NOT_ADMIN, [200, {}], asked), ALICE);
    assert.deepEqual(asked, ['/_synapse/admin/v2/users/%40alice%3Ahs.test', '/_matrix/client/v3/profile/%40alice%3Ahs.test']);
  });
});
