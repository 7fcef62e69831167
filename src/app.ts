/** Starts and stops the bridge in order; nothing else. */

import { type AppOptions, buildEdges } from './build-edges.js';
import { openDebug } from './build-debug.js';
import { buildFlows } from './build-flows.js';
import { showMetrics } from './build-metrics.js';
import type { Config } from './config/config.js';
import { subscriptionOf } from './homeserver/subscription.js';
import { within } from './lib/clock.js';
import { openMedia } from './media/open.js';
import { LastMarks } from './matrix-to-irc/last-marks.js';
import type { Entry } from './journal/port.js';
import { BridgeError, faultText } from './model/errors.js';
import type { MatrixEvent } from './model/matrix-event.js';

export interface App {
  /** Where the homeserver reaches us. */
  readonly port: number;
  /** Stops in order and leaves nothing open; what is not done stays in the journal (LIFE-7). */
  stop(reason: string): Promise<void>;
  /** Takes the hot keys of a new configuration (CLI-9). */
  reload(config: Config): void;
}

/** Time for what is under way to finish at a stop; the rest is in the journal. */
const DRAIN_MS = 3_000;

/**
 * Starts the bridge (LIFE-1). Resolves when it listens; the homeserver and the networks may be down and are waited for
 * in the background. Rejects with what makes a start impossible (store, journal, port).
 */
export async function startApp(options: AppOptions): Promise<App> {
  const { log, clock } = options;
  const live = { config: options.config };
  const stopping = new AbortController();
  const edges = await buildEdges(options);
  const lastMarks = new LastMarks(clock, stopping.signal);
  const media = await openMedia({ config: options.config, homeserver: edges.homeserver, store: edges.store.fileAddresses, metrics: edges.metrics, clock, log: log.part('media') });
  const subscribed = subscriptionOf(options.registration.raw);
  const flows = buildFlows({ edges, live, log, clock, stopping: stopping.signal, subscribed, lastMarks, addresses: media.addresses });
  await flows.load();
  await flows.storeConfigLinks();
  const shown = await showMetrics({ edges, links: flows.links, config: options.config, clock, log });
  // Before anybody dials, also for what is taken up again: a network asks as soon as it is reached.
  if (edges.ident) log.info('listening for ident', await edges.ident.listen());
  // What is taken up again may connect people at once, and their first lines must have a listener.
  for (const network of edges.networks.values()) {
    network.onEvent(shown.onIrc);
    network.onEvent(flows.onIrcEvent);
  }
  const left = edges.journal.open();
  for (const entry of left) flows.replay(entry);
  if (left.length > 0) log.info('unfinished entries taken up again', { entries: left.length });
  await media.listen();
  const guests = media.guests ? { guests: media.guests } : {};
  const onMatrix = (event: MatrixEvent, entry: Entry): void => {
    shown.onMatrix(event);
    flows.onMatrixEvent(event, entry);
  };
  const { port } = await edges.homeserver.listen({ ...flows.questions, ...shown.questions, ...guests }, onMatrix, flows.onAccount);
  log.info('listening for the homeserver', { port });
  const closeDebug = await openDebug(options.config, options.registration.asToken, edges, log);
  for (const network of edges.networks.values()) network.start();
  void flows.settle();
  return {
    port,
    reload: (config) => {
      live.config = config;
    },
    async stop(reason) {
      log.info('stopping', { reason });
      edges.homeserver.refuse();
      await closeDebug();
      await within(clock, DRAIN_MS, flows.whenIdle(), () => undefined);
      flows.stop();
      await flows.remember().catch((fault: unknown) => log.warn('places on IRC not stored', { why: faultText(fault) }));
      stopping.abort(new BridgeError('STOPPING', 'the bridge is stopping'));
      await Promise.all([...edges.networks.values()].map((network) => network.stop(reason)));
      await edges.ident?.close();
      await shown.close();
      await edges.homeserver.close();
      await media.close();
      await edges.journal.close();
      await edges.store.close();
      log.info('stopped');
    },
  };
}
