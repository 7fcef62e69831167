/** The sandbox's IRC server refuses what real ones refuse (IRC-SERVERS.md), each refusal a row. */

import assert from 'node:assert/strict';
import { SandboxIrcd } from '../../src/sandbox/ircd.js';
import type { ProfileName } from '../../src/sandbox/ircd/profile.js';
import { IrcPerson } from '../../src/sandbox/people/irc-person.js';
import { long, on } from './ircd-place.js';

describe('sandbox ircd: what a registered client is refused', () => {
  const rows: readonly [string, ProfileName, readonly string[], RegExp][] = [
    ['a channel that was not joined', 'inspircd', ['PRIVMSG #bobs :hi'], /^:\S+ 404 alice #bobs /u],
    ['a channel that is not there', 'inspircd', ['PRIVMSG #none :hi'], /^:\S+ 403 alice #none /u],
    ['a channel that is not there', 'solanum', ['PRIVMSG #none :hi'], /^:\S+ 401 alice #none /u],
    ['a nick that is not there', 'ngircd', ['PRIVMSG nobody :hi'], /^:\S+ 401 alice nobody /u],
    ['a notice to a missing nick', 'unreal', ['NOTICE nobody :hi'], /^:\S+ 401 alice nobody /u],
    ['no text', 'inspircd', ['PRIVMSG #bobs :'], /^:\S+ 412 alice /u],
    ['no recipient', 'inspircd', ['PRIVMSG'], /^:\S+ 411 alice /u],
    ['an unknown command', 'inspircd', ['NONSENSE a b'], /^:\S+ 421 alice NONSENSE /u],
    ['tags on ngIRCd', 'ngircd', ['@label=zz PRIVMSG #bobs :hi'], /^:\S+ 421 alice @label=zz /u],
    ['TAGMSG on ngIRCd', 'ngircd', ['TAGMSG bob'], /^:\S+ 421 alice TAGMSG /u],
    ['tags over 4096 bytes', 'inspircd', [`@a=${long(5000)} PRIVMSG bob :hi`], /^:\S+ 417 alice /u],
    ['a line over 512 bytes on Ergo', 'ergo', [`PRIVMSG bob :${long(600)}`], /^:\S+ 417 alice /u],
    ['what would be over 512 with the prefix on Ergo', 'ergo', [`PRIVMSG bob :${long(480)}`], /^:\S+ 417 alice /u],
    ['invalid UTF-8 on Ergo', 'ergo', ['PRIVMSG bob :\u00ff'], /^FAIL PRIVMSG INVALID_UTF8 /u],
    ['a name without #', 'inspircd', ['JOIN tea'], /^:\S+ 403 alice tea /u],
    ['BEL in a name', 'inspircd', ['JOIN #a\u0007b'], /^:\S+ 476 alice /u],
    ['letters beyond ASCII on Ergo', 'ergo', ['JOIN #café'], /^:\S+ 403 alice /u],
    ['a name over CHANNELLEN', 'unreal', [`JOIN #${long(40)}`], /^:\S+ 401 alice |^:\S+ 403 alice /u],
    ['the eleventh channel', 'ngircd', [`JOIN ${Array.from({ length: 11 }, (_, i) => `#c${i}`).join(',')}`], /^:\S+ 405 alice #c10 /u],
    ['a key', 'inspircd', ['JOIN #keyed wrong'], /^:\S+ 475 alice #keyed /u],
    ['invite only', 'inspircd', ['JOIN #closed'], /^:\S+ 473 alice #closed /u],
    ['a full channel', 'inspircd', ['JOIN #full'], /^:\S+ 471 alice #full /u],
    ['a ban', 'inspircd', ['JOIN #banned'], /^:\S+ 474 alice #banned /u],
    ['a moderated channel', 'inspircd', ['JOIN #quiet', 'PRIVMSG #quiet :hi'], /^:\S+ 404 alice #quiet /u],
    ['the topic without being op', 'inspircd', ['JOIN #bobs', 'TOPIC #bobs :mine'], /^:\S+ 482 alice #bobs /u],
    ['a kick without being op', 'inspircd', ['JOIN #bobs', 'KICK #bobs bob'], /^:\S+ 482 alice #bobs /u],
    ['a mode without being op', 'inspircd', ['JOIN #bobs', 'MODE #bobs +i'], /^:\S+ 482 alice #bobs /u],
    ['an invite from outside', 'inspircd', ['INVITE bob #full'], /^:\S+ 442 alice #full /u],
    ['a part from outside', 'inspircd', ['PART #bobs'], /^:\S+ 442 alice #bobs /u],
    ['a nick in use', 'inspircd', ['NICK BOB'], /^:\S+ 433 alice BOB /u],
    ['brackets that fold on rfc1459', 'solanum', ['NICK b{}', 'NICK alice2'], /^:alice NICK b\{\}|^:b\{\} NICK/u],
    ['a nick with a leading digit', 'inspircd', ['NICK 1abc'], /^:\S+ 432 alice 1abc /u],
    ['a nick over NICKLEN', 'inspircd', [`NICK ${long(31)}`], /^:\S+ 432 alice /u],
    ['a second USER', 'inspircd', ['USER a 0 * :b'], /^:\S+ 462 alice /u],
    ["another one's modes", 'inspircd', ['MODE bob +i'], /^:\S+ 502 alice /u],
    ['an unknown user mode', 'ngircd', ['MODE alice +D'], /^:\S+ 501 alice :Unknown mode "\+D"/u],
    ['deafness on Ergo', 'ergo', ['MODE alice +D'], /^:\S+ 472 alice D /u],
    ['more targets than TARGMAX', 'solanum', ['PRIVMSG a,b,c,d,e :hi'], /^:\S+ 407 alice /u],
    ['AUTHENTICATE without the capability', 'inspircd', ['AUTHENTICATE PLAIN'], /^:\S+ 421 alice AUTHENTICATE /u],
    ['a capability that is not offered', 'inspircd', ['CAP REQ :multi-prefix nonsense'], /CAP alice NAK :multi-prefix nonsense/u],
  ];
  for (const [sentence, profile, lines, expected] of rows) {
    it(`${sentence} (${profile})`, () =>
      on({ profile }, async (ircd, alice, bob) => {
        await bob.joins('#bobs');
        for (const [channel, ...modes] of [['#keyed', '+k', 'right'], ['#closed', '+i'], ['#full', '+l', '1'], ['#banned', '+b', 'alice!*@*'], ['#quiet', '+m']]) {
          await bob.joins(channel!);
          bob.sends(`MODE ${channel!} ${modes.join(' ')}`);
          await bob.hears('MODE', ({ params }) => params[0] === channel);
        }
        for (const line of lines) alice.writes(Buffer.from(`${line}\r\n`, profile === 'ergo' && line.includes('\u00ff') ? 'latin1' : 'utf8'));
        await alice.heard.next(sentence, ({ raw }) => expected.test(raw), 3000, ({ raw }) => raw);
        assert.equal(bob.messages.length, 0);
        assert.ok(ircd.client('bob'));
      }));
  }
});

describe('sandbox ircd: before registration', () => {
  const rows: readonly [string, ProfileName, string, RegExp][] = [
    ['a command gets 451', 'inspircd', 'JOIN #tea', /^:\S+ 451 /u],
    ['a bad nick gets 432', 'inspircd', 'NICK #x', /^:\S+ 432 /u],
    ['a user name with ! gets 468', 'inspircd', 'USER a!b 0 * :x', /^:\S+ 468 /u],
    ['a user name with [ ends it', 'ngircd', 'USER a[b 0 * :x', /^ERROR /u],
    ['too few parameters of USER get 461', 'inspircd', 'USER a', /^:\S+ 461 /u],
    ['an unknown CAP verb gets 410', 'inspircd', 'CAP NOPE', /^:\S+ 410 /u],
  ];
  for (const [sentence, profile, line, expected] of rows) {
    it(`${sentence} (${profile})`, async () => {
      const ircd = new SandboxIrcd({ profile });
      const raw = new IrcPerson('raw').dials(await ircd.start());
      try {
        raw.sends(line);
        await raw.heard.next(sentence, (heard) => expected.test(heard.raw), 3000, (heard) => heard.raw);
      } finally {
        raw.vanishes();
        await ircd.stop(true);
      }
    });
  }

  it('lines sent with NICK and USER are lost on InspIRCd, and run after 001 on Solanum', async () => {
    for (const [profile, joined] of [['inspircd', false], ['solanum', true]] as const) {
      const ircd = new SandboxIrcd({ profile });
      const raw = new IrcPerson('raw').dials(await ircd.start());
      raw.writes('NICK raw\r\nUSER raw 0 * :r\r\nJOIN #tea\r\n');
      await raw.hears('001');
      raw.sends('PING end');
      await raw.hears('PONG');
      assert.equal(ircd.net.channels.has('#tea'), joined, profile);
      raw.vanishes();
      await ircd.stop(true);
    }
  });

  it('SASL PLAIN: the right password logs in, a wrong one gets 904; NICK and USER wait for CAP END', async () => {
    const ircd = new SandboxIrcd();
    ircd.knobs.accounts.set('acc', 'secret');
    const raw = new IrcPerson('raw').dials(await ircd.start());
    raw.writes('CAP LS 302\r\nNICK raw\r\nUSER raw 0 * :r\r\nCAP REQ :sasl account-tag\r\nAUTHENTICATE PLAIN\r\n');
    const offer = await raw.hears('CAP', ({ params }) => params[1] === 'LS');
    assert.match(offer.text, /\bsasl=PLAIN\b/u);
    await raw.hears('AUTHENTICATE');
    raw.sends(`AUTHENTICATE ${Buffer.from('\0acc\0wrong').toString('base64')}`);
    await raw.hears('904');
    raw.sends('AUTHENTICATE PLAIN');
    raw.sends(`AUTHENTICATE ${Buffer.from('\0acc\0secret').toString('base64')}`);
    await raw.hears('903');
    assert.equal(raw.heard.all.some(({ command }) => command === '001'), false);
    raw.sends('CAP END');
    await raw.hears('001');
    assert.equal(ircd.client('raw')?.account, 'acc');
    raw.vanishes();
    await ircd.stop(true);
  });

  it('a wrong server password gets 464, a K-line 465, and both the end', async () => {
    const ircd = new SandboxIrcd();
    await ircd.start();
    ircd.knobs.serverPassword = 'word';
    for (const [numeric, before] of [['464', () => undefined], ['465', () => ircd.operator.ban('raw!*@*', 'no')]] as const) {
      before();
      const raw = new IrcPerson('raw').dials(ircd.port);
      raw.writes('NICK raw\r\nUSER raw 0 * :r\r\n');
      await raw.hears(numeric);
      await raw.hears('ERROR');
      await raw.isPutOff();
    }
    await ircd.stop(true);
  });
});

describe('sandbox ircd: lengths and bytes', () => {
  it('C1: what others hear is cut at 512 bytes with the prefix (InspIRCd), in the middle of a letter if need be', () =>
    on({ profile: 'inspircd' }, async (ircd, alice) => {
      alice.says('bob', `aa${'é'.repeat(300)}`);
      alice.sends('PING end');
      await alice.hears('PONG');
      const line = ircd.client('bob')!.sent.at(-1)!.line;
      assert.match(line, /^:alice!~alice@127\.0\.0\.1 PRIVMSG bob :aa/u);
      assert.match(line, /\ufffd$/u);
      assert.ok(Buffer.byteLength(line.replace(/\ufffd$/u, '')) <= 510);
    }));

  for (const length of [300, 2048]) {
    it(`M2I-31: with LINELEN=${length} lines are as long as that, both ways`, () =>
      on({ profile: 'ergo' }, async (ircd, _alice, bob) => {
        ircd.knobs.lineLength = length;
        const carol = await new IrcPerson('carol').connects(ircd.port);
        const mask = ircd.client('carol')!.prefix;
        assert.ok(ircd.client('carol')!.sent.some(({ line }) => line.includes(` LINELEN=${length} `)));
        const room = length - 2 - `:${mask} PRIVMSG bob :`.length;
        carol.says('bob', long(room));
        await bob.sees(long(room));
        carol.says('bob', long(room + 1));
        await carol.hears('417');
        carol.vanishes();
      }));
  }

  const cases: readonly [string, ProfileName, Buffer, string | undefined][] = [
    ['over 512 bytes', 'ngircd', Buffer.from(`PRIVMSG bob :${long(600)}\r\n`), undefined],
    ['a lone CR', 'ergo', Buffer.from('PRIVMSG bob :a\rb\r\n'), undefined],
    ['a NUL', 'ergo', Buffer.from('PRIVMSG bob :a\0b\r\n'), undefined],
    ['9000 bytes without an end', 'unreal', Buffer.from(long(9000)), undefined],
    ['a NUL: all before it', 'solanum', Buffer.from('PRIVMSG bob :a\0b\r\n'), 'a'],
    ['a NUL: a space', 'inspircd', Buffer.from('PRIVMSG bob :a\0b\r\n'), 'a b'],
    ['a CR: left out', 'inspircd', Buffer.from('PRIVMSG bob :a\rb\r\n'), 'ab'],
    ['a CR: the rest is a command', 'ngircd', Buffer.from('PRIVMSG bob :a\rPRIVMSG bob :injected\r\n'), 'injected'],
  ];
  for (const [sentence, profile, bytes, arrives] of cases) {
    it(`${sentence} (${profile}) ${arrives === undefined ? 'ends the connection' : `gives ${arrives}`}`, () =>
      on({ profile }, async (ircd, alice, bob) => {
        alice.writes(bytes);
        if (arrives === undefined) await alice.isPutOff(3000);
        else await bob.sees(arrives);
        assert.ok(Buffer.concat(ircd.connections[0]!.bytes).includes(bytes));
      }));
  }

  it('a NUL makes a client of ngIRCd mute for good, and nobody is told', () =>
    on({ profile: 'ngircd' }, async (ircd, alice, bob) => {
      alice.writes('PRIVMSG bob :a\0b\r\nPRIVMSG bob :more\r\n');
      bob.says('alice', 'are you there?');
      await alice.sees('are you there?');
      assert.equal(bob.messages.length, 0);
      assert.equal(ircd.client('alice')?.gone, false);
    }));
});
