import assert from 'node:assert/strict';
import type { Asked } from '../../src/http/debug-answer.js';
import { makePeopleRoutes } from '../../src/http/debug-people.js';
import { ALICE, CAROL, listeningLog, NET, nickOf } from '../support/make.js';
import { World } from '../support/world.js';

const here = `/irc/${NET}/user`;

/** A world in which alice is connected, and what asks of it. */
async function scene() {
  const world = await World.of();
  await world.network.connect(ALICE, { nick: nickOf('alice'), ident: 'x', realname: 'x' });
  const { log, lines } = listeningLog();
  const routes = makePeopleRoutes({ networks: world.networks, people: world.people, log });
  const ask = async (path: string, body = '', query = '') => {
    const route = routes(path);
    const asked: Asked = { query: new URLSearchParams(query), body, request: {} };
    const answer = await route?.take(asked);
    return [route?.method, answer?.status, answer?.body] as const;
  };
  return { world, lines, ask };
}

describe('http/debug-people', () => {
  it('DBG-1: shows a client; a network or an id that is none is an error, nobody is not', async () => {
    const { ask } = await scene();
    const [method, status, body] = await ask(`${here}/${encodeURIComponent(ALICE)}`);
    assert.deepEqual([method, status], ['GET', 200]);
    assert.match(body ?? '', /^person: @alice:hs\.test\nnetwork: irc\.test\nstatus: ready\nnick: alice\n/u);
    assert.deepEqual(await ask(`${here}/${CAROL}`), ['GET', 200, `${CAROL} has no client on ${NET}.\n`]);
    assert.deepEqual(await ask(`/irc/nowhere/user/${ALICE}`), ['GET', 400, `There is no network nowhere here. There are: ${NET}.\n`]);
    for (const odd of ['alice', '%zz']) assert.deepEqual(await ask(`${here}/${odd}`), ['GET', 400, `${odd} is no user id.\n`]);
    for (const path of ['/irc', '/irc/x/user', '/irc/x/user/', '/reapUsers']) assert.equal((await ask(path))[0], undefined);
  });

  it('DBG-3: ends the clients of a person, with the reason, and says who did', async () => {
    const { world, lines, ask } = await scene();
    assert.deepEqual(await ask('/killUser', JSON.stringify({ user_id: ALICE, reason: 'spam' })), ['POST', 200, 'null']);
    assert.equal(world.network.clientOf(ALICE), undefined);
    assert.deepEqual(lines.map(({ event, fields }) => [event, fields['person'], typeof fields['request']]), [['person put off IRC by hand', ALICE, 'string']]);
    assert.equal((await ask('/killUser', JSON.stringify({ user_id: ALICE, reason: 'spam' })))[1], 404);
    for (const body of ['', '[]', '{', '{}', '{"user_id":"alice","reason":"x"}', `{"user_id":"${ALICE}"}`, `{"user_id":"${ALICE}","reason":1}`]) {
      assert.equal((await ask('/killUser', body))[1], 400, body);
    }
    assert.equal((await world.people.record(ALICE))?.deactivated ?? false, false);
  });

  it('DBG-3: with `deactivate` he is let in no more', async () => {
    const { world, ask } = await scene();
    await world.people.saveRecord({ person: ALICE, features: { autoconnect: true }, deactivated: false });
    assert.deepEqual(await ask('/killUser', JSON.stringify({ user_id: ALICE, reason: 'spam', deactivate: true })), ['POST', 200, 'null']);
    assert.deepEqual(await world.people.record(ALICE), { person: ALICE, features: { autoconnect: true }, deactivated: true });
    assert.equal((await ask('/killUser', JSON.stringify({ user_id: CAROL, reason: 'spam', deactivate: true })))[1], 200);
    assert.equal((await world.people.record(CAROL))?.deactivated, true);
  });

  it('DBG-7: lists people by a pattern', async () => {
    const { ask } = await scene();
    const alice = { users: { [ALICE]: [{ channels: [], dead: false, server: NET, nick: 'alice' }] } };
    for (const query of ['', 'regex=ali', 'regex=^@alice:']) assert.deepEqual(await ask('/inspectUsers', '', query), ['GET', 200, JSON.stringify(alice)]);
    assert.deepEqual(await ask('/inspectUsers', '', 'regex=carol'), ['GET', 200, '{"users":{}}']);
    for (const bad of ['regex=(', `regex=${'a'.repeat(256)}`]) assert.equal((await ask('/inspectUsers', '', bad))[1], 400);
  });
});
