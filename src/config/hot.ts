/** What a new configuration changes while the bridge runs (CLI-9, ♨ in the configuration reference). */

import type { Config } from './config.js';
import { differences, matches } from './compare.js';
import { pathText } from './paths.js';

/** Keys that apply at once. Those of networks will join them when networks can be changed while they run. */
const HOT: readonly string[] = [
  'homeserver media_url',
  'homeserver dropMatrixMessagesAfterSecs',
  'ircService bridgeInfoState',
  'ircService logging',
  'ircService provisioning rules userIds',
  'ircService matrixHandler',
  'ircService ircHandler',
  'ircService permissions',
  'ircService perRoomConfig',
  'ircService banLists',
  'advanced maxHttpSockets',
];

/** What a reload comes to. */
export interface HotChanges {
  /** The old configuration with the hot keys of the new one. */
  readonly config: Config;
  /** Paths that apply at once. */
  readonly applied: readonly string[];
  /** Paths that wait for a restart. */
  readonly needRestart: readonly string[];
}

/** Compares two configurations; pure. */
export function hotChanges(old: Config, now: Config): HotChanges {
  const changed = differences(old, now);
  const isHot = changed.map((path) => matches(path, HOT));
  return {
    config: {
      ...old,
      homeserver: {
        ...old.homeserver,
        media_url: now.homeserver.media_url,
        dropMatrixMessagesAfterSecs: now.homeserver.dropMatrixMessagesAfterSecs,
      },
      ircService: {
        ...old.ircService,
        bridgeInfoState: now.ircService.bridgeInfoState,
        logging: now.ircService.logging,
        provisioning: { ...old.ircService.provisioning, rules: now.ircService.provisioning.rules },
        matrixHandler: now.ircService.matrixHandler,
        ircHandler: now.ircService.ircHandler,
        permissions: now.ircService.permissions,
        perRoomConfig: now.ircService.perRoomConfig,
        banLists: now.ircService.banLists,
      },
      advanced: { ...old.advanced, maxHttpSockets: now.advanced.maxHttpSockets },
    },
    applied: changed.filter((_, at) => isHot[at]).map(pathText),
    needRestart: changed.filter((_, at) => !isHot[at]).map(pathText),
  };
}
