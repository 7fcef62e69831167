/** Who is who on either side: passwords, accounts, nicks that somebody else has or plays, old encodings. */

import assert from 'node:assert/strict';
import { bodies, Ledger } from './support/ledger.js';
import { until } from './support/look.js';
import type { MatrixPerson } from './support/people.js';
import { RawIrcd } from './support/raw-irc.js';
import type { RawPeer } from './support/raw-irc.js';
import { stage } from './support/stage.js';
import { sandboxWorld } from './support/world.js';

const SECRETS = { server: 'open-sesame-8472', bot: 'bot-secret-5519', network: 'for-all-of-us-3304' };

describe('identity', () => {
  const sasl = new RawIrcd();
  let owner: MatrixPerson;
  let mapped: string;
  const set = stage({
    world: async () => {
      const world = await sandboxWorld();
      world.ircd.knobs.serverPassword = SECRETS.server;
      return world;
    },
    bridge: async ({ ircPort }, people) => {
      sasl.caps = 'sasl=PLAIN,EXTERNAL server-time';
      const port = await sasl.start('127.0.4.1');
      owner = await people.onMatrix('owner');
      mapped = await owner.makesRoom();
      const clients = { nickTemplate: '$LOCALPART[m]', reconnectIntervalMs: 20, flood: false };
      return {
        service: {
          encodingFallback: 'ISO-8859-15',
          logging: { level: 'debug', toConsole: true },
          servers: {
            '127.0.0.1': {
              name: 'Pass', port: ircPort, ssl: false, password: SECRETS.server, ircClients: clients,
              botConfig: { enabled: true, nick: 'CausewayBot', password: SECRETS.server },
              dynamicChannels: { enabled: true, createAlias: true, aliasTemplate: '#irc_$CHANNEL' },
              matrixClients: { userTemplate: '@irc_$NICK' },
            },
            '127.0.4.1': {
              name: 'Sasl', port, ssl: false, sasl: true, password: SECRETS.network, ircClients: clients,
              botConfig: { enabled: true, nick: 'SaslBot', username: 'botaccount', password: SECRETS.bot },
              mappings: { '#sasl': { roomIds: [mapped] } },
              matrixClients: { userTemplate: '@sasl_$NICK' },
            },
          },
        },
      };
    },
  });
  sasl.answer = (peer, command, params) => {
    if (command !== 'AUTHENTICATE') return undefined;
    if (params === 'PLAIN') peer.send('AUTHENTICATE +');
    else {
      peer.send(`:raw.test 900 ${peer.nick} ${peer.nick}!u@h account :You are now logged in`);
      peer.send(`:raw.test 903 ${peer.nick} :SASL authentication successful`);
    }
    return true;
  };
  after(() => sasl.stop());
  const plain = (...parts: readonly string[]): string => `AUTHENTICATE ${Buffer.from(parts.join('\0')).toString('base64')}`;
  const peerOf = (nick: string): RawPeer | undefined => sasl.peers.find((peer) => peer.nick === nick && peer.registered);

  it('AUTH-1: everybody says the password of the network, first of all', async () => {
    const alice = await set.people.onMatrix('alice');
    set.world.ircd.knobs.serverPassword = undefined;
    const bob = await set.people.onIrc('bob', '#pass');
    set.world.ircd.knobs.serverPassword = SECRETS.server;
    const room = await alice.joins(set.people.alias('#pass'));
    await alice.says(room, 'let in');
    await bob.sees('let in', { to: '#pass' });
    for (const nick of ['CausewayBot', 'alice[m]']) {
      const lines = set.world.ircd.client(nick)?.lines ?? [];
      const at = lines.findIndex((line) => line.startsWith('PASS '));
      assert.equal(lines[at], `PASS ${SECRETS.server}`);
      assert.ok(at < lines.findIndex((line) => line.startsWith('NICK ')), lines.join('\n'));
    }
  });

  it('AUTH-9, AUTH-1: with sasl the bot logs in to its account, and people to the network\'s', async () => {
    await until('the bot is let in', () => peerOf('SaslBot') !== undefined, 20_000);
    const lines = peerOf('SaslBot')?.lines ?? [];
    assert.ok(lines.includes('AUTHENTICATE PLAIN'));
    assert.ok(lines.includes(plain('botaccount', 'botaccount', SECRETS.bot)), 'the bot says its own account');
    assert.equal(lines.some((line) => line.startsWith('PASS ')), false);
    assert.ok(lines.indexOf('CAP END') > lines.findIndex((line) => line.startsWith('AUTHENTICATE ')));
    assert.ok(lines.findIndex((line) => line.startsWith('JOIN')) > lines.indexOf('CAP END'), 'no JOIN before the account');
    await owner.seesMember('@appservice-irc:hs.test', 'join', mapped);
    await owner.says(mapped, 'with an account');
    await until('the line is said', () => peerOf('owner[m]')?.lines.includes('PRIVMSG #sasl :with an account') === true);
    assert.ok(peerOf('owner[m]')?.lines.includes(plain('owner[m]', 'owner[m]', SECRETS.network)));
  });

  it('INV-9: no password, token or SASL line is in the log, in a room or on IRC where it does not belong', async () => {
    const encoded = Object.values(SECRETS).map((secret) => Buffer.from(secret).toString('base64').slice(0, 10));
    for (const secret of [...Object.values(SECRETS), ...encoded, plain('botaccount', 'botaccount', SECRETS.bot).slice(13)]) {
      assert.equal(set.bridge.log.find((line) => line.includes(secret)), undefined, secret);
      for (const room of set.world.homeserver.house.rooms.values()) {
        for (const event of room.timeline) assert.equal(JSON.stringify(event).includes(secret), false);
      }
    }
    const talk = set.world.ircd.connections.flatMap(({ lines }) => lines).filter((line) => !line.startsWith('PASS '));
    for (const secret of Object.values(SECRETS)) assert.equal(talk.find((line) => line.includes(secret)), undefined);
  });

  it('CONN-22: lines that are not UTF-8 are read in the old encoding, others stay as they are', async () => {
    const alice = await set.people.onMatrix('anna');
    set.world.ircd.knobs.serverPassword = undefined;
    const bob = await set.people.onIrc('bert', '#old');
    set.world.ircd.knobs.serverPassword = SECRETS.server;
    const room = await alice.joins(set.people.alias('#old'));
    bob.writes(Buffer.concat([Buffer.from('PRIVMSG #old :caf'), Buffer.from([0xe9]), Buffer.from(' 5 '), Buffer.from([0xa4]), Buffer.from('\r\n')]));
    await alice.sees('café 5 €', { room });
    bob.says('#old', 'café 5 € 漢字');
    await alice.sees('café 5 € 漢字', { room });
    bob.writes(Buffer.concat([Buffer.from('PRIVMSG #old :x'), Buffer.from([0xff, 0xfe, 0x80, 0xc0]), Buffer.from('y\r\n')]));
    await alice.sees(/^x.*y$/u, { room });
  });

  it('S16, INV-1: nobody becomes one of ours: not by nick, not by what a server claims', async () => {
    const carol = await set.people.onMatrix('carol');
    set.world.ircd.knobs.serverPassword = undefined;
    const bob = await set.people.onIrc('bill', '#play');
    const mallory = await set.people.onIrc('carol', '#play');
    set.world.ircd.knobs.serverPassword = SECRETS.server;
    const room = await carol.joins(set.people.alias('#play'));
    await carol.says(room, 'I am carol');
    const heard = await bob.sees('I am carol', { to: '#play' });
    assert.notEqual(heard.from, 'carol');
    // Somebody on IRC with the name of a Matrix user is shown as the IRC user that he is.
    mallory.says('#play', 'no, I am');
    assert.equal((await carol.sees('no, I am', { room })).sender, set.people.ghost('carol'));
    // A server that claims that one of ours spoke: that line is not carried back.
    set.world.ircd.operator.sendRaw('CausewayBot', `:${heard.from}!~carol@127.0.0.1 PRIVMSG #play :forged\r\n`);
    set.world.ircd.operator.sendRaw('CausewayBot', ':CausewayBot!x@y PRIVMSG #play :forged\r\n');
    bob.says('#play', 'the end');
    await carol.sees('the end', { room });
    assert.deepEqual((await bodies(carol, room)).filter((body) => body === 'forged'), []);
    assert.equal((await bodies(carol, room)).filter((body) => body === 'I am carol').length, 1);
  });

  it('C-ORD-2: one who is still connecting holds up only himself, and his line comes when he is in', async () => {
    set.world.ircd.knobs.serverPassword = undefined;
    const bob = await set.people.onIrc('brad', '#wait');
    const [first, second] = [await set.people.onMatrix('slow'), await set.people.onMatrix('quick')];
    const room = await first.joins(set.people.alias('#wait'));
    await second.joins(room);
    await second.says(room, 'connected');
    await bob.sees('connected', { to: '#wait' });
    const ledger = new Ledger('order');
    set.world.ircd.knobs.holdWelcomes = true;
    const slow = [ledger.token('slow', 'wait'), ledger.token('slow', 'wait')];
    for (const text of slow) await first.says(room, text);
    await second.says(room, ledger.token('quick', 'wait'));
    // The welcome is still held back.
    await bob.sees(/quick:wait:0/u, { to: '#wait' });
    assert.equal(bob.messages.some(({ text }) => text === slow[0]), false);
    set.world.ircd.releaseWelcomes();
    await bob.sees(slow[1] ?? '', { to: '#wait' });
    assert.deepEqual(ledger.judge(bob.messages.map(({ text }) => text)), { sent: 3, lost: [], doubled: [], disordered: [] });
  });
});
