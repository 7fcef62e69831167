import assert from 'node:assert/strict';
import { ircLineParser } from 'irc-framework';
import { GatheredLines } from '../../src/irc/gathered-lines.js';
import { Labels, type Answer } from '../../src/irc/labels.js';
import { ServerFacts } from '../../src/irc/server-facts.js';
import { escapeTag, TagTalk, withTags } from '../../src/irc/tag-talk.js';

describe('CAP-4: labels', () => {
  const heard = (...lines: readonly string[]): { answers: Answer[]; ours: boolean[] } => {
    const labels = new Labels();
    const answers: Answer[] = [];
    labels.make((answer) => answers.push(answer));
    return { answers, ours: lines.map((line) => labels.take(ircLineParser(line))) };
  };

  it('an echo brings its msgid once and is no news', () => {
    const line = '@label=0;msgid=a=b :me!u@h PRIVMSG #c :x';
    assert.deepEqual(heard(line, line), { answers: [{ msgid: 'a=b' }], ours: [true, true] });
  });

  it('an answer of several lines is a batch: the echo in it is ours, the rest is heard as ever', () => {
    const lines = ['@label=0 :S BATCH +1 labeled-response', '@batch=1;msgid=i :me!u@h PRIVMSG bob :x', '@batch=1 :S 301 me bob :away'];
    assert.deepEqual(heard(...lines), { answers: [{ msgid: 'i' }], ours: [true, true, false] });
  });

  it('CAP-7: a multiline batch has its id on the line that opens it; its lines are ours', () => {
    const lines = ['@label=0;msgid=i :me!u@h BATCH +x draft/multiline #c', '@batch=x :me!u@h PRIVMSG #c :one'];
    assert.deepEqual(heard(...lines), { answers: [{ msgid: 'i' }], ours: [true, true] });
  });

  it('CAP-20: FAIL tells whoever said it; of text it is heard as ever', () => {
    assert.deepEqual(heard('@label=0 :S FAIL REDACT REDACT_FORBIDDEN #c id :no'), {
      answers: [{ failed: 'REDACT_FORBIDDEN', words: 'no' }],
      ours: [true],
    });
    assert.deepEqual(heard('@label=0 :S FAIL PRIVMSG INVALID_UTF8 :no').ours, [false]);
  });

  it('CAP-20: a FAIL that nobody waits for is news', () => {
    assert.deepEqual(heard('@label=9 :S FAIL REDACT REDACT_FORBIDDEN #c id :no').ours, [false]);
    assert.deepEqual(heard(':S FAIL BATCH MULTILINE_INVALID :no').ours, [false]);
  });

  it('CAP-7: FAIL of a batch without label is the answer to the oldest that waits, and what follows until something comes back', () => {
    const labels = new Labels();
    const answers: string[] = [];
    for (const name of ['text', 'one', 'two']) labels.make((answer) => answers.push('failed' in answer ? `${name} ${answer.failed}` : name), name === 'text' ? 'text' : 'batch');
    const fail = ':S FAIL BATCH MULTILINE_MAX_BYTES 4 :long';
    const lines = [fail, fail, ':S FAIL BATCH INVALID_PARAMS :Corrupt BATCH', '@label=0;msgid=i :me!u@h PRIVMSG #c :x', fail, fail];
    assert.deepEqual(lines.map((line) => labels.take(ircLineParser(line))), lines.map(() => true));
    assert.deepEqual(answers, ['one MULTILINE_MAX_BYTES', 'text', 'two MULTILINE_MAX_BYTES']);
  });

  it('an id that is used again for a batch of others holds no answers of ours', () => {
    const lines = ['@label=0 :S BATCH +1 labeled-response', ':S BATCH +1 draft/multiline #c', '@batch=1 :bob!u@h PRIVMSG #c :x'];
    assert.deepEqual(heard(...lines).ours, [true, false, false]);
  });

  it('R31: a notice of the server in answer to a line is its own word, labelled or not', () => {
    assert.deepEqual(heard('@label=0 :irc.test NOTICE me :*** Message to #c throttled due to flooding'), { answers: [], ours: [false] });
  });

  it('lines of others, without label, of unknown batches and after a loss are theirs', () => {
    assert.deepEqual(heard('@msgid=i :bob!u@h PRIVMSG #c :x', '@batch=9 :bob!u@h PRIVMSG #c :x').ours, [false, false]);
    const labels = new Labels();
    labels.make(() => assert.fail('answered after a loss'));
    labels.lose();
    labels.take(ircLineParser('@label=0;msgid=i :me!u@h PRIVMSG #c :x'));
  });
});

