import assert from 'node:assert/strict';
import { ProxyRoom } from '../../src/account-life-cycle/proxy-room.js';
import { quiet } from '../../src/lib/log.js';
import { TestClock } from '../support/clock.js';
import { MemoryHomeserver } from '../support/homeserver.js';
import { ALICE, CAROL, ROOM } from '../support/make.js';

function set(room: string | undefined = ROOM) {
  const clock = new TestClock();
  const homeserver = new MemoryHomeserver();
  homeserver.members.set(ROOM, new Set([homeserver.bot.userId]));
  const proxyRoom = new ProxyRoom({ homeserver, room: () => room, clock, log: quiet });
  const told = () => homeserver.sent.map(({ content }) => [content['msgtype'], content['body']]);
  return { clock, homeserver, proxyRoom, told };
}

describe('account-life-cycle/proxy-room', () => {
  it('SYN-18, SEED-003g: what happened within two seconds is told together', async () => {
    const { clock, proxyRoom, told } = set();
    proxyRoom.tell('login', ALICE, ['stay', 'come back']);
    proxyRoom.tell('deactivated', CAROL, ['teardown']);
    assert.deepEqual(told(), []);
    await clock.advance(2_000);
    assert.deepEqual(told(), [['m.notice', `${ALICE} logged in (stay, come back)\n${CAROL} closed the account (teardown)`]]);
    proxyRoom.tell('logout', ALICE, []);
    await clock.advance(2_000);
    assert.deepEqual(told().slice(1), [['m.notice', `${ALICE} logged out`]]);
  });

  it('of very many only the number is told', async () => {
    const { clock, proxyRoom, told } = set();
    for (let n = 0; n < 10_000; n++) proxyRoom.tell('logout', ALICE, []);
    await clock.advance(2_000);
    assert.equal(told().length, 1);
    assert.match((told()[0]?.[1] ?? '') as string, /\nand 9960 more$/u);
  });

  it('the last words are told at a stop', async () => {
    const { clock, proxyRoom, told } = set();
    proxyRoom.tell('login', ALICE, []);
    await proxyRoom.flush();
    await proxyRoom.flush();
    assert.equal(told().length, 1);
    assert.equal(clock.timers, 0);
  });

  it('without a room nothing is told, and one that cannot be written to holds up nothing', async () => {
    const none = set('');
    none.proxyRoom.tell('login', ALICE, []);
    await none.proxyRoom.flush();
    assert.deepEqual(none.told(), []);
    const shut = set();
    shut.homeserver.members.delete(ROOM);
    shut.proxyRoom.tell('login', ALICE, []);
    await shut.clock.advance(2_000);
    shut.homeserver.members.set(ROOM, new Set([shut.homeserver.bot.userId]));
    shut.proxyRoom.tell('login', CAROL, []);
    await shut.clock.advance(2_000);
    assert.deepEqual(shut.told(), [['m.notice', `${CAROL} logged in`]]);
  });
});
