import assert from 'node:assert/strict';
import { ChannelBudgets } from '../../src/irc/channel-budget.js';
import { TestClock } from '../support/clock.js';

describe('irc/channel-budget', () => {
  it('R31: after a throttling silence, then five lines and one every 1.1 s for all clients together', async () => {
    const clock = new TestClock();
    const budgets = new ChannelBudgets(clock);
    assert.equal(budgets.of('#c'), undefined);
    budgets.throttled('#c');
    const said: string[] = [];
    for (let n = 0; n < 7; n++) budgets.of('#C')?.ask(budgets, (granted) => said.push(`${n} ${granted}`));
    budgets.of('#c')?.ask(said, (granted) => said.push(`ahead ${granted}`), true);
    await clock.advance(12_999);
    assert.deepEqual(said, []);
    await clock.advance(1);
    assert.deepEqual(said, ['ahead true', '0 true', '1 true', '2 true', '3 true']);
    await clock.advance(1_099);
    assert.equal(said.length, 5);
    await clock.advance(1_101);
    assert.deepEqual(said.slice(5), ['4 true', '5 true']);
    budgets.forget(budgets);
    assert.deepEqual(said.slice(7), ['6 false']);
    await clock.advance(310_000);
    assert.equal(budgets.of('#c'), undefined);
    assert.equal(clock.timers, 0);
  });

  it('R31: lines said anew keep their order, ahead of new ones', async () => {
    const clock = new TestClock();
    const budgets = new ChannelBudgets(clock);
    budgets.throttled('#c');
    const said: string[] = [];
    const ask = (name: string, ahead: boolean): void => {
      budgets.of('#c')?.ask(said, () => said.push(name), ahead);
    };
    ask('new', false);
    ask('old one', true);
    ask('old two', true);
    await clock.advance(20_000);
    assert.deepEqual(said, ['old one', 'old two', 'new']);
  });
});
