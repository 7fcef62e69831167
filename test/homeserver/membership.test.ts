import assert from 'node:assert/strict';
import { Membership } from '../../src/homeserver/membership.js';
import type { UserId } from '../../src/model/ids.js';
import { ROOM, roomId, userId } from '../support/make.js';

const [BOB, CARL, DAVE] = [userId('@irc_bob:hs.test'), userId('@irc_carl:hs.test'), userId('@irc_dave:hs.test')];
const TWO = roomId('!two:hs.test');

describe('homeserver/membership', () => {
  it('MEM-7: a room is complete once it was asked for, or made by us', async () => {
    const membership = new Membership();
    membership.add(CARL, ROOM);
    assert.equal(membership.isComplete(ROOM), false);
    assert.deepEqual(await membership.learn(ROOM, async () => [BOB, CARL]), [BOB]);
    assert.deepEqual([membership.isComplete(ROOM), membership.has(BOB, ROOM)], [true, true]);
    assert.deepEqual(await membership.learn(ROOM, () => Promise.reject(new Error('asked again'))), []);
    membership.made(TWO, BOB);
    assert.equal(membership.isComplete(TWO), true);
  });

  it('MEM-7: who is seen to go, or to come, while we ask is newer than the answer', async () => {
    const membership = new Membership();
    let answer: (users: readonly UserId[]) => void = () => undefined;
    const learnt = membership.learn(ROOM, () => new Promise((resolve) => (answer = resolve)));
    membership.drop(BOB, ROOM);
    membership.add(CARL, ROOM);
    membership.drop(DAVE, ROOM);
    membership.add(DAVE, ROOM);
    answer([BOB, CARL, DAVE]);
    assert.deepEqual(await learnt, []);
    assert.deepEqual([BOB, CARL, DAVE].map((user) => membership.has(user, ROOM)), [false, true, true]);
  });

  it('MEM-7: a refused question leaves the room unknown', async () => {
    const membership = new Membership();
    await assert.rejects(membership.learn(ROOM, () => Promise.reject(new Error('403'))), /403/u);
    assert.equal(membership.isComplete(ROOM), false);
    assert.deepEqual(await membership.learn(ROOM, async () => [BOB]), [BOB]);
  });

  it('MEM-7, D7: what is remembered is bounded by forgetting whole rooms, which are then asked for again', async () => {
    const membership = new Membership(2);
    await membership.learn(ROOM, async () => [BOB, CARL]);
    membership.add(DAVE, TWO);
    assert.deepEqual([membership.isComplete(ROOM), membership.has(BOB, ROOM), membership.has(DAVE, TWO)], [false, false, true]);
  });
});
