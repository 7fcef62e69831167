import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Login, plainLines } from '../../../src/irc/connection/login.js';
import type { Refusal } from '../../../src/model/refusal.js';

type Heard = readonly [command: 'CAP' | 'AUTHENTICATE' | '900' | '903' | '904' | '907' | '908' | '001', ...params: string[]];

/** Feeds lines and gives what was written and how it failed. */
function run(heard: readonly Heard[], withAccount = false): { written: string[]; enabled: string[]; failed: Refusal | undefined } {
  const written: string[] = [];
  let failed: Refusal | undefined;
  const login = new Login({
    write: (line) => written.push(line),
    failed: (refusal) => (failed = refusal),
    ...(withAccount ? { credentials: { account: 'al', password: 'pw' } } : {}),
  });
  for (const [command, ...params] of heard) {
    if (command === 'CAP') login.onCap(['*', ...params]);
    else if (command === 'AUTHENTICATE') login.onChallenge(params[0]);
    else if (command === '001') login.onRegistered();
    else login.onNumeric(command, params[0]);
  }
  return { written, enabled: [...login.enabled].sort(), failed };
}

const ASKED = 'CAP REQ :sasl';
const LOGIN = ['AUTHENTICATE PLAIN', `AUTHENTICATE ${Buffer.from('al\0al\0pw').toString('base64')}`];

