/** Knobs that make routes of the homeserver misbehave. */

import type { JsonObject } from '../../model/matrix-content.js';

/** Which requests; all that is given must fit. */
export interface FaultMatch {
  readonly method?: string;
  /** Searched in the path, which is still encoded. */
  readonly path?: RegExp;
  /** The acting user (query `user_id`, or the token's). */
  readonly user?: string;
  /** How many requests; absent: all until `end`. */
  readonly times?: number;
  /** Requests let through before the first. */
  readonly skip?: number;
}

/** What becomes of them. Without `apply` the request has no effect unless only its answer is bent. */
export interface FaultBehaviour {
  readonly delayMs?: number;
  /** Never answered, with `apply` after the effect; the connection stays open. */
  readonly hang?: boolean;
  /** RST before the request has had its effect, or after it. */
  readonly reset?: 'before' | 'after';
  /** This status instead of the answer; with `apply` after the effect. */
  readonly status?: number;
  readonly errcode?: string;
  readonly apply?: boolean;
  /** The `Retry-After` header, as it stands. */
  readonly retryAfter?: string;
  readonly retryAfterMs?: number;
  /** Half of the body, then the end of the connection. */
  readonly truncate?: boolean;
  readonly contentType?: string;
  /** This body instead. */
  readonly rawBody?: string;
}

/** A fault that is set; `hits` counts, `end` takes it away. */
export interface Fault {
  readonly hits: number;
  end(): void;
}

interface SetFault {
  readonly match: FaultMatch;
  readonly behaviour: FaultBehaviour;
  seen: number;
  hits: number;
}

export class Faults {
  private readonly set = new Set<SetFault>();

  add(match: FaultMatch, behaviour: FaultBehaviour): Fault {
    const entry: SetFault = { match, behaviour, seen: 0, hits: 0 };
    this.set.add(entry);
    return {
      get hits(): number {
        return entry.hits;
      },
      end: () => void this.set.delete(entry),
    };
  }

  clear(): void {
    this.set.clear();
  }

  /** The behaviour for this request, the first that fits. */
  take(method: string, path: string, user: string | undefined): FaultBehaviour | undefined {
    for (const entry of this.set) {
      const { match } = entry;
      if (match.method !== undefined && match.method !== method) continue;
      if (match.path !== undefined && !match.path.test(path)) continue;
      if (match.user !== undefined && match.user !== user) continue;
      entry.seen += 1;
      if (entry.seen <= (match.skip ?? 0)) continue;
      if (match.times !== undefined && entry.hits >= match.times) continue;
      entry.hits += 1;
      return entry.behaviour;
    }
    return undefined;
  }
}

/** The body of a fault's own status. */
export function faultBody({ status, errcode, retryAfterMs }: FaultBehaviour): JsonObject {
  const code = errcode ?? (status === 429 ? 'M_LIMIT_EXCEEDED' : 'M_UNKNOWN');
  return { errcode: code, error: 'set by a test', ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }) };
}
