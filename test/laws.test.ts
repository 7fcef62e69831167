/** The delivery contract (RELIABILITY §0) as laws over both directions, with failing peers and killed processes. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RoomId, UserId } from '../src/model/ids.js';
import { refused } from '../src/model/refusal.js';
import { ALICE, aLine, aLink, aMessage, aText, CAROL, CATS, channelOf, ROOM, roomId, userId } from './support/make.js';
import { World } from './support/world.js';

const DOGS = channelOf('#dogs');
const ROOM2 = roomId('!cats2:hs.test');
const DOGROOM = roomId('!dogs:hs.test');
const LINKS = [aLink(), aLink({ channel: DOGS, room: DOGROOM }), aLink({ room: ROOM2 })];
const RUNS = Number(process.env['LAW_RUNS'] ?? 300);

/** Where each token of a sender must come in order, and how often it may come. */
function judge(where: string, came: readonly string[], wanted: readonly string[], double: number): void {
  const first = [...new Set(came)];
  assert.deepEqual(first, wanted, `${where}: nothing lost, nothing out of order`);
  assert.ok(came.length - first.length <= double, `${where}: at most ${double} doubled, but ${came.join(' ')}`);
}

const settling = async (world: World): Promise<void> => {
  for (let n = 0; n < 8; n++) {
    await world.clock.advance(61_000);
    await world.quiet();
  }
};

/** A person as a text may name him: an id would be said as his nick. */
const nameless = (user: string): string => user.slice(1).replace(':', ' at ');

describe('law: what the homeserver sent', () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('say' as const),
        sender: fc.constantFrom(ALICE, CAROL),
        room: fc.constantFrom(ROOM, DOGROOM, ROOM2),
        lines: fc.integer({ min: 1, max: 3 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('lose' as const), sender: fc.constantFrom(ALICE, CAROL), after: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('down' as const), seconds: fc.integer({ min: 1, max: 100 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('silence' as const), seconds: fc.integer({ min: 1, max: 100 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), unmarked: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), turns: fc.nat(3) }) },
  );

  it('INV-2, INV-3, F1: each line comes once and in order, but for one at each kill between line and mark', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const world = await World.of({ links: LINKS });
        const spoken = new Map<string, string[]>();
        let token = 0;
        let kills = 0;
        for (const each of steps) {
          if (each.do === 'say') {
            const texts = Array.from({ length: each.lines }, () => `${nameless(each.sender)} ${each.room} ${token++}`);
            const key = `${each.sender} ${each.room}`;
            spoken.set(key, [...(spoken.get(key) ?? []), ...texts]);
            world.take(aMessage({ sender: each.sender, room: each.room, body: aText(texts.join('\n')) }));
          } else if (each.do === 'lose') {
            const client = world.network.clientOf(each.sender);
            if (client) client.loseAfter = each.after;
          } else if (each.do === 'down') {
            world.network.deny(`connect ${ALICE}`, refused('network-unreachable', 'Down.').refusal);
            world.network.lose();
            await world.clock.advance(each.seconds * 1000);
            world.network.relent();
          } else if (each.do === 'silence') {
            world.homeserver.goDown();
            await world.clock.advance(each.seconds * 1000);
            world.homeserver.comeUp();
          } else if (each.do === 'restart') {
            await kill(world, each.unmarked);
            kills += each.unmarked ? 1 : 0;
          } else for (let turn = 0; turn < each.turns; turn++) await Promise.resolve();
        }
        await settling(world);
        for (const sender of [ALICE, CAROL]) {
          for (const [room, channel] of [[ROOM, CATS], [DOGROOM, DOGS], [ROOM2, CATS]] as const) {
            const wanted = spoken.get(`${sender} ${room}`) ?? [];
            const mine = (text: string): boolean => text.startsWith(`${nameless(sender)} ${room} `);
            judge(`${channel} from ${room}`, world.heard(channel).filter(mine), wanted, kills);
            const other = room === ROOM ? ROOM2 : room === ROOM2 ? ROOM : undefined;
            if (other) assert.deepEqual(copies(world, other, mine), wanted, `${other}: each copy once and in order`);
          }
        }
        assert.deepEqual(world.journal.open(), []);
        const losses = world.homeserver.sent.filter(({ content, txnId }) => content['msgtype'] === 'm.notice' && !/\.wd?$/u.test(txnId));
        assert.deepEqual(losses, [], 'nobody is told of a loss');
      }),
      { numRuns: RUNS },
    );
  }).timeout(60_000);
});

