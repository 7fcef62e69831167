/** Private talk, both ways, on the sandbox's servers (FEATURES §19, E2E-1, 3). */

import assert from 'node:assert/strict';
import type { Delivery } from '../src/sandbox/homeserver/transactions.js';
import { until } from './support/look.js';
import type { MatrixPerson, People } from './support/people.js';
import { stage } from './support/stage.js';

const ENCRYPTION = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } };

/** A direct room of a person with a ghost, as clients make them. */
async function direct(person: MatrixPerson, ghost: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const wish = { preset: 'trusted_private_chat', is_direct: true, invite: [ghost], ...more };
  return String((await person.call('POST', '/createRoom', wish)).room_id);
}

/** The room into which somebody is invited next. */
async function invitation(person: MatrixPerson, from: string): Promise<string> {
  const seen = await person.seesEvent(
    `invitation by ${from}`,
    ({ type, state_key, sender, content }) =>
      type === 'm.room.member' && state_key === person.userId && content['membership'] === 'invite' && sender === from,
  );
  return seen.room_id;
}

/** Somebody who has spoken in a channel, so that he is on IRC. */
async function onBoth(people: People, name: string, channel: string): Promise<{ alice: MatrixPerson; room: string }> {
  const alice = await people.onMatrix(name);
  const room = await alice.joins(people.alias(channel));
  await alice.says(room, `${name} is here`);
  return { alice, room };
}

