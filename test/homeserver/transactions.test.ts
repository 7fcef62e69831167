import assert from 'node:assert/strict';
import { aDirectory, aMessage, anEdge, push } from './edge.js';
import type { Edge } from './edge.js';
import { rmSync } from 'node:fs';

describe('homeserver: transactions', () => {
  let edge: Edge;
  afterEach(() => edge.stop());

  it('AS-1: takes a transaction, keeps it, answers 200 {} and hands its events on in order', async () => {
    edge = await anEdge();
    await edge.listen();
    const answer = await push(edge, 't1', { events: [aMessage('$1'), aMessage('$2')] });
    assert.deepEqual([answer.status, answer.body], [200, {}]);
    assert.deepEqual(edge.events.map((event) => event.id), ['$1', '$2']);
    assert.deepEqual(edge.entries.map((entry) => edge.homeserver.decodeEntry(entry)), edge.events);
  });

  it('T1: A, B, A and a replay of all after a restart have no second effect', async () => {
    const directory = aDirectory();
    const all = Array.from({ length: 50 }, (_, n) => ({ txn: `t${n}`, body: { events: [aMessage(`$e${n}`)] } }));
    edge = await anEdge({ directory });
    await edge.listen();
    for (const { txn, body } of all) assert.equal((await push(edge, txn, body)).status, 200);
    for (const { txn, body } of [...all].reverse()) assert.equal((await push(edge, txn, body)).status, 200);
    assert.equal(edge.events.length, 50);
    await edge.stop();
    edge = await anEdge({ directory });
    await edge.listen();
    for (const { txn, body } of all) assert.equal((await push(edge, txn, body)).status, 200);
    assert.equal(edge.events.length, 0);
    rmSync(directory, { recursive: true });
  });
});
