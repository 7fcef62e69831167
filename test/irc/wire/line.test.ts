/** Peeking sees what irc-framework's parser sees, for every shape of line (Z1). */

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { nextWord, Peek, peek } from '../../../src/irc/wire/line.js';

interface Parsed {
  readonly nick: string;
  readonly command: string;
  readonly params: readonly string[];
}
const require = createRequire(import.meta.url);
const parse = require('irc-framework/src/irclineparser') as (line: string) => Parsed;

function seen(line: string) {
  // Bytes around the line must not matter.
  const buf = Buffer.from(`:x!y@z JOIN${line}QUIT :x`);
  const end = buf.length - 7;
  const found = peek(buf, 11, end, new Peek());
  const text = (from: number, to: number) => buf.toString('utf8', from, to);
  return {
    kind: found.kind,
    nick: text(found.nick, found.nickEnd),
    command: text(found.command, found.commandEnd),
    target: text(found.target, found.targetEnd),
    text: text(found.text, found.end),
    second: text(...nextWord(buf, found.targetEnd, end)),
  };
}

describe('peek', () => {
  const rows: readonly [string, string, Partial<ReturnType<typeof seen>>][] = [
    ['a message', ':a!b@c PRIVMSG #c :hi all', { kind: 'say', nick: 'a', target: '#c', text: 'hi all' }],
    ['tags', '@time=x;+y :a!b@c NOTICE #c :hi', { kind: 'say', nick: 'a', command: 'NOTICE', text: 'hi' }],
    ['a last parameter without colon', ':a JOIN #c', { kind: 'join', nick: 'a', target: '#c', text: '' }],
    ['a first parameter with colon', ':a!b@c JOIN :#c', { kind: 'join', target: '#c' }],
    ['lower case', ':a!b@c privmsg #c :x', { kind: 'say', target: '#c' }],
    ['KICK and its victim', ':a!b@c KICK #c victim :why', { kind: 'kick', target: '#c', second: 'victim' }],
    ['a numeric', ':s 001 me :hi', { kind: 'numeric', target: 'me' }],
    ['NAMES', ':s 353 me = #c :@a', { kind: 'names' }],
    ['their end', ':s 366 me #c :End', { kind: 'namesEnd', second: '#c' }],
    ['no source', 'PING :x', { kind: 'other', nick: '', target: 'x' }],
    ['a longer word that begins alike', ':a PRIVMSGX #c :x', { kind: 'other' }],
    ['a shorter one', ':a PRIVMS #c :x', { kind: 'other' }],
    ['a command alone', 'PRIVMSG', { kind: 'say', target: '', text: '' }],
    ['tags alone', '@a', { kind: 'other', command: '' }],
    ['nothing but a colon', ':', { kind: 'other', command: '' }],
    ['spaces', '   ', { kind: 'other', command: '' }],
  ];
  for (const [sentence, line, expected] of rows) {
    it(`reads ${sentence}`, () => {
      const found: Record<string, unknown> = seen(line);
      for (const [part, value] of Object.entries(expected)) assert.equal(found[part], value, part);
    });
  }

  it('agrees with the library on nick, command and first parameter', () => {
    const word = fc.constantFrom('PRIVMSG', 'JOIN', '#c', ':', ':x', 'é', 'a!b@c', ':a!b@c', '@t=1', '353', '=', ' ', '', 'a@h');
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), fc.constantFrom('', '@a=b;c '), (words, tags) => {
        const line = `${tags}${words.join(' ')}`.trimStart();
        if (line === '') return;
        const found = seen(line);
        const parsed = parse(line);
        assert.equal(found.command.toUpperCase(), parsed.command);
        assert.equal(found.target, parsed.params[0] ?? '');
        if (/^\S+!\S+@\S+$/.test((/(?:^| ):(\S*)/.exec(line) ?? [])[1] ?? '')) assert.equal(found.nick, parsed.nick);
      }),
      { numRuns: 3000 },
    );
  });
});
