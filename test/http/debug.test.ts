import assert from 'node:assert/strict';
import { DebugListener } from '../../src/http/debug.js';
import type { Route } from '../../src/http/debug-answer.js';
import type { AccountNews } from '../../src/model/account.js';
import { quiet } from '../../src/lib/log.js';
import { ALICE } from '../support/make.js';

const NO_EVENT = 'The body must be JSON with a type and content, as in a transaction.\n';
const PATH = '/_irc/admin/v1/synthetic';
const login: AccountNews = { kind: 'change', type: 'deactivated', change: { kind: 'deactivated', person: ALICE, at: 5 } };

describe('http/debug', () => {
  let listener: DebugListener | undefined;
  afterEach(() => listener?.close());
  const hello: Route = { method: 'GET', take: ({ query }) => ({ status: 200, body: `hello ${query.get('who') ?? ''}\n` }) };
  const routes = (path: string): Route | undefined => (path === '/hello' ? hello : undefined);
  const open = async (inject: ConstructorParameters<typeof DebugListener>[0]['inject'] = () => Promise.resolve(login)): Promise<string> => {
    listener = new DebugListener({ token: 'secret', version: '1.2', inject, routes, log: quiet });
    return `http://127.0.0.1:${(await listener.listen(0, '127.0.0.1')).port}`;
  };
  const BEARER = { authorization: 'Bearer secret' };

  const rows: readonly (readonly [string, string, RequestInit, number, string])[] = [
    ['SYN-19: takes an event', PATH, { method: 'POST', headers: BEARER, body: '{}' }, 200, `{"type":"deactivated","user_id":"${ALICE}"}`],
    ['DBG-9: with the token in the address, too', `${PATH}?access_token=secret`, { method: 'POST', body: '{}' }, 200, `{"type":"deactivated","user_id":"${ALICE}"}`],
    ['DBG-9: not without it', PATH, { method: 'POST', body: '{}' }, 403, 'The token is wrong.\n'],
    ['DBG-9: nor with another', PATH, { method: 'POST', headers: { authorization: 'Bearer secret2' }, body: '{}' }, 403, 'The token is wrong.\n'],
    ['DBG-9: nor with another in the header', `${PATH}?access_token=secret`, { method: 'POST', headers: { authorization: 'Bearer x' }, body: '{}' }, 403, 'The token is wrong.\n'],
    ['takes no nonsense', PATH, { method: 'POST', headers: BEARER, body: '{' }, 400, NO_EVENT],
    ['takes no books', PATH, { method: 'POST', headers: BEARER, body: `"${'x'.repeat(70_000)}"` }, 413, 'That is too much.\n'],
    ['takes it one way', PATH, { headers: BEARER }, 405, 'POST\n'],
    ['DBG-8: tells the version', '/version', { headers: BEARER }, 200, '1.2\n'],
    ['has what else stands there', '/hello?who=you', { headers: BEARER }, 200, 'hello you\n'],
    ['DBG-9: for the token only', '/hello', {}, 403, 'The token is wrong.\n'],
    ['one way only', '/hello', { method: 'POST', headers: BEARER }, 405, 'GET\n'],
    ['has nothing else', '/reapUsers', { method: 'POST', headers: BEARER }, 404, `There are /version, ${PATH}, /irc/NETWORK/user/ID, /killUser and /inspectUsers here.\n`],
  ];
  for (const [what, path, init, status, text] of rows) {
    it(what, async () => {
      const answer = await fetch((await open()) + path, init);
      assert.deepEqual([answer.status, await answer.text()], [status, text]);
    });
  }

  it('SYN-5: says what an event comes to', async () => {
    const outcomes: (AccountNews | undefined)[] = [{ kind: 'nothing', type: 'login', outcome: 'rejected' }, undefined];
    const url = await open(() => Promise.resolve(outcomes.shift()));
    const ask = async () => {
      const answer = await fetch(url + PATH, { method: 'POST', headers: BEARER, body: '{}' });
      return [answer.status, await answer.text()];
    };
    assert.deepEqual(await ask(), [200, '{"outcome":"rejected"}']);
    assert.deepEqual(await ask(), [400, NO_EVENT]);
  });

  it('says when it cannot be kept', async () => {
    const answer = await fetch((await open(() => Promise.reject(new Error('full')))) + PATH, { method: 'POST', headers: BEARER, body: '{}' });
    assert.equal(answer.status, 503);
  });
});
