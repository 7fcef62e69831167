import assert from 'node:assert/strict';
import { configFrom } from '../../src/config/load.js';
import { faultsOf, read, withNetwork } from './read.js';

const net = 'ircService.servers."irc.example"';
const service = (yaml: string): string => withNetwork('{}', `  ${yaml}\n`);

/** What is written, and every line of complaint. */
const faults: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'an empty file',
    '',
    [
      'c.yaml:1 homeserver.url: is required: must be an http:// or https:// address',
      'c.yaml:1 homeserver.domain: is required: must be the domain of Matrix ids, such as example.com',
      'c.yaml:1 ircService.servers: must hold at least one network',
    ],
  ],
  [
    'no networks',
    'homeserver: {url: "http://x", domain: x}\nircService:\n  servers: {}\n',
    ['c.yaml:3 ircService.servers: must hold at least one network'],
  ],
  ['a key that comes twice', 'homeserver:\n  url: a\n  url: b\n', ['c.yaml:3 the key url stands twice in its section']],
  ['a tab', 'homeserver:\n\turl: a\n', ['c.yaml:2 tab characters must not be used in indentation; use blanks in front of keys']],
  [
    'a quote that is not closed',
    'homeserver:\n  url: "a\n  domain: b\n',
    ['c.yaml:3 deficient indentation; a quote, [ or { before it may not be closed'],
  ],
  [
    'a colon in a text without quotes',
    'homeserver:\n  url: a: b\n',
    ['c.yaml:2 bad indentation of a mapping entry; look for a quote that is not closed, a value with ": " in it that needs quotes, or lines that should begin in the same column'],
  ],
  [
    'a channel that a comment has swallowed',
    withNetwork('{mappings: {roomIds: ["!a:x"]}}'),
    [`c.yaml:4 ${net}.mappings.roomIds: must be a channel name in quotes, such as "#help", without spaces and commas`],
  ],
  ['a list', '- a\n', ['c.yaml:1 must be a section (lines of "key: value")']],
  [
    'a word for a number',
    withNetwork('{ircClients: {lineLimit: three}}'),
    [`c.yaml:4 ${net}.ircClients.lineLimit: must be a whole number of at least 1, got "three"`],
  ],
  [
    'zero lines',
    withNetwork('{ircClients: {lineLimit: 0}}'),
    [`c.yaml:4 ${net}.ircClients.lineLimit: must be a whole number of at least 1, got 0`],
  ],
  [
    'half a port',
    withNetwork('{port: 66.97}'),
    [`c.yaml:4 ${net}.port: must be a whole number from 1 to 65535, got 66.97`],
  ],
  ['a word for a flag', withNetwork('{ssl: yes}'), [`c.yaml:4 ${net}.ssl: must be true or false, got "yes"`]],
  ['a number for a text', withNetwork('{name: 5}'), [`c.yaml:4 ${net}.name: must be text (put it in quotes), got 5`]],
  [
    'a password that is a number, which is not shown',
    withNetwork('{password: 12345}'),
    [`c.yaml:4 ${net}.password: must be text (put it in quotes)`],
  ],
  [
    'no word of the list',
    withNetwork('{dynamicChannels: {joinRule: knock}}'),
    [`c.yaml:4 ${net}.dynamicChannels.joinRule: must be one of public, invite, got "knock"`],
  ],
  [
    'a text for a list',
    withNetwork('{additionalAddresses: irc2.example}'),
    [`c.yaml:4 ${net}.additionalAddresses: must be a list (lines of "- item" below it, or []), got "irc2.example"`],
  ],
  [
    'a text for a section',
    withNetwork('{botConfig: bot}'),
    [`c.yaml:4 ${net}.botConfig: must be a section (lines of "key: value" below it), got "bot"`],
  ],
  [
    'a regular expression that is none',
    withNetwork('{excludedUsers: [{regex: "@("}]}'),
    [
      `c.yaml:4 ${net}.excludedUsers[0].regex: must be a regular expression; ` +
        'Invalid regular expression: /@(/: Unterminated group, got "@("',
    ],
  ],
  [
    'CFG-11: only other addresses, and none given',
    withNetwork('{onlyAdditionalAddresses: true}'),
    [`c.yaml:4 ${net}.onlyAdditionalAddresses: needs additionalAddresses, which is empty`],
  ],
  [
    'ROOM-15: an alias template without its channel',
    withNetwork('{dynamicChannels: {aliasTemplate: "#irc_"}}'),
    [
      `c.yaml:4 ${net}.dynamicChannels.aliasTemplate: must start with # and hold $CHANNEL, or be just $CHANNEL, got "#irc_"`,
    ],
  ],
  [
    'ROOM-15: an alias template without #',
    withNetwork('{dynamicChannels: {aliasTemplate: "irc_$CHANNEL"}}'),
    [
      `c.yaml:4 ${net}.dynamicChannels.aliasTemplate: must start with # and hold $CHANNEL, or be just $CHANNEL, got "irc_$CHANNEL"`,
    ],
  ],
  [
    'GHOST-1: a user template without @',
    withNetwork('{matrixClients: {userTemplate: "irc_$NICK"}}'),
    [`c.yaml:4 ${net}.matrixClients.userTemplate: must start with @ and hold $NICK, got "irc_$NICK"`],
  ],
  [
    'GHOST-1: a user template without its nick',
    withNetwork('{matrixClients: {userTemplate: "@irc_"}}'),
    [`c.yaml:4 ${net}.matrixClients.userTemplate: must start with @ and hold $NICK, got "@irc_"`],
  ],
  [
    'NICK-1: a nick template without a variable',
    withNetwork('{ircClients: {nickTemplate: "bob"}}'),
    [`c.yaml:4 ${net}.ircClients.nickTemplate: must hold $DISPLAY, $LOCALPART or $USERID, got "bob"`],
  ],
  [
    'REAL-1: a realname format that is none',
    withNetwork('{ircClients: {realnameFormat: "name"}}'),
    [
      `c.yaml:4 ${net}.ircClients.realnameFormat: must be mxid, reverse-mxid, or text with $DISPLAY, $LOCALPART or $USERID, got "name"`,
    ],
  ],
  [
    'CFG-73: pacing that is nonsense',
    withNetwork('{ircClients: {flood: fast}}'),
    [`c.yaml:4 ${net}.ircClients.flood: must be false, or a section with burst and perSecond, got "fast"`],
  ],
  [
    'CFG-73: pacing that stands still',
    withNetwork('{ircClients: {flood: {perSecond: 0}}}'),
    [`c.yaml:4 ${net}.ircClients.flood.perSecond: must be a number above 0, got 0`],
  ],
  [
    'IP-1: a prefix that no address begins with',
    withNetwork('{ircClients: {ipv6: {prefix: "2001:db8"}}}'),
    [`c.yaml:4 ${net}.ircClients.ipv6.prefix: must be the beginning of an IPv6 address, such as 2001:db8:85a3::`],
  ],
  [
    'IP-2: a block used twice',
    withNetwork('{ircClients: {ipv6: {blocks: [{homeserver: a, startFrom: "1"}, {homeserver: A, startFrom: "2"}]}}}'),
    [`c.yaml:4 ${net}.ircClients.ipv6.blocks: must not use homeserver "a" twice`],
  ],
  [
    'ROOM-6: mappings of every wrong kind, all told',
    withNetwork(
      [
        '',
        '      mappings:',
        '        "nochannel": {roomIds: ["!a:b"]}',
        '        "#a b": {roomIds: ["!a:b"]}',
        '        "#empty": {roomIds: []}',
        '        "#none": {}',
        '        "#bad": {roomIds: ["#alias:b"]}',
        '        "#twice": {roomIds: ["!a:b", "!a:b"]}',
        '        "#key": {roomIds: ["!a:b"], key: "a b"}',
        '        "#old": ["!a:b", "nothing"]',
      ].join('\n'),
    ),
    [
      `c.yaml:6 ${net}.mappings.nochannel: must be a channel name in quotes, such as "#help", without spaces and commas`,
      `c.yaml:7 ${net}.mappings."#a b": must be a channel name in quotes, such as "#help", without spaces and commas`,
      `c.yaml:8 ${net}.mappings."#empty".roomIds: must name at least one room, got an empty list`,
      `c.yaml:9 ${net}.mappings."#none".roomIds: is required: must be a list (lines of "- item" below it, or [])`,
      `c.yaml:10 ${net}.mappings."#bad".roomIds[0]: must be a room id, such as !abc:example.com, got "#alias:b"`,
      `c.yaml:11 ${net}.mappings."#twice".roomIds: must not name a room twice, got a list`,
      `c.yaml:12 ${net}.mappings."#key".key: must have no spaces or commas`,
      `c.yaml:13 ${net}.mappings."#old"[1]: must be a room id, such as !abc:example.com, got "nothing"`,
    ],
  ],
  [
    'names of networks that would break commands',
    'homeserver: {url: "http://x", domain: x}\nircService:\n  servers:\n    "a b": {}\n    "a/b": {}\n    "a\\tb": {}\n',
    [4, 5, 6].map(
      (line) =>
        `c.yaml:${line} ircService.servers.${['"a b"', '"a/b"', '"a\\tb"'][line - 4] ?? ''}: ` +
        'the name of a network must have no spaces, control characters, or any of / , # ! @',
    ),
  ],
  [
    'DB-1: an engine and an address that do not go together',
    withNetwork('{}', 'database: {engine: postgres, connectionString: "nedb://data"}\n'),
    [
      'c.yaml:5 database.connectionString: must begin with the engine: nedb://DIRECTORY for nedb, postgres://… for postgres',
    ],
  ],
  [
    'an unknown engine',
    withNetwork('{}', 'database: {engine: mysql}\n'),
    ['c.yaml:5 database.engine: must be one of nedb, postgres, got "mysql"'],
  ],
  [
    'POOL-1: a pool without Redis',
    withNetwork('{}', 'connectionPool: {}\n'),
    ['c.yaml:5 connectionPool.redisUrl: is required: must be a redis:// address'],
  ],
  [
    'CFG-45: an address that is no text',
    service('ident: {enabled: true, address: 5}'),
    ['c.yaml:5 ircService.ident.address: must be text (put it in quotes), got 5'],
  ],
  [
    'CFG-47: an unknown level',
    service('logging: {level: loud}'),
    ['c.yaml:5 ircService.logging.level: must be one of debug, info, warn, error, got "loud"'],
  ],
  [
    'CFG-48: ages without a unit',
    service('metrics: {remoteUserAgeBuckets: ["1h", "2"]}'),
    ['c.yaml:5 ircService.metrics.remoteUserAgeBuckets[1]: must be a number and h, d or w, such as 1d, got "2"'],
  ],
  [
    'CFG-53: a listener without a port',
    service('provisioning: {http: {host: "::"}}'),
    ['c.yaml:5 ircService.provisioning.http.port: is required: must be a whole number from 1 to 65535'],
  ],
  [
    'CFG-54: a range that is none',
    service('provisioning: {openIdDisallowedIpRanges: ["localhost"]}'),
    [
      'c.yaml:5 ircService.provisioning.openIdDisallowedIpRanges[0]: must be a range of addresses, such as 10.0.0.0/8, got "localhost"',
    ],
  ],
  [
    'CFG-61: a switch with three positions',
    service('ircHandler: {mapIrcMentionsToMatrix: true}'),
    ['c.yaml:5 ircService.ircHandler.mapIrcMentionsToMatrix: must be one of on, off, force-off, got true'],
  ],
  [
    'ADM-14: a permission that is none',
    service('permissions: {"@a:b": owner}'),
    ['c.yaml:5 ircService.permissions."@a:b": must be one of admin, user, commands, relay, block, got "owner"'],
  ],
  [
    'SYN-1: a reaction that is none',
    service('syntheticEvents: {onLogout: explode}'),
    ['c.yaml:5 ircService.syntheticEvents.onLogout: must be one of none, away, disconnect, got "explode"'],
  ],
  [
    'a variable that is not set',
    withNetwork('{password: "${NO_SUCH}"}'),
    [
      `c.yaml:4 ${net}.password: names the variable NO_SUCH, which is not set ($\${NO_SUCH} stands for the characters as such)`,
    ],
  ],
  [
    'faults of several kinds at once, in the order of their lines, and what is misspelt',
    'homeserver: {url: ftp://x, domain: x}\nircService:\n  servers:\n    c: 5\n    "a b": {onlyAdditionalAddresses: true}\n' +
      '  logging: {levle: debug, maxFiles: -1}\n',
    [
      'c.yaml:1 homeserver.url: must be an http:// or https:// address, got "ftp://x"',
      'c.yaml:4 ircService.servers.c: must be a section (lines of "key: value" below it), got 5',
      'c.yaml:5 ircService.servers."a b": the name of a network must have no spaces, control characters, or any of / , # ! @',
      'c.yaml:5 ircService.servers."a b".onlyAdditionalAddresses: needs additionalAddresses, which is empty',
      'c.yaml:6 ircService.logging.maxFiles: must be a whole number of at least 0, got -1',
      'c.yaml:6 ircService.logging.levle: is not a key known here; did you mean level?',
    ],
  ],
];

