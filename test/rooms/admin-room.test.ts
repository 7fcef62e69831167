import assert from 'node:assert/strict';
import { BridgeError } from '../../src/model/errors.js';
import { type UserId } from '../../src/model/ids.js';
import { AdminRooms } from '../../src/rooms/admin-rooms.js';
import { makeReadRoomOf } from '../../src/rooms/admin-room.js';
import { ALICE, roomId } from '../support/make.js';
import { MemoryAdminRooms } from '../support/memory-store.js';

const ADMIN = roomId('!admin:hs.test');

describe('rooms/admin-room', () => {
  function parts(members: () => Promise<readonly UserId[]>) {
    const adminRooms = new AdminRooms(new MemoryAdminRooms());
    let asked = 0;
    const joinedMembers = (): Promise<readonly UserId[]> => {
      asked++;
      return members();
    };
    return { adminRooms, readRoomOf: makeReadRoomOf({ adminRooms, homeserver: { joinedMembers } }), asked: () => asked };
  }

  it('INV-8: a room is read only by who has joined it; the homeserver is asked once', async () => {
    const { adminRooms, readRoomOf, asked } = parts(() => Promise.resolve([ALICE]));
    assert.equal(await readRoomOf(ALICE), undefined);
    await adminRooms.add({ room: ADMIN, person: ALICE });
    assert.equal(await readRoomOf(ALICE), ADMIN);
    assert.equal(await readRoomOf(ALICE), ADMIN);
    assert.equal(asked(), 1);
    adminRooms.setLeft(ADMIN, true);
    assert.equal(await readRoomOf(ALICE), undefined);
    adminRooms.setLeft(ADMIN, false);
    assert.equal(await readRoomOf(ALICE), ADMIN);
    await adminRooms.drop(ADMIN);
    assert.equal(await readRoomOf(ALICE), undefined);
  });

  it('INV-8: an invitation that lies unread is no room to be told in', async () => {
    const { adminRooms, readRoomOf, asked } = parts(() => Promise.resolve([ALICE]));
    await adminRooms.add({ room: ADMIN, person: ALICE });
    adminRooms.setRead(ADMIN, false);
    assert.equal(await readRoomOf(ALICE), undefined);
    assert.equal(asked(), 0);
  });

  it('a room that the bot was put out of is read by nobody', async () => {
    const { adminRooms, readRoomOf } = parts(() => Promise.reject(new BridgeError('HOMESERVER_FORBIDDEN', 'no')));
    await adminRooms.add({ room: ADMIN, person: ALICE });
    assert.equal(await readRoomOf(ALICE), undefined);
  });
});
