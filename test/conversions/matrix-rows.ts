/** What is said on Matrix and what arrives on IRC: rows of a test, and of docs/conversions.md. */

import type { Prepared } from '../../src/matrix-to-irc/wording.js';
import type { MxcUri } from '../../src/model/ids.js';
import type { Body, MessageEvent, TextBody } from '../../src/model/matrix-event.js';
import type { RoomWays } from '../../src/policy/ways-of.js';
import type { Earlier } from '../../src/rooms/event-memory.js';
import { aFile, ALICE, aText, CAROL, eventId, nickOf, START, userId } from '../support/make.js';

/** `out`: the lines, with `ACTION` or `NOTICE` before them where they are such. */
export interface Row {
  readonly ids: string;
  readonly title: string;
  readonly event: Partial<MessageEvent> & { readonly body: Body };
  readonly prepared?: Prepared;
  readonly ways?: RoomWays;
  readonly out: readonly string[];
}

const BOB = userId('@irc_bob:hs.test');
const ID = eventId('$earlier');
const html = (formatted: string, set: Partial<TextBody> = {}): TextBody => aText('(plain)', { html: formatted, ...set });
const earlier = (body: Earlier['body'], set: Partial<Earlier> = {}): Prepared => ({ earlier: { sender: BOB, at: START - 10_000, body, ...set } });
const old = { at: START - 1_000_000 };
const reply = (plain: string): Row['event'] => ({ body: aText(plain), replyTo: ID });
const edit = (plain: string): Row['event'] => ({ body: aText(plain), replaces: ID });
const mine = (body: Body): Prepared => earlier(body, { sender: ALICE });
const row = (ids: string, title: string, event: Row['event'], out: readonly string[], more: Pick<Row, 'prepared' | 'ways'> = {}): Row => ({ ids, title, event, out, ...more });
const reacts = { body: { type: 'reaction', target: ID, key: '👍', others: 0 } } as const;
const deletes = { body: { type: 'deletion', target: ID } } as const;
const long = aText('one\ntwo\nthree\nfour');
const poll = { type: 'poll', question: 'Tea?', answers: [{ id: 'y', text: 'yes' }, { id: 'n', text: 'no' }] } as const;