/** What is written, and every warning. */
const warnings: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'INV-10: an icon on the web, as the predecessor took it',
    withNetwork('{icon: "https://example.com/hash.png"}'),
    [`c.yaml:4 ${net}.icon: is no mxc:// address of a picture, so nobody can be shown it`],
  ],
  ['nothing odd', withNetwork(), []],
  [
    'CLI-3: a misspelt key, with what it may have been',
    withNetwork('{ircClients: {lineLimt: 5}}'),
    [`c.yaml:4 ${net}.ircClients.lineLimt: is not a key known here; did you mean lineLimit?`],
  ],
  [
    'CLI-3: a key that is like none',
    withNetwork('{}', 'somethingElse: 5\n'),
    ['c.yaml:5 somethingElse: is not a key known here; it does nothing'],
  ],
  [
    'AS-2: a limit below that of homeservers',
    withNetwork('{}', 'advanced: {maxTxnSize: 10000000}\n'),
    ['c.yaml:5 advanced.maxTxnSize: 10000000 is less than a homeserver may send; 16777216 is in force'],
  ],
  [
    'CONN-22: an encoding without a decoder',
    service('encodingFallback: EBCDIC'),
    [
      'c.yaml:5 ircService.encodingFallback: no decoder for "EBCDIC"; what is not UTF-8 will show replacement characters',
    ],
  ],
  [
    'S-316: an encoding in which no line of IRC could be',
    service('encodingFallback: utf16le'),
    [
      'c.yaml:5 ircService.encodingFallback: no decoder for "utf16le"; what is not UTF-8 will show replacement characters',
    ],
  ],
  [
    'CONN-3: an option of tls.connect that is ours',
    withNetwork('{tlsOptions: {rejectUnauthorized: false}}'),
    [
      `c.yaml:4 ${net}.tlsOptions.rejectUnauthorized: is not obeyed; set sslselfsign or allowExpiredCerts for what is to be accepted`,
    ],
  ],
  [
    'CONN-3, INV-10: an option of tls.connect that does not exist',
    withNetwork('{tlsOptions: {servername: irc.example.org, servernam: irc.example.org}}'),
    [
      `c.yaml:4 ${net}.tlsOptions.servernam: is not obeyed; those that are: ALPNProtocols, ca, cert, ciphers, crl, dhparam, ecdhCurve, key, maxVersion, minDHSize, minVersion, passphrase, pfx, privateKeyEngine, privateKeyIdentifier, secureOptions, secureProtocol, servername, sigalgs`,
    ],
  ],
  ['CONN-22: an encoding in the way of iconv', service('encodingFallback: CP1251//TRANSLIT'), []],
  [
    'two networks with the same ghosts',
    'homeserver: {url: "http://x", domain: x}\nircService:\n  servers:\n' +
      '    a: {matrixClients: {userTemplate: "@irc_$NICK"}}\n    b: {matrixClients: {userTemplate: "@irc_$NICK"}}\n',
    [
      'c.yaml:5 ircService.servers.b.matrixClients.userTemplate: makes the same Matrix users as "a"; put $SERVER into one of them',
    ],
  ],
  [
    'an unusual name of a network',
    'homeserver: {url: "http://x", domain: x}\nircService:\n  servers:\n    büro: {}\n',
    [
      'c.yaml:4 ircService.servers."büro": an unusual name for a network; letters, digits, dots and hyphens are safe everywhere',
    ],
  ],
  [
    'CONN-7: a ping that comes too late',
    withNetwork('{ircClients: {pingRateMs: 200000}}'),
    [`c.yaml:4 ${net}.ircClients.pingRateMs: must be less than pingTimeoutMs, or quiet connections are taken for lost`],
  ],
  [
    'a variable that is nearly one of ours',
    withNetwork(),
    ['c.yaml:1 the environment variable BRIDGE_SENTRY_DNS is not known; did you mean BRIDGE_SENTRY_DSN?'],
  ],
];

