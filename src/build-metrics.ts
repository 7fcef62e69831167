/** Shows the figures where the configuration wants them, and lets them see what happens. */

import { buildGauges, type GaugesNeeds } from './build-gauges.js';
import type { Questions } from './homeserver/port.js';
import { MetricsListener } from './http/metrics.js';
import type { IrcEvent } from './model/irc-event.js';
import type { MatrixEvent } from './model/matrix-event.js';

/** The figures as the application starts, feeds and stops them; of no effect where they are off. */
export interface Shown {
  /** What the homeserver's port answers besides (MET-1). */
  readonly questions: Pick<Questions, 'metrics'>;
  readonly onMatrix: (event: MatrixEvent) => void;
  readonly onIrc: (event: IrcEvent) => void;
  close(): Promise<void>;
}

const off: Shown = {
  questions: {},
  onMatrix: () => undefined,
  onIrc: () => undefined,
  close: () => Promise.resolve(),
};

/**
 * Obeys `ircService.metrics`.
 * @throws BridgeError `PORT_FAULT` when their own port cannot be had
 */
export async function showMetrics(needs: GaugesNeeds): Promise<Shown> {
  const { enabled, port, host } = needs.config.ircService.metrics;
  if (!enabled) return off;
  const { activity, figures } = buildGauges(needs);
  const own = port === undefined ? undefined : new MetricsListener({ read: figures, clock: needs.clock, log: needs.log.part('metrics') });
  if (own && port !== undefined) needs.log.info('listening for metrics', { host, ...(await own.listen(port, host)) });
  return {
    questions: own ? {} : { metrics: figures },
    onMatrix: (event) => activity.onMatrix(event),
    onIrc: (event) => activity.onIrc(event),
    close: async () => own?.close(),
  };
}
