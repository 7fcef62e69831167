/** Makes what touches the world from the configuration: journal, store, homeserver, networks, metrics. */

import { join } from 'node:path';
import type { Config } from './config/config.js';
import { openHomeserver, type OpenHomeserver } from './homeserver/open.js';
import type { Homeserver } from './homeserver/port.js';
import type { Registration } from './homeserver/registration.js';
import { StrictHosts } from './irc/connection/strict.js';
import { IdentServer } from './irc/ident/ident-server.js';
import { IdentTable } from './irc/ident/ident-table.js';
import { FrameworkNetwork } from './irc/network.js';
import type { IrcNetwork } from './irc/port.js';
import { lockDirectory } from './journal/lock.js';
import { openJournal } from './journal/open.js';
import type { Journal } from './journal/port.js';
import type { Clock } from './lib/clock.js';
import type { Log } from './lib/log.js';
import { PrometheusMetrics } from './metrics/prometheus.js';
import { asNetworkName, type NetworkName } from './model/irc-names.js';
import { type GhostNaming, isGhost } from './naming/ghost-id.js';
import { StrictHostsFile, type KeptHosts } from './store/strict-hosts.js';
import { openStore } from './store/open.js';
import type { Store } from './store/port.js';
import { version } from './version.js';

/** What the bridge is started with. */
export interface AppOptions {
  readonly config: Config;
  readonly registration: Registration;
  /** Wins over `homeserver.bindPort` (CLI-1). */
  readonly port?: number;
  readonly log: Log;
  readonly clock: Clock;
}

/** What is told of networks besides the port, for the figures. */
export type Counted = Pick<FrameworkNetwork, 'name' | 'clients' | 'fold'>;

export interface Edges {
  readonly metrics: PrometheusMetrics;
  readonly journal: Journal;
  readonly store: Store;
  readonly homeserver: Homeserver;
  readonly networks: ReadonlyMap<NetworkName, IrcNetwork>;
}

/** What the application itself holds besides: to start, to stop, to count. */
export interface OpenEdges extends Edges {
  /** Only where `ident.enabled`. */
  readonly ident?: Pick<IdentServer, 'listen' | 'close'>;
  readonly homeserver: OpenHomeserver;
  readonly counted: readonly Counted[];
  isGhost(user: string): boolean;
}

/**
 * Opens the journal and the store and makes the rest; nothing listens or connects yet.
 * @throws BridgeError when the data directory is another process's, or cannot be used
 */
export async function buildEdges({ config, registration, port, log, clock }: AppOptions): Promise<OpenEdges> {
  const metrics = new PrometheusMetrics();
  const names = Object.keys(config.ircService.servers).map(asNetworkName);
  const { path, maxBytes } = config.ircService.journal;
  const journal = await openJournal({ directory: path, maxBytes, clock, log, metrics });
  let store: Store;
  try {
    const lock = (directory: string): ReturnType<typeof lockDirectory> => lockDirectory(directory, clock);
    store = await openStore({ database: config.database, events: config.ircService.eventStore, networks: names, lock, clock, log });
  } catch (fault) {
    await journal.close();
    throw fault;
  }
  const { domain, url, bindHostname, bindPort } = config.homeserver;
  const namings: readonly GhostNaming[] = Object.entries(config.ircService.servers).map(([server, network]) => ({
    userTemplate: network.matrixClients.userTemplate,
    server,
    domain,
  }));
  const ghost = (user: string): boolean => namings.some((naming) => isGhost(naming, user));
  const homeserver = openHomeserver({
    registration,
    domain,
    url,
    bind: { port: port ?? bindPort, ...(bindHostname === undefined ? {} : { host: bindHostname }) },
    maxTxnBytes: config.advanced.maxTxnSize,
    journal,
    metrics,
    log,
    clock,
    isGhost: ghost,
  });
  const networks = new Map<NetworkName, FrameworkNetwork>();
  const { encodingFallback, ident } = config.ircService;
  const decoding = { version: version(), ...(encodingFallback === undefined ? {} : { encodingFallback }) };
  const file = new StrictHostsFile(join(path, 'tls-hosts.json'), log);
  const keep = (hosts: KeptHosts): void => file.keep(hosts);
  const strict = new StrictHosts({ clock, known: await file.read(), keep, settled: () => file.settled() });
  const idents = ident.enabled ? new IdentTable() : undefined;
  const asked = idents === undefined ? {} : { idents };
  for (const name of names) {
    const network = config.ircService.servers[name];
    if (network) networks.set(name, new FrameworkNetwork({ name, config: network, log, clock, metrics, strict, ...decoding, ...asked }));
  }
  const edges = { metrics, journal, store, homeserver, networks, counted: [...networks.values()], isGhost: ghost };
  return idents === undefined ? edges : { ...edges, ident: new IdentServer({ table: idents, ...ident, clock, log: log.part('ident') }) };
}
