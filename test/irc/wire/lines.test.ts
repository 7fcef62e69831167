/** S-INJ: every exported builder of lines against every payload; a builder without a row fails. */

import assert from 'node:assert/strict';
import * as lines from '../../../src/irc/wire/lines.js';

/** RELIABILITY §3.2. */
const PAYLOADS: readonly string[] = [
  '\r\nQUIT :x',
  'a\r\nQUIT :x',
  'a\nQUIT',
  'a\rQUIT',
  'a\0b',
  '\x01DCC SEND x\x01',
  'a b',
  ':a',
  'a,b',
  '#a,#b',
  '0',
  '\x07',
  '\u010d\u010a',
  'a\u2028b',
  'a\u2029b',
  'a\u0085b',
  '%0d%0a',
  'a;b',
  'a\\r\\nb',
  'x'.repeat(600),
  '\u{1f600}'.repeat(300),
  '',
  '+o evil',
  '\ud83d',
  ' ',
];

interface Row {
  /** The line with a payload in each place where text from outside may stand. */
  readonly build: readonly ((payload: string) => lines.Line)[];
  readonly command: string;
  /** How many parameters the line may have. */
  readonly params: readonly number[];
}

const ROWS: Readonly<Record<string, Row>> = {
  nickLine: { build: [(p) => lines.nickLine(p)], command: 'NICK', params: [1] },
  userLine: { build: [(p) => lines.userLine(p, 'r'), (p) => lines.userLine('u', p)], command: 'USER', params: [4] },
  passLine: { build: [(p) => lines.passLine(p)], command: 'PASS', params: [1] },
  joinLine: {
    build: [
      (p) => lines.joinLine([p]),
      (p) => lines.joinLine([`#${p}`]),
      (p) => lines.joinLine(['#a', p]),
      (p) => lines.joinLine(['#a'], [p]),
    ],
    command: 'JOIN',
    params: [1, 2],
  },
  partLine: { build: [(p) => lines.partLine(p), (p) => lines.partLine('#c', p)], command: 'PART', params: [1, 2] },
  quitLine: { build: [(p) => lines.quitLine(p)], command: 'QUIT', params: [1] },
  sayLine: {
    build: [
      (p) => lines.sayLine('say', p, 't'),
      (p) => lines.sayLine('say', '#c', p),
      (p) => lines.sayLine('act', p, 't'),
      (p) => lines.sayLine('act', '#c', p),
      (p) => lines.sayLine('notice', p, 't'),
      (p) => lines.sayLine('notice', '#c', p),
    ],
    command: 'PRIVMSG|NOTICE',
    params: [2],
  },
  ctcpReplyLine: {
    build: [
      (p) => lines.ctcpReplyLine(p, 'VERSION', 'v'),
      (p) => lines.ctcpReplyLine('a', p, 'v'),
      (p) => lines.ctcpReplyLine('a', 'VERSION', p),
    ],
    command: 'NOTICE',
    params: [2],
  },
  modeLine: {
    build: [(p) => lines.modeLine(p), (p) => lines.modeLine('#c', p), (p) => lines.modeLine('#c', '+o', [p])],
    command: 'MODE',
    params: [1, 2, 3],
  },
  topicLine: { build: [(p) => lines.topicLine(p, 't'), (p) => lines.topicLine('#c', p)], command: 'TOPIC', params: [2] },
  kickLine: {
    build: [(p) => lines.kickLine(p, 'a', 'r'), (p) => lines.kickLine('#c', p, 'r'), (p) => lines.kickLine('#c', 'a', p)],
    command: 'KICK',
    params: [3],
  },
  inviteLine: { build: [(p) => lines.inviteLine(p, '#c'), (p) => lines.inviteLine('a', p)], command: 'INVITE', params: [2] },
  awayLine: { build: [(p) => lines.awayLine(p)], command: 'AWAY', params: [0, 1] },
  pingLine: { build: [(p) => lines.pingLine(p)], command: 'PING', params: [1] },
  pongLine: { build: [(p) => lines.pongLine(p)], command: 'PONG', params: [1] },
  capLsLine: { build: [() => lines.capLsLine()], command: 'CAP', params: [2] },
  capReqLine: { build: [(p) => lines.capReqLine([p]), (p) => lines.capReqLine(['a', p])], command: 'CAP', params: [2] },
  capEndLine: { build: [() => lines.capEndLine()], command: 'CAP', params: [1] },
  authenticateLine: { build: [(p) => lines.authenticateLine(p)], command: 'AUTHENTICATE', params: [1] },
  whoisLine: { build: [(p) => lines.whoisLine(p), (p) => lines.whoisLine(p, true)], command: 'WHOIS', params: [1, 2] },
  isonLine: { build: [(p) => lines.isonLine(p)], command: 'ISON', params: [1] },
  monitorLine: { build: [(p) => lines.monitorLine(true, p), (p) => lines.monitorLine(false, p)], command: 'MONITOR', params: [2] },
  namesLine: { build: [(p) => lines.namesLine(p)], command: 'NAMES', params: [1] },
  tagmsgLine: { build: [(p) => lines.tagmsgLine(p)], command: 'TAGMSG', params: [1] },
  redactLine: {
    build: [(p) => lines.redactLine(p, 'id'), (p) => lines.redactLine('#a', p), (p) => lines.redactLine('#a', 'id', p)],
    command: 'REDACT',
    params: [2, 3],
  },
  batchLine: { build: [(p) => lines.batchLine(p), (p) => lines.batchLine('1', p)], command: 'BATCH', params: [1, 3] },
  whoLine: { build: [(p) => lines.whoLine(p)], command: 'WHO', params: [1] },
};

