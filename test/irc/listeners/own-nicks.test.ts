/** S4: who speaks is known by the order of the lines each of us is shown, while nicks change hands. */

import assert from 'node:assert/strict';
import { Listeners } from '../../../src/irc/listeners/listeners.js';
import { foldName } from '../../../src/naming/casefold.js';
import { TestClock } from '../../support/clock.js';

/** The bot, which listens, and ann, both there for some time; `own` are our nicks by our own connections. */
async function aChannel() {
  const clock = new TestClock();
  const own = new Set(['bot', 'ann', 'ben']);
  const listeners = new Listeners<string>({
    clock,
    fold: (name) => foldName('rfc1459', name),
    isOwn: (nick) => own.has(nick.toLowerCase()),
    isBot: (client) => client === 'bot',
  });
  for (const client of ['bot', 'ben', 'ann']) {
    listeners.setOwnNick(client, client);
    listeners.joined(client, '#c');
  }
  await clock.advance(10_001);
  const bot = (line: string) => listeners.verdict('bot', Buffer.from(line), 0, Buffer.byteLength(line));
  const says = (nick: string) => bot(`:${nick}!u@h PRIVMSG #c :it is ${nick}`);
  /** Ann's own connection tells her of another nick. */
  const annIs = (nick: string, before: string): void => {
    own.delete(before);
    own.add(nick);
    listeners.setOwnNick('ann', nick);
  };
  return { clock, listeners, bot, says, annIs };
}

describe('nicks that change hands', () => {
  it('S4: whoever takes our nick is heard, though our own connection does not know yet', async () => {
    const { bot, says, annIs } = await aChannel();
    bot(':ann!u@h NICK :anna');
    bot(':op!u@h NICK :ann');
    assert.equal(says('ann'), 'pass');
    assert.equal(says('anna'), 'drop');
    annIs('anna', 'ann');
    assert.equal(says('Ann'), 'pass');
    assert.equal(says('anna'), 'drop');
  });

  it('S4: what we said under the old nick is ours, though our own connection knows the new one already', async () => {
    const { bot, says, annIs } = await aChannel();
    annIs('op', 'ann');
    assert.equal(says('ann'), 'drop');
    assert.equal(says('op'), 'pass', 'that is still the other one');
    bot(':op!u@h NICK :tmp');
    bot(':ann!u@h NICK :op');
    assert.equal(says('op'), 'drop');
    bot(':tmp!u@h NICK :ann');
    assert.equal(says('ann'), 'pass');
  });

  it('S4: to and fro, with both ahead of each other', async () => {
    const { bot, says, annIs } = await aChannel();
    annIs('two', 'ann');
    annIs('ann', 'two');
    assert.deepEqual([says('ann'), says('two')], ['drop', 'pass']);
    bot(':ann!u@h NICK :two');
    assert.deepEqual([says('ann'), says('two')], ['pass', 'drop']);
    bot(':two!u@h NICK :ann');
    assert.deepEqual([says('ann'), says('two')], ['drop', 'pass']);
    bot(':ann!u@h NICK :three');
    assert.deepEqual([says('ann'), says('three')], ['pass', 'drop']);
    annIs('three', 'ann');
    assert.deepEqual([says('ann'), says('three')], ['pass', 'drop']);
  });

  it('S4: a change that nobody shows is taken as known after ten seconds', async () => {
    const { clock, says, annIs } = await aChannel();
    annIs('anna', 'ann');
    assert.deepEqual([says('ann'), says('anna')], ['drop', 'pass']);
    await clock.advance(10_001);
    assert.deepEqual([says('ann'), says('anna')], ['pass', 'drop']);
  });

  it('S4, INV-1: who came in only just now is not waited for: what we say under the new nick is ours', async () => {
    const { listeners, says, annIs } = await aChannel();
    listeners.left('bot', '#c');
    listeners.joined('bot', '#c');
    annIs('anna', 'ann');
    assert.equal(says('anna'), 'drop');
  });

  it('S4, INV-1: one that is watched from now on has been shown before what is new', async () => {
    const { listeners, annIs } = await aChannel();
    const hear = (client: string, line: string) => listeners.verdict(client, Buffer.from(line), 0, Buffer.byteLength(line));
    annIs('anna', 'ann');
    for (const client of ['bot', 'ben']) hear(client, ':ann!u@h NICK :anna');
    listeners.gone('bot');
    assert.equal(listeners.primaryOf('#c'), 'ben');
    assert.equal(hear('ben', ':anna!u@h PRIVMSG #c :still me'), 'drop');
  });
});
