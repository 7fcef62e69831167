/** Asks the homeserver to call us (AS API, "Pinging"): what it held back then comes at once, not after its backoff (AS-8). */

import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import type { Metrics } from '../metrics/port.js';
import { BridgeError } from '../model/errors.js';
import type { UserId } from '../model/ids.js';
import type { ClientServer } from './call.js';
import type { Patience } from './patience.js';

export interface PingParts {
  readonly id: string;
  readonly bot: UserId;
  readonly server: ClientServer;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * Pings until it was heard or refused for good; never throws. A homeserver without the endpoint answers 404: then
 * it comes back by its own backoff.
 */
export async function pingHomeserver(parts: PingParts): Promise<void> {
  const { clock, log } = parts;
  const path = `/v1/appservice/${encodeURIComponent(parts.id)}/ping`;
  const begun = clock.elapsed();
  const body = JSON.stringify({ transaction_id: `ping.${clock.now()}` });
  try {
    const answer = await parts.patience.through(parts.bot, () =>
      parts.server.once({ name: 'ping', method: 'POST', path, body }),
    );
    const ms = typeof answer['duration_ms'] === 'number' ? answer['duration_ms'] : clock.elapsed() - begun;
    parts.metrics.set('bridge_appservice_ping_ms', ms);
    log.info('homeserver reaches us', { ms });
  } catch (fault) {
    if (fault instanceof BridgeError && fault.code === 'STOPPING') return;
    const old = fault instanceof BridgeError && fault.status === 404;
    if (old) log.info('homeserver cannot be pinged, it will call when its own wait is over', { fault });
    else log.warn('homeserver was asked to call us and did not', { fault });
  }
}
