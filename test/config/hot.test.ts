import assert from 'node:assert/strict';
import { hotChanges } from '../../src/config/hot.js';
import { read, withNetwork } from './read.js';

const old = read(withNetwork()).config;
const change = (network: string, rest = ''): ReturnType<typeof hotChanges> =>
  hotChanges(old, read(withNetwork(network, rest)).config);

describe('CLI-9: what a new file changes while the bridge runs', () => {
  it('nothing', () => {
    const { config, applied, needRestart } = change('{}');
    assert.deepEqual({ config, applied, needRestart }, { config: old, applied: [], needRestart: [] });
  });

  it('hot keys apply', () => {
    const rest =
      '  logging: {level: warn}\n  permissions: {"*": admin}\n  provisioning: {rules: {userIds: {conflict: ["@x:.*"]}}}\n';
    const { config, applied, needRestart } = change('{}', rest);
    assert.deepEqual(applied, [
      'ircService.logging.level',
      'ircService.provisioning.rules.userIds.conflict',
      'ircService.permissions."*"',
    ]);
    assert.deepEqual(needRestart, []);
    assert.equal(config.ircService.logging.level, 'warn');
    assert.deepEqual(config.ircService.permissions, { '*': 'admin' });
    assert.equal(config.ircService.provisioning.rules.userIds.conflict.length, 1);
  });

  it('networks and the rest wait for a restart, and keep their old values', () => {
    const rest = '  provisioning: {enabled: true}\nhomeserver2: {}\ndatabase: {connectionString: "nedb://elsewhere"}\n';
    const { config, applied, needRestart } = change('{ssl: true}', rest);
    assert.deepEqual(applied, []);
    assert.deepEqual(needRestart, [
      'ircService.servers."irc.example".ssl',
      'ircService.servers."irc.example".port',
      'ircService.provisioning.enabled',
      'ircService.journal.path',
      'database.connectionString',
    ]);
    assert.deepEqual(config, old);
  });

  it('both at once: the hot ones apply, the others are told', () => {
    const now = read(
      withNetwork().replace('domain: hs.example', 'domain: other, dropMatrixMessagesAfterSecs: 60'),
    ).config;
    const { config, applied, needRestart } = hotChanges(old, now);
    assert.deepEqual(applied, ['homeserver.dropMatrixMessagesAfterSecs']);
    assert.deepEqual(needRestart, ['homeserver.domain']);
    assert.equal(config.homeserver.dropMatrixMessagesAfterSecs, 60);
    assert.equal(config.homeserver.domain, 'hs.example');
  });
});
