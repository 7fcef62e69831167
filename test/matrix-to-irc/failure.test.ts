import assert from 'node:assert/strict';
import { makeFailure, type Failure, type FailureNeeds, type Told } from '../../src/matrix-to-irc/failure.js';
import { quiet } from '../../src/lib/log.js';
import { isFault } from '../../src/model/errors.js';
import { refused, type RefusalReason } from '../../src/model/refusal.js';
import { settle, TestClock } from '../support/clock.js';
import { MemoryHomeserver } from '../support/homeserver.js';
import { ALICE, aMessage, CAROL, countingMetrics, ROOM, roomId } from '../support/make.js';

interface Parts {
  readonly failure: Failure;
  readonly homeserver: MemoryHomeserver;
  readonly clock: TestClock;
  readonly stopping: AbortController;
  readonly counts: ReadonlyMap<string, number>;
  /** Bodies of notices. */
  readonly said: () => unknown[];
}

const ADMIN = roomId('!admin:hs.test');

function parts(set: Pick<FailureNeeds, 'adminRoomOf'> = {}): Parts {
  const homeserver = new MemoryHomeserver();
  homeserver.room(ROOM, ALICE, CAROL);
  const clock = new TestClock();
  const stopping = new AbortController();
  const metrics = countingMetrics();
  const failure = makeFailure({ homeserver, clock, metrics, log: quiet, stopping: stopping.signal, ...set });
  return { failure, homeserver, clock, stopping, counts: metrics.counts, said: () => homeserver.said(ROOM) };
}

let entries = 0;
function aTold(reason: RefusalReason = 'excluded', set: Partial<Told> = {}): Told {
  const { refusal } = refused(reason, 'No.', true);
  return { event: aMessage(), entry: `1.${entries++}`, repeat: false, refusal, target: '#cats on IRC', ...set };
}

describe('matrix-to-irc/failure', () => {
  it('INV-8: tells what was not delivered, why, in reply to the message, mentioning only its author', async () => {
    const { failure, homeserver } = parts();
    const told = aTold();
    await failure.notDelivered(told);
    assert.deepEqual(homeserver.sent.map(({ sender, type, content }) => [sender, type, content]), [
      [
        homeserver.bot.userId,
        'm.room.message',
        {
          msgtype: 'm.notice',
          body: 'Your message was not delivered to #cats on IRC. No.',
          'm.mentions': { user_ids: [ALICE] },
          'm.relates_to': { 'm.in_reply_to': { event_id: told.event.id } },
        },
      ],
    ]);
  });

  it('comes into the room first if the bot is not in it', async () => {
    const { failure, homeserver, said } = parts();
    homeserver.members.get(ROOM)?.delete(homeserver.bot.userId);
    await failure.notDelivered(aTold());
    assert.equal(said().length, 1);
  });

  it('at most one a minute for a person and room; what came meanwhile is told at the end of it, all at once', async () => {
    const { failure, clock, said, counts } = parts();
    await failure.notDelivered(aTold());
    const later = Promise.all([1, 2, 3].map((n) => failure.notDelivered(aTold('excluded', { target: `#c${n} on IRC` }))));
    await clock.advance(59_999);
    assert.equal(said().length, 1);
    await clock.advance(1);
    await later;
    assert.deepEqual(said().slice(1), ['Your message and 2 more before it were not delivered to #c3 on IRC. No.']);
    assert.deepEqual([...counts], [['bridge_dropped_total{reason="excluded"}', 4]]);
    const more = failure.notDelivered(aTold());
    await clock.advance(59_999);
    assert.equal(said().length, 2);
    await clock.advance(1);
    await more;
    assert.equal(said().length, 3);
  });

  it('another person and another room have a minute of their own, another reason has not', async () => {
    const { failure, homeserver, clock, said } = parts();
    const elsewhere = roomId('!dogs:hs.test');
    homeserver.room(elsewhere, ALICE);
    await failure.notDelivered(aTold());
    await failure.notDelivered(aTold('excluded', { event: aMessage({ sender: CAROL }) }));
    await failure.notDelivered(aTold('excluded', { event: aMessage({ room: elsewhere }) }));
    assert.deepEqual([said().length, homeserver.said(elsewhere).length], [2, 1]);
    const later = failure.notDelivered(aTold('too-old'));
    await settle();
    assert.equal(said().length, 2);
    await clock.advance(60_000);
    await later;
    assert.equal(said().length, 3);
  });

  it('INV-8: who has an admin room is told there, unless the bot is not in it any more', async () => {
    const { failure, homeserver, said } = parts({ adminRoomOf: (person) => Promise.resolve(person === ALICE ? ADMIN : undefined) });
    homeserver.room(ADMIN, ALICE);
    await failure.notDelivered(aTold());
    await failure.notDelivered(aTold('excluded', { event: aMessage({ sender: CAROL }) }));
    assert.deepEqual([homeserver.said(ADMIN).length, said().length], [1, 1]);
    homeserver.deny('send', 'HOMESERVER_FORBIDDEN', { room: ADMIN });
    await failure.notice(aTold(), 'Hear this.', 'x');
    assert.deepEqual([homeserver.said(ADMIN).length, said().at(-1)], [1, 'Hear this.']);
  });

  it('one message refused by two channels for two reasons gives two notices, not one transaction id', async () => {
    const { failure, homeserver, clock } = parts();
    const told = aTold('excluded');
    await failure.notDelivered(told);
    const other = failure.notDelivered({ ...aTold('too-old'), event: told.event, entry: told.entry, target: '#dogs' });
    await clock.advance(60_000);
    await other;
    assert.equal(new Set(homeserver.sent.map(({ txnId }) => txnId)).size, 2);
  });

  it('after a restart the same notice is not said again', async () => {
    const { failure, homeserver, said } = parts();
    const told = aTold();
    await failure.notDelivered(told);
    homeserver.forget();
    const next = makeFailure({ homeserver, clock: new TestClock(), metrics: countingMetrics(), log: quiet, stopping: new AbortController().signal });
    await next.notDelivered({ ...told, repeat: true });
    assert.equal(said().length, 1);
  });

  it('does not wait beyond the end of the bridge: what is not told stays in the journal, and no timer is left', async () => {
    const { failure, clock, stopping, said } = parts();
    await failure.notDelivered(aTold());
    const waiting = failure.notDelivered(aTold());
    stopping.abort(new Error('stop'));
    await assert.rejects(waiting, (fault) => isFault(fault, 'STOPPING'));
    assert.equal(said().length, 1);
    assert.equal(clock.timers, 0);
  });

  it('a bot that may not speak in the room is the caller’s fault to log', async () => {
    const { failure, homeserver } = parts();
    homeserver.deny('send', 'HOMESERVER_FORBIDDEN');
    await assert.rejects(failure.notDelivered(aTold()), (fault) => isFault(fault, 'HOMESERVER_FORBIDDEN'));
  });

  it('a hint is given once for a person, room and topic', async () => {
    const { failure, said } = parts();
    const { event, entry, target, repeat } = aTold();
    const told = { event, entry, target, repeat };
    await failure.hint(told, 'cut', 'Too long.');
    await failure.hint(told, 'cut', 'Too long.');
    await failure.hint(told, 'file', 'A file.');
    await failure.hint({ ...told, entry: '2.1', event: aMessage({ sender: CAROL }) }, 'cut', 'Too long.');
    await settle();
    assert.deepEqual(said(), ['Too long.', 'A file.', 'Too long.']);
  });
});
