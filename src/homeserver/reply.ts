/** What we answer to the homeserver: always JSON, never a stack (L5). */

import type { JsonObject } from '../model/matrix-content.js';

export interface Reply {
  readonly status: number;
  readonly body: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is to be done once it was written; called also when nobody was left to read it. Must not throw. */
  readonly afterwards?: () => void;
}

export const ok: Reply = { status: 200, body: {} };

/**
 * A standard error.
 * @param retryAfter seconds, for 503
 */
export function refusal(status: number, errcode: string, error: string, retryAfter?: number): Reply {
  const reply = { status, body: { errcode, error } };
  return retryAfter === undefined ? reply : { ...reply, headers: { 'retry-after': String(retryAfter) } };
}

export const unknownPath = refusal(404, 'M_UNRECOGNIZED', 'Unrecognized request');
