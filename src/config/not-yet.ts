/** Keys that are known and checked but whose behaviour is still to come; the start-up line names those that are set. */

import type { Config } from './config.js';
import { same } from './compare.js';
import { isSection, pathText, valueAt, type Path } from './paths.js';

/** Steps of a path with spaces between them; `*` stands for each network. Whoever puts one in force takes it out. */
const NETWORK: readonly string[] = [
  'quitDebounce',
  'modePowerMap',
  'botConfig joinChannelsIfNoUsers',
  'dynamicChannels published',
  'dynamicChannels useHomeserverDirectory',
  'membershipLists global ircToMatrix initial',
  'membershipLists global ircToMatrix requireMatrixJoined',
  'membershipLists ignoreIdleUsersOnStartup',
  'ircClients maxClients',
  'auth',
  'relay',
  'webirc',
  'proxy',
  'space',
  'requestCaps',
];

const OTHERS: readonly string[] = [
  'ircService provisioning',
  'ircService passwordEncryptionKeyPath',
  'ircService RMAUlimit',
  'ircService userActivity',
  'ircService ircHandler powerLevelGracePeriodMs',
  'ircService perRoomConfig allowUnconnectedMatrixUsers',
  'ircService banLists',
  'ircService history',
  'ircService presence',
  'ircService encryption',
  'ircService adminApi',
  'ircService listeners',
  'ircService rules',
  'ircService locale',
  'advanced maxHttpSockets',
  'sentry',
  'connectionPool',
];

/**
 * Names the keys that are set to something else than their default and do nothing yet, as paths; the same key of
 * several networks is named once for each. A section that is switched off by its own `enabled` is left out.
 * @param defaults the configuration with the same networks and nothing else set
 */
export function notYetInForce(config: Config, defaults: Config): readonly string[] {
  const networks = Object.keys(config.ircService.servers);
  const inNetworks = NETWORK.flatMap((keys) =>
    networks.map((address): Path => ['ircService', 'servers', address, ...keys.split(' ')]),
  );
  return [...OTHERS.map((keys): Path => keys.split(' ')), ...inNetworks]
    .filter((path) => isSet(valueAt(config, path), valueAt(defaults, path)))
    .map(pathText);
}

function isSet(value: unknown, usual: unknown): boolean {
  const off = isSection(value) && value['enabled'] === false && (!isSection(usual) || usual['enabled'] === false);
  return !off && !same(value, usual);
}
