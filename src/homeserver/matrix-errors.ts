/** Pure: what an answer of the homeserver that is not a success means for us. */

import { BridgeError } from '../model/errors.js';
import type { FaultCode } from '../model/errors.js';
import { textOf, isRaw } from './raw.js';

/** An answer as read: `body` is parsed JSON, or `undefined` when it was none. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** The `Retry-After` header, when there was one. */
  readonly retryAfter?: string;
}

/** The longest time that we let a homeserver make us wait. */
const LONGEST_WAIT = 3_600_000;

/** No usable answer came. `written`: the request may have reached the homeserver, so it may have been obeyed. */
export class NoAnswer extends BridgeError {
  readonly written: boolean;

  constructor(message: string, written: boolean, cause?: unknown) {
    super('HOMESERVER_UNAVAILABLE', message, { cause });
    this.written = written;
  }
}

/** Whether after this fault nobody knows if the request was obeyed (H3, H14): then it must not be repeated blindly. */
export function outcomeUnknown(fault: BridgeError): boolean {
  return fault.code === 'HOMESERVER_UNAVAILABLE' && !(fault instanceof NoAnswer && !fault.written);
}

/**
 * Turns an answer into a fault. What has no errcode did not come from a Matrix server but from something in front of
 * it, and passes (H2); 429 and 413 mean the same from anybody.
 * @param what the request in two words, for the message
 * @param now wall time in ms, for a `Retry-After` that is a date
 */
export function faultOf(what: string, answer: Answer, now: number): BridgeError {
  const { status } = answer;
  const body = isRaw(answer.body) ? answer.body : {};
  const errcode = textOf(body['errcode'], 100);
  const said = textOf(body['error'], 65_536)?.slice(0, 200) ?? '';
  const code = codeOf(status, errcode);
  const retryAfterMs = code === 'HOMESERVER_LIMIT' ? waitOf(answer, body['retry_after_ms'], now) : undefined;
  return new BridgeError(code, `${what}: ${status} ${errcode ?? 'without errcode'} ${said}`.trimEnd(), {
    status,
    ...(errcode === undefined ? {} : { errcode }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function codeOf(status: number, errcode: string | undefined): FaultCode {
  if (status === 429 || errcode === 'M_LIMIT_EXCEEDED') return 'HOMESERVER_LIMIT';
  if (status === 413 || errcode === 'M_TOO_LARGE') return 'HOMESERVER_TOO_LARGE';
  if (status < 400 || status >= 500 || status === 408 || errcode === undefined) return 'HOMESERVER_UNAVAILABLE';
  if (errcode === 'M_UNKNOWN_TOKEN' || errcode === 'M_MISSING_TOKEN') return 'HOMESERVER_UNAUTHORISED';
  if (errcode === 'M_USER_IN_USE' || errcode === 'M_ROOM_IN_USE' || status === 409) return 'HOMESERVER_IN_USE';
  if (errcode === 'M_NOT_FOUND') return 'HOMESERVER_NOT_FOUND';
  return status === 401 || status === 403 || errcode === 'M_EXCLUSIVE' ? 'HOMESERVER_FORBIDDEN' : 'HOMESERVER_BAD_REQUEST';
}

/** The header wins over the body (CS API v1.10, "Rate limiting"); nonsense in it is as if it were not there. */
function waitOf(answer: Answer, retryAfterMs: unknown, now: number): number | undefined {
  const header = answer.retryAfter?.trim() ?? '';
  let wait: number | undefined;
  if (/^\d{1,9}$/u.test(header)) wait = Number(header) * 1000;
  else if (/GMT$/u.test(header) && Number.isFinite(Date.parse(header))) wait = Date.parse(header) - now;
  else if (typeof retryAfterMs === 'number' && Number.isFinite(retryAfterMs)) wait = retryAfterMs;
  return wait === undefined ? undefined : Math.max(0, Math.min(LONGEST_WAIT, Math.ceil(wait)));
}

/** Whether the homeserver says that it has never seen this ghost of ours (Synapse's words; there is no errcode for it). */
export function saysNotRegistered(fault: BridgeError): boolean {
  return fault.code === 'HOMESERVER_FORBIDDEN' && fault.message.includes('has not registered this user');
}
