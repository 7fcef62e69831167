/** Opens the debug API where the configuration wants it. */

import type { Config } from './config/config.js';
import type { Homeserver } from './homeserver/port.js';
import { DebugListener } from './http/debug.js';
import type { Log } from './lib/log.js';
import { version } from './version.js';

/** On this machine only: who knows the token can do much. */
const HOST = '127.0.0.1';

/**
 * Obeys `ircService.debugApi`; resolves with what closes it.
 * @throws BridgeError `PORT_FAULT` when its port cannot be had
 */
export async function openDebug(config: Config, token: string, homeserver: Pick<Homeserver, 'injectAccount'>, allLog: Log): Promise<() => Promise<void>> {
  const { enabled, port } = config.ircService.debugApi;
  if (!enabled) return () => Promise.resolve();
  const log = allLog.part('debug');
  const listener = new DebugListener({ token, version: version(), inject: (item) => homeserver.injectAccount(item), log });
  log.info('listening for the debug API', { host: HOST, ...(await listener.listen(port, HOST)) });
  return () => listener.close();
}
