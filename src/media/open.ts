/** Puts together what people without accounts see: key, pages, addresses, and who answers for them. */

import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { nedbDirectory } from '../config/homeserver.js';
import type { Homeserver } from '../homeserver/port.js';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import type { Metrics } from '../metrics/port.js';
import { faultText } from '../model/errors.js';
import type { FileAddressStore } from '../store/port.js';
import { makeAddresses } from './addresses.js';
import { Front } from './front.js';
import { signingKey } from './key.js';
import { MediaListener } from './listener.js';
import { Pastes } from './pastes.js';
import { noAddresses, type PublicAddresses } from './port.js';
import { Proxies } from './proxies.js';
import { Quarantine } from './quarantine.js';
import { Visitors } from './visitors.js';
import { Withdrawn } from './withdrawn.js';

export interface MediaNeeds {
  readonly config: Config;
  readonly homeserver: Pick<Homeserver, 'download' | 'quarantine' | 'bot'>;
  readonly store: FileAddressStore;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
}

/** What was put together; `guests` only where it answers on the port of the application service. */
export interface OpenMedia {
  readonly addresses: PublicAddresses;
  readonly guests?: Front['take'];
  /** Opens the listener of its own, where there is one. Throws `PORT_FAULT`. */
  listen(): Promise<void>;
  close(): Promise<void>;
}

const MIB = 1_048_576;
const TIDY_MS = 3_600_000;

/**
 * Obeys `ircService.mediaProxy` and `ircService.pastes`. Without `publicUrl` nothing is given out, and that is said once.
 * @throws BridgeError `CONFIG_FAULT` when the key cannot be used, `STORE_FAULT` when the pages cannot be opened
 */
export async function openMedia({ config, homeserver, store, metrics, clock, log }: MediaNeeds): Promise<OpenMedia> {
  const { mediaProxy, pastes: rules } = config.ircService;
  const { publicUrl, signingKeyPath, ttlSeconds, bindPort, shortLinks, maxFileMiB } = mediaProxy;
  if (publicUrl === undefined) {
    const { media_url: base, url } = config.homeserver;
    const old = base === url ? '' : ' (homeserver.media_url does not do any more: files are given only to those with a token)';
    log.warn(`people on IRC get no links to files and long texts: set ircService.mediaProxy.publicUrl${old}`);
    return { addresses: noAddresses, listen: () => Promise.resolve(), close: () => Promise.resolve() };
  }
  const { bytes: key, made, warning } = signingKey(signingKeyPath);
  if (made) log.info('a key for signing links was made', { path: signingKeyPath });
  if (warning !== undefined) log.warn(warning);
  // Beside the store, wherever that is.
  const directory = join(nedbDirectory(config.database) ?? '.', 'pastes');
  const pastes = await Pastes.open({ directory, ...rules, clock, log });
  const forEver = ttlSeconds === 0 || rules.ttlSeconds === 0;
  const longestTtl = forEver ? undefined : Math.max(ttlSeconds, rules.ttlSeconds);
  const withdrawn = new Withdrawn({ store, clock, log, longestTtl });
  await withdrawn.load();
  const shared = { publicUrl, key, store, pastes, withdrawn, clock, log, mostBytes: maxFileMiB * MIB };
  const quarantine = mediaProxy.quarantine ? new Quarantine({ homeserver, store, clock, log }) : undefined;
  if (quarantine) {
    // Synapse makes nobody an admin who has no account, and the bot of a service needs none for all else.
    homeserver.bot.ensureRegistered().catch((fault: unknown) => log.warn('the bot has no account', { why: faultText(fault) }));
    await quarantine.load(withdrawn.digests);
  }
  const tidy = async (): Promise<void> => {
    withdrawn.tidy(clock.now());
    quarantine?.retry();
    await store.forgetBefore(clock.now());
  };
  const failed = (fault: unknown): void => log.warn('old links not forgotten', { why: faultText(fault) });
  tidy().catch(failed);
  const timer = clock.every(TIDY_MS, () => void tidy().catch(failed));
  const proxies = new Proxies(mediaProxy.trustedProxies);
  const front = new Front({ ...shared, homeserver, metrics, proxies, visitors: new Visitors(clock) });
  const own = bindPort === undefined ? undefined : new MediaListener(front, proxies);
  return {
    addresses: makeAddresses({ ...shared, ttlSeconds, shortLinks, ...(quarantine ? { quarantine } : {}) }),
    ...(own ? {} : { guests: (request, response, path) => front.take(request, response, path) }),
    async listen() {
      if (!own || bindPort === undefined) return;
      log.info('listening for links', await own.listen(bindPort, config.homeserver.bindHostname));
    },
    async close() {
      timer.end();
      await own?.close();
      await quarantine?.close();
      await pastes.close();
    },
  };
}
