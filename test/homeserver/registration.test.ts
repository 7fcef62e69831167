import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, readdirSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config, ConfigInput } from '../../src/config/config.js';
import { configFrom, worldReadable } from '../../src/config/load.js';
import { botUserId, coverage, readRegistration } from '../../src/homeserver/registration.js';
import { namespacesFor, writeRegistration } from '../../src/homeserver/registration-write.js';
import { subscriptionOf } from '../../src/homeserver/subscription.js';
import { BridgeError } from '../../src/model/errors.js';
import { parseUserId } from '../../src/model/ids.js';

type Servers = NonNullable<NonNullable<ConfigInput['ircService']>['servers']>;

function config(servers: Servers = { 'irc.example': {} }, domain = 'hs.example'): Config {
  return configFrom({ homeserver: { url: 'http://localhost:8008', domain }, ircService: { servers } });
}

const FOUR = ['m.user.registration', 'm.user.login', 'm.user.logout', 'm.user.deactivated'];
const KEYS = ['m.synthetic_events', 'uk.half-shot.msc3395.synthetic_events', 'uk.half-shot.mscXXXX.synthetic_events'];

describe('the registration', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'registration-'));
    file = join(directory, 'reg.yaml');
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const write = (more: Partial<Parameters<typeof writeRegistration>[0]> = {}): ReturnType<typeof writeRegistration> =>
    writeRegistration({ config: config(), url: 'http://localhost:8090', file, ...more });
  const faultOf = (work: () => unknown): string => {
    try {
      work();
    } catch (fault) {
      if (fault instanceof BridgeError && fault.code === 'REGISTRATION_FAULT') return fault.message;
      throw fault;
    }
    return '';
  };

  it('REG-3, AS-REG: holds all that a homeserver asks for', () => {
    write();
    const { raw, asToken, hsToken, id } = readRegistration(file);
    assert.deepEqual(Object.keys(raw), [
      'id',
      'url',
      'as_token',
      'hs_token',
      'sender_localpart',
      'rate_limited',
      'protocols',
      'de.sorunome.msc2409.push_ephemeral',
      'receive_ephemeral',
      'namespaces',
    ]);
    for (const secret of [id, asToken, hsToken]) assert.match(secret, /^[0-9a-f]{64}$/u);
    assert.equal(new Set([id, asToken, hsToken]).size, 3);
    assert.equal(raw['rate_limited'], false);
    assert.deepEqual(raw['protocols'], ['irc']);
    assert.equal(raw['receive_ephemeral'], true);
    assert.equal(raw['de.sorunome.msc2409.push_ephemeral'], true);
    assert.equal(raw['sender_localpart'], 'appservice-irc');
  });

  it('SEC-8: is for its owner alone, and leaves nothing else behind', () => {
    writeFileSync(file, '', { mode: 0o666 });
    chmodSync(file, 0o666);
    assert.match(worldReadable(file) ?? '', /can be read by every user/u);
    write();
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(worldReadable(file), undefined);
    assert.deepEqual(readdirSync(directory), ['reg.yaml']);
  });

  it('REG-5: written again it is the same, byte for byte', () => {
    write();
    const first = readFileSync(file, 'utf8');
    assert.deepEqual(write(), { kept: true, changes: [] });
    assert.equal(readFileSync(file, 'utf8'), first);
  });

  it('REG-5: the order of the configuration does not show', () => {
    const a = { mappings: { '#x': { roomIds: ['!b:c', '!a:c'] } } };
    assert.deepEqual(namespacesFor(config({ one: a, two: {} })), namespacesFor(config({ two: {}, one: a })));
  });

  it('REG-6: keeps id, tokens, the bot and what is not ours, and tells what changed', () => {
    write({ localpart: 'ircbot' });
    const before = readRegistration(file);
    writeFileSync(file, `${readFileSync(file, 'utf8')}io.element.msc4190: true\n`);
    const now = config({ 'irc.example': { dynamicChannels: { enabled: true } } });
    assert.deepEqual(write({ config: now, url: 'http://new:1' }), {
      kept: true,
      changes: ['+ aliases ^#irc_irc\\.example_.*:hs\\.example$'],
    });
    const after = readRegistration(file);
    assert.deepEqual([after.id, after.asToken, after.hsToken], [before.id, before.asToken, before.hsToken]);
    assert.deepEqual(
      [after.url, after.senderLocalpart, after.raw['io.element.msc4190']],
      ['http://new:1', 'ircbot', true],
    );
    assert.deepEqual(write().changes, ['- aliases ^#irc_irc\\.example_.*:hs\\.example$']);
  });

  it('REG-7, SYN-2: --msc3395 writes the list at the root under every key, and grants nothing', () => {
    const { namespaces } = (write(), readRegistration(file));
    assert.deepEqual(write({ msc3395: 'root' }).changes, ['+ m.synthetic_events']);
    const { raw, namespaces: after } = readRegistration(file);
    assert.deepEqual(after, namespaces);
    for (const key of KEYS) assert.deepEqual(raw[key], { events: FOUR });
    assert.match(readFileSync(file, 'utf8'), /^# It is nobody else's business/mu);
    assert.deepEqual([...subscriptionOf(raw)].sort(), ['deactivated', 'login', 'logout', 'registration']);
  });

  it('SYN-2, SEED-003f: --msc3395=namespace writes the namespace, with a warning of what it gives away elsewhere', () => {
    write({ msc3395: 'root' });
    assert.deepEqual(write({ msc3395: 'namespace' }).changes, ['+ users @.*:hs\\.example', '- m.synthetic_events']);
    const { raw } = readRegistration(file);
    const rule = (raw['namespaces'] as { users: Record<string, unknown>[] }).users.at(-1);
    assert.deepEqual([rule?.['exclusive'], rule?.['m.events'], rule?.['m.synthetic_events']], [false, false, { events: FOUR }]);
    assert.ok(!KEYS.some((key) => key in raw));
    assert.match(readFileSync(file, 'utf8'), /^# CAREFUL[^]*act as every user/mu);
    assert.equal(subscriptionOf(raw).size, 4);
    assert.deepEqual(write({ msc3395: 'root' }).changes, ['- users @.*:hs\\.example', '+ m.synthetic_events']);
  });

  it('SYN-2, SEED-003f: either shape survives being written again, with fewer types too', () => {
    for (const msc3395 of ['root', 'namespace'] as const) {
      write({ msc3395 });
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/^ *- m\.user\.login\n/gmu, ''));
      const text = readFileSync(file, 'utf8');
      assert.deepEqual(write(), { kept: true, changes: [] });
      assert.equal(readFileSync(file, 'utf8'), text);
      assert.deepEqual(write({ msc3395 }), { kept: true, changes: [] });
      assert.equal(subscriptionOf(readRegistration(file).raw).has('login'), false);
      rmSync(file);
    }
  });

  it('SYN-2: the first draft’s keys and prefixed types are read', () => {
    const old = { 'uk.half-shot.mscXXXX.synthetic_events': { events: ['uk.half-shot.mscXXXX.user.login', 'm.user.deactivation', 'm.new_user', 'x.y', 7] } };
    assert.deepEqual([...subscriptionOf(old)], ['login', 'deactivated', 'new_user']);
    assert.deepEqual([...subscriptionOf({ namespaces: { users: [7, { regex: 'x', ...old }] } })], ['login', 'deactivated', 'new_user']);
    assert.equal(subscriptionOf({ 'm.synthetic_events': { events: 'all' }, namespaces: { users: 3 } }).size, 0);
  });

  it('REG-6: --force-new-tokens makes all three anew', () => {
    write();
    const before = readRegistration(file);
    assert.equal(write({ forceNewTokens: true }).kept, false);
    const after = readRegistration(file);
    assert.notEqual(after.id, before.id);
    assert.notEqual(after.asToken, before.asToken);
    assert.notEqual(after.hsToken, before.hsToken);
  });

  it('REG-6: empty tokens of an earlier file are not kept', () => {
    writeFileSync(file, 'id: mine\nas_token: ""\nhs_token:\n');
    assert.equal(write().kept, false);
    const { id, asToken, hsToken } = readRegistration(file);
    assert.equal(id, 'mine');
    assert.ok(asToken.length === 64 && hsToken.length === 64);
  });

  const namespaces: readonly (readonly [string, Servers, string, Readonly<Record<string, readonly string[]>>])[] = [
    ['the usual templates', { 'irc.x': {} }, 'hs.x', { users: ['^@irc\\.x_.*:hs\\.x$'], aliases: [], rooms: [] }],
    [
      'dynamic channels on',
      { a: { dynamicChannels: { enabled: true, aliasTemplate: '#irc_$CHANNEL' } } },
      'hs',
      { users: ['^@a_.*:hs$'], aliases: ['^#irc_.*:hs$'], rooms: [] },
    ],
    [
      'a homeserver for one network',
      { a: { dynamicChannels: { enabled: true, aliasTemplate: '$CHANNEL' } } },
      'hs',
      { users: ['^@a_.*:hs$'], aliases: ['^#.*:hs$'], rooms: [] },
    ],
    [
      'characters that mean something in patterns',
      { 'a+b': { matrixClients: { userTemplate: '@(irc)*$NICK[x]' } } },
      'h-s.example:8448',
      { users: ['^@\\(irc\\)\\*.*\\[x\\]:h-s\\.example:8448$'], aliases: [], rooms: [] },
    ],
    [
      'mapped rooms, each once and without claim, also of version 12',
      { a: { mappings: { '#a': { roomIds: ['!x:hs', '!noDomain'] }, '#b': { roomIds: ['!x:hs'] } } } },
      'hs',
      { users: ['^@a_.*:hs$'], aliases: [], rooms: ['^!noDomain$', '^!x:hs$'] },
    ],
    [
      'two networks with the same ghosts',
      { b: { matrixClients: { userTemplate: '@i_$NICK' } }, a: { matrixClients: { userTemplate: '@i_$NICK' } } },
      'hs',
      { users: ['^@i_.*:hs$'], aliases: [], rooms: [] },
    ],
  ];
  for (const [what, servers, domain, expected] of namespaces) {
    it(`REG-4, REG-5: namespaces for ${what}`, () => {
      const { users, aliases, rooms } = namespacesFor(config(servers, domain));
      const regexes = { users, aliases, rooms };
      const found = Object.fromEntries(
        Object.entries(regexes).map(([kind, rules]) => [kind, rules.map(({ regex }) => regex)]),
      );
      assert.deepEqual(found, expected);
      assert.ok([...users, ...aliases].every(({ exclusive }) => exclusive));
      assert.ok(rooms.every(({ exclusive }) => !exclusive));
    });
  }

  it('REG-1: a wrong address or name is refused before anything is written', () => {
    assert.match(
      faultOf(() => write({ url: 'localhost:8090' })),
      /must begin with http:\/\//u,
    );
    assert.match(
      faultOf(() => write({ localpart: 'Irc Bot' })),
      /must be a local part/u,
    );
    assert.deepEqual(readdirSync(directory), []);
    assert.match(
      faultOf(() => write({ file: join(directory, 'no', 'reg.yaml') })),
      /cannot be written/u,
    );
  });

  const right = 'id: i\nurl: http://x\nas_token: a\nhs_token: b\nsender_localpart: bot\nnamespaces: {users: []}\n';
  const reads: readonly (readonly [string, string, string])[] = [
    ['no hs_token', right.replace('hs_token: b\n', ''), 'reg.yaml:1 hs_token: is required'],
    [
      'an empty as_token',
      right.replace('as_token: a', 'as_token: ""'),
      'reg.yaml:3 as_token: must not be empty: anybody could claim to be the homeserver or the bridge',
    ],
    [
      'a token of blanks',
      right.replace('hs_token: b', 'hs_token: "  "'),
      'reg.yaml:4 hs_token: must not be empty: anybody could claim to be the homeserver or the bridge',
    ],
    [
      'a number for a token',
      right.replace('hs_token: b', 'hs_token: 5'),
      'reg.yaml:4 hs_token: must be text (put it in quotes)',
    ],
    [
      'no namespaces',
      right.replace('namespaces: {users: []}\n', ''),
      'reg.yaml:1 namespaces: is required: must be a section with users, aliases and rooms',
    ],
    [
      'a namespace without a pattern',
      right.replace('[]', '[{exclusive: true}]'),
      'reg.yaml:6 namespaces.users.0: must have a regex',
    ],
    ['users that are no list', right.replace('[]', 'all'), 'reg.yaml:6 namespaces.users: must be a list'],
    ['no YAML', 'id: [', 'reg.yaml:1 '],
  ];
  for (const [what, text, fault] of reads) {
    it(`AS-REG: ${what} is refused with its line`, () => {
      writeFileSync(file, text);
      assert.ok(faultOf(() => readRegistration(file)).startsWith(`${directory}/${fault}`));
    });
  }

  it('AS-REG: all faults are told at once; a missing file is told how to make one', () => {
    writeFileSync(file, 'id: i\n');
    assert.equal(faultOf(() => readRegistration(file)).split('\n').length, 5);
    assert.match(
      faultOf(() => readRegistration(join(directory, 'none.yaml'))),
      /is not there; "causeway -r/u,
    );
  });

  describe('REG-8: what it does not cover', () => {
    it('nothing, when it was written for the configuration', () => {
      const now = config({ a: { dynamicChannels: { enabled: true } }, b: {} });
      write({ config: now });
      assert.deepEqual(coverage(readRegistration(file), now), []);
    });

    it('a network and its channels that came later', () => {
      write();
      const now = config({ 'irc.example': {}, other: { dynamicChannels: { enabled: true } } });
      assert.deepEqual(coverage(readRegistration(file), now), [
        'the registration has no users namespace for @other_Nick:hs.example (people of other): run causeway -r, restart the homeserver',
        'the registration has no aliases namespace for #irc_other_#channel:hs.example (channels of other): run causeway -r, restart the homeserver',
      ]);
    });

    it('old patterns without anchors cover, and one in a notation that is not ours is believed', () => {
      writeFileSync(file, right.replace('[]', '[{regex: "@irc.example_.*:hs.example"}]'));
      assert.deepEqual(coverage(readRegistration(file), config()), []);
      writeFileSync(file, right.replace('[]', '[{regex: "(?P<nick>@.*)"}]'));
      assert.deepEqual(coverage(readRegistration(file), config()), []);
    });

    it('a bot that is somebody else to the homeserver', () => {
      write();
      const registration = readRegistration(file);
      const id = parseUserId('@other:hs.example');
      assert.deepEqual(coverage(registration, config(), id), [
        'the homeserver says that the bot is @other:hs.example, the registration and the configuration say @appservice-irc:hs.example',
      ]);
      assert.deepEqual(coverage(registration, config(), botUserId(registration, config())), []);
    });
  });
});
