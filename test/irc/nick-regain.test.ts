/** NICK-5: the wished nick is had back at once when it is free, by whatever the server offers. */

import assert from 'node:assert/strict';
import { TestClock, until } from '../support/clock.js';
import { Bench } from '../support/irc-network.js';
import type { Peer } from '../support/irc-script.js';

describe('irc: the wished nick (NICK-5)', () => {
  let bench: Bench;
  let clock: TestClock;
  /** Whether somebody else has the nick. */
  let taken: boolean;
  afterEach(() => bench.end());

  /** A client that wished for `alice`, which somebody else has; everything before 20 s is not the timer's doing. */
  const alice = async (isupport: readonly string[] = [], account = false): Promise<Peer> => {
    clock = new TestClock();
    taken = true;
    bench = await Bench.make({}, clock);
    bench.server.isupport.push(...isupport);
    bench.server.capabilities = 'sasl=PLAIN';
    bench.server.script = (peer, line, words) => {
      if (words[0] === 'NICK' && words[1] === 'alice' && taken) peer.send(':s 433 * alice :Nickname is already in use.');
      else if (words[0] === 'ISON') peer.send(`:s 303 ${peer.nick} :${taken ? 'ALICE' : ''}`);
      else if (line === 'AUTHENTICATE PLAIN') peer.send('AUTHENTICATE +');
      else if (words[0] === 'AUTHENTICATE') peer.send(':s 903 * :Welcome');
      else return false;
      return true;
    };
    await bench.client('alice', account ? { saslAccount: 'alice', password: 'pw' } : {});
    const peer = bench.server.by('alice1');
    peer.lines.length = 0;
    return peer;
  };
  const seconds = async (count: number): Promise<void> => {
    for (let second = 0; second < count; second++) await clock.advance(1000);
  };
  const regained = (): Promise<unknown> => until('it is alice', () => bench.network.people.some((user) => bench.network.clientOf(user)?.nick === 'alice'));

  it('MONITOR tells, and is ended when it is had', async () => {
    const peer = await alice(['MONITOR=100']);
    await seconds(5);
    await peer.got('MONITOR + alice');
    peer.send(':s 730 alice1 :Alice!u@h');
    await seconds(1);
    assert.ok(!peer.lines.includes('NICK alice'));
    taken = false;
    peer.send(':s 731 alice1 :bob,alice');
    await peer.got('NICK alice');
    await regained();
    await peer.got('MONITOR - alice');
    assert.ok(!peer.lines.some((line) => line.startsWith('ISON')));
  });

  it('ISON is asked where the server has no MONITOR, or no place on its list', async () => {
    const peer = await alice(['MONITOR=1']);
    await seconds(5);
    await peer.got('MONITOR + alice');
    peer.send(':s 734 alice1 1 alice :Monitor list is full.');
    await peer.got('ISON alice');
    await bench.end();
    const other = await alice();
    await seconds(5);
    await other.got('ISON alice');
    await seconds(1);
    assert.ok(!other.lines.includes('NICK alice'));
  });

  it('an ISON without it brings the nick back', async () => {
    const peer = await alice();
    taken = false;
    await seconds(6);
    await peer.got('NICK alice');
    await regained();
    peer.lines.length = 0;
    await seconds(120);
    assert.ok(!peer.lines.some((line) => line.startsWith('ISON') || line.startsWith('NICK')));
  });

  it('NickServ is asked once, command after command, by who is logged in', async () => {
    const peer = await alice(['MONITOR=100'], true);
    await peer.got('PRIVMSG NickServ :REGAIN alice');
    await seconds(7);
    await peer.got('PRIVMSG NickServ :GHOST alice');
    taken = false;
    await seconds(5);
    await peer.got('NICK alice');
    await regained();
    await seconds(60);
    assert.equal(peer.lines.filter((line) => line.startsWith('PRIVMSG')).length, 2);
  });

  it('nobody is asked for who has no account', async () => {
    const peer = await alice();
    await seconds(20);
    assert.ok(!peer.lines.some((line) => line.startsWith('PRIVMSG')));
  });

  it('the timer goes on trying when nobody tells anything', async () => {
    const peer = await alice(['MONITOR=100']);
    await seconds(31);
    await peer.got('NICK alice');
  });
});
