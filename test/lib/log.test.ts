import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lineAsJson, lineAsText, type LogFields, type LogLine, makeLog } from '../../src/lib/log.js';
import { BridgeError } from '../../src/model/errors.js';

const text = (fields: LogFields): string =>
  lineAsText({ at: new Date(0), level: 'info', part: 'irc', event: 'thing happened', fields }, false);

describe('lib/log', () => {
  const rows: [string, LogFields, string][] = [
    ['an event without fields', {}, 'INFO  irc: thing happened'],
    ['fields as name=value', { room: '!a:b', n: 3 }, 'INFO  irc: thing happened room="!a:b" n=3'],
    ['fields that are not there are left out', { room: undefined }, 'INFO  irc: thing happened'],
    ['control characters cannot make a second line', { nick: 'a\r\nERROR b\x1b[2J' }, 'INFO  irc: thing happened nick="a\\r\\nERROR b\\u001b[2J"'],
    ['long text is cut', { text: 'x'.repeat(600) }, `INFO  irc: thing happened text="${'x'.repeat(500)}…"`],
    ['a fault is its code and message, never its stack', { fault: new BridgeError('IRC_LOST', 'gone') }, 'INFO  irc: thing happened fault="IRC_LOST: gone"'],
    ['the message of a fault is cut too', { fault: new Error('y'.repeat(600)) }, `INFO  irc: thing happened fault="${'y'.repeat(500)}…"`],
    ['a fault within a field is told too', { told: { fault: new Error('odd') } }, 'INFO  irc: thing happened told={"fault":"odd"}'],
    ['INV-9: a secret within a field never shows', { config: { nick: 'a', password: 'hunter2' } }, 'INFO  irc: thing happened config={"nick":"a","password":"…"}'],
    ['what cannot be written does not throw', { big: 1n }, 'INFO  irc: thing happened big=(TypeError)'],
    ['nor does a function', { odd: () => 1 }, 'INFO  irc: thing happened odd=(TypeError)'],
    ['C1 and direction characters are escaped', { nick: '\x9b31m\u202eevil\x7f' }, 'INFO  irc: thing happened nick="\\u009b31m\\u202eevil\\u007f"'],
    ['any other error is its message', { fault: new Error('odd') }, 'INFO  irc: thing happened fault="odd"'],
  ];
  for (const [sentence, fields, wanted] of rows) it(sentence, () => assert.equal(text(fields), wanted));

  for (const name of ['password', 'passwd', 'passkey', 'asToken', 'hs_token', 'secret', 'Authorization', 'saslPassword', 'sasl', 'key']) {
    it(`INV-9: a field called ${name} never shows its value`, () => assert.equal(text({ [name]: 'hunter2' }).includes('hunter2'), false));
  }

  it('a line is one line for every text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (value) => !/[\0-\x1f\x7f-\x9f\u2028\u2029]/.test(text({ value }))));
  });

  it('MET-14: as JSON, each line is one object with what the text has, whatever the fields hold', () => {
    const json = (fields: LogFields): unknown =>
      JSON.parse(lineAsJson({ at: new Date(0), level: 'warn', part: 'irc', event: 'odd', fields, site: 'irc/a.ts:1' }, true));
    const head = { time: '1970-01-01T00:00:00.000Z', level: 'warn', part: 'irc', event: 'odd', site: 'irc/a.ts:1' };
    assert.deepEqual(json({ n: 1, password: 'hunter2', gone: undefined }), { n: 1, password: '…', ...head });
    assert.deepEqual(json({ event: 'forged', level: 'info' }), head);
    assert.deepEqual(json({ big: 1n }), { big: '(TypeError)', ...head });
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (fields) => typeof json(fields) === 'object'));
    assert.equal((json({ long: ['x'.repeat(400), ...Array<string>(20).fill('y'.repeat(400))] }) as { long: string }).long.length, 2001);
  });

  it('leaves lower levels out before anything is formatted', () => {
    const lines: LogLine[] = [];
    const log = makeLog('warn', (line) => lines.push(line)).part('store');
    log.debug('a');
    log.info('b');
    log.warn('c', { n: 1 });
    log.error('d');
    assert.deepEqual(lines.map(({ level, part, event }) => [level, part, event]), [['warn', 'store', 'c'], ['error', 'store', 'd']]);
  });
});
