import assert from 'node:assert/strict';
import { LastMarks } from '../../src/matrix-to-irc/last-marks.js';
import { TestClock } from '../support/clock.js';

describe('matrix-to-irc/last-marks (F1)', () => {
  let clock: TestClock;
  let marks: LastMarks;
  let stopping: AbortController;
  let written: string[];
  const write = (what: string) => (): void => void written.push(what);

  beforeEach(() => {
    clock = new TestClock();
    stopping = new AbortController();
    marks = new LastMarks(clock, stopping.signal);
    written = [];
  });
  afterEach(() => assert.equal(clock.timers, 0));

  it('writes a mark when the next line of the client follows, and keeps that one', () => {
    marks.handed('alice', 'e.1', write('1'));
    assert.deepEqual(written, []);
    marks.handed('bob', 'e.2', write('2'));
    marks.handed('alice', 'e.3', write('3'));
    assert.deepEqual(written, ['1']);
    stopping.abort();
    assert.deepEqual(written, ['1', '2', '3']);
  });

  it('writes it after a second at most and a quarter, when none follows', async () => {
    marks.handed('alice', 'e.1', write('1'));
    await clock.advance(900);
    assert.deepEqual(written, []);
    await clock.advance(350);
    assert.deepEqual(written, ['1']);
    assert.equal(clock.timers, 0);
  });

  it('what is over replaces the mark of its own last line, and waits with it', async () => {
    marks.handed('alice', 'e.1', write('line'));
    marks.over('alice', 'e.1', write('over'));
    assert.deepEqual(written, []);
    await clock.advance(1250);
    assert.deepEqual(written, ['over']);
  });

  it('what is over and has no line that is kept is marked at once', () => {
    marks.handed('alice', 'e.1', write('1'));
    marks.over('alice', 'e.0', write('refused'));
    assert.deepEqual(written, ['refused']);
    stopping.abort();
    assert.deepEqual(written, ['refused', '1']);
  });

  it('writes all when the bridge stops, and from then on each at once', () => {
    marks.handed('alice', 'e.1', write('1'));
    stopping.abort();
    assert.deepEqual(written, ['1']);
    marks.handed('alice', 'e.2', write('2'));
    assert.deepEqual(written, ['1', '2']);
  });

  it('each line of a message but the last is marked as the next is said', () => {
    for (const line of [1, 2, 3]) marks.handed('alice', 'e.1', write(`${line} of 3`));
    assert.deepEqual(written, ['1 of 3', '2 of 3']);
    stopping.abort();
  });
});