describe('CAP-7: gathered lines', () => {
  const told = (...lines: readonly string[]): (string | undefined)[] => {
    const gathered = new GatheredLines();
    return lines
      .map((text) => ircLineParser(text))
      .map((line) => (line.command === 'BATCH' ? gathered.batch(line) : gathered.line(line)))
      .map((line) => line && `${line.tags['msgid'] ?? ''} ${line.params.join('|')}`);
  };
  const begin = '@msgid=i :bob!u@h BATCH +1 draft/multiline #c';

  it('lines are joined by LF, pieces directly, under the id of the batch', () => {
    const lines = ['@batch=1 :bob!u@h PRIVMSG #c :one', '@batch=1;draft/multiline-concat :bob!u@h PRIVMSG #c : more', '@batch=1 :bob!u@h PRIVMSG #c :'];
    assert.deepEqual(told(begin, ...lines, ':bob!u@h BATCH -1').slice(-1), ['i #c|one more\n']);
    assert.deepEqual(told(begin, ...lines), [undefined, undefined, undefined, undefined]);
  });

  it('what names another source, another batch or none is told by itself', () => {
    assert.deepEqual(told(begin, '@batch=1 :eve!u@h PRIVMSG #c :x', '@batch=2 :bob!u@h PRIVMSG #c :y', ':bob!u@h PRIVMSG #c :z').slice(1), [
      ' #c|x', ' #c|y', ' #c|z',
    ]);
  });

  it('L15: an empty batch is nothing, an endless one is told in parts, and so is one that is cut off', () => {
    assert.deepEqual(told(begin, ':bob!u@h BATCH -1'), [undefined, undefined]);
    const many = Array.from({ length: 450 }, (_, n) => `@batch=1 :bob!u@h PRIVMSG #c :${n}`);
    const parts = told(begin, ...many).filter((part) => part !== undefined);
    assert.deepEqual(parts.map((part) => part.split('\n').length), [200, 200]);
    const gathered = new GatheredLines();
    for (const text of [begin, ...many.slice(0, 2)]) {
      const line = ircLineParser(text);
      if (line.command === 'BATCH') gathered.batch(line);
      else gathered.line(line);
    }
    assert.deepEqual(gathered.lose().map(({ params }) => params[1]), ['0\n1']);
  });

  it('L15: a batch that begins anew is told as far as it came, and one that never ends after half a minute', () => {
    const gathered = new GatheredLines();
    const takes = (text: string, at: number): string | undefined => {
      const line = ircLineParser(text);
      return (line.command === 'BATCH' ? gathered.batch(line, at) : gathered.line(line))?.params[1];
    };
    assert.deepEqual([takes(begin, 0), takes('@batch=1 :bob!u@h PRIVMSG #c :one', 0), takes(begin, 5_000), takes('@batch=1 :bob!u@h PRIVMSG #c :two', 5_000)], [undefined, undefined, 'one', undefined]);
    assert.deepEqual(gathered.late(34_999), []);
    assert.deepEqual(gathered.late(35_000).map(({ params }) => params[1]), ['two']);
    assert.deepEqual([takes('@batch=1 :bob!u@h PRIVMSG #c :three', 36_000), gathered.late(90_000)], ['three', []]);
  });
});

