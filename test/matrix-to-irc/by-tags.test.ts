import assert from 'node:assert/strict';
import type { EventPair } from '../../src/model/event-pair.js';
import type { EventId } from '../../src/model/ids.js';
import { parseNick } from '../../src/model/irc-names.js';
import type { MatrixEvent } from '../../src/model/matrix-event.js';
import { refused, type RefusalReason } from '../../src/model/refusal.js';
import { ALICE, aLink, aMessage, aText, CAROL, CATS, channelOf, eventId, NET, ROOM, START, userId } from '../support/make.js';
import { World } from '../support/world.js';

const aPair = (set: Partial<EventPair> = {}): EventPair => ({
  room: ROOM, event: eventId('$hello:hs'), network: NET, target: CATS, msgid: 'm1', kind: 'message', nick: parseNick('bob')!, at: START, hash: '', ...set,
});
const reaction = (id: string, sender = ALICE, target: EventId = eventId('$hello:hs')): MatrixEvent => ({
  kind: 'reaction', room: ROOM, id: eventId(id), sender, at: START, target, key: '👍',
});
const redaction = (redacts: string, sender = ALICE): MatrixEvent => ({
  kind: 'redaction', room: ROOM, id: eventId('$r:hs'), sender, at: START, redacts: eventId(redacts),
});

/** A world where the network passes tags, alice has spoken once, and bob's message m1 is known. */
async function tagged(set: { readonly reactions?: 'off' } = {}): Promise<World> {
  const world = await World.of(set.reactions ? { service: { matrixHandler: { reactions: set.reactions } } } : {});
  world.network.tags = true;
  world.take(aMessage({ body: aText('first') }));
  await world.quiet();
  world.events.add(aPair());
  return world;
}
const byTags = (world: World): string[] => world.network.traffic.filter((line) => /^(?:TAGMSG|REDACT)/u.test(line));

