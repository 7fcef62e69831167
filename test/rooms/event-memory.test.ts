import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EventMemory } from '../../src/rooms/event-memory.js';
import { ALICE, aText, eventId, ROOM, START } from '../support/make.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const said = (plain: string) => ({ sender: ALICE, at: START, body: aText(plain) });

describe('rooms/event-memory', () => {
  it('forgets the oldest first, also when one was kept anew', () => {
    const memory = new EventMemory(() => 2);
    for (const name of ['$a', '$b', '$a', '$c']) memory.remember(ROOM, eventId(name), said(name));
    assert.deepEqual(['$a', '$b', '$c'].map((name) => memory.recall(ROOM, eventId(name)) !== undefined), [true, false, true]);
  });

  it('L1: long messages, up to the limit of a homeserver, do not fill the memory', () => {
    const memory = new EventMemory(() => 4096);
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < 3000; n++) memory.remember(ROOM, eventId(`$${n}`), said(Buffer.alloc(60_000, 33 + (n % 90)).toString('latin1')));
    collect();
    assert.ok(memory.recall(ROOM, eventId('$2999')));
    assert.equal(memory.recall(ROOM, eventId('$0')), undefined);
    // All of them would be 180 MB.
    assert.ok(process.memoryUsage().heapUsed - before < 60_000_000);
  });
});
