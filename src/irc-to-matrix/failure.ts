/** Tells an IRC person that a line did not reach Matrix. */

import type { IrcNetwork } from '../irc/port.js';
import type { EntryId } from '../journal/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import type { Metrics } from '../metrics/port.js';
import { BridgeError, faultText } from '../model/errors.js';
import type { RoomId } from '../model/ids.js';
import type { ChannelMessage } from '../model/irc-event.js';
import type { NetworkName } from '../model/irc-names.js';
import type { SetAside } from './set-aside.js';

export interface FailureNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'bot' | 'fold'>>;
  readonly setAside: SetAside;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Set when the bridge stops: then nobody can be told any more. */
  readonly stopping: AbortSignal;
}

/** `entry` and `room`, where the line had got so far. */
export type FailedLine = ChannelMessage & { readonly entry?: EntryId; readonly room?: RoomId };

/**
 * Sets a line aside and tells its author, at most once an hour for an author and channel, and counts every case. Of a
 * room that is gone IRC is told nothing: an admin is, once (H9). Resolves when that
 * is done, or cannot be done, which is logged; false when the bridge stops before it is done. Never throws.
 */
export type Failure = (line: FailedLine, fault: unknown) => Promise<boolean>;

const HOUR_MS = 3_600_000;

export function makeFailure(needs: FailureNeeds): Failure {
  const told = new BoundedMap<string, number>(10_000);
  const tell = async (line: FailedLine, network: Pick<IrcNetwork, 'bot'>, code: string): Promise<boolean> => {
    const text = `What you said in ${line.channel} did not reach Matrix: ${why(code)} People on IRC did see it.`;
    try {
      const outcome = await network.bot.say(line.from.nick, { how: 'notice', lines: [text] });
      if (outcome.ok) return true;
      needs.log.warn('author not told', { request: line.entry, network: line.network, why: outcome.refusal.say });
    } catch (fault) {
      needs.log.error('author not told', { request: line.entry, network: line.network, why: faultText(fault) });
    }
    return false;
  };
  return async (line, fault) => {
    const reason = fault instanceof BridgeError ? fault.code : 'FAULT';
    needs.metrics.count('bridge_dropped_total', { reason });
    if (reason === 'ROOM_GONE') return true;
    if (line.entry !== undefined) await needs.setAside({ ...line, id: line.entry, nick: line.from.nick, target: line.channel }, fault);
    const network = needs.networks.get(line.network);
    if (!network) return true;
    const key = `${line.network} ${network.fold(line.channel)} ${network.fold(line.from.nick)}`;
    const now = needs.clock.elapsed();
    const last = told.get(key);
    if (last !== undefined && now - last < HOUR_MS) return true;
    told.set(key, now);
    // Not heard: the next line tries again.
    if (await tell(line, network, reason)) return true;
    told.delete(key);
    return !needs.stopping.aborted;
  };
}

function why(code: string): string {
  if (code.startsWith('JOURNAL_')) return 'the bridge has no room left to keep it.';
  return code.startsWith('HOMESERVER_') ? 'the Matrix server refused it.' : 'something went wrong inside the bridge.';
}
