import assert from 'node:assert/strict';
import { noAddresses } from '../../src/media/port.js';
import { targetOf } from '../../src/matrix-to-irc/private-message.js';
import { makeSay, type Progress, type Said, type Speech } from '../../src/matrix-to-irc/say.js';
import { BridgeError, isFault } from '../../src/model/errors.js';
import { granted, type Outcome, refused, type RefusalReason } from '../../src/model/refusal.js';
import type { Connect } from '../../src/people/connect.js';
import { TestClock } from '../support/clock.js';
import { MemoryNetwork } from '../support/irc.js';
import { ALICE, aLink, aMessage, aText, CATS, nickOf } from '../support/make.js';
import { aWording } from '../support/wording.js';

class Stage {
  readonly clock = new TestClock();
  readonly network = new MemoryNetwork();
  readonly stopping = new AbortController();
  readonly notes: Progress[] = [];
  lineLimit = 3;
  expired = false;
  withdrawn = false;
  readonly say = makeSay({
    relay: { isFor: () => false, clientFor: (person) => this.connect(person, this.network.name), nameOf: () => Promise.resolve('') },
    wordingOf: (to, client) => aWording({ lineLimit: this.lineLimit }, { budget: (how) => client.budget(targetOf(to), how) }),
    networks: new Map([[this.network.name, this.network]]),
    addresses: noAddresses,
    byTags: { marks: () => ({}), does: () => Promise.resolve(false) },
    clock: this.clock,
    stopping: this.stopping.signal,
  });
  connect: Connect = (person) => {
    const client = this.network.clientOf(person);
    if (client?.status === 'ready') return Promise.resolve(granted(client));
    return this.network.connect(person, { nick: nickOf('alice'), ident: 'alice', realname: 'alice' });
  };

  speech(plain: string, set: Partial<Speech> = {}): Speech {
    return {
      event: aMessage({ body: aText(plain) }),
      link: aLink(),
      since: this.clock.elapsed(),
      note: (progress) => this.notes.push(progress),
      thrownAway: () => undefined,
      shutOut: () => undefined,
      expired: () => this.expired,
      withdrawn: () => this.withdrawn,
      prepared: {},
      room: {},
      ...set,
    };
  }

  get heard(): string[] {
    return this.network.lines.map(({ text }) => text);
  }
}

const reason = (outcome: Outcome<Said>): string => (outcome.ok ? 'said' : outcome.refusal.reason);