describe('irc/connection/login', () => {
  const rows: readonly [sentence: string, heard: Heard[], account: boolean, written: string[], failed?: string][] = [
    ['R35: an empty list ends at once', [['CAP', 'LS', '']], false, ['CAP END']],
    ['R35: a list without even an empty parameter', [['CAP', 'LS']], false, ['CAP END']],
    ['R35: only known names are asked for', [['CAP', 'LS', 'ergo.chat/nope batch unrealircd.org/link-security=2 ']], false, ['CAP REQ :batch']],
    [
      'R35: a list of two lines is asked for when it is over',
      [
        ['CAP', 'LS', '*', 'batch foo'],
        ['CAP', 'LS', 'chghost'],
      ],
      false,
      ['CAP REQ :batch chghost'],
    ],
    [
      'R35: after a NAK one by one, then the end',
      [
        ['CAP', 'LS', 'batch chghost'],
        ['CAP', 'NAK', 'batch chghost'],
        ['CAP', 'NAK', 'batch'],
        ['CAP', 'ACK', 'chghost'],
      ],
      false,
      ['CAP REQ :batch chghost', 'CAP REQ :batch', 'CAP REQ :chghost', 'CAP END'],
    ],
    [
      'R16: an ACK in two pieces',
      [
        ['CAP', 'LS', 'batch chghost'],
        ['CAP', 'ACK', 'batch '],
        ['CAP', 'ACK', 'chghost'],
      ],
      false,
      ['CAP REQ :batch chghost', 'CAP END'],
    ],
    ['sasl is not asked for without an account', [['CAP', 'LS', 'sasl=PLAIN batch']], false, ['CAP REQ :batch']],
    [
      'issue 390: the end comes after 903, not after 900',
      [
        ['CAP', 'LS', 'sasl=EXTERNAL,PLAIN'],
        ['CAP', 'ACK', 'sasl'],
        ['AUTHENTICATE', '+'],
        ['900', 'logged in'],
      ],
      true,
      [ASKED, ...LOGIN],
    ],
    [
      'SASL goes well',
      [
        ['CAP', 'LS', 'sasl'],
        ['CAP', 'ACK', 'sasl'],
        ['AUTHENTICATE', '+'],
        ['903', 'ok'],
      ],
      true,
      [ASKED, ...LOGIN, 'CAP END'],
    ],
    [
      'R13: 904 ends it, told',
      [
        ['CAP', 'LS', 'sasl'],
        ['CAP', 'ACK', 'sasl'],
        ['AUTHENTICATE', '+'],
        ['904', 'SASL authentication failed'],
      ],
      true,
      [ASKED, ...LOGIN],
      'The IRC network did not accept the account (SASL authentication failed).',
    ],
    [
      'R13: no mechanism of ours',
      [
        ['CAP', 'LS', 'sasl=EXTERNAL'],
        ['CAP', 'ACK', 'sasl'],
      ],
      true,
      [ASKED],
      'The IRC network did not accept the account (the network does not take passwords in this way).',
    ],
    [
      'R13: not offered',
      [['CAP', 'LS', 'batch'], ['CAP', 'ACK', 'batch']],
      true,
      ['CAP REQ :batch'],
      'The IRC network did not accept the account (the network offers no login at the moment).',
    ],
    [
      'a server that knows no CAP lets us in without the account',
      [['001']],
      true,
      [],
      'The IRC network did not accept the account (the network did not ask for the account).',
    ],
    [
      'a challenge that PLAIN does not know is aborted',
      [
        ['CAP', 'LS', 'sasl'],
        ['CAP', 'ACK', 'sasl'],
        ['AUTHENTICATE', 'Zm9v'],
        ['AUTHENTICATE', '+'],
      ],
      true,
      [ASKED, 'AUTHENTICATE PLAIN', 'AUTHENTICATE *'],
    ],
    [
      'CAP-1: NEW with nothing wanted asks for nothing',
      [['CAP', 'LS', ''], ['001'], ['CAP', 'NEW', 'foo sasl'], ['CAP', 'NEW', 'foo chghost=1']],
      false,
      ['CAP END', 'CAP REQ :chghost'],
    ],
  ];
  for (const [sentence, heard, account, written, failed] of rows) {
    it(sentence, () => {
      const result = run(heard, account);
      assert.deepEqual(result.written, written);
      assert.equal(result.failed?.say, failed);
      assert.notEqual(result.failed?.reason, 'server-said-no');
    });
  }

  it('CAP-1: DEL takes away, ACK with a minus too, what was not wanted is never on', () => {
    const { enabled } = run([
      ['CAP', 'LS', 'batch chghost'],
      ['CAP', 'ACK', 'batch chghost extended-join'],
      ['CAP', 'DEL', 'batch'],
    ]);
    assert.deepEqual(enabled, ['chghost']);
  });

  it('CAP-1: what comes later is asked for name by name, with what was of no use for want of it', () => {
    const { written } = run([
      ['CAP', 'LS', 'echo-message batch message-tags draft/multiline'],
      ['CAP', 'ACK', 'batch message-tags draft/multiline'],
      ['001'],
      ['CAP', 'DEL', 'batch'],
      ['CAP', 'NEW', 'labeled-response nonsense'],
      ['CAP', 'ACK', 'labeled-response'],
      ['CAP', 'NEW', 'batch'],
      ['CAP', 'NAK', 'batch'],
      ['CAP', 'NEW', ''],
    ]);
    assert.deepEqual(written.slice(2), ['CAP REQ :labeled-response', 'CAP REQ :echo-message', 'CAP REQ :batch']);
  });

  it('CAP-4, CAP-7, CAP-10: what is of no use without others is only asked for with them; limits are kept', () => {
    const asked = (offered: string): string => run([['CAP', 'LS', offered], ['001']]).written[0] ?? '';
    assert.equal(asked('echo-message labeled-response'), 'CAP REQ :labeled-response');
    assert.equal(asked('draft/multiline=max-bytes=1 draft/message-redaction'), 'CAP END');
    const all = 'batch message-tags echo-message labeled-response draft/multiline=max-bytes=4096,max-lines=100';
    assert.equal(asked(all), `CAP REQ :${all.replace(/=\S*/gu, '')}`);
  });

  it('CAP-22: what is said of TLS is handed on and never asked for; where the connection is over for it nothing follows', () => {
    for (const over of [false, true]) {
      const [heard, written]: string[][] = [[], []];
      const sts = (value: string): boolean => heard?.push(value) !== undefined && over;
      const login = new Login({ write: (line) => written?.push(line), failed: () => undefined, sts });
      for (const params of [['LS', '*', 'sts batch'], ['LS', '*', 'xsts=1 sts=port=1 chghost'], ['LS', 'sts=duration=2'], ['ACK', 'batch chghost'], ['NEW', 'sts=port=3'], ['DEL', 'sts']]) {
        login.onCap(['*', ...params]);
        if (over && heard?.length === 1) break;
      }
      login.onCap(['*', 'LS', 'batch']);
      assert.deepEqual(heard, over ? ['port=1'] : ['port=1', 'duration=2', 'port=3']);
      assert.deepEqual(written, over ? [] : ['CAP REQ :batch chghost', 'CAP END']);
    }
  });

  it('CAP-14: only who listens for others asks to be told who is away', () => {
    assert.equal(run([['CAP', 'LS', 'away-notify'], ['001']]).written[0], 'CAP END');
  });

  it('SASL 3.1: the payload goes in pieces of 400, a full last one is closed by +', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 600 }), (password) => {
        const account = 'a';
        const pieces = plainLines({ account, password }).map((line) => line.replace('AUTHENTICATE ', ''));
        const last = pieces.at(-1) ?? '';
        assert.ok(pieces.slice(0, -1).every((piece) => piece.length === 400));
        assert.ok(last === '+' || last.length < 400);
        const whole = Buffer.from(pieces.filter((piece) => piece !== '+').join(''), 'base64').toString();
        assert.equal(whole, `a\0a\0${password.toWellFormed()}`);
      }),
    );
    assert.deepEqual(plainLines({ account: 'a', password: 'x'.repeat(296) }).map((line) => line.length), [13 + 400, 14]);
  });
});