/** The lines of copies now in a room. */
function copies(world: World, room: RoomId, mine: (text: string) => boolean): string[] {
  return world.homeserver.said(room).flatMap((body) => String(body).split('\n')).filter(mine);
}

/** Kills the process, perhaps between a deed and its mark, and starts it again, on a homeserver that has forgotten. */
async function kill(world: World, unmarked: boolean): Promise<void> {
  if (unmarked) {
    world.dieAtNextMark();
    await world.quiet();
  }
  world.homeserver.forget();
  await world.restart();
}

describe('law: what IRC said', () => {
  const nicks = ['bob', 'eve', 'mal'] as const;
  const ghost = (nick: string): UserId => userId(`@irc_${nick}:hs.test`);
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('line' as const), nick: fc.constantFrom(...nicks), channel: fc.constantFrom(CATS, DOGS) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('slow' as const), nick: fc.constantFrom(...nicks), seconds: fc.integer({ min: 1, max: 20 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('silence' as const), seconds: fc.integer({ min: 1, max: 100 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), unmarked: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), turns: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse' as const), nick: fc.constantFrom(...nicks) }) },
  );

  it('INV-2, INV-3, F2, H14: each line comes once into each room and in order, whoever is killed; or its author is told', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const world = await World.of({ links: LINKS });
        const spoken: { nick: string; channel: string; text: string }[] = [];
        const releases: (() => void)[] = [];
        let token = 0;
        let ends = 0;
        const denied = new Set<string>();
        for (const each of steps) {
          if (each.do === 'line') {
            const text = `t${token++}`;
            spoken.push({ nick: each.nick, channel: each.channel, text });
            world.flows.onIrcEvent(aLine(text, { nick: each.nick, channel: each.channel }));
          } else if (each.do === 'slow') {
            releases.push(world.homeserver.hold('join', ghost(each.nick)));
            await world.clock.advance(each.seconds * 1000);
          } else if (each.do === 'silence') {
            world.homeserver.goDown();
            await world.clock.advance(each.seconds * 1000);
            world.homeserver.comeUp();
          } else if (each.do === 'restart') {
            for (const release of releases.splice(0)) release();
            await kill(world, each.unmarked);
            ends += 1;
          } else if (each.do === 'refuse') {
            denied.add(each.nick);
            world.homeserver.deny('send', 'HOMESERVER_FORBIDDEN', { user: ghost(each.nick), times: 1 });
          } else for (let turn = 0; turn < each.turns; turn++) await Promise.resolve();
        }
        for (const release of releases) release();
        await settling(world);
        const refusedLines = world.metrics.counts.get('bridge_dropped_total HOMESERVER_FORBIDDEN') ?? 0;
        let missing = 0;
        for (const [channel, rooms] of [[CATS, [ROOM, ROOM2]], [DOGS, [DOGROOM]]] as const) {
          for (const room of rooms) {
            const came = world.homeserver.said(room);
            assert.equal(new Set(came).size, came.length, `${room}: nothing doubled in ${came.join(' ')}`);
            for (const nick of nicks) {
              const wanted = spoken.filter((line) => line.nick === nick && line.channel === channel).map(({ text }) => text);
              const got = came.filter((text) => wanted.includes(String(text)));
              // A line that was refused, and is taken when the next life tries it again, comes behind others.
              const ordered = ends === 0 || !denied.has(nick);
              if (ordered) assert.deepEqual(got, wanted.filter((text) => got.includes(text)), `${room}: in order`);
              missing += wanted.length - got.length;
            }
          }
        }
        assert.ok(missing <= refusedLines, 'what is missing was refused, and counted');
        // An end between the refusal and its mark makes it be tried again, and it may come after all.
        if (ends === 0) assert.equal(missing, refusedLines);
        if (missing > 0) assert.ok(world.network.lines.some(({ how }) => how === 'notice'), 'and told');
        assert.deepEqual(world.journal.open(), []);
      }),
      {
        numRuns: RUNS,
        examples: [
          // Refused as the bridge stops: the author was told by neither life.
          [
            [
              { do: 'line', nick: 'mal', channel: CATS },
              { do: 'slow', nick: 'bob', seconds: 1 },
              { do: 'refuse', nick: 'mal' },
              { do: 'line', nick: 'mal', channel: CATS },
              { do: 'wait', turns: 1 },
              { do: 'restart', unmarked: false },
            ],
          ],
        ],
      },
    );
  }).timeout(60_000);
});