describe('a configuration file', () => {
  describe('CLI-3: is refused, each fault with its line', () => {
    for (const [what, text, lines] of faults) it(what, () => assert.deepEqual(faultsOf(text), lines));
  });

  describe('is taken, with warnings', () => {
    for (const [what, text, lines] of warnings) {
      const variables = what.startsWith('a variable') ? { BRIDGE_SENTRY_DNS: 'x', BRIDGE_PORT: '5' } : {};
      it(what, () => assert.deepEqual(read(text, variables).warnings, lines));
    }
  });

  it('CFG-7: is laid over the defaults, key by key', () => {
    const { config } = read(withNetwork('{ssl: true, modePowerMap: {o: 75}, ircClients: {kickOn: {userQuit: false}}}'));
    const network = config.ircService.servers['irc.example'];
    assert.deepEqual(network?.modePowerMap, { o: 75, v: 1 });
    assert.deepEqual(network.ircClients.kickOn, {
      channelJoinFailure: true,
      ircConnectionFailure: true,
      userQuit: false,
    });
    assert.equal(network.port, 6697);
  });

  it('INV-11: a section with all its keys commented out is as if it were not there', () => {
    const { config } = read(withNetwork('{tlsOptions: , ircClients: }', '  logging:\n'));
    assert.deepEqual(config, read(withNetwork()).config);
  });

  it('CFG-3: media_url is the url without its slashes unless it is set', () => {
    const text = withNetwork().replace(':8008"', ':8008//"');
    assert.equal(read(text).config.homeserver.url, 'http://localhost:8008');
    assert.equal(read(text).config.homeserver.media_url, 'http://localhost:8008');
  });

  it('CONN-22: the fallback is a label that TextDecoder knows, or none', () => {
    const label = (name: string): string | undefined =>
      read(service(`encodingFallback: "${name}"`)).config.ircService.encodingFallback;
    assert.deepEqual(['ISO-8859-15', 'CP1251//TRANSLIT', 'EBCDIC'].map(label), [
      'iso-8859-15',
      'windows-1251',
      undefined,
    ]);
  });

  it('CFG-75: the journal lies in the directory of NeDB, with Postgres in the working directory', () => {
    const path = (rest: string): string => read(withNetwork('{}', rest)).config.ircService.journal.path;
    assert.equal(path(''), 'data/journal');
    assert.equal(path('database: {connectionString: "nedb:///var/lib/cw/"}\n'), '/var/lib/cw/journal');
    assert.equal(path('database: {engine: postgres, connectionString: "postgres://a@b/c"}\n'), './journal');
    assert.equal(path('  journal: {path: /j}\n'), '/j');
  });

  it('AS-2: a small maxTxnSize is not obeyed, a large one is', () => {
    const size = (bytes: number): number =>
      read(withNetwork('{}', `advanced: {maxTxnSize: ${bytes}}\n`)).config.advanced.maxTxnSize;
    assert.equal(size(1000), 16_777_216);
    assert.equal(size(33_554_432), 33_554_432);
  });

  it('names what is set and not yet in force, and nothing else', () => {
    const text = withNetwork(
      '{ircClients: {maxClients: 5, lineLimit: 5, idleTimeout: 172800}, membershipLists: {floodDelayMs: 1}}',
    );
    assert.deepEqual(read(text).notYet, [`${net}.ircClients.maxClients`]);
    assert.deepEqual(read(withNetwork('{}', 'ircService2: {}\nsentry: {enabled: true, dsn: x}\n')).notYet, ['sentry']);
  });

  it('configFrom makes one of keys in code, and throws on unknown ones', () => {
    const homeserver = { url: 'http://x', domain: 'x' };
    assert.equal(configFrom({ homeserver, ircService: { servers: { a: {} } } }).ircService.servers['a']?.port, 6667);
    const typo = { homeserver, ircService: { servers: { a: {} }, loging: {} } };
    assert.throws(() => configFrom(typo), /ircService\.loging: is not a key known here; did you mean logging\?/u);
  });
});
