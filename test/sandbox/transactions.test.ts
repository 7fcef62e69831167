/** Transactions leave the sandbox's homeserver exactly as Synapse's do. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SandboxHomeserver } from '../../src/sandbox/homeserver.js';
import type { Appservice } from '../../src/sandbox/homeserver/appservice.js';
import { MatrixPerson } from '../../src/sandbox/people/matrix-person.js';
import { Seen } from '../../src/sandbox/people/seen.js';
import { systemClock } from '../../src/lib/clock.js';
import { TestClock } from '../support/clock.js';

interface Got {
  readonly path: string;
  readonly token: string | undefined;
  readonly body: { readonly events?: readonly { readonly content: { readonly body?: string } }[] };
}

interface Ear {
  readonly hs: SandboxHomeserver;
  readonly service: Appservice;
  readonly alice: MatrixPerson;
  readonly room: string;
  readonly clock: TestClock;
  readonly got: Seen<Got>;
  /** The status of every answer from now on; a promise holds it back. */
  answer: (path: string) => number | Promise<number>;
}

/** A listener in the bridge's place, and a room with alice and the bot in it whose events are all delivered. */
async function withEar(play: (ear: Ear) => Promise<void>): Promise<void> {
  const clock = new TestClock();
  const hs = new SandboxHomeserver({ clock });
  const got = new Seen<Got>(systemClock);
  let ear: Ear | undefined;
  const listener = createServer((request, response) => {
    void (async () => {
      let text = '';
      for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
      const path = request.url ?? '';
      got.push({ path, token: request.headers.authorization, body: JSON.parse(text === '' ? '{}' : text) as Got['body'] });
      response.statusCode = await (ear?.answer(path) ?? 200);
      response.end('{}');
    })();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  await hs.start();
  const service = hs.addAppservice(`
id: irc
url: http://127.0.0.1:${(listener.address() as AddressInfo).port}
as_token: AS
hs_token: HS
sender_localpart: bot
namespaces: {users: [{exclusive: true, regex: '@irc_.*:hs\\.test'}], aliases: [{exclusive: true, regex: '#irc_.*'}], rooms: []}
`);
  // The person's own waits are of real time: only the homeserver's clock stands still.
  const alice = await MatrixPerson.registers(hs.url, 'alice', systemClock);
  try {
    const room = await alice.makesRoom({ invite: ['@bot:hs.test'] });
    await bot(hs, 'POST', `/rooms/${room}/join`, {});
    await alice.says(room, 'ready');
    await got.next('ready', said('ready'), 5000, show);
    while (hs.backlog(service) > 0) await clock.advance(0);
    got.clear();
    ear = { hs, service, alice, room, clock, got, answer: () => 200 };
    await play(ear);
  } finally {
    await alice.rests();
    await hs.stop();
    listener.closeAllConnections();
    await new Promise((resolve) => listener.close(resolve));
  }
}

const show = ({ path, body }: Got): string => `${path} ${JSON.stringify(body)}`;
const bodiesOf = ({ body }: Got): string[] => (body.events ?? []).map(({ content }) => content.body ?? '');
const said = (text: string) => (one: Got): boolean => bodiesOf(one).includes(text);

async function bot(hs: SandboxHomeserver, method: string, path: string, body: unknown): Promise<number> {
  const answer = await fetch(`${hs.url}/_matrix/client/v3${path}`, {
    method,
    headers: { authorization: 'Bearer AS', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await answer.arrayBuffer();
  return answer.status;
}

describe('sandbox homeserver: transactions', () => {
  it('the first event goes alone, what gathers meanwhile together, at most 100, in order, with the token', () =>
    withEar(async (ear) => {
      const { alice, room, got } = ear;
      let release: (status: number) => void = () => undefined;
      ear.answer = () => new Promise((resolve) => (release = resolve));
      await alice.says(room, 'first');
      const first = await got.next('first', said('first'), 5000, show);
      for (let i = 0; i < 130; i++) await alice.says(room, `m${i}`);
      ear.answer = () => 200;
      release(200);
      await got.next('the last', said('m129'), 5000, show);
      assert.equal(first.token, 'Bearer HS');
      assert.deepEqual(got.all.map((one) => bodiesOf(one).length), [1, 100, 30]);
      assert.deepEqual(got.all.flatMap(bodiesOf), ['first', ...Array.from({ length: 130 }, (_, i) => `m${i}`)]);
      const ids = got.all.map(({ path }) => Number(path.split('/').at(-1)));
      assert.deepEqual(ids, [ids[0]!, ids[0]! + 1, ids[0]! + 2]);
      assert.deepEqual(Object.keys(first.body), ['events', 'ephemeral', 'de.sorunome.msc2409.to_device']);
    }));

  it('refused: again after 2, 4, 8 … 512 s under the same id; what comes meanwhile goes event by event', () =>
    withEar(async (ear) => {
      const { alice, room, got, clock, hs, service } = ear;
      ear.answer = () => 502;
      await alice.says(room, 'a');
      await got.next('a', said('a'), 5000, show);
      for (const seconds of [2, 4, 8, 16, 32, 64, 128, 256, 512, 512]) {
        const before = got.all.length;
        while (clock.timers === 0 || !hs.house.senders.get(service)!.waiting) await clock.advance(0);
        await clock.advance(seconds * 1000 - 1);
        assert.equal(got.all.length, before, `before ${seconds} s`);
        await clock.advance(1);
        await got.next(`after ${seconds} s`, said('a'), 5000, show);
      }
      await alice.says(room, 'b');
      await alice.says(room, 'c');
      ear.answer = () => 200;
      while (!hs.house.senders.get(service)!.waiting) await clock.advance(0);
      await clock.advance(512_000);
      await got.next('c', said('c'), 5000, show);
      assert.deepEqual(got.all.slice(-3).map(bodiesOf), [['a'], ['b'], ['c']]);
      assert.equal(new Set(got.all.filter(said('a')).map(({ path }) => path)).size, 1);
    }));

  it('T16: a ping that the listener answers makes the next try come at once', () =>
    withEar(async (ear) => {
      const { alice, room, got, hs, service, clock } = ear;
      ear.answer = () => 502;
      await alice.says(room, 'late');
      await got.next('late', said('late'), 5000, show);
      while (!hs.house.senders.get(service)!.waiting) await clock.advance(0);
      ear.answer = () => 200;
      assert.equal(await bot(hs, 'POST', '/appservice/irc/ping', { transaction_id: 'x' }), 200);
      await got.next('late again', said('late'), 5000, show);
    }));

  it('a kill keeps what was not taken; it comes after the start, under the same id', () =>
    withEar(async (ear) => {
      const { alice, room, got, hs } = ear;
      let held: (status: number) => void = () => undefined;
      ear.answer = () => new Promise((resolve) => (held = resolve));
      await alice.says(room, 'kept');
      const first = await got.next('kept', said('kept'), 5000, show);
      await hs.kill();
      held(200);
      ear.answer = () => 200;
      await hs.start();
      const again = await got.next('kept again', said('kept'), 5000, show);
      assert.equal(again.path, first.path);
    }));

  it('AS-3: joining an unknown alias asks once; a 404 gives M_NOT_FOUND', () =>
    withEar(async (ear) => {
      ear.answer = () => 404;
      await assert.rejects(ear.alice.joins('#irc_none:hs.test'), /404.*M_NOT_FOUND/u);
      assert.deepEqual(ear.got.all.map(({ path, token }) => [path, token]), [['/_matrix/app/v1/rooms/%23irc_none%3Ahs.test', 'Bearer HS']]);
    }));

  it('AS-4: inviting an unknown ghost asks for it, and the invite comes whatever the answer', () =>
    withEar(async (ear) => {
      ear.answer = (path) => (path.includes('/users/') ? 404 : 200);
      await ear.alice.call('POST', `/rooms/${ear.room}/invite`, { user_id: '@irc_new:hs.test' });
      await ear.got.next('the invite', ({ path }) => path.includes('/transactions/'), 5000, show);
      assert.deepEqual(ear.got.all.map(({ path }) => path.split('/')[4]), ['users', 'transactions']);
    }));
});
