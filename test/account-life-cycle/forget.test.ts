import assert from 'node:assert/strict';
import { makeForget } from '../../src/account-life-cycle/forget.js';
import type { Replacement } from '../../src/model/link.js';
import { noAddresses } from '../../src/media/port.js';
import { AdminRooms } from '../../src/rooms/admin-rooms.js';
import { PmRooms } from '../../src/rooms/pm-rooms.js';
import { Replacements } from '../../src/rooms/replacements.js';
import { MemoryHomeserver } from '../support/homeserver.js';
import { ALICE, CAROL, listeningLog, NET, ROOM, roomId, userId } from '../support/make.js';
import { MemoryAdminRooms, MemoryEvents, MemoryLinesAside, MemoryPeople, MemoryPmRooms, MemoryRoomFates } from '../support/memory-store.js';

describe('account-life-cycle/forget', () => {
  it('SYN-10: lines to somebody that no room took, and rooms where his talks were to go on, are forgotten; others stay', async () => {
    const [linesAside, fates] = [new MemoryLinesAside(), new MemoryRoomFates()];
    const replacements = new Replacements(fates);
    const linked: Replacement = { from: ROOM, to: roomId('!next'), via: 'hs.test', at: 1, stage: 'moved' };
    await replacements.save(linked);
    for (const person of [ALICE, CAROL]) {
      await linesAside.add({ id: person, network: NET, at: 1, nick: 'bob', target: person, person, text: 'psst', why: 'x' });
      const from = roomId(`!talk${person.slice(1, 3)}`);
      await replacements.save({ ...linked, from, stage: 'waiting', talk: { ours: userId('@irc_bob:hs.test'), person } });
    }
    const forget = makeForget({
      homeserver: new MemoryHomeserver(),
      networks: new Map(),
      people: new MemoryPeople(),
      events: new MemoryEvents(),
      addresses: noAddresses,
      pmRooms: new PmRooms(new MemoryPmRooms(), new Map()),
      adminRooms: new AdminRooms(new MemoryAdminRooms()),
      replacements,
      linesAside,
      audit: { forget: () => Promise.resolve() },
      log: listeningLog().log,
    });
    await forget.forget(new Set([ALICE]));
    assert.deepEqual(linesAside.lines.map(({ person }) => person), [CAROL]);
    assert.deepEqual((await fates.replacements()).map(({ talk }) => talk?.person), [undefined, CAROL]);
  });
});