describe('CAP-2, CAP-8, CAP-9: tags that are sent', () => {
  const talk = (caps: readonly string[], deny?: string, limits?: string): TagTalk => {
    const facts = new ServerFacts();
    if (deny !== undefined) facts.read(['me', `CLIENTTAGDENY=${deny}`, 'are supported']);
    return new TagTalk({ facts, capabilities: () => ({ enabled: new Set(caps), valueOf: () => limits }) });
  };
  const ALL = ['message-tags', 'labeled-response', 'echo-message', 'batch', 'draft/multiline', 'draft/message-redaction'];

  it('S-293, S-318: no tag before the capability is acknowledged', () => {
    const none = talk([]);
    assert.deepEqual(none.reply('i'), []);
    assert.deepEqual(none.label(() => undefined), []);
    assert.equal(none.react('#c', 'i', '👍', false), undefined);
    assert.equal(none.typing('#c', 'active'), undefined);
    assert.equal(none.redact('#c', 'i', undefined, () => undefined), undefined);
    assert.equal(none.batch(['a', 'b']), undefined);
  });

  it('S-318: a reply has both names of the tag, values escaped', () => {
    assert.deepEqual(talk(ALL).reply('a;b\\ c='), ['+reply=a\\:b\\\\\\sc=', '+draft/reply=a\\:b\\\\\\sc=']);
  });

  it('S-293: CLIENTTAGDENY is obeyed: Solanum passes +reply alone, UnrealIRCd +draft/reply alone, neither a reaction', () => {
    const solanum = talk(ALL, '*,-reply,-typing,-channel-context');
    assert.deepEqual(solanum.reply('i'), ['+reply=i']);
    assert.equal(solanum.typing('#c', 'done'), '@label=0;+typing=done TAGMSG #c');
    assert.equal(solanum.react('#c', 'i', '👍', false), undefined);
    const unreal = talk(ALL, '*,-draft/typing,-typing,-draft/channel-context,-draft/reply');
    assert.deepEqual(unreal.reply('i'), ['+draft/reply=i']);
    assert.equal(unreal.react('#c', 'i', '👍', false), undefined);
    assert.deepEqual(talk(ALL, 'reply,draft/reply').reply('i'), []);
    const typing = [undefined, '', '*', '*,-typing', 'typing'].map((deny) => talk(ALL, deny).typing('#c', 'active') !== undefined);
    assert.deepEqual(typing, [true, true, false, true, false]);
  });

  it('a reaction, its taking back, and REDACT', () => {
    assert.equal(talk(ALL).react('#c', 'i', 'a b', false), '@label=0;+draft/react=a\\sb;+reply=i;+draft/reply=i TAGMSG #c');
    assert.equal(talk(ALL).react('#c', 'i', '👍', true), '@label=0;+draft/unreact=👍;+reply=i;+draft/reply=i TAGMSG #c');
    assert.equal(talk(ALL).redact('#c', 'i', 'spam and more', () => undefined), '@label=0 REDACT #c i :spam and more');
    assert.equal(talk(ALL).react('#c', 'i', 'x'.repeat(5000), false), undefined);
    assert.equal(talk(ALL).react('#c d', 'i', 'x', false), undefined);
  });

  it('CAP-9, CAP-11: who may not speak is told nothing of a tag that was refused, and types there unseen from then on', () => {
    const tags = talk(ALL);
    assert.equal(tags.typing('#c', 'active'), '@label=0;+typing=active TAGMSG #c');
    assert.equal(tags.labels.take(ircLineParser('@label=0 :S 404 me #c :Cannot send to channel (+m)')), true);
    assert.equal(tags.typing('#c', 'active'), undefined);
    assert.equal(tags.typing('#d', 'active'), '@label=1;+typing=active TAGMSG #d');
    tags.lose();
    assert.equal(tags.typing('#c', 'active'), '@label=2;+typing=active TAGMSG #c');
    assert.equal(tags.react('#c', 'i', 'x', false), '@label=3;+draft/react=x;+reply=i;+draft/reply=i TAGMSG #c');
    assert.equal(tags.labels.take(ircLineParser('@label=3 :S 404 me #c :Cannot send to channel (+m)')), true);
    tags.label(() => assert.fail('a message was given no id'));
    assert.equal(tags.labels.take(ircLineParser('@label=4 :S 404 me #c :Cannot send to channel (+m)')), false);
  });

  it('CAP-11: without labels typing is not told, for its refusal would be taken for that of a message', () => {
    assert.equal(talk(['message-tags', 'echo-message']).typing('#c', 'active'), undefined);
  });

  it('CAP-7: a batch keeps within max-lines and max-bytes, line ends counted', () => {
    const limits = 'max-bytes=9,max-lines=3';
    assert.equal(talk(ALL, undefined, limits).batch(['abcd', 'efgh']), 'm0');
    assert.equal(talk(ALL, undefined, limits).batch(['abcd', 'efghi']), undefined);
    assert.equal(talk(ALL, undefined, limits).batch(['a', 'b', 'c', 'd']), undefined);
    assert.equal(talk(ALL, undefined, 'max-bytes=nonsense').batch(['a', 'b']), undefined);
  });

  it('tags that are too long are left out, and what they would hold cannot break a line', () => {
    assert.equal(withTags(['+reply=' + 'x'.repeat(5000)], 'PRIVMSG #c :x'), 'PRIVMSG #c :x');
    assert.doesNotMatch(escapeTag('a\r\n\0 b;\\'), /[\r\n\0 ;]/u);
  });
});
