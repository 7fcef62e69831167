import assert from 'node:assert/strict';
import { cleanQuote, endingOf, endingRefusal, isJoinError, joinRefusal, type Ending } from '../../../src/irc/wire/irc-errors.js';
import { comeBackAfter } from '../../../src/irc/connection/come-back.js';

describe('irc/wire/irc-errors', () => {
  const joins: readonly [numeric: string, words: string, reason: string, permanent: boolean][] = [
    ['403', 'No such channel', 'not-a-channel', true],
    ['405', 'You have joined too many channels', 'too-many-channels', true],
    ['407', 'Duplicate recipients', 'server-said-no', false],
    ['437', 'Nick/channel is temporarily unavailable', 'slow-down', false],
    ['470', 'Forwarding to another channel', 'forwarded', true],
    ['471', 'Cannot join channel (+l)', 'channel-full', false],
    ['473', 'Cannot join channel (+i)', 'invite-only', true],
    ['474', 'Cannot join channel (+b)', 'banned-from-channel', true],
    ['475', 'Cannot join channel (+k)', 'needs-key', true],
    ['476', 'Invalid channel name', 'not-a-channel', true],
    ['477', 'You need to identify via services', 'needs-account', true],
    ['479', 'Illegal channel name', 'not-a-channel', true],
    ['480', 'Cannot join channel (+j) - throttle exceeded', 'slow-down', false],
    ['480', 'Cannot join channel (+S)', 'needs-tls', true],
    ['489', 'Cannot join channel; SSL users only (+z)', 'needs-tls', true],
    ['520', 'Cannot join channel (IRCops only)', 'server-said-no', true],
  ];
  for (const [numeric, words, reason, permanent] of joins) {
    it(`R17: ${numeric} "${words}" is ${reason}`, () => {
      assert.ok(isJoinError(numeric));
      const refusal = joinRefusal(numeric, words);
      assert.deepEqual([refusal.reason, refusal.permanent], [reason, permanent]);
      assert.ok(refusal.say.endsWith(`(${words}).`), refusal.say);
    });
  }
  it('404 and 433 answer no JOIN', () => assert.deepEqual(['404', '433', 'constructor'].map(isJoinError), [false, false, false]));

  const endings: readonly [words: string, ending: Ending][] = [
    ['Closing Link: 127.0.0.8 (K-Lined)', 'banned'],
    ['Closing link: (u@h) [K-lined: banned reason]', 'banned'],
    ['Closing Link: x (Banned (K-Lined): banned reason)', 'banned'],
    ['Closing Link: x (G-lined)', 'banned'],
    ['Z:Lined? no: Z-lined by x', 'banned'],
    ['Closing Link: Bad user info', 'banned'],
    ['Closing Link: 127.0.0.40 (Too many host connections (local))', 'full'],
    ['Closing Link: 1.2.3.4 (No more connections allowed from your host via this connect class (local))', 'full'],
    ['Trying to reconnect too fast.', 'throttled'],
    ['Closing Link: [1.2.3.4] (Throttled: Reconnecting too fast) -Email k@x for more information.', 'throttled'],
    ['Closing Link: 127.0.0.1 (Killed (aa1 (go away)))', 'killed'],
    ['Killed by ea: go away', 'killed'],
    ['KILLed by aa1: go away', 'killed'],
    ['Closing Link: x (Killed (irc.x (Nickname collision)))', 'lost'],
    ['Closing Link: 127.0.0.2 (Ping timeout: 268 seconds)', 'lost'],
    ['Server going down', 'lost'],
    ['Closing Link: x (SASL access is required)', 'auth'],
    ['', 'lost'],
  ];
  for (const [words, ending] of endings) it(`R8, R10: ERROR "${words}" is ${ending}`, () => assert.equal(endingOf('ERROR', words), ending));

  it('R8: 465 is a ban whatever it says, unless it says to come later', () => {
    assert.equal(endingOf('465', 'go away'), 'banned');
    assert.equal(endingOf('465', 'You are throttled'), 'throttled');
    assert.equal(endingOf('464', 'Password incorrect'), 'auth');
  });

  const quotes: readonly [sentence: string, text: string | undefined, shown: string][] = [
    ['codes go', '\x02bold\x02 \x0304,05red\x0f', 'bold red'],
    ['control and format characters go', 'a\r\nb\0c\u202ed\u2028e\x1b[2J', 'abcde[2J'],
    ['nothing is said to be nothing', undefined, 'no reason given'],
    ['codes alone are nothing', '\x02\x0f ', 'no reason given'],
    ['long text is cut', 'x'.repeat(5000), `${'x'.repeat(200)}…`],
    ['a pair is not cut in two', `${'x'.repeat(199)}😀😀`, `${'x'.repeat(199)}\ufffd…`],
  ];
  for (const [sentence, text, shown] of quotes) it(sentence, () => assert.equal(cleanQuote(text), shown));
});

describe('irc/come-back', () => {
  const MINUTE = 60_000;
  type Row = [sentence: string, ending: Ending, count: number, bot: boolean, hostBanned: boolean, wait: number | 'never'];
  // Chance is near 1, so the waits are the full ones.
  const rows: readonly Row[] = [
    ['CONN-6: a first loss waits a second', 'lost', 1, false, false, 1000],
    ['CONN-6: the wait doubles', 'lost', 5, false, false, 16_000],
    ['CONN-6: up to ten minutes', 'lost', 40, false, false, 10 * MINUTE],
    ['an unreachable network is tried likewise', 'unreachable', 2, true, false, 2000],
    ['F10: by the bot within ten seconds of its return', 'unreachable', 40, true, false, 10_000],
    ['F10: … also where it was let in and thrown out at once', 'lost', 40, true, false, 10_000],
    ['F10: by the others within a minute, or when the bot was let in', 'unreachable', 40, false, false, MINUTE],
    ['R10: throttled waits 20 s more', 'throttled', 1, false, false, 21_000],
    ['CONN-8: too many connections waits long', 'full', 1, false, false, 5 * MINUTE],
    ['R8: a banned person never', 'banned', 1, false, false, 'never'],
    ['R9: but later when the whole host is banned', 'banned', 1, false, true, 5 * MINUTE],
    ['R9: the bot always later', 'banned', 9, true, false, 60 * MINUTE],
    ['R13: a refused login is tried three times', 'auth', 2, false, false, 2000],
    ['R13: and then no more', 'auth', 3, false, false, 'never'],
    ['the bot tries its login for ever, slowly', 'auth', 3, true, false, 20 * MINUTE],
    ['CONN-20: a kill is waited out', 'killed', 1, false, false, 5 * MINUTE],
    ['CONN-20: the third is enough', 'killed', 3, false, false, 'never'],
  ];
  for (const [sentence, ending, count, bot, hostBanned, wait] of rows) {
    it(sentence, () => {
      const why = endingRefusal(ending, 'x');
      assert.equal(comeBackAfter({ ending, why, count, bot, hostBanned, chance: 0.999_999_999 }), wait);
    });
  }
  it('jitters down to half', () => {
    const why = endingRefusal('lost', 'x');
    assert.equal(comeBackAfter({ ending: 'lost', why, count: 1, bot: false, hostBanned: false, chance: 0 }), 500);
  });
  it('R12: without a free nick it comes back slowly', () => {
    const why = { reason: 'nick-taken', say: '', permanent: false } as const;
    assert.equal(comeBackAfter({ ending: 'lost', why, count: 1, bot: false, hostBanned: false, chance: 0 }), 150_000);
  });
});