describe('matrix-to-irc: by tags', () => {
  it('CAP-9: a reaction goes by tags at once, and in words where tags do not pass', async () => {
    const world = await tagged();
    const before = world.heard().length;
    world.take(reaction('$1:hs'));
    await world.quiet();
    assert.deepEqual(byTags(world).map((line) => line.replace(/^TAGMSG \S+ /u, '')), ['#cats react m1 👍']);
    assert.equal(world.heard().length, before);
    assert.deepEqual(world.journal.open(), []);
  });

  it('CAP-9: taken back it is unreact, and nothing is said of it', async () => {
    const world = await tagged();
    const before = world.heard().length;
    world.take(reaction('$1:hs'));
    await world.quiet();
    world.take(redaction('$1:hs'));
    await world.quiet();
    assert.match(byTags(world)[1] ?? '', /unreact m1 👍$/u);
    assert.equal(world.heard().length, before);
  });

  it('CAP-9: settings for words do not matter where tags pass', async () => {
    const world = await tagged({ reactions: 'off' });
    world.take(reaction('$1:hs'));
    await world.quiet();
    assert.equal(byTags(world).length, 1);
  });

  it('M2I-21: where a room or the bridge wants it the tag alone says what is answered, else words do', async () => {
    const world = await World.of({ service: { matrixHandler: { replies: 'tag' } } });
    world.events.add(aPair());
    const event = aMessage({ id: eventId('$hello:hs'), sender: userId('@irc_bob:hs.test'), body: aText('Tea?') });
    world.homeserver.found.set(`${ROOM} $hello:hs`, { found: { event }, viewers: [ALICE] });
    const says = async (plain: string, to: string): Promise<void> => {
      world.take(aMessage({ body: aText(plain), replyTo: eventId(to) }));
      await world.quiet();
    };
    await says('no tags here', '$hello:hs');
    world.network.tags = true;
    await says('with pleasure', '$hello:hs');
    const unknown = aMessage({ sender: CAROL, body: aText('me too') });
    world.take(unknown);
    await world.quiet();
    await says('well', unknown.id);
    assert.deepEqual(world.heard(), ['bob: no tags here', 'with pleasure', 'me too', 'M-carol: well']);
  });

  it('CAP-10: a deletion is REDACT of each line by the author\'s client', async () => {
    const world = await tagged();
    for (const msgid of ['m7', 'm8']) world.events.add(aPair({ event: eventId('$mine:hs'), author: ALICE, msgid }));
    world.take(redaction('$mine:hs', CAROL));
    await world.quiet();
    assert.deepEqual(byTags(world).map((line) => line.split(' ').slice(2).join(' ')), ['#cats m7', '#cats m8']);
    assert.ok(byTags(world).every((line) => !line.includes('bot')), byTags(world).join('\n'));
  });

  for (const redactions of ['off', 'notice'] as const) {
    it(`CAP-10: what the server says against it is told, once for each thing it says; with redactions ${redactions}`, async () => {
      const world = await World.of({ service: { matrixHandler: { redactions } } });
      world.network.tags = true;
      world.take(aMessage({ sender: CAROL, body: aText('first') }));
      world.take(aMessage({ body: aText('mine') }));
      await world.quiet();
      const deletes = async (id: string, code: string, reason: RefusalReason = 'server-said-no'): Promise<void> => {
        world.events.add(aPair({ event: eventId(id), author: ALICE, msgid: `of${id}` }));
        world.network.deny(`redact ${CATS}`, refused(reason, `The IRC server answers: no (${code}).`, true).refusal);
        world.take({ ...redaction(id, CAROL), id: eventId(`${id}-r`) });
        await world.quiet();
      };
      await deletes('$1:hs', 'none', 'cannot-send');
      assert.deepEqual(world.notices(ROOM), []);
      for (const [at, code] of ['REDACT_FORBIDDEN', 'REDACT_FORBIDDEN', 'UNKNOWN_MSGID'].entries()) await deletes(`$${at + 2}:hs`, code);
      const [one, two, ...more] = world.notices(ROOM);
      assert.match(String(one), /^What was deleted here can still be read in #cats on .*\. The IRC server answers: no \(REDACT_FORBIDDEN\)\.$/u);
      assert.match(String(two), /UNKNOWN_MSGID/u);
      assert.deepEqual(more, []);
      assert.deepEqual(world.homeserver.sent.at(-1)?.content['m.mentions'], { user_ids: [CAROL] });
      assert.deepEqual(world.journal.open(), []);
    });
  }

  it('CAP-10: the reason goes with it, as one line', async () => {
    const world = await tagged();
    world.events.add(aPair({ event: eventId('$mine:hs'), author: ALICE, msgid: 'm7' }));
    world.take({ ...redaction('$mine:hs'), reason: 'spam\r\nQUIT :x' } as MatrixEvent);
    await world.quiet();
    assert.match(byTags(world)[0] ?? '', /#cats m7 spam QUIT :x$/u);
  });

  it('CAP-9, DB-10: an emoji is taken back by tags also in another life of the process; words are not kept', async () => {
    const world = await tagged();
    world.take(reaction('$1:hs'));
    world.take({ ...reaction('$2:hs'), key: 'lol' } as MatrixEvent);
    await world.quiet();
    assert.deepEqual(world.events.pairs.filter(({ kind }) => kind === 'reaction').map(({ key }) => key), ['👍', undefined]);
    await world.restart();
    world.take(aMessage({ body: aText('again') }));
    await world.quiet();
    world.take(redaction('$1:hs'));
    await world.quiet();
    assert.match(byTags(world).at(-1) ?? '', /unreact m1 👍$/u);
  });

  it('CAP-9, M2I-23: in a room of two channels each is told once, by tags or in words', async () => {
    const world = await World.of({ links: [aLink(), aLink({ channel: channelOf('#dogs') })] });
    world.network.tags = true;
    world.take(aMessage({ body: aText('first') }));
    world.take(aMessage({ id: eventId('$hello:hs'), sender: CAROL, body: aText('hello') }));
    await world.quiet();
    world.events.add(aPair());
    world.take(reaction('$1:hs'));
    await world.quiet();
    await world.clock.advance(6_000);
    await world.quiet();
    assert.equal(byTags(world).length, 1);
    assert.equal(world.heard().filter((text) => text.includes('👍')).length, 0);
    assert.equal(world.heard('#dogs').filter((text) => text.includes('👍')).length, 1);
  });

  it('CAP-8, M2I-22: a message of a thread answers what its sender saw last of it, by tags too', async () => {
    const world = await tagged();
    const answers: (string | undefined)[] = [];
    const client = world.network.clientOf(ALICE)!;
    const say = client.say.bind(client);
    client.say = (target, utterance, saying) => {
      answers.push(saying?.replyTo);
      return say(target, utterance, saying);
    };
    world.events.add(aPair({ event: eventId('$root:hs'), msgid: 'm2' }));
    world.take(aMessage({ body: aText('a'), thread: { root: eventId('$root:hs'), latest: eventId('$hello:hs') } }));
    world.take(aMessage({ body: aText('b'), thread: { root: eventId('$root:hs') } }));
    await world.quiet();
    assert.deepEqual(answers, ['m1', 'm2']);
  });

  it('CAP-10: what was said on IRC is deleted by the bot', async () => {
    const world = await tagged();
    await world.network.bot.join(CATS);
    world.take(redaction('$hello:hs'));
    await world.quiet();
    assert.deepEqual(byTags(world), [`REDACT ${world.network.bot.nick} #cats m1`]);
  });

  it('CAP-8: a reply names the msgid of its message; the same id in another channel is none', async () => {
    const world = await tagged();
    const answers: (string | undefined)[] = [];
    const client = world.network.clientOf(ALICE)!;
    const say = client.say.bind(client);
    client.say = (target, utterance, saying) => {
      answers.push(saying?.replyTo);
      saying?.msgid?.('m9');
      return say(target, utterance, saying);
    };
    world.events.add(aPair({ event: eventId('$other:hs'), target: '#dogs', msgid: 'm2' }));
    world.take(aMessage({ id: eventId('$a:hs'), body: aText('yes'), replyTo: eventId('$hello:hs') }));
    world.take(aMessage({ id: eventId('$b:hs'), body: aText('no'), replyTo: eventId('$other:hs') }));
    await world.quiet();
    assert.deepEqual(answers, ['m1', undefined]);
    assert.deepEqual((await world.events.ofEvent('$a:hs')).map(({ msgid, author, kind }) => [msgid, author, kind]), [['m9', ALICE, 'message']]);
  });
});
