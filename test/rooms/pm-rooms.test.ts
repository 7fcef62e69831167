import assert from 'node:assert/strict';
import type { PmRoom } from '../../src/model/link.js';
import { PmRooms } from '../../src/rooms/pm-rooms.js';
import { MemoryNetwork } from '../support/irc.js';
import { ALICE, CAROL, NET, nickOf, roomId, userId } from '../support/make.js';
import { MemoryPmRooms } from '../support/memory-store.js';

const BOB = userId('@irc_bob:hs.test');
const aRoom = (set: Partial<PmRoom> = {}): PmRoom => ({
  room: roomId('!pm:hs.test'),
  network: NET,
  person: ALICE,
  nick: nickOf('bob'),
  ghost: BOB,
  ...set,
});

function make(): { store: MemoryPmRooms; network: MemoryNetwork; rooms: PmRooms } {
  const store = new MemoryPmRooms();
  const network = new MemoryNetwork();
  return { store, network, rooms: new PmRooms(store, new Map([[NET, network]])) };
}

describe('rooms/pm-rooms', () => {
  it('finds by room, and by person and nick in any spelling; after a load too', async () => {
    const { store, network, rooms } = make();
    await rooms.add(aRoom({ nick: nickOf('Bob[x]') }));
    const again = new PmRooms(store, new Map([[NET, network]]));
    await again.load();
    for (const each of [rooms, again]) {
      assert.equal(each.find(NET, ALICE, nickOf('bob{x}'))?.room, '!pm:hs.test');
      assert.equal(each.find(NET, CAROL, nickOf('bob{x}')), undefined);
      assert.equal(each.ofRoom(roomId('!pm:hs.test'))?.person, ALICE);
    }
  });

  it('a new room of a talk takes the place of the old one, in the store too', async () => {
    const { store, rooms } = make();
    await rooms.add(aRoom());
    await rooms.add(aRoom({ room: roomId('!new:hs.test'), ghost: userId('@irc_Bob:hs.test') }));
    assert.equal(rooms.ofRoom(roomId('!pm:hs.test')), undefined);
    assert.deepEqual(store.rooms.map(({ room }) => room), ['!new:hs.test']);
  });

  it('a room that goes on under another nick is found by that one only', async () => {
    const { store, rooms } = make();
    await rooms.add(aRoom());
    await rooms.add(aRoom({ nick: nickOf('rob'), ghost: userId('@irc_rob:hs.test') }));
    assert.equal(rooms.find(NET, ALICE, nickOf('bob')), undefined);
    assert.deepEqual(rooms.withNick(NET, nickOf('rob')).map(({ person }) => person), [ALICE]);
    assert.equal(store.rooms.length, 1);
  });

  it('is forgotten when dropped; dropping again is harmless', async () => {
    const { store, rooms } = make();
    await rooms.add(aRoom());
    await rooms.drop(roomId('!pm:hs.test'));
    await rooms.drop(roomId('!pm:hs.test'));
    assert.deepEqual([rooms.find(NET, ALICE, nickOf('bob')), rooms.ofPerson(NET, ALICE), store.rooms], [undefined, [], []]);
  });

  it('S-286, S-288: pot[ and pot{ are one to rfc1459, and two to ascii', async () => {
    const { network, rooms } = make();
    await rooms.add(aRoom({ nick: nickOf('pot[1]') }));
    assert.ok(rooms.find(NET, ALICE, nickOf('POT{1}')));
    network.announce('ascii');
    await rooms.add(aRoom({ nick: nickOf('pot{1}'), room: roomId('!other:hs.test'), ghost: userId('@irc_pot_1_:hs.test') }));
    assert.deepEqual(['pot[1]', 'pot{1}'].map((nick) => rooms.find(NET, ALICE, nickOf(nick))?.room), ['!pm:hs.test', '!other:hs.test']);
  });

  it('R30: names are compared anew when the network says how', async () => {
    const { network, rooms } = make();
    await rooms.add(aRoom({ nick: nickOf('b[') }));
    assert.ok(rooms.find(NET, ALICE, nickOf('b{')));
    network.announce('ascii');
    assert.equal(rooms.find(NET, ALICE, nickOf('b{')), undefined);
    assert.ok(rooms.find(NET, ALICE, nickOf('B[')));
  });
});
