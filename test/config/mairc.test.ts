import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readConfig, type Loaded } from '../../src/config/load.js';

function load(name: string): Loaded {
  const text = readFileSync(new URL(`mairc/${name}.yaml`, import.meta.url), 'utf8');
  return readConfig(text, 'c.yaml', {
    variables: {},
    readFile: () => {
      throw new Error('no files here');
    },
  });
}

describe('INV-10: configurations of matrix-appservice-irc start the bridge unchanged', () => {
  it('1.x, with every old key: one warning each, and the values are where they belong (CLI-5)', () => {
    const { config, warnings } = load('1.0-minimal');
    const net = 'ircService.servers."irc.oldnet.example"';
    assert.deepEqual(warnings, [
      'c.yaml:7 ircService.databaseUri: is an old key; database is its name now',
      `c.yaml:10 ${net}.description: is an old key; name is its name now`,
      `c.yaml:13 ${net}.ca: is an old key; tlsOptions.ca is its name now`,
      `c.yaml:22 ${net}.dynamicChannels.groupId: groups are gone from Matrix: this key does nothing`,
      `c.yaml:25 ${net}.excludeUsers: is an old key; excludedUsers is its name now`,
      `c.yaml:30 ${net}.membershipLists.ignoreIdleOnStartup: is an old key; membershipLists.ignoreIdleUsersOnStartup is its name now`,
      `c.yaml:34 ${net}.membershipLists.rooms: a bare name sets nothing, the global rules count for it; write { room: ..., ... }`,
      `c.yaml:36 ${net}.mappings."#one": a bare list of rooms is the old form; write { roomIds: [...] } (here and in 1 more)`,
      'c.yaml:49 ircService.logging.maxFileSizeBytes: log files change by day, not by size: this key does nothing',
      'c.yaml:51 ircService.statsd: is not in force in this version; metrics gives the same figures',
      'c.yaml:57 ircService.provisioning.ruleFile: rules are read from provisioning.rules, not from a file: this key does nothing',
      'c.yaml:58 ircService.provisioning.enableReload: rules are read again on SIGHUP: this key does nothing',
      'c.yaml:62 ircService.matrixHandler.shortReplyThresholdSeconds: is an old key; matrixHandler.shortReplyTresholdSeconds is its name now',
      'c.yaml:65 ircService.ircHandler.powerLevelGracePeriod: is an old key; ircHandler.powerLevelGracePeriodMs is its name now',
    ]);
    const network = config.ircService.servers['irc.oldnet.example'];
    assert.ok(network);
    assert.equal(network.name, 'OldNet');
    assert.match(String(network.tlsOptions['ca']), /BEGIN CERTIFICATE/u);
    assert.ok(network.excludedUsers[0]?.regex.test('@eve:bad.example'));
    assert.equal(network.membershipLists.ignoreIdleUsersOnStartup.idleForHours, 72);
    assert.deepEqual(network.membershipLists.rooms, [{ room: '!bare:hs.example' }]);
    assert.deepEqual(network.mappings['#two'], { roomIds: ['!two:hs.example', '!three:hs.example'] });
    assert.deepEqual(config.database, { engine: 'nedb', connectionString: 'nedb://var/bridge' });
    assert.equal(config.ircService.matrixHandler.shortReplyTresholdSeconds, 60);
    assert.equal(config.ircService.ircHandler.powerLevelGracePeriodMs, 500);
    assert.equal(config.ircService.journal.path, 'var/bridge/journal');
  });

  it('2.x, large, with everything set: only the size limit is warned of (AS-2)', () => {
    const { config, warnings } = load('2.0-large');
    assert.deepEqual(warnings, [
      'c.yaml:137 advanced.maxTxnSize: 10000000 is less than a homeserver may send; 16777216 is in force',
    ]);
    const { servers, provisioning } = config.ircService;
    assert.equal(servers['second']?.ircClients.maxClients, 30000, 'merge keys are followed');
    assert.equal(servers['second'].dynamicChannels.aliasTemplate, '$CHANNEL');
    assert.equal(provisioning.secret, '$generateMe', 'a dollar without braces is a dollar');
    assert.equal(provisioning.openIdDisallowedIpRanges.length, 19, 'an empty key is the default');
    assert.deepEqual(servers['irc.first.example']?.modePowerMap, { o: 50, v: 1, h: 25 });
    assert.equal(
      servers['irc.first.example'].ircClients.pingTimeoutMs,
      600_000,
      'CFG-42: a configured value is obeyed',
    );
  });

  it('3.x and 4.x, with the media proxy: nothing to say; a room of version 12 is a room', () => {
    const { config, warnings, notYet } = load('4.0-media');
    assert.deepEqual(warnings, []);
    assert.equal(config.ircService.mediaProxy.publicUrl, 'https://irc.bridge/media');
    assert.deepEqual(notYet, []);
  });

  it('where the old and the new key are both set, the new one counts', () => {
    const text =
      'homeserver: {url: "http://x", domain: x}\nircService:\n  servers:\n    a: {name: New, description: Old}\n';
    const { config, warnings } = readConfig(text, 'c.yaml', { variables: {}, readFile: () => '' });
    assert.equal(config.ircService.servers['a']?.name, 'New');
    assert.deepEqual(warnings, [
      'c.yaml:4 ircService.servers.a.description: is an old key; name is set too and counts',
    ]);
  });

  it('a fault in an old key names the old key', () => {
    const text =
      'homeserver: {url: "http://x", domain: x}\nircService:\n  databaseUri: 5\n  servers:\n    a:\n      description: 5\n';
    assert.throws(
      () => readConfig(text, 'c.yaml', { variables: {}, readFile: () => '' }),
      /c\.yaml:3 ircService\.databaseUri: must be text[^]*c\.yaml:6 ircService\.servers\.a\.description: must be text/u,
    );
  });
});
