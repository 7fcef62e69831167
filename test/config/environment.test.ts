import assert from 'node:assert/strict';
import { variableOf } from '../../src/config/environment.js';
import { faultsOf, read, withNetwork } from './read.js';

describe('CLI-4: secrets from the environment', () => {
  const passwordOf = (text: string, variables = {}, files = {}): string | undefined =>
    read(text, variables, files).config.ircService.servers['irc.example']?.password;

  it('a variable in a value', () => {
    assert.equal(passwordOf(withNetwork('{password: "${PW}"}'), { PW: 'hunter 2' }), 'hunter 2');
  });

  it('several in the middle of a value', () => {
    const text = withNetwork(
      '{}',
      'database: {engine: postgres, connectionString: "postgres://${DB_USER}:${DB_PW}@db/irc"}\n',
    );
    const { config } = read(text, { DB_USER: 'cw', DB_PW: 'geheim' });
    assert.equal(config.database.connectionString, 'postgres://cw:geheim@db/irc');
  });

  it('what a variable holds is not looked through again', () => {
    assert.equal(passwordOf(withNetwork('{password: "${A}"}'), { A: '${B}', B: 'no' }), '${B}');
  });

  it('$${NAME} stands for its characters, and $NICK is none of our business', () => {
    assert.equal(passwordOf(withNetwork('{password: "$${PW}$PW{pw}"}'), { PW: 'no' }), '${PW}$PW{pw}');
  });

  it('an empty variable is an empty password, which is none', () => {
    assert.equal(passwordOf(withNetwork('{password: "${PW}"}'), { PW: '' }), undefined);
  });

  it('a file that a variable names, without the end of its line', () => {
    const text = withNetwork('{password: "${PW}"}');
    assert.equal(passwordOf(text, { PW_FILE: '/run/pw' }, { '/run/pw': 'hunter2\n' }), 'hunter2');
  });

  it('a file that is not there is a fault', () => {
    assert.throws(
      () => read(withNetwork('{password: "${PW}"}'), { PW_FILE: '/run/none' }),
      /c\.yaml:4 .*password: the file that PW_FILE names cannot be read/u,
    );
  });

  it('a variable by the path of a secret wins over the file, also with _FILE', () => {
    const name = 'BRIDGE_IRC_SERVICE_SERVERS_IRC_EXAMPLE_PASSWORD';
    const text = withNetwork('{password: written}');
    assert.equal(passwordOf(text, { [name]: 'set' }), 'set');
    assert.equal(passwordOf(text, { [`${name}_FILE`]: '/f' }, { '/f': 'in file\r\n' }), 'in file');
  });

  it('sets what the file does not mention', () => {
    const { config } = read(withNetwork('{mappings: {"#a-b": {roomIds: ["!a:b"]}}}'), {
      BRIDGE_IRC_SERVICE_SERVERS_IRC_EXAMPLE_BOT_CONFIG_PASSWORD: 'bot',
      BRIDGE_IRC_SERVICE_SERVERS_IRC_EXAMPLE_MAPPINGS_A_B_KEY: 'key',
      BRIDGE_IRC_SERVICE_PROVISIONING_SECRET: 'prov',
      BRIDGE_CONNECTION_POOL_REDIS_URL: 'redis://r',
      BRIDGE_SENTRY_DSN: 'https://k@s/1',
    });
    const network = config.ircService.servers['irc.example'];
    assert.equal(network?.botConfig.password, 'bot');
    assert.equal(network.mappings['#a-b']?.key, 'key');
    assert.equal(config.ircService.provisioning.secret, 'prov');
    assert.equal(config.connectionPool?.redisUrl, 'redis://r');
    assert.equal(config.sentry.dsn, 'https://k@s/1');
  });

  it('names are the path in capitals', () => {
    assert.equal(variableOf(['database', 'connectionString']), 'BRIDGE_DATABASE_CONNECTION_STRING');
    assert.equal(variableOf(['a', 'irc.x-y.org', '#c', 'key']), 'BRIDGE_A_IRC_X_Y_ORG_C_KEY');
  });

  it('INV-9: what came from a variable is not shown in a fault', () => {
    const lines = faultsOf(withNetwork('{ircClients: {nickTemplate: "${SECRET_WORD}"}}'), { SECRET_WORD: 'hunter2' });
    assert.equal(lines.length, 1);
    assert.doesNotMatch(lines.join('\n'), /hunter2/u);
  });

  it('SEC-8: knows whether the file itself holds a secret', () => {
    const holds = (network: string, rest = ''): boolean => read(withNetwork(network, rest), { PW: 'x' }).secretsInFile;
    assert.equal(holds('{}'), false);
    assert.equal(holds('{password: "${PW}"}'), false);
    assert.equal(holds('{password: x}'), true);
    assert.equal(holds('{mappings: {"#c": {roomIds: ["!a:b"], key: k}}}'), true);
    assert.equal(holds('{}', 'database: {connectionString: "nedb://data"}\n'), false);
    assert.equal(holds('{}', 'database: {engine: postgres, connectionString: "postgres://a:b@c/d"}\n'), true);
    assert.equal(holds('{}', '  passwordEncryptionKeyPath: passkey.pem\n'), false);
  });
});
