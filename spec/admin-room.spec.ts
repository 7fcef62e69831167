/** The room with the bot and its commands, on the sandbox's servers (FEATURES §20, §21; SCENARIOS S-129…S-167). */

import assert from 'node:assert/strict';
import type { MatrixPerson } from './support/people.js';
import { stage } from './support/stage.js';

const NET = '127.0.0.1';

describe('admin room', () => {
  const set = stage({
    bridge: {
      network: {
        ircClients: { nickTemplate: '$DISPLAY[m]', reconnectIntervalMs: 0, flood: false, allowNickChanges: true, userModes: 'i' },
        dynamicChannels: { enabled: true, aliasTemplate: '#irc_$CHANNEL', exclude: ['#secret'] },
        name: 'TestNet',
      },
    },
  });
  const bot = (): string => `@appservice-irc:${set.world.domain}`;

  /** A direct room with the bot. */
  const room = async (person: MatrixPerson, more: Readonly<Record<string, unknown>> = {}): Promise<string> => {
    const wish = { preset: 'trusted_private_chat', is_direct: true, invite: [bot()], ...more };
    const made = String((await person.call('POST', '/createRoom', wish)).room_id);
    await person.seesMember(bot(), 'join', made);
    return made;
  };
  /** Gives a command and waits for what the bot replies to it. */
  const order = async (person: MatrixPerson, where: string, text: string): Promise<string> => {
    const id = await person.says(where, text);
    const reply = await person.seesEvent(`a reply to ${text}`, ({ sender, content }) => {
      const relation = content['m.relates_to'] as { readonly 'm.in_reply_to'?: { readonly event_id?: string } } | undefined;
      return sender === bot() && relation?.['m.in_reply_to']?.event_id === id;
    });
    assert.equal(reply.content['msgtype'], 'm.notice');
    return String(reply.content['body']);
  };

  it('ADM-1, ADM-5, S-129, S-133: a direct invitation of the bot opens it; it greets, and helps', async () => {
    const alice = await set.people.onMatrix('alice');
    const where = await room(alice);
    await alice.sees(/Send !help/u, { room: where, from: bot() });
    assert.match(await order(alice, where, '  !HELP  '), /!join .*\n\nYour connection:\n!nick /su);
    assert.match(await order(alice, where, '!help nick'), /!nick \[network\] <new nick>/u);
    assert.match(await order(alice, where, 'steep'), /!help/u);
    assert.match(await order(alice, where, '!steep'), /!help/u);
    assert.match(await order(alice, where, '!bridgeversion\nignored'), /^This is Causeway \d/u);
    assert.match(await order(alice, where, '!active'), /active/u);
    for (const body of ['!', '']) assert.match(await order(alice, where, body), /!help/u);
    await alice.sends(where, { msgtype: 'm.notice', body: '!help' });
    await alice.sends(where, { msgtype: 'm.emote', body: '!help' });
    assert.match(await order(alice, where, '!help help'), /Shows what I can do/u);
    assert.equal(alice.messages(where).filter(({ content }) => /These are the commands/u.test(String(content['body']))).length, 1);
  });

  it('CONN-9, NICK-5: a nick that the network takes away is told, and that it is back', async () => {
    const { people, world } = set;
    const fern = await people.onMatrix('fern');
    await people.onIrc('mo', '#forced');
    await fern.says(await fern.joins(people.alias('#forced')), 'hello');
    await fern.joins((await fern.seesMember(fern.userId, 'invite')).room_id);
    await fern.sees(/You are connected to TestNet as fern\[m\]/u);
    world.ircd.operator.rename('fern[m]', 'Guest77');
    await fern.sees(/TestNet has changed your nick to Guest77\. I ask for fern\[m\] again/u, { from: bot() });
    world.ircd.operator.rename('Guest77', 'fern[m]');
    await fern.sees('You are fern[m] on TestNet again.', { from: bot() });
  });

  it('ADM-2: with a third person the bot explains and leaves', async () => {
    const ann = await set.people.onMatrix('ann');
    const ben = await set.people.onMatrix('ben');
    const where = await room(ann);
    await ann.call('POST', `/rooms/${encodeURIComponent(where)}/invite`, { user_id: ben.userId });
    await ann.sees(/one person and me alone/u, { room: where });
    await ann.seesMember(bot(), 'leave', where);
  });

  it('S-130: another invitation is left open', async () => {
    const cleo = await set.people.onMatrix('cleo');
    const open = await cleo.makesRoom({ invite: [bot()] });
    const where = await room(cleo);
    assert.match(await order(cleo, where, '!active'), /active/u);
    const members = await cleo.call('GET', `/rooms/${encodeURIComponent(open)}/joined_members`);
    assert.deepEqual(Object.keys(members.joined as object), [cleo.userId]);
  });

  it('CMD-10, NICK-7, S-131, S-135…S-142: !nick shows, changes and keeps a nick, over a reconnect and a restart', async () => {
    const { people, bridge } = set;
    const bob = await people.onIrc('bob', '#nick');
    const dora = await people.onMatrix('dora');
    const channel = await dora.joins(people.alias('#nick'));
    await dora.says(channel, 'as dora');
    await bob.sees('as dora', { from: 'dora[m]' });
    const where = await room(dora);
    assert.match(await order(dora, where, '!nick'), /You are dora\[m\] on TestNet/u);
    assert.match(await order(dora, where, '!nick green leaves'), /dora\[m\]/u);
    assert.match(await order(dora, where, '!nick bob'), /has this nick already/u);
    assert.match(await order(dora, where, '!nick ChanServ'), /service/u);
    assert.match(await order(dora, where, '!nick a,b'), /does not allow: ,/u);
    assert.match(await order(dora, where, `!nick ${NET} Oolong`), /was dora\[m\] and is Oolong now/u);
    assert.match(await order(dora, where, '!nick testnet Oolong'), /already/u);
    await dora.says(channel, 'as Oolong');
    await bob.sees('as Oolong', { from: 'Oolong' });
    await dora.call('PUT', `/profile/${encodeURIComponent(dora.userId)}/displayname`, { displayname: 'Sencha' });
    assert.match(await order(dora, where, '!reconnect'), /new connection to TestNet as Oolong/u);
    await bob.hears('QUIT', ({ text }) => /Reconnecting/u.test(text));
    await dora.says(channel, 'after reconnect');
    await bob.sees('after reconnect', { from: 'Oolong' });
    await bridge.restart();
    await dora.says(channel, 'after restart');
    await bob.sees('after restart', { from: 'Oolong' });
    assert.ok(!bob.heard.all.some(({ raw }) => /Sencha/u.test(raw)));
  });

  it('NICK-7, NICK-8, S-139: without a wish the nick follows the display name, once however many rooms', async () => {
    const { people } = set;
    const cat = await people.onIrc('cat', '#n1', '#n2');
    const eli = await people.onMatrix('eli');
    const rooms = [await eli.joins(people.alias('#n1')), await eli.joins(people.alias('#n2'))];
    for (const [n, where] of rooms.entries()) await eli.says(where, `hello ${n}`);
    await cat.sees('hello 0', { from: 'eli[m]' });
    await cat.sees('hello 1', { from: 'eli[m]' });
    await eli.call('PUT', `/profile/${encodeURIComponent(eli.userId)}/displayname`, { displayname: 'Elias' });
    await cat.hears('NICK', ({ text }) => text === 'Elias[m]');
    await eli.says(rooms[0] ?? '', 'renamed');
    await cat.sees('renamed', { from: 'Elias[m]' });
    assert.equal(cat.heard.all.filter(({ command }) => command === 'NICK').length, 1);
  });

  it('RC-1, S-163: !irc nick in a bridged room, which IRC never hears', async () => {
    const { people } = set;
    const dan = await people.onIrc('dan', '#rc');
    const fay = await people.onMatrix('fay');
    const where = await fay.joins(people.alias('#rc'));
    assert.match(await order(fay, where, '!irc nick Fayence'), /is Fayence now/u);
    assert.match(await order(fay, where, '!irc join #x'), /only "!irc nick"/u);
    await fay.says(where, 'as Fayence');
    await dan.sees('as Fayence', { from: 'Fayence' });
    assert.ok(!dan.messages.some(({ text }) => text.startsWith('!irc')));
  });

  it('CMD-3, ROOM-5, S-132, S-143, A-8: !join makes a room or invites to it, and says why not', async () => {
    const { people } = set;
    const gil = await people.onMatrix('gil');
    const where = await room(gil);
    const eve = await people.onIrc('eve', '#biscuits');
    assert.match(await order(gil, where, '!join leaves'), /!join \[network\] <#channel> \[key\]/u);
    assert.match(await order(gil, where, '!join #secret'), /not bridged here/u);
    assert.match(await order(gil, where, '!join #a,#b'), /not the name of a channel/u);
    assert.match(await order(gil, where, '!join #a "k\u0001y"'), /key is one word/u);
    assert.match(await order(gil, where, '!join 0'), /!join \[network\]/u);
    assert.match(await order(gil, where, '!join #biscuits'), /invited to the room of #biscuits/u);
    const seen = await gil.seesMember(gil.userId, 'invite');
    await gil.joins(seen.room_id);
    await gil.says(seen.room_id, 'crumbs');
    await eve.sees('crumbs', { to: '#biscuits' });
    const hue = await people.onMatrix('hue');
    const his = await room(hue);
    assert.match(await order(hue, his, '!join #biscuits'), /invited/u);
    assert.equal((await hue.seesMember(hue.userId, 'invite')).room_id, seen.room_id);
    assert.match(await order(gil, where, '!listrooms'), /#biscuits: https:\/\/matrix\.to/u);
    const op = await people.onIrc('op', '#locked');
    op.sends('MODE #locked +k sesame');
    await op.hears('MODE', ({ raw }) => raw.includes('+k'));
    assert.match(await order(gil, where, '!join #locked'), /key/u);
    assert.match(await order(gil, where, '!join #locked sesame'), /in #locked on IRC now/u);
  });

  it('CMD-6, CMD-12: !whois, and !quit until one speaks again', async () => {
    const { people } = set;
    const ivy = await people.onIrc('ivy', '#who');
    const jon = await people.onMatrix('jon');
    const where = await room(jon);
    assert.match(await order(jon, where, '!whois ivy'), /ivy on TestNet: .*@.*\n.*Channels: .*#who/su);
    assert.match(await order(jon, where, '!whois nobody'), /Nobody is called nobody/u);
    assert.match(await order(jon, where, `!whois ${jon.userId}`), /is jon\[m\] on TestNet/u);
    const channel = await jon.joins(people.alias('#who'));
    await jon.says(channel, 'bye');
    await ivy.sees('bye');
    assert.match(await order(jon, where, '!quit'), /left TestNet/u);
    await ivy.hears('QUIT', ({ from }) => from === 'jon[m]');
    await jon.seesMember(jon.userId, 'leave', channel);
    assert.match(await order(jon, where, '!quit'), /not connected/u);
    assert.match(await order(jon, where, '!listrooms'), /not connected/u);
  });

  it('PM-13: !msg says it, the answer opens a room; !query opens one before anything is said', async () => {
    const { people } = set;
    const max = await people.onIrc('max');
    const nan = await people.onMatrix('nan');
    const where = await room(nan);
    assert.match(await order(nan, where, '!msg max is the "kettle" on?'), /Said to max on TestNet/u);
    await max.sees('is the "kettle" on?', { from: 'nan[m]', to: 'max' });
    max.says('nan[m]', 'two minutes');
    await nan.joins((await nan.seesEvent('an invitation', ({ state_key, sender }) => state_key === nan.userId && sender === people.ghost('max'))).room_id);
    await nan.sees('two minutes', { from: people.ghost('max') });
    const amy = await people.onIrc('amy');
    assert.match(await order(nan, where, '!query amy'), /invited to a chat with amy/u);
    const talk = (await nan.seesEvent('an invitation', ({ state_key, sender }) => state_key === nan.userId && sender === people.ghost('amy'))).room_id;
    await nan.joins(talk);
    await nan.says(talk, 'tea?');
    await amy.sees('tea?', { from: 'nan[m]' });
  });

  it('CONN-9, CONN-10, ADM-3, PM-11: connections and services are told of, in a room that the bot opens', async () => {
    const { people, world } = set;
    const kay = await people.onMatrix('kay');
    const channel = await kay.joins(people.alias('#conn'));
    await kay.says(channel, 'hello');
    const invited = await kay.seesEvent('an invitation by the bot', ({ type, state_key, sender, content }) =>
      type === 'm.room.member' && state_key === kay.userId && sender === bot() && content['membership'] === 'invite');
    await kay.joins(invited.room_id);
    await kay.sees(/^You are connected to TestNet as kay\[m\], with modes \+\w*i\w*\.$/u, { room: invited.room_id });
    await kay.seesEvent('its name', ({ type, content }) => type === 'm.room.name' && content['name'] === 'TestNet IRC Bridge status');
    const serv = await people.onIrc('NickServ');
    serv.notices('kay[m]', 'This nick is registered.');
    await kay.sees('-NickServ- This nick is registered. (TestNet)', { room: invited.room_id });
    for (const client of world.ircd.net.clients) if (client.nick === 'kay[m]') client.close('Ping timeout');
    await kay.sees(/You are not connected to TestNet now.*Ping timeout.*I try again/u, { room: invited.room_id });
    await kay.sees(/^You are connected to TestNet as kay\[m\], with modes \+\w*i\w*\.$/u, { room: invited.room_id });
  });

  it('E2E-3: in an encrypted room the bot says so and opens a plain one', async () => {
    const lou = await set.people.onMatrix('lou');
    const state = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } };
    const where = await room(lou, { initial_state: [state] });
    await lou.sends(where, { algorithm: 'm.megolm.v1.aes-sha2', ciphertext: 'x' }, 'm.room.encrypted');
    await lou.sees(/encrypted, and I cannot read that/u, { room: where });
    const { room_id: plain } = await lou.seesMember(lou.userId, 'invite');
    await lou.joins(plain);
    assert.match(await order(lou, plain, '!active'), /active/u);
  });
});
