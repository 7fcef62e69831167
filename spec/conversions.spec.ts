/** How messages look on the other side, told by people on the sandbox's servers (FEATURES §12–15, INV-6, A-9, A-10). */

import assert from 'node:assert/strict';
import type { MatrixPerson } from './support/people.js';
import { stage } from './support/stage.js';
import { sandboxWorld } from './support/world.js';

const HTML = 'org.matrix.custom.html';
const reply = (id: string, body: string): Record<string, unknown> => ({ msgtype: 'm.text', body, 'm.relates_to': { 'm.in_reply_to': { event_id: id } } });
const edit = (id: string, body: string): Record<string, unknown> => ({
  msgtype: 'm.text',
  body: `* ${body}`,
  'm.new_content': { msgtype: 'm.text', body },
  'm.relates_to': { rel_type: 'm.replace', event_id: id },
});
const reaction = (id: string, key: string): Record<string, unknown> => ({ 'm.relates_to': { rel_type: 'm.annotation', event_id: id, key } });

describe('conversions', () => {
  const set = stage({
    // Without tags: what they can say is said in words.
    world: () => sandboxWorld({ ircd: { profile: 'ngircd' } }),
    bridge: {
      network: { sendConnectionMessages: false, topicAuthority: 'irc' },
      service: { matrixHandler: { shortReplyTresholdSeconds: 300, redactions: 'notice' }, perRoomConfig: { enabled: true } },
    },
  });
  const onBoth = async (name: string, channel: string): Promise<{ person: MatrixPerson; room: string }> => {
    const person = await set.people.onMatrix(name);
    const room = await person.joins(set.people.alias(channel));
    await person.says(room, `${name} is here`);
    return { person, room };
  };

  it('M2I-12, 15, 17, 22, S-023, S-029, S-044: replies, threads and edits', async () => {
    const bob = await set.people.onIrc('bob', '#talk');
    const { person: alice, room } = await onBoth('alice', '#talk');
    await bob.sees('alice is here');
    bob.says('#talk', 'the tea is ready');
    const tea = await alice.sees('the tea is ready', { room });
    await alice.sends(room, reply(tea.event_id, '> <@x:y> something invented\n\nlovely'));
    await bob.sees('bob: lovely', { to: '#talk' });
    const id = await alice.says(room, 'the kettle is cold now, come');
    await bob.sees('the kettle is cold now, come');
    await alice.sends(room, edit(id, 'the kettle is hot now, come'));
    await bob.sees('s/cold/hot/', { to: '#talk' });
    const thread = { rel_type: 'm.thread', event_id: tea.event_id, is_falling_back: true, 'm.in_reply_to': { event_id: tea.event_id } };
    await alice.sends(room, { msgtype: 'm.text', body: 'me too', 'm.relates_to': thread });
    await bob.sees('bob: me too', { to: '#talk' });
    assert.deepEqual(bob.messages.filter(({ text }) => /invented/u.test(text)), []);
  });

  it('M2I-33, I2M-7, S-076: pills are nicks there, and nicks are pills here', async () => {
    const carl = await set.people.onIrc('carl', '#names');
    const { person: nora, room } = await onBoth('nora', '#names');
    const { from: nick } = await carl.sees('nora is here');
    carl.says('#names', 'hello');
    await nora.sees('hello', { room });
    const pill = `<a href="https://matrix.to/#/${set.people.ghost('carl')}">carl (IRC)</a>`;
    await nora.sends(room, { msgtype: 'm.text', body: 'carl (IRC) hi', format: HTML, formatted_body: `${pill} hi` });
    await carl.sees('carl: hi', { to: '#names' });
    carl.says('#names', `${nick}: tea?`);
    const seen = await nora.sees(`${nick}: tea?`, { room });
    assert.deepEqual(seen.content['m.mentions'], { user_ids: [nora.userId] });
    assert.match(String(seen.content.formatted_body), /^<a href="https:\/\/matrix\.to\/#\/@nora:hs\.test">/u);
  });

  it('A-10, INV-6, S-033: who came later is not told what was said before, also after a restart of the bridge', async () => {
    const dan = await set.people.onIrc('dan', '#past');
    const { person: erin, room } = await onBoth('erin', '#past');
    await dan.sees('erin is here');
    const secret = await erin.says(room, 'the secret word');
    await dan.sees('the secret word');
    const { person: mallory } = await onBoth('mallory', '#past');
    await dan.sees('mallory is here');
    await mallory.sends(room, reply(secret, 'first try'));
    await dan.sees('first try', { to: '#past' });
    await set.bridge.restart();
    await mallory.sends(room, reply(secret, 'second try'));
    await dan.sees('second try', { to: '#past' });
    await erin.sends(room, edit(secret, 'the secret word is out'));
    await dan.sees('* the secret word is out', { to: '#past' });
    await erin.sends(room, reply(secret, 'nobody else knows'));
    await dan.sees('nobody else knows', { to: '#past' });
    const said = dan.messages.map(({ text }) => text).filter((text) => /try/u.test(text));
    assert.deepEqual(said, ['first try', 'second try']);
  });

  it('M2I-23, M2I-25: a reaction and a deletion are told', async () => {
    const fay = await set.people.onIrc('fay', '#signs');
    const { person: gus, room } = await onBoth('gus', '#signs');
    const { from: nick } = await fay.sees('gus is here');
    fay.says('#signs', 'cake for all');
    const cake = await gus.sees('cake for all', { room });
    await gus.sends(room, reaction(cake.event_id, '🎂'), 'm.reaction');
    assert.equal((await fay.sees('+🎂 to fay: "cake for all"', { to: '#signs' })).command, 'NOTICE');
    const id = await gus.says(room, 'all mine');
    await fay.sees('all mine');
    await gus.call('PUT', `/rooms/${encodeURIComponent(room)}/redact/${encodeURIComponent(id)}/r1`, {});
    assert.equal((await fay.sees('deleted a message: "all mine"', { to: '#signs' })).from, nick);
  });

  it('I2M-18, S-063: the topic of a portal follows its channel', async () => {
    const hal = await set.people.onIrc('hal', '#themes');
    const { person: ida, room } = await onBoth('ida', '#themes');
    await hal.sees('ida is here');
    hal.sends('TOPIC #themes :\x02Fresh\x02 scones');
    const topic = await ida.seesEvent('the topic', ({ type, content }) => type === 'm.room.topic' && content['topic'] === 'Fresh scones');
    assert.equal(topic.room_id, room);
  });

  it('M2I-9, S-054: and the channel follows its portal; refused, who wanted it is told', async () => {
    const lea = await set.people.onIrc('lea', '#follow');
    const { person: mia, room } = await onBoth('mia', '#follow');
    const { from: nick } = await lea.sees('mia is here');
    const found = [...set.world.homeserver.house.rooms.values()].find(({ id }) => id === room);
    assert.ok(found);
    const sets = (text: string): unknown =>
      set.world.homeserver.house.append(found, { type: 'm.room.topic', sender: mia.userId, stateKey: '', content: { topic: text } });
    lea.sends('MODE #follow -t');
    await lea.hears('MODE');
    sets('Teas of the week');
    assert.equal((await lea.hears('TOPIC')).from, nick);
    lea.sends('MODE #follow +t');
    await lea.hears('MODE');
    sets('Coffee');
    await mia.sees(/The topic of #follow .* was not changed\. Only operators .* the channel again/u, { room, msgtype: 'm.notice' });
    // `topicAuthority: irc`.
    await mia.seesEvent('the topic of before', ({ type, sender, content }) => type === 'm.room.topic' && sender !== mia.userId && content['topic'] === 'Teas of the week');
  });

  it('M2I-42, INV-1: the bot says what somebody of another bridge says, under the name, and nothing comes back', async () => {
    const pam = await set.people.onIrc('pam', '#others');
    const { person: quin, room } = await onBoth('quin', '#others');
    await pam.sees('quin is here');
    const far = await set.people.onMatrix('_discord_77');
    await far.joins(set.people.alias('#others'));
    await far.says(room, 'hello\nall');
    const [first, second] = [await pam.sees(/discord_77> hello$/u, { to: '#others' }), await pam.sees(/discord_77> all$/u, { to: '#others' })];
    assert.equal(first.from, second.from);
    pam.says('#others', 'hello yourself');
    await quin.sees('hello yourself', { room });
    assert.deepEqual(quin.messages(room).filter(({ content }) => /discord_77> /u.test(JSON.stringify(content))), []);
  });

  it('RC-3, RC-4, FMT-9: a room has its own ways, from the next message on', async () => {
    const jan = await set.people.onIrc('jan', '#ways');
    const { person: kim, room } = await onBoth('kim', '#ways');
    await jan.sees('kim is here');
    const bold = { msgtype: 'm.text', body: 'x', format: HTML, formatted_body: 'so <b>bold</b>' };
    await kim.sends(room, bold);
    await jan.sees(/^so \x02bold/u, { to: '#ways' });
    const state = [...set.world.homeserver.house.rooms.values()].find(({ id }) => id === room);
    assert.ok(state);
    const [sender = ''] = state.creators;
    set.world.homeserver.house.append(state, { type: 'org.matrix.appservice-irc.config', sender, stateKey: '', content: { formatting: 'markdown' } });
    for (let times = 0; times < 100 && !jan.messages.some(({ text }) => text === 'so **bold**'); times++) {
      await kim.sends(room, bold);
      await jan.sees(/^so (?:\x02|\*\*)bold/u, { to: '#ways' });
    }
    assert.equal(jan.messages.at(-1)?.text, 'so **bold**');
  });
});
