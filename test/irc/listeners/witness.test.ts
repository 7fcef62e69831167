/** The ledger's bounds: a flood makes it forget, never lose and never grow (L15). */

import assert from 'node:assert/strict';
import { Once } from '../../../src/irc/listeners/once.js';
import { Ledger } from '../../../src/irc/listeners/witness.js';
import { TestClock } from '../../support/clock.js';

const place = { id: 1 };

function aLedger(mostEntries: number, mostBytes = 1_000_000) {
  const clock = new TestClock();
  const overdue: string[] = [];
  const ledger = new Ledger<typeof place, string>({
    clock,
    mostEntries,
    mostBytes,
    overdue: (held) => overdue.push(held.line.toString()),
  });
  const witness = (text: string, who = 'ann') =>
    ledger.witnessShows(place, text, who, Buffer.from(text), 0, Buffer.byteLength(text));
  return { clock, ledger, overdue, witness };
}

describe('ledger', () => {
  it('says a held line early rather than lose it when there are too many', () => {
    const { ledger, overdue, witness } = aLedger(3);
    for (const text of ['1', '2', '3', '4', '5']) assert.equal(witness(text), true);
    assert.deepEqual(overdue, ['1', '2']);
    assert.deepEqual(ledger.size, { remembered: 3, held: 3 });
  });

  it('bounds bytes too', () => {
    const { ledger, overdue, witness } = aLedger(1000, 5000);
    for (let n = 0; n < 10; n++) witness(`${n}${'x'.repeat(400)}`);
    assert.ok(ledger.size.remembered < 7);
    assert.equal(overdue.length + ledger.size.held, 10);
  });

  it('forgets after a minute', async () => {
    const { clock, ledger } = aLedger(1000);
    assert.equal(ledger.primaryShows(place, 'x', 'bot'), true);
    await clock.advance(60_001);
    assert.equal(ledger.primaryShows(place, 'x', 'ann'), true);
    assert.equal(ledger.size.remembered, 1);
  });

  it('counts equal lines: the third showing of two is new', () => {
    const { ledger, witness } = aLedger(1000);
    ledger.primaryShows(place, 'x', 'bot');
    ledger.primaryShows(place, 'x', 'bot');
    assert.deepEqual([witness('x'), witness('x'), witness('x')], [false, false, true]);
    assert.equal(ledger.primaryShows(place, 'x', 'bot'), true);
    assert.equal(ledger.size.held, 0);
  });

  it('stays quick with 20,000 equal lines', () => {
    const { ledger, witness } = aLedger(20_000, 1e9);
    const start = process.cpuUsage().user;
    for (let n = 0; n < 40_000; n++) witness('same');
    assert.equal(ledger.take(place).length, 20_000);
    assert.ok(process.cpuUsage().user - start < 3_000_000);
  });
});

describe('once', () => {
  it('lets the first teller through, again when it tells again, and forgets after a minute', async () => {
    const clock = new TestClock();
    const once = new Once<string>(clock);
    const told = (...clients: string[]) => clients.map((client) => once.first(client, 'QUIT x'));
    assert.deepEqual(told('a', 'b', 'c', 'a', 'b'), [true, false, false, true, false]);
    await clock.advance(60_001);
    assert.deepEqual(told('c'), [true]);
  });

  it('remembers so many things and no more', () => {
    const once = new Once<string>(new TestClock(), 2);
    for (const key of ['1', '2', '3']) once.first('a', key);
    assert.equal(once.first('b', '1'), true);
    assert.equal(once.first('b', '3'), false);
  });
});
