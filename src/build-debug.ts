/** Opens the debug API where the configuration wants it. */

import type { Config } from './config/config.js';
import type { Edges } from './build-edges.js';
import { DebugListener } from './http/debug.js';
import { makePeopleRoutes } from './http/debug-people.js';
import type { Log } from './lib/log.js';
import { version } from './version.js';

type DebugEdges = Pick<Edges, 'homeserver' | 'networks' | 'store'>;

/**
 * Obeys `ircService.debugApi`; resolves with what closes it.
 * @throws BridgeError `PORT_FAULT` when its port cannot be had
 */
export async function openDebug(config: Config, token: string, edges: DebugEdges, allLog: Log): Promise<() => Promise<void>> {
  const { enabled, port, host } = config.ircService.debugApi;
  if (!enabled) return () => Promise.resolve();
  const log = allLog.part('debug');
  const { homeserver, networks, store } = edges;
  const routes = makePeopleRoutes({ networks, people: store.people, log });
  const listener = new DebugListener({ token, version: version(), inject: (item) => homeserver.injectAccount(item), routes, log });
  log.info('listening for the debug API', { host, ...(await listener.listen(port, host)) });
  return () => listener.close();
}
