/** Keeps what no room took, with its reason, for an admin to read in aside.db (RELIABILITY H15). */

import type { Log } from '../lib/log.js';
import type { Metrics } from '../metrics/port.js';
import { BridgeError, faultText, type FaultCode } from '../model/errors.js';
import type { LineAside } from '../model/line-aside.js';
import type { LineAsideStore } from '../store/port.js';

export interface SetAsideNeeds {
  readonly linesAside: Pick<LineAsideStore, 'add'>;
  readonly metrics: Pick<Metrics, 'count'>;
  readonly log: Log;
}

/** Resolves when the line is kept, or cannot be, which is logged; never throws. */
export type SetAside = (line: Omit<LineAside, 'why'>, fault: unknown) => Promise<void>;

/**
 * What says that the line itself is at fault, or the bridge. A room that lets nobody in, or not this one, says something
 * of people: who is banned must not fill a file of ours.
 */
const OF_THE_LINE: ReadonlySet<FaultCode> = new Set(['HOMESERVER_BAD_REQUEST', 'HOMESERVER_TOO_LARGE', 'HOMESERVER_NOT_FOUND']);

export function makeSetAside({ linesAside, metrics, log }: SetAsideNeeds): SetAside {
  return async ({ id, room, network, at, nick, target, person, text }, fault) => {
    const code = fault instanceof BridgeError ? fault.code : undefined;
    if (code !== undefined && !OF_THE_LINE.has(code)) return;
    const reason = code ?? 'FAULT';
    const why = `${reason}: ${faultText(fault)}`.slice(0, 500).toWellFormed();
    try {
      const whose = { ...(room === undefined ? {} : { room }), ...(person === undefined ? {} : { person }) };
      await linesAside.add({ id, network, at, nick, target, text, why, ...whose });
      metrics.count('bridge_lines_aside_total', { reason });
    } catch (failed) {
      log.error('line not set aside', { request: id, why: faultText(failed) });
    }
  };
}