export const matrixRows: Readonly<Record<string, readonly Row[]>> = {
  'Text': [
    row('M2I-1', 'Text', { body: aText('hi') }, ['hi']),
    row('M2I-2', 'A notice', { body: aText('hi', { how: 'notice' }) }, ['NOTICE hi']),
    row('M2I-3', 'An emote', { body: aText('waves', { how: 'act' }) }, ['ACTION waves']),
    row('M2I-27', 'Several lines; empty ones are left out', { body: aText('one\n\ntwo') }, ['one', 'two']),
    row('M2I-32', 'A slash is text', { body: aText('/quit') }, ['/quit']),
    row('M2I-46, C3, C4', 'Control characters vanish, line breaks of all kinds break lines', { body: aText('a\x01\x02b\u2028c\r\nQUIT :d') }, ['ab', 'c', 'QUIT :d']),
    row('M2I-47', 'Nothing but blanks', { body: aText(' \n ') }, []),
    row('M2I-30', 'Too long, and no pages are given out', { body: long }, ['one', 'two', '(truncated)']),
    row('M2I-28', 'Too long: its first line, and where all of it stands', { body: long }, ['one (full message at <https://b.test/p/1>)'], { prepared: { page: 'https://b.test/p/1' } }),
    row('M2I-29', 'Long code', { body: aText('```ts\na\nb\nc\nd\n```') }, ['ACTION sent a ts code block: https://b.test/p/1'], { prepared: { page: 'https://b.test/p/1' } }),
    row('M2I-29', 'Long code in HTML', { body: html('<pre><code class="language-rust">a\nb\nc\nd\n</code></pre>') }, ['ACTION sent a rust code block: https://b.test/p/1'], { prepared: { page: 'https://b.test/p/1' } }),
    row('M2I-29', 'Text between two blocks of code is no code', { body: html('<pre><code>a\nb</code></pre>now<pre><code>c\nd</code></pre>') }, ['\x11a\x0f (full message at <https://b.test/p/1>)'], { prepared: { page: 'https://b.test/p/1' } }),
    row('A-17', 'A long HTML under a short text counts its own lines', { body: html('a<br>'.repeat(500)) }, ['a', 'a', '(truncated)']),
  ],
  'Formatting': [
    row('FMT-1', 'Bold, italic, underlined, struck', { body: html('<b>b</b> <i>i</i> <u>u</u> <del>s</del>') }, ['\x02b\x0f \x1di\x0f \x1fu\x0f \x1es']),
    row('FMT-1', 'Code', { body: html('run <code>ls -l</code> now') }, ['run \x11ls -l\x0f now']),
    row('FMT-1', 'Code, where `code: backticks`', { body: html('run <code>ls -l</code> now') }, ['run `ls -l` now'], { ways: { code: 'backticks' } }),
    row('FMT-1', 'Colours: the nearest of sixteen', { body: html('<font color="red">red</font> <span data-mx-color="#010203">dark</span>') }, ['\x0304red\x0f \x0301dark']),
    row('FMT-9', '`formatting: nocolor`', { body: html('<b>b</b> <font color="red">red</font>') }, ['\x02b\x0f red'], { ways: { formatting: 'nocolor' } }),
    row('FMT-9', '`formatting: plain`', { body: html('<b>b</b> <font color="red">red</font>') }, ['b red'], { ways: { formatting: 'plain' } }),
    row('FMT-9', '`formatting: markdown`', { body: html('<b>b</b> <code>c</code>') }, ['**b** `c`'], { ways: { formatting: 'markdown' } }),
    row('FMT-10', 'Links', { body: html('see <a href="https://a.test/b">this</a> and <a href="https://c.test">https://c.test</a>') }, ['see this <https://a.test/b> and https://c.test']),
    row('M2I-36', 'Lists', { body: html('<ol><li>tea</li><li>milk</li></ol>') }, ['1. tea', '2. milk']),
    row('M2I-36', 'Quotes and headings', { body: html('<h1>Tea</h1><blockquote>hot</blockquote>') }, ['\x02Tea', '> hot']),
    row('FMT-11', 'Tables', { body: html('<table><tr><th>tea</th><th>cups</th></tr><tr><td>black</td><td>2</td></tr></table>') }, ['\x02tea\x0f   | \x02cups', 'black | 2']),
    row('M2I-35', 'Spoilers', { body: html('<span data-mx-spoiler="end">he dies</span>') }, ['(end) \x0301,01he dies']),
    row('M2I-35', 'Spoilers without colours', { body: html('<span data-mx-spoiler>he dies</span>') }, ['||he dies||'], { ways: { formatting: 'plain' } }),
    row('M2I-37', 'Emoji of one’s own', { body: html('<img data-mx-emoticon alt=":cat:" src="mxc://a/b">') }, [':cat:']),
    row('MEDIA-15', 'An image within the text', { body: html('see <img alt="a cat" src="mxc://a.test/b"> here') }, ['see a cat <https://b.test/m/1/a_cat> here'], { prepared: { images: new Map([['mxc://a.test/b' as MxcUri, 'https://b.test/m/1/a_cat']]) } }),
    row('FMT-7', 'The quote of a reply is left out', { body: html('<mx-reply><blockquote>x</blockquote></mx-reply>yes') }, ['yes']),
  ],
  'Names': [
    row('M2I-33', 'A pill of somebody on IRC', { body: html('ask <a href="https://matrix.to/#/@irc_bob:hs.test">Bob (IRC)</a>') }, ['ask bob']),
    row('M2I-33', 'A pill of somebody on Matrix is his nick', { body: html('ask <a href="https://matrix.to/#/@carol:hs.test">Carol</a>') }, ['ask carol[m]']),
    row('M2I-33', 'A pill at the beginning addresses', { body: html('<a href="https://matrix.to/#/@irc_bob:hs.test">Bob (IRC)</a> hello') }, ['bob: hello']),
    row('M2I-33', 'Somebody whom IRC does not know keeps his name', { body: html('<a href="https://matrix.to/#/@zoe:x.test">Zoe the Cat</a> hello') }, ['Zoe the Cat hello']),
    row('M2I-33', 'An address of Matrix is a nick, too', { body: aText('ask @irc_bob:hs.test about it') }, ['ask bob about it']),
    row('M2I-33', 'But not in an address, nor in code', { body: html('https://x.test/?u=@irc_bob:hs.test, #@irc_bob:hs.test, (<code>@irc_bob:hs.test</code>), @irc_bob:hs.test.') }, ['https://x.test/?u=@irc_bob:hs.test, #@irc_bob:hs.test, (\x11@irc_bob:hs.test\x0f), bob.']),
    row('M2I-33', 'A display name without a link', { body: aText('Bob (IRC): hello', { mentions: [BOB] }) }, ['bob: hello'], { prepared: { names: new Map([[BOB, 'Bob (IRC)']]) } }),
    row('M2I-33', 'Also where his nick is part of another word', { body: aText('Bob (IRC): the bobsled is here', { mentions: [BOB] }) }, ['bob: the bobsled is here'], { prepared: { names: new Map([[BOB, 'Bob (IRC)']]) } }),
    row('M2I-34', 'A pill of a room', { body: html('see <a href="https://matrix.to/#/!cats:hs.test">Cats</a>') }, ['see #cats']),
    row('M2I-34', 'A pill of a room that is not bridged here', { body: html('see <a href="https://matrix.to/#/#dogs:hs.test">Dogs</a>') }, ['see #dogs:hs.test']),
    row('M2I-34', 'A link to a message', { body: html('<a href="https://matrix.to/#/!a:b/$c">this</a>') }, ['this <https://matrix.to/#/!a:b/$c>']),
  ],
  'Replies and threads': [
    row('M2I-15', 'Soon after', reply('lovely'), ['bob: lovely'], { prepared: earlier(aText('The tea is ready')) }),
    row('M2I-15', 'With his nick in front already', reply('bob: lovely'), ['bob: lovely'], { prepared: earlier(aText('The tea is ready')) }),
    row('M2I-16', 'Later', reply('lovely'), ['<bob> "The tea is ready" <- lovely'], { prepared: earlier(aText('The tea is ready'), old) }),
    row('M2I-16', 'Later, to a long message', reply('lovely'), ['<bob> "The tea is ready and so are the..." <- lovely'], { prepared: earlier(aText('The tea is ready and so are the scones and all the cups'), old) }),
    row('RC-4', 'Later, where `replies: nick`', reply('lovely'), ['bob: lovely'], { ways: { replies: 'nick' }, prepared: earlier(aText('The tea is ready'), old) }),
    row('M2I-17', 'To somebody without a nick', reply('yes'), ['zoe: yes'], { prepared: earlier(aText('no?'), { sender: userId('@zoe:x.test') }) }),
    row('M2I-17', 'To oneself', reply('and more'), ['and more'], { prepared: mine(aText('some')) }),
    row('M2I-18, INV-6', 'To what one could not see', reply('lovely'), ['lovely']),
    row('M2I-19', 'To an image', reply('nice'), ['<bob> "an image" <- nice'], { prepared: earlier(aFile('a.png', { media: 'image' }), old) }),
    row('M2I-19', 'To what was deleted', reply('why?'), ['<bob> "a deleted message" <- why?'], { prepared: earlier('deleted', old) }),
    row('M2I-20', 'Of several lines', reply('one\ntwo'), ['bob: one', 'two'], { prepared: earlier(aText('x')) }),
    row('M2I-20', 'With a file', { body: aFile('cat.png', { media: 'image' }), replyTo: ID }, ['bob: uploaded an image: cat.png https://b.test/m/1'], { prepared: { ...earlier(aText('x')), address: 'https://b.test/m/1' } }),
    row('M2I-17', 'To what a bot of another bridge relays', reply('lovely'), ['zoe: lovely'], { prepared: earlier(aText('<zoe> The tea is ready'), { nick: nickOf('bridge') }) }),
    row('M2I-17', 'The same, later', reply('lovely'), ['<zoe> "The tea is ready" <- lovely'], { prepared: earlier(aText('<zoe> The tea is ready'), { ...old, nick: nickOf('bridge') }) }),
    row('FMT-7', 'With the quote that old clients put in front', reply('> <@x:y> tea\n\nlovely'), ['bob: lovely'], { prepared: earlier(aText('tea')) }),
    row('M2I-22', 'In a thread: an answer to the message before', { body: aText('me too'), thread: { root: ID } }, ['bob: me too'], { prepared: earlier(aText('tea?')) }),
    row('M2I-22', '`threads: prefix`, and somebody is answered', { body: aText('me too'), thread: { root: ID }, replyTo: ID }, ['[thread: Who wants tea?] bob: me too'], { ways: { threads: 'prefix' }, prepared: { ...earlier(aText('me')), root: { sender: CAROL, at: START, body: aText('Who wants tea?') } } }),
    row('M2I-22', '`threads: prefix`', { body: aText('me too'), thread: { root: ID } }, ['[thread: Who wants tea?] me too'], { ways: { threads: 'prefix' }, prepared: { root: { sender: CAROL, at: START, body: aText('Who wants tea?') } } }),
  ],
  'Edits': [
    row('M2I-12', 'A word', edit('the kettle is hot now, come'), ['s/cold/hot/'], { prepared: mine(aText('the kettle is cold now, come')) }),
    row('M2I-12', 'A word more', edit('the kettle is very hot now'), ['* kettle is very hot now'], { prepared: mine(aText('the kettle is hot now')) }),
    row('M2I-12', 'A short text', edit('good evening'), ['* good evening'], { prepared: mine(aText('good morning')) }),
    row('M2I-12', '`edits: full`', edit('the kettle is hot now, come'), ['* the kettle is hot now, come'], { ways: { edits: 'full' }, prepared: mine(aText('the kettle is cold now, come')) }),
    row('M2I-12', '`edits: silent`', edit('the kettle is hot now, come'), [], { ways: { edits: 'silent' }, prepared: mine(aText('the kettle is cold now, come')) }),
    row('M2I-12', 'Of a text nobody remembers', edit('the kettle is hot now, come'), ['* the kettle is hot now, come']),
    row('M2I-13', 'Only of the formatting', { body: html('<b>the kettle</b>'), replaces: ID }, [], { prepared: mine(html('the kettle')) }),
    row('M2I-14', 'Of a reply', edit('I would like some milk with it'), ['s/tea/milk/'], { prepared: { earlier: { sender: ALICE, at: START, reply: true, body: aText('> <@x:y> what?\n\nI would like some tea with it') } } }),
    row('M2I-12', 'A word of a long text: no second page', edit('one\ntwo\n3\nfour\nfive'), ['s/three/3/'], { prepared: { ...mine(aText('one\ntwo\nthree\nfour\nfive')), page: 'https://b.test/p/1' } }),
    row('M2I-12', 'Of a poll', { body: { ...poll, question: 'Coffee?' }, replaces: ID }, ['* Poll: Coffee?', '1. yes', '2. no'], { prepared: mine(poll) }),
    row('M2I-13', 'Of a poll of which nothing changed', { body: poll, replaces: ID }, [], { prepared: mine(poll) }),
    row('M2I-12', 'Of a place', { body: { type: 'place', words: 'the park' }, replaces: ID }, ['ACTION shared a location: the park'], { prepared: mine({ type: 'place', words: 'the pub' }) }),
    row('M2I-12', 'Of a caption', { body: aFile('a.png', { media: 'image', caption: 'look at my little black cat' }), replaces: ID }, ['s/red/black/'], { prepared: mine(aFile('a.png', { media: 'image', caption: 'look at my little red cat' })) }),
  ],
  'Reactions and deletions': [
    row('M2I-23', 'A reaction', reacts, ['NOTICE +👍 to bob: "The tea is ready"'], { prepared: earlier(aText('The tea is ready')) }),
    row('M2I-23', 'Of several people within five seconds', { body: { ...reacts.body, others: 2 } }, ['NOTICE +👍 by 3 people to bob: "The tea is ready"'], { prepared: earlier(aText('The tea is ready')) }),
    row('M2I-23', '`reactions: action`', reacts, ['ACTION reacted with 👍 to bob: "an image"'], { ways: { reactions: 'action' }, prepared: earlier(aFile('a.png', { media: 'image' })) }),
    row('M2I-23', '`reactions: off`', reacts, [], { ways: { reactions: 'off' }, prepared: earlier(aText('x')) }),
    row('M2I-23', 'To one’s own message', reacts, [], { prepared: mine(aText('x')) }),
    row('INV-6', 'To what one could not see', reacts, []),
    row('M2I-25', 'A deletion', deletes, []),
    row('M2I-25', '`redactions: notice`', deletes, ['NOTICE deleted a message: "The tea is ready"'], { ways: { redactions: 'notice' }, prepared: mine(aText('The tea is ready')) }),
    row('M2I-25', 'Of somebody else’s', deletes, ['NOTICE deleted a message of bob: "spam"'], { ways: { redactions: 'notice' }, prepared: earlier(aText('spam')) }),
    row('M2I-25', 'Of a text nobody remembers', deletes, ['NOTICE deleted a message of bob'], { ways: { redactions: 'notice' }, prepared: earlier('deleted') }),
  ],
  'Files, places, polls': [
    row('M2I-4', 'An image', { body: aFile('cat.png', { media: 'image', bytes: 12_300 }) }, ['ACTION uploaded an image: cat.png (12 KiB) https://b.test/m/1'], { prepared: { address: 'https://b.test/m/1' } }),
    row('MEDIA-10', '`media: details`', { body: aFile('a.mp4', { media: 'video', bytes: 12_300, width: 640, height: 480, durationMs: 72_000 }) }, ['ACTION uploaded a video: a.mp4 (12 KiB, 640×480, 1:12) https://b.test/m/1'], { ways: { media: 'details' }, prepared: { address: 'https://b.test/m/1' } }),
    row('RC-4', '`media: name`', { body: aFile('cat.png', { media: 'image', bytes: 12_300 }) }, ['ACTION uploaded an image: cat.png (12 KiB)'], { ways: { media: 'name' }, prepared: { address: 'https://b.test/m/1' } }),
    row('M2I-4', 'A file, where no links are given out', { body: aFile('plan.pdf') }, ['ACTION posted a file: plan.pdf']),
    row('M2I-4', 'A video with a caption', { body: aFile('a.mp4', { media: 'video', caption: 'look' }) }, ['ACTION uploaded a video: a.mp4', 'look']),
    row('M2I-5', 'A sticker', { body: aFile('a cat', { media: 'sticker' }) }, ['ACTION sent a sticker: a cat https://b.test/m/1'], { prepared: { address: 'https://b.test/m/1' } }),
    row('M2I-7', 'A voice message', { body: aFile('v.ogg', { media: 'voice', durationMs: 12_000 }) }, ['ACTION sent a voice message (0:12): https://b.test/m/1'], { prepared: { address: 'https://b.test/m/1' } }),
    row('M2I-6', 'A place', { body: { type: 'place', words: 'Big Ben', geo: 'geo:51.5,-0.12;u=5' } }, ['ACTION shared a location: Big Ben https://www.openstreetmap.org/?mlat=51.5&mlon=-0.12#map=16/51.5/-0.12']),
    row('M2I-8', 'A poll', { body: poll }, ['Poll: Tea?', '1. yes', '2. no']),
    row('M2I-8', 'A poll of more answers than lines', { body: { ...poll, answers: [...poll.answers, { id: 'm', text: 'maybe' }] } }, ['Poll: Tea?  1. yes  2. no  3. maybe']),
    row('M2I-8', 'How it came out', { body: { type: 'pollResult', poll: ID, counts: new Map([['n', 1], ['y', 3]]) } }, ['NOTICE Poll "Tea?" closed: yes: 3, no: 1'], { prepared: earlier(poll) }),
    row('M2I-8', 'How it came out, in the words of the sender’s program', { body: { type: 'pollResult', poll: ID, words: 'Top answer: yes', counts: new Map() } }, ['NOTICE Poll closed: Top answer: yes']),
  ],
};