describe('private messages', () => {
  const ircClients = { nickTemplate: '$DISPLAY[m]', reconnectIntervalMs: 0, flood: false };
  const set = stage({ bridge: { network: { ircClients, sendConnectionMessages: false } } });

  it('PM-1, PM-14, SEED-004c: an IRC user writes, a room opens, and both talk there; quick lines make one room', async () => {
    const { people, world } = set;
    const bob = await people.onIrc('bob', '#pm1');
    const { alice } = await onBoth(people, 'alice', '#pm1');
    const { alice: carol } = await onBoth(people, 'carol', '#pm1');
    await bob.sees('carol is here');
    bob.says('alice[m]', 'one');
    bob.says('alice[m]', 'two');
    bob.acts('alice[m]', 'waves');
    const room = await invitation(alice, people.ghost('bob'));
    await alice.joins(room);
    await alice.sees('one', { room, from: people.ghost('bob'), msgtype: 'm.text' });
    await alice.sees('two', { room });
    await alice.sees('waves', { room, msgtype: 'm.emote' });
    await alice.says(room, 'hello bob');
    assert.equal((await bob.sees('hello bob', { to: 'bob' })).from, 'alice[m]');
    bob.notices('alice[m]', 'a notice');
    await alice.sees('a notice', { room, msgtype: 'm.notice' });
    bob.says('carol[m]', 'for carol alone');
    const hers = await invitation(carol, people.ghost('bob'));
    await carol.joins(hers);
    await carol.sees('for carol alone', { room: hers });
    assert.notEqual(hers, room);
    const said = (await alice.history(room)).filter(({ type }) => type === 'm.room.message').map(({ content }) => content['body']);
    assert.deepEqual(said, ['one', 'two', 'waves', 'hello bob', 'a notice']);
    const state = [...world.homeserver.house.rooms.values()].find(({ id }) => id === room);
    assert.equal(state?.version, '12');
    const levels = state.stateEvent('m.room.power_levels', '')?.content;
    assert.deepEqual(levels?.['users'], { [alice.userId]: 10 });
  });

  it('PM-3, PM-9, S-120: inviting a ghost begins a talk, before the person is on IRC, however the nick is written', async () => {
    const { people } = set;
    const dan = await people.onIrc('Dan');
    const erin = await people.onMatrix('erin');
    const room = await direct(erin, people.ghost('Dan'));
    await erin.seesMember(people.ghost('Dan'), 'join', room);
    await erin.says(room, 'psst');
    assert.equal((await dan.sees('psst', { to: 'Dan' })).from, 'erin[m]');
    dan.says('erin[m]', 'yes?');
    await erin.sees('yes?', { room, from: people.ghost('Dan') });
  });

  it('PM-5, S-121: an invitation that is not direct is refused in words, and nothing said there reaches IRC', async () => {
    const { people } = set;
    const fay = await people.onIrc('fay');
    const gus = await people.onMatrix('gus');
    const room = await gus.makesRoom({ invite: [people.ghost('fay')] });
    await gus.sees(/group chat/u, { room, from: people.ghost('fay') });
    const left = await gus.seesMember(people.ghost('fay'), 'leave', room);
    assert.match(String(left.content['reason']), /group chat/iu);
    await gus.says(room, 'not for irc');
    const own = await direct(gus, people.ghost('fay'));
    await gus.seesMember(people.ghost('fay'), 'join', own);
    await gus.says(own, 'for irc');
    await fay.sees('for irc');
    assert.ok(!fay.messages.some(({ text }) => text === 'not for irc'));
    const hal = await people.onMatrix('hal');
    await gus.call('POST', `/rooms/${encodeURIComponent(own)}/invite`, { user_id: hal.userId });
    await gus.sees(/Three cannot talk in private/u, { room: own });
    await gus.seesMember(people.ghost('fay'), 'leave', own);
  });

  it('PM-6: nobody of that name, and away, are told in the room, once', async () => {
    const { people } = set;
    const ian = await people.onMatrix('ian');
    const room = await direct(ian, people.ghost('nobody'));
    await ian.seesMember(people.ghost('nobody'), 'join', room);
    const id = await ian.says(room, 'are you there?');
    const told = await ian.sees(/not delivered to nobody.*Nobody has this name/u, { room, msgtype: 'm.notice' });
    assert.equal(told.sender, people.ghost('nobody'));
    assert.deepEqual(told.content['m.relates_to'], { 'm.in_reply_to': { event_id: id } });
    const jan = await people.onIrc('jan');
    jan.sends('AWAY :at lunch');
    await jan.hears('306');
    const hers = await direct(ian, people.ghost('jan'));
    await ian.seesMember(people.ghost('jan'), 'join', hers);
    await ian.says(hers, 'hello');
    await ian.sees(/jan is away: at lunch/u, { room: hers });
    await ian.says(hers, 'hello again');
    await jan.sees('hello again');
    jan.says('ian[m]', 'back');
    await ian.sees('back', { room: hers });
    assert.equal(ian.messages(hers).filter(({ content }) => /is away/u.test(String(content['body']))).length, 1);
  });

  it('E2E-1, E2E-3, M2I-11: in an encrypted room the ghost says so and invites to a plain one, where the talk goes on', async () => {
    const { people } = set;
    const kim = await people.onIrc('kim');
    const lea = await people.onMatrix('lea');
    const room = await direct(lea, people.ghost('kim'), { initial_state: [ENCRYPTION] });
    await lea.seesMember(people.ghost('kim'), 'join', room);
    for (const ciphertext of ['x', 'y']) {
      await lea.sends(room, { algorithm: 'm.megolm.v1.aes-sha2', ciphertext, session_id: 'x' }, 'm.room.encrypted');
    }
    await lea.sees(/encrypted, and IRC cannot read that/u, { room });
    const plain = await invitation(lea, people.ghost('kim'));
    await lea.joins(plain);
    await lea.says(plain, 'in the open');
    assert.equal((await kim.sees('in the open')).from, 'lea[m]');
    kim.says('lea[m]', 'much better');
    await lea.sees('much better', { room: plain });
    assert.equal(lea.messages(room).filter(({ sender }) => sender === people.ghost('kim')).length, 1);
    assert.equal(kim.messages.length, 1);
  });

  it('PM-8, MEM-19: the talk follows a change of nick', async () => {
    const { people } = set;
    const max = await people.onIrc('max', '#pm8');
    const { alice: nan } = await onBoth(people, 'nan', '#pm8');
    await max.sees('nan is here');
    max.says('nan[m]', 'as max');
    const room = await invitation(nan, people.ghost('max'));
    await nan.joins(room);
    await nan.sees('as max', { room });
    max.sends('NICK mex');
    max.says('nan[m]', 'as mex');
    await nan.sees(/max is now called mex/u, { room });
    await nan.sees('as mex', { room, from: people.ghost('mex') });
    await nan.says(room, 'hello mex');
    await max.sees('hello mex', { to: 'mex' });
  });

  it('PM-2: who has left the room is invited again when the nick writes', async () => {
    const { people, world } = set;
    const oz = await people.onIrc('oz', '#pm2');
    const { alice: pia } = await onBoth(people, 'pia', '#pm2');
    await oz.sees('pia is here');
    oz.says('pia[m]', 'first');
    const room = await invitation(pia, people.ghost('oz'));
    await pia.joins(room);
    await pia.sees('first', { room });
    await pia.leaves(room);
    const { event_id: left } = await pia.seesMember(pia.userId, 'leave', room);
    const taken = ({ status, events }: Delivery): boolean => status === 200 && events.some((event) => event['event_id'] === left);
    await until('the bridge knows', () => world.homeserver.deliveries(world.service).some(taken));
    oz.says('pia[m]', 'second');
    assert.equal(await invitation(pia, people.ghost('oz')), room);
    await pia.joins(room);
    await pia.sees('second', { room });
  });

  it('PM-12: who writes to the bot is told what it is, and no room opens', async () => {
    const { people } = set;
    const quin = await people.onIrc('quin');
    quin.says('CausewayBot', 'help');
    assert.equal((await quin.sees(/bridge between IRC and Matrix/u)).command, 'NOTICE');
  });

  it('S10: the room says when the nick writes from another address', async () => {
    const { people, world } = set;
    const ray = await people.onIrc('ray', '#s10');
    const { alice: sue } = await onBoth(people, 'sue', '#s10');
    await ray.sees('sue is here');
    ray.says('sue[m]', 'it is me');
    const room = await invitation(sue, people.ghost('ray'));
    await sue.joins(room);
    await sue.sees('it is me', { room });
    await ray.quits();
    const mallory = new (ray.constructor as new (nick: string) => typeof ray)('ray');
    mallory.dials(world.ircPort);
    mallory.sends('NICK ray');
    mallory.sends('USER mallory 0 * :x');
    await mallory.hears('001');
    mallory.says('sue[m]', 'give me your password');
    await sue.sees(/another address now.*may be another person/u, { room });
    await sue.sees('give me your password', { room });
    await mallory.quits();
  });

  it('S9: who opens too many rooms is stopped, and told', async () => {
    const { people } = set;
    const eve = await people.onIrc('eve', '#flood');
    const channel = people.alias('#flood');
    const names = Array.from({ length: 11 }, (_, n) => `v${String.fromCharCode(97 + n)}`);
    for (const name of names) {
      const victim = await people.onMatrix(name);
      await victim.says(await victim.joins(channel), `${name} is here`);
      await eve.sees(`${name} is here`);
    }
    for (const name of names) eve.says(`${name}[m]`, 'buy this');
    assert.match((await eve.sees(/Too many private talks/u)).text, /not delivered/u);
    assert.equal(eve.messages.filter(({ text }) => /Too many/u.test(text)).length, 1);
  });

  it('F2: the room is there after a restart, and what was said before it comes no second time', async () => {
    const { people, bridge } = set;
    const tim = await people.onIrc('tim', '#pmr');
    const { alice: una, room: channel } = await onBoth(people, 'una', '#pmr');
    await tim.sees('una is here');
    tim.says('una[m]', 'before');
    const room = await invitation(una, people.ghost('tim'));
    await una.joins(room);
    await una.sees('before', { room });
    await bridge.restart();
    await una.says(channel, 'back');
    await tim.sees('back');
    tim.says('una[m]', 'after');
    await una.sees('after', { room });
    await una.says(room, 'still here');
    await tim.sees('still here', { to: 'tim' });
    const said = (await una.history(room)).filter(({ type }) => type === 'm.room.message').map(({ content }) => content['body']);
    assert.deepEqual(said, ['before', 'after', 'still here']);
  });
});