/** A server's view of a line (RFC 2812 §2.3.1): every CR, LF and NUL ends it. */
function asServer(line: string): readonly string[] {
  const [head = '', ...tail] = line.split(/ :(.*)/s);
  return [...head.split(/ +/), ...(tail.length > 0 ? [tail[0] ?? ''] : [])];
}

describe('S-INJ: lines', () => {
  it('there is a row for every builder', () => {
    const builders = Object.entries(lines).filter(([, value]) => typeof value === 'function');
    assert.deepEqual(builders.map(([name]) => name).sort(), Object.keys(ROWS).sort());
  });

  for (const [name, row] of Object.entries(ROWS)) {
    it(`${name}: ${row.build.length} × ${PAYLOADS.length} payloads give one line of the right shape, or none`, () => {
      for (const build of row.build) {
        for (const payload of PAYLOADS) {
          const line = build(payload);
          if (line === undefined) continue;
          const seen = JSON.stringify({ payload, line });
          assert.ok(!/[\r\n\0]/.test(line) && line.isWellFormed() && Buffer.byteLength(line) <= 510, seen);
          const [command = '', ...params] = asServer(line);
          assert.match(command, new RegExp(`^(${row.command})$`), seen);
          assert.ok(row.params.includes(params.length), seen);
          const ctcp = /^\x01(ACTION|VERSION) [^\x01]*\x01$/.test(params.at(-1) ?? '');
          if (/^(PRIVMSG|NOTICE)$/.test(command)) assert.ok(ctcp || !line.includes('\x01'), seen);
          const channels = command === 'JOIN' ? (params[0] ?? '').split(',') : [];
          assert.ok(channels.every((channel) => channel.startsWith('#')) && channels.length <= 2, seen);
        }
      }
    });
  }

  const shapes: readonly [string, lines.Line, lines.Line][] = [
    ['JOIN with keys', lines.joinLine(['#a', '#b'], ['k']), 'JOIN #a,#b k'],
    ['JOIN 0 is impossible', lines.joinLine(['0']), undefined],
    ['two channels in one name are refused', lines.joinLine(['#a,#b']), undefined],
    ['an action keeps its end when it is cut', lines.sayLine('act', '#c', 'é'.repeat(400))?.slice(-2), 'é\x01'],
    ['a message cannot be a DCC offer', lines.sayLine('say', 'a', '\x01DCC SEND\x01'), 'PRIVMSG a :DCC SEND'],
    ['a target cannot be two words', lines.sayLine('say', '#c x', 'hi'), undefined],
    ['empty text still has its colon', lines.sayLine('say', '#c', ''), 'PRIVMSG #c :'],
    ['a password that would be cut is refused', lines.passLine('p'.repeat(600)), undefined],
    ['an empty realname becomes the ident', lines.userLine('u', ''), 'USER u 0 * :u'],
    ['back from away', lines.awayLine(), 'AWAY'],
    ['topic cleared', lines.topicLine('#c', ''), 'TOPIC #c :'],
    ['MODE asks', lines.modeLine('#c'), 'MODE #c'],
  ];
  for (const [sentence, line, expected] of shapes) it(sentence, () => assert.equal(line, expected));
});