describe('matrix-to-irc/say', () => {
  it('M2I-39: connects the author, joins, and says', async () => {
    const stage = new Stage();
    const outcome = await stage.say(stage.speech('a\nb'));
    assert.deepEqual(outcome, granted({ by: 'alice', fileNamed: false }));
    assert.deepEqual(stage.network.traffic, ['JOIN alice #cats']);
    assert.deepEqual(stage.network.lines.map(({ owner, target, how, text }) => [owner, target, how, text]), [
      [ALICE, CATS, 'say', 'a'],
      [ALICE, CATS, 'say', 'b'],
    ]);
    await stage.say(stage.speech('c'));
    assert.deepEqual(stage.network.traffic, ['JOIN alice #cats'], 'nothing is joined twice');
  });

  it('notes each line in the tick in which it goes, with who said it', async () => {
    const stage = new Stage();
    const seen: [number, number][] = [];
    const note = ({ said }: Progress): void => void seen.push([said, stage.network.lines.length]);
    await stage.say(stage.speech('a\nb\nc', { note }));
    assert.deepEqual(seen, [[1, 1], [2, 2], [3, 3]]);
  });

  it('F9: a store that cannot be written is waited out; other faults are not', async () => {
    const stage = new Stage();
    const { connect } = stage;
    stage.connect = () => Promise.reject(new BridgeError('STORE_FAULT', 'cannot write: EMFILE'));
    const outcome = stage.say(stage.speech('a'));
    await stage.clock.advance(4_000);
    stage.connect = connect;
    await stage.clock.advance(1_000);
    assert.equal(reason(await outcome), 'said');
    stage.connect = () => Promise.reject(new BridgeError('HOMESERVER_FORBIDDEN', 'no'));
    await assert.rejects(stage.say(stage.speech('b')), (fault) => isFault(fault, 'HOMESERVER_FORBIDDEN'));
  });

  it('uses the channel’s key', async () => {
    const stage = new Stage();
    await stage.say(stage.speech('a', { link: aLink({ key: 'sesame' }) }));
    assert.deepEqual(stage.network.traffic, ['JOIN alice #cats sesame']);
  });

  it('tells how many lines of a long message were said', async () => {
    const stage = new Stage();
    assert.deepEqual(await stage.say(stage.speech('a\nb\nc\nd')), granted({ by: 'alice', fileNamed: false, cutTo: 2 }));
    assert.deepEqual(stage.heard, ['a', 'b', '(truncated)']);
  });

  const lasting: RefusalReason[] = ['excluded', 'banned-from-network', 'killed', 'auth-failed', 'network-full'];
  for (const each of lasting) {
    it(`a connection refused as ${each} is told at once`, async () => {
      const stage = new Stage();
      stage.network.deny(`connect ${ALICE}`, refused(each, 'No.').refusal);
      assert.equal(reason(await stage.say(stage.speech('a'))), each);
    });
  }
  for (const each of ['invite-only', 'needs-key', 'banned-from-channel', 'channel-full'] as const) {
    it(`M2I-40: a channel refused as ${each} is told at once`, async () => {
      const stage = new Stage();
      stage.network.deny(`join ${CATS}`, refused(each, 'No.').refusal);
      assert.equal(reason(await stage.say(stage.speech('a'))), each);
    });
  }

  it('M2I-40: a line that the channel does not take is told', async () => {
    const stage = new Stage();
    stage.network.deny(`say ${CATS}`, refused('cannot-send', 'You are muted.').refusal);
    assert.equal(reason(await stage.say(stage.speech('a'))), 'cannot-send');
  });

  it('R1: a passing refusal is waited out, asking each five seconds', async () => {
    const stage = new Stage();
    stage.network.deny(`connect ${ALICE}`, refused('network-unreachable', 'Down.').refusal);
    const saying = stage.say(stage.speech('a'));
    await stage.clock.advance(200_000);
    assert.deepEqual(stage.heard, []);
    assert.equal(stage.network.wishes.length, 41);
    stage.network.relent();
    await stage.clock.advance(5_000);
    assert.equal(reason(await saying), 'said');
    assert.deepEqual(stage.heard, ['a']);
  });

  it('R1: after five minutes the author is told, also when nothing answers at all', async () => {
    for (const prepare of [
      (stage: Stage) => stage.network.deny(`connect ${ALICE}`, refused('network-unreachable', 'Down.').refusal),
      (stage: Stage) => stage.network.hold(`connect ${ALICE}`),
      (stage: Stage) => stage.network.hold(`join ${CATS}`),
    ]) {
      const stage = new Stage();
      prepare(stage);
      const outcomes: Outcome<Said>[] = [];
      void stage.say(stage.speech('a')).then((outcome) => outcomes.push(outcome));
      await stage.clock.advance(299_000);
      assert.deepEqual(outcomes, []);
      await stage.clock.advance(1_000);
      assert.deepEqual(outcomes.map(reason), ['timed-out']);
      assert.equal(stage.clock.timers, 0);
    }
  });

  it('the five minutes are counted from when the message came, not from when its turn came', async () => {
    const stage = new Stage();
    stage.network.hold(`connect ${ALICE}`);
    const since = stage.clock.elapsed();
    const told: string[] = [];
    const talk = async (): Promise<void> => {
      for (let n = 0; n < 10; n++) told.push(reason(await stage.say(stage.speech(`${n}`, { since }))));
    };
    void talk();
    await stage.clock.advance(301_000);
    assert.equal(told.length, 10);
  });

  it('a message behind a thousand others of a paced connection is not late for that', async () => {
    const stage = new Stage();
    const since = stage.clock.elapsed();
    await stage.say(stage.speech('first', { since }));
    await stage.clock.advance(299_000);
    await stage.say(stage.speech('many', { since }));
    await stage.clock.advance(200_000);
    stage.network.lose();
    const open = stage.network.hold(`connect ${ALICE}`);
    const saying = stage.say(stage.speech('last', { since }));
    await stage.clock.advance(20_000);
    open();
    await stage.clock.advance(0);
    assert.equal(reason(await saying), 'said');
  });

  it('after its time, one try is made all the same', async () => {
    const stage = new Stage();
    const { since } = stage.speech('a');
    await stage.clock.advance(400_000);
    const saying = stage.say(stage.speech('a', { since }));
    await stage.clock.advance(0);
    assert.equal(reason(await saying), 'said');
  });

  it('goes on behind the last line that was said when the connection is lost on the way', async () => {
    const stage = new Stage();
    stage.lineLimit = 10;
    await stage.say(stage.speech('hello'));
    const client = stage.network.clientOf(ALICE);
    if (client) client.loseAfter = 2;
    const outcome = await stage.say(stage.speech('a\nb\nc\nd'));
    assert.equal(reason(outcome), 'said');
    assert.deepEqual(stage.heard, ['hello', 'a', 'b', 'c', 'd']);
    assert.deepEqual(stage.network.traffic, ['JOIN alice #cats', 'JOIN alice #cats']);
  });

  it('goes on where an earlier life of the process had come to', async () => {
    const stage = new Stage();
    await stage.say(stage.speech('x\ny\nz', { progress: { lines: ['a', 'b', 'c'], said: 2, by: nickOf('alice') } }));
    assert.deepEqual(stage.heard, ['c']);
    assert.deepEqual(stage.notes, [{ lines: ['a', 'b', 'c'], said: 3, by: 'alice' }]);
  });

  it('cuts what is left anew when it no longer fits, and loses nothing of it', async () => {
    const stage = new Stage();
    stage.network.lineBudget = 10;
    await stage.say(stage.speech('x', { progress: { lines: ['aaaa', 'bbbbb ccccc'], said: 1, by: nickOf('alice') } }));
    assert.deepEqual(stage.heard, ['bbbbb', 'ccccc']);
    assert.deepEqual(stage.notes.at(-1), { lines: ['aaaa', 'bbbbb', 'ccccc'], said: 3, by: 'alice' });
  });

  it('gives up after a hundred losses of the same message', async () => {
    const stage = new Stage();
    const say = stage.say(stage.speech('a'));
    await say;
    const client = stage.network.clientOf(ALICE);
    assert.ok(client);
    client.say = () => Promise.resolve(refused('connection-lost', 'Lost.'));
    assert.equal(reason(await stage.say(stage.speech('b'))), 'timed-out');
  });

  it('AS-13: is looked at again right before it is said', async () => {
    const stage = new Stage();
    const open = stage.network.hold(`connect ${ALICE}`);
    const saying = stage.say(stage.speech('a'));
    await stage.clock.advance(1000);
    stage.expired = true;
    open();
    await stage.clock.advance(0);
    assert.equal(reason(await saying), 'too-old');
    assert.deepEqual(stage.heard, []);
  });

  describe('when the bridge stops, what is under way is neither refused nor lost', () => {
    const moments: [string, (stage: Stage) => unknown][] = [
      ['while it connects', (stage) => stage.network.hold(`connect ${ALICE}`)],
      ['while it joins', (stage) => stage.network.hold(`join ${CATS}`)],
      ['while it says', (stage) => stage.network.hold(`say ${CATS}`)],
      ['while it pauses', (stage) => stage.network.deny(`connect ${ALICE}`, refused('network-unreachable', 'Down.').refusal)],
    ];
    for (const [moment, prepare] of moments) {
      it(moment, async () => {
        const stage = new Stage();
        const release = prepare(stage);
        const saying = stage.say(stage.speech('a'));
        await stage.clock.advance(1000);
        stage.stopping.abort(new Error('stop'));
        await stage.network.stop();
        if (typeof release === 'function') (release as () => void)();
        await assert.rejects(saying, (fault) => isFault(fault, 'STOPPING'));
        assert.equal(stage.clock.timers, 0);
      });
    }
  });
});
