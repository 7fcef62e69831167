/** First words with the homeserver: who we are to it, and that it may call us now. */

import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import type { Metrics } from '../metrics/port.js';
import { BridgeError } from '../model/errors.js';
import { parseUserId } from '../model/ids.js';
import type { UserId } from '../model/ids.js';
import { NoAnswer } from './matrix-errors.js';
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

/** Who the homeserver says we are; asked until it answers (LIFE-2). Throws only when it refuses for good, or at the end. */
export function whoAmI({ bot, server, patience }: Pick<PingParts, 'bot' | 'server' | 'patience'>): Promise<UserId> {
  return patience.through(bot, async () => {
    const answer = await server.once({ name: 'whoami', method: 'GET', path: '/v3/account/whoami' });
    const user = parseUserId(answer['user_id']);
    if (!user) throw new NoAnswer('whoami: answer without a user id', false);
    return user;
  });
}

/**
 * Asks the homeserver to call us (AS API, "Pinging"): what it held back then comes at once, not after its own backoff (AS-8).
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
