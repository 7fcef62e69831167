/** Reads the gauges from whoever owns what they count, at the moment in which they are asked for. */

import type { OpenEdges } from './build-edges.js';
import type { Config } from './config/config.js';
import type { VirtualClient } from './irc/port.js';
import type { Clock } from './lib/clock.js';
import type { Log } from './lib/log.js';
import { Activity } from './metrics/activity.js';
import { countByAge } from './metrics/ages.js';
import type { ReadFigures } from './metrics/port.js';
import type { PrometheusMetrics } from './metrics/prometheus.js';
import type { Links } from './rooms/links.js';
import { version } from './version.js';

export interface GaugesNeeds {
  readonly edges: Pick<OpenEdges, 'metrics' | 'counted' | 'isGhost'> & { readonly homeserver: Pick<OpenEdges['homeserver'], 'ghosts'> };
  readonly links: Pick<Links, 'onNetwork'>;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Gauges {
  /** To be shown everything that happens. */
  readonly activity: Activity;
  readonly figures: ReadFigures;
}

const MONTH_MS = 30 * 86_400_000;
const HOUR_MS = 3_600_000;
/** The predecessor's words for where a client is. */
const STATES: Readonly<Record<VirtualClient['status'], string>> = {
  waiting: 'created',
  connecting: 'connecting',
  ready: 'connected',
  ended: 'dead',
};

/** Where `metrics.enabled`: adds the gauges and what Node tells of itself to the metrics. */
export function buildGauges({ edges, links, config, clock, log }: GaugesNeeds): Gauges {
  const { metrics, counted, homeserver } = edges;
  const { remoteUserAgeBuckets: buckets, userActivityThresholdHours: threshold } = config.ircService.metrics;
  const activity = new Activity(metrics, clock);
  metrics.addDefaults();
  metrics.count('bridge_app_version', { version: version() });
  metrics.set('bridge_bridge_blocked', 0);
  metrics.set('bridge_irc_blocked_rooms', 0, { method: 'onMessage' });
  let readAt = clock.elapsed();

  const byAge = (name: string, seen: Iterable<number | undefined>): void => {
    for (const [age, count] of countByAge(buckets, seen, clock.now())) metrics.set(name, count, { age });
  };
  const people = (): [string, number][] => [...activity.people].filter(([user]) => !edges.isGhost(user));
  const within = (times: Iterable<number>, ms: number): number => [...times].filter((at) => clock.now() - at < ms).length;

  metrics.onRead(() => {
    const all = counted.flatMap(({ name }) => links.onNetwork(name));
    const rooms = new Set(all.map(({ room }) => room));
    const fold = new Map(counted.map((network) => [network.name as string, network]));
    const keyOf = (network: string, channel: string): string => `${network} ${fold.get(network)?.fold(channel) ?? channel}`;
    const channels = new Set(all.map(({ network, channel }) => keyOf(network, channel)));
    const talked = new Map<string, number>();
    for (const [where, at] of activity.channels) talked.set(keyOf(...splitKey(where)), at);
    metrics.set('bridge_matrix_configured_rooms', rooms.size);
    metrics.set('bridge_remote_configured_rooms', channels.size);
    byAge('bridge_matrix_rooms_by_age', [...rooms].map((room) => activity.rooms.get(room)));
    byAge('bridge_remote_rooms_by_age', [...channels].map((channel) => talked.get(channel)));
  });
  metrics.onRead(() => {
    const owners = counted.flatMap(({ clients }) => clients.map(({ id }) => id.owner)).filter((owner) => owner !== 'bot');
    metrics.set('bridge_matrix_ghosts', homeserver.ghosts);
    metrics.set('bridge_remote_ghosts', owners.length);
    byAge('bridge_matrix_users_by_age', activity.ghosts.values());
    byAge('bridge_remote_users_by_age', owners.map((owner) => activity.people.get(owner)));
    const talked = people().map(([, at]) => at);
    metrics.set('bridge_remote_monthly_active_users', within(talked, MONTH_MS));
    if (threshold === undefined) return;
    metrics.set('bridge_active_users', within(activity.ghosts.values(), threshold * HOUR_MS), { remote: 'true' });
    metrics.set('bridge_active_users', within(talked, threshold * HOUR_MS), { remote: 'false' });
  });
  metrics.onRead(() => {
    for (const { name: server, clients } of counted) readClients(metrics, server, clients);
    for (const [server, { ircClients }] of Object.entries(config.ircService.servers)) {
      metrics.set('bridge_remote_ghosts_max', ircClients.maxClients, { server });
      metrics.count('bridge_matrixhandler_connection_failure_kicks', { server }, 0);
    }
    metrics.set('metrics_worker_interval', clock.elapsed() - readAt);
    metrics.set('metrics_worker_age_seconds', 0);
    readAt = clock.elapsed();
  });
  return { activity, figures: () => metrics.figures((why) => log.error('figures not read', { why })) };
}

function readClients(metrics: PrometheusMetrics, server: string, clients: readonly VirtualClient[]): void {
  const counts = new Map(Object.values(STATES).map((state) => [state, 0]));
  for (const { status } of clients) counts.set(STATES[status], (counts.get(STATES[status]) ?? 0) + 1);
  for (const [state, count] of counts) metrics.set('bridge_clientpool_client_states', count, { server, state });
  metrics.set('bridge_clientpool_reconnect_queue', counts.get(STATES.waiting) ?? 0, { server });
}

function splitKey(key: string): [network: string, name: string] {
  const space = key.indexOf(' ');
  return [key.slice(0, space), key.slice(space + 1)];
}
