import assert from 'node:assert/strict';
import { Unmapped } from '../../src/matrix-to-irc/unmapped.js';
import type { MatrixEvent } from '../../src/model/matrix-event.js';
import { ALICE, aMessage, aText, eventId, ROOM, roomId, userId } from '../support/make.js';

const [PM, ADMIN, OLD, AWAITED, ELSEWHERE] = ['!pm', '!admin', '!old', '!awaited', '!elsewhere'].map((name) => roomId(`${name}:hs.test`)) as [typeof ROOM, typeof ROOM, typeof ROOM, typeof ROOM, typeof ROOM];
const NEXT = roomId('!next');
const GHOST = userId('@irc_bob:hs.test');

const unmapped = new Unmapped({
  links: { ofRoom: (room) => (room === ROOM ? [{} as never] : []) },
  now: (room) => (room === OLD ? ROOM : room),
  pmRooms: { ofRoom: (room) => (room === PM ? ({} as never) : undefined) },
  adminRooms: { ofRoom: (room) => (room === ADMIN ? ({} as never) : undefined) },
  route: ({ body }) =>
    body.type === 'text' && body.plain.startsWith('!') ? { kind: 'order', where: 'unknown' } : { kind: 'talk', to: [] },
  isOurs: (user) => user === GHOST,
});
const at = (room: typeof ROOM) => ({ room, id: eventId('$1'), sender: ALICE, at: 1 });
const member = (room: typeof ROOM, target: typeof ALICE): MatrixEvent => ({ ...at(room), kind: 'member', target, now: 'join', isDirect: false });
const aboutRoom = (room: typeof ROOM, more: Record<string, unknown>): MatrixEvent => ({ ...at(room), ...more }) as unknown as MatrixEvent;
unmapped.replayed(member(AWAITED, GHOST));
unmapped.replayed(member(ELSEWHERE, ALICE));
unmapped.replayed(aboutRoom(ROOM, { kind: 'tombstone', replacement: NEXT }));

describe('matrix-to-irc/unmapped: what need not be kept (SYN-15)', () => {
  const rows: [string, MatrixEvent, boolean][] = [
    ['talk elsewhere', aMessage({ room: ELSEWHERE, body: aText('hi') }), true],
    ['a reaction elsewhere', aboutRoom(ELSEWHERE, { kind: 'reaction' }), true],
    ['a topic elsewhere', aboutRoom(ELSEWHERE, { kind: 'topic' }), true],
    ['what is encrypted elsewhere', aboutRoom(ELSEWHERE, { kind: 'encrypted' }), true],
    ['comings and goings of others elsewhere', member(ELSEWHERE, ALICE), true],
    ['a ghost’s elsewhere', member(ELSEWHERE, GHOST), false],
    ['a command in a talk that is not known yet (SEED-004d)', aMessage({ room: ELSEWHERE, body: aText('!nick Oolong') }), false],
    ['a redaction: an address may end with it', aboutRoom(ELSEWHERE, { kind: 'redaction' }), false],
    ['settings of a room', aboutRoom(ELSEWHERE, { kind: 'roomSettings' }), false],
    ['that a room is replaced', aboutRoom(ELSEWHERE, { kind: 'tombstone' }), false],
    ['talk in a linked room', aMessage({ room: ROOM, body: aText('hi') }), false],
    ['talk in a private room', aMessage({ room: PM, body: aText('hi') }), false],
    ['talk in an admin room', aMessage({ room: ADMIN, body: aText('hi') }), false],
    ['talk in a room that was replaced', aMessage({ room: OLD, body: aText('hi') }), false],
    ['ROOM-17: talk where a linked room goes on', aMessage({ room: NEXT, body: aText('hi') }), false],
    ['talk where an earlier life left an invitation', aMessage({ room: AWAITED, body: aText('hi') }), false],
  ];
  for (const [what, event, dropped] of rows) {
    it(`SYN-15: ${what} ${dropped ? 'is dropped' : 'is kept'}`, () => assert.equal(unmapped.has(event), dropped));
  }
});
