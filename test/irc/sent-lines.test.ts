import assert from 'node:assert/strict';
import { SentLines, type SentLine } from '../../src/irc/sent-lines.js';
import type { Nick } from '../../src/model/irc-names.js';
import { refused } from '../../src/model/refusal.js';
import { TestClock } from '../support/clock.js';

const NO = refused('cannot-send', 'No.', true).refusal;

describe('irc/sent-lines', () => {
  const make = (): { clock: TestClock; lines: SentLines; pings: string[]; lost: string[][]; say: (target: string, ...texts: string[]) => void } => {
    const clock = new TestClock();
    const pings: string[] = [];
    const lost: string[][] = [];
    const lines = new SentLines({
      clock,
      send: (line) => pings.push(line?.replace('PING :', '').replace('PING ', '') ?? ''),
      same: (one, other) => one.toUpperCase() === other.toUpperCase(),
      thrownAway: (gone, target) => lost.push([target ?? '-', ...gone.map(({ text }: SentLine) => text)]),
    });
    const say = (target: string, ...texts: string[]): void => {
      for (const text of texts) lines.sent({ target: target as Nick, how: 'say', text, saying: undefined, times: 1 });
    };
    return { clock, lines, pings, lost, say };
  };

  it('R18: names the last lines to that target, as many as were refused, once the server has answered all', () => {
    const { lines, pings, lost, say } = make();
    say('#a', 'one', 'two', 'three');
    say('#b', 'elsewhere');
    lines.refused('#A' as Nick, NO);
    say('#a', 'after the question');
    lines.refused('#a' as Nick, NO);
    assert.deepEqual([pings.length, lost], [1, []]);
    lines.onPong(pings[0] ?? '');
    assert.deepEqual(lost, [['#A', 'two', 'three']]);
    // What was said after the PING is another matter, and told once.
    lines.refused('#a' as Nick, NO);
    lines.onPong(pings[1] ?? '');
    lines.onPong(pings[1] ?? '');
    assert.deepEqual(lost.slice(1), [['#a', 'after the question']]);
  });

  it('R18: a refusal without a target is about the last line to anybody', () => {
    const { lines, pings, lost, say } = make();
    say('#a', 'one');
    say('#b', 'two');
    lines.refused(undefined, NO);
    lines.onPong(pings[0] ?? '');
    assert.deepEqual(lost, [['-', 'two']]);
  });

  it('R18: a server that never answers the PING, or is lost, is not waited for', async () => {
    const { clock, lines, lost, say } = make();
    say('#a', 'one');
    lines.refused('#a' as Nick, NO);
    await clock.advance(10_000);
    assert.deepEqual(lost, [['#a', 'one']]);
    say('#a', 'two');
    lines.refused('#a' as Nick, NO);
    lines.lose();
    assert.deepEqual(lost.slice(1), [['#a', 'two']]);
    assert.equal(clock.timers, 0);
  });

  it('L16: remembers no more than it must', () => {
    const { lines, pings, lost, say } = make();
    for (let n = 0; n < 1000; n++) say('#a', `${n}`);
    for (let n = 0; n < 1000; n++) lines.refused('#a' as Nick, NO);
    lines.onPong(pings[0] ?? '');
    assert.ok((lost[0]?.length ?? 0) <= 102 && lost[0]?.at(-1) === '999');
  });
});
