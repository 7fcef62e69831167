import assert from 'node:assert/strict';
import fc from 'fast-check';
import { identAnswer, readIdentQuery } from '../../../src/irc/ident/ident-answer.js';

describe('irc/ident/ident-answer', () => {
  const queries: [string, string, string][] = [
    ['as Solanum and UnrealIRCd space it', '48427 , 26680', '48427,26680:USERID:UNIX:alice\r\n'],
    ['as InspIRCd does', '37235,26660', '37235,26660:USERID:UNIX:alice\r\n'],
    ['as ircd-hybrid and Ergo do', '58669, 26650', '58669,26650:USERID:UNIX:alice\r\n'],
    ['with more space than anybody uses', ' \t1 ,\t65535  ', '1,65535:USERID:UNIX:alice\r\n'],
    ['with zeros in front', '0006667,00113', '6667,113:USERID:UNIX:alice\r\n'],
    ['port 0', '0,6667', '0,6667:ERROR:INVALID-PORT\r\n'],
    ['a port too great', '6667,65536', '6667,65536:ERROR:INVALID-PORT\r\n'],
    ['a negative port', '-1,6667', '0,0:ERROR:INVALID-PORT\r\n'],
    ['a fraction', '1.5,6667', '0,0:ERROR:INVALID-PORT\r\n'],
    ['hexadecimal', '0x1A,6667', '0,0:ERROR:INVALID-PORT\r\n'],
    ['one port', '6667', '0,0:ERROR:INVALID-PORT\r\n'],
    ['three ports', '1,2,3', '0,0:ERROR:INVALID-PORT\r\n'],
    ['nothing', '', '0,0:ERROR:INVALID-PORT\r\n'],
    ['more digits than a number keeps', `${'9'.repeat(400)},1`, '0,0:ERROR:INVALID-PORT\r\n'],
    ['another language', 'GET / HTTP/1.1', '0,0:ERROR:INVALID-PORT\r\n'],
  ];
  for (const [sentence, line, answer] of queries) {
    it(`IDENT-2: answers a query ${sentence}`, () => assert.equal(identAnswer(readIdentQuery(line), 'alice'), answer));
  }

  const idents: [string, string | undefined, string][] = [
    ['nobody', undefined, '1,2:ERROR:NO-USER\r\n'],
    ['an empty ident', '', '1,2:ERROR:NO-USER\r\n'],
    ['an ident that would forge a line', 'a\r\n1,2:USERID:UNIX:root\0', '1,2:USERID:UNIX:a1,2:USERID:UNIX:root\r\n'],
    ['an ident too long', 'a'.repeat(600), `1,2:USERID:UNIX:${'a'.repeat(512)}\r\n`],
  ];
  for (const [sentence, ident, answer] of idents) {
    it(`IDENT: answers for ${sentence}`, () => assert.equal(identAnswer(readIdentQuery('1,2'), ident), answer));
  }

  it('S25: whatever is asked, the answer is one short line that holds only what we mean', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 512 }), fc.option(fc.string()), (line, ident) => {
        const answer = identAnswer(readIdentQuery(line), ident ?? undefined);
        assert.match(answer, /^\d+,\d+:(?:ERROR:(?:NO-USER|INVALID-PORT)|USERID:UNIX:[^\0\r\n]+)\r\n$/);
      }),
    );
  });
});
