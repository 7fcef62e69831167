/** What tests can do to the sandbox's IRC server. */

import assert from 'node:assert/strict';
import { SandboxIrcd } from '../../src/sandbox/ircd.js';
import { IrcPerson } from '../../src/sandbox/people/irc-person.js';
import { long, on } from './ircd-place.js';

describe('sandbox ircd: knobs', () => {
  it('netsplit: both sides see each other quit, and come back with their modes', () =>
    on({}, async (ircd, alice, bob) => {
      await bob.joins('#tea');
      await alice.joins('#tea');
      ircd.operator.split(['bob'], 'a.net b.net');
      await alice.hears('QUIT', ({ from, text }) => from === 'bob' && text === 'a.net b.net');
      await bob.hears('QUIT', ({ from }) => from === 'alice');
      bob.says('#tea', 'lost');
      await bob.hears('404');
      ircd.operator.heal();
      await alice.seesJoin('bob', '#tea');
      await alice.hears('MODE', ({ params }) => params[1] === '+o' && params[2] === 'bob');
      bob.says('#tea', 'back');
      await alice.sees('back');
      assert.deepEqual(alice.messages.map(({ text }) => text), ['back']);
    }));

  it('deafness: channel lines are not heard, private ones are; Unreal lets `!` through', async () => {
    for (const [profile, mode, pierces] of [['inspircd', 'd', false], ['solanum', 'D', false], ['unreal', 'd', true]] as const) {
      await on({ profile }, async (_ircd, alice, bob) => {
        await bob.joins('#tea');
        await alice.joins('#tea');
        alice.sends(`MODE alice +${mode}`);
        await alice.hears('MODE');
        bob.says('#tea', 'quiet');
        bob.says('#tea', '!cmd');
        bob.says('alice', 'private');
        await alice.sees('private');
        assert.deepEqual(alice.messages.map(({ text }) => text), pierces ? ['!cmd', 'private'] : ['private'], profile);
      });
    }
  });

  it('R19: the flood rule holds lines back, or ends the connection over its limit', () =>
    on({}, async (ircd, alice, bob) => {
      ircd.knobs.flood = { burst: 5, everyMs: 60_000, limit: 1000 };
      for (let i = 0; i < 10; i++) alice.says('bob', `line ${i}`);
      await bob.sees('line 4');
      alice.writes(`PRIVMSG bob :${long(400)}\r\n`.repeat(5));
      await alice.hears('ERROR');
      assert.equal(bob.messages.length, 5);
    }));

  it('hold: lines are recorded and answered after release; 001 can be held', async () => {
    const ircd = new SandboxIrcd();
    ircd.knobs.holdWelcomes = true;
    const raw = new IrcPerson('raw').dials(await ircd.start());
    raw.writes('NICK raw\r\nUSER raw 0 * :r\r\nPING a\r\n');
    await raw.hears('PONG');
    assert.equal(ircd.client('raw'), undefined);
    ircd.releaseWelcomes();
    await raw.hears('001');
    ircd.knobs.hold = true;
    raw.sends('PING b');
    const client = ircd.client('raw')!;
    while (!client.lines.includes('PING b')) await new Promise((resolve) => client.socket.once('data', resolve));
    ircd.release();
    await raw.hears('PONG', ({ text }) => text === 'b');
    raw.vanishes();
    await ircd.stop(true);
  });

  it('KILL, reset of all, refusal and throttling of new ones', () =>
    on({}, async (ircd, alice, bob) => {
      ircd.operator.kill('alice', 'go away');
      const error = await alice.hears('ERROR');
      assert.match(error.text, /Killed \(oper \(go away\)\)/u);
      ircd.resetAll();
      await bob.isPutOff();
      ircd.knobs.accept = 'throttled';
      const late = new IrcPerson('late').dials(ircd.port);
      await late.hears('ERROR', ({ text }) => text.includes('Throttled'));
      ircd.knobs.accept = 'refused';
      await new IrcPerson('later').dials(ircd.port).isPutOff();
      ircd.knobs.accept = 'all';
      ircd.knobs.perAddress = 0;
      await new IrcPerson('last').dials(ircd.port).hears('ERROR', ({ text }) => text.includes('Too many host connections'));
    }));

  it('a silent client gets PING and is dropped', async () => {
    const ircd = new SandboxIrcd({ pingMs: 500, dropMs: 1500 });
    const raw = new IrcPerson('raw').dials(await ircd.start());
    raw.writes('NICK raw\r\nUSER raw 0 * :r\r\n');
    await raw.hears('001');
    ircd.client('raw')!.socket.pause();
    await raw.hears('PING');
    await raw.hears('ERROR', ({ text }) => text.includes('Ping timeout'));
    await ircd.stop(true);
  });
});
