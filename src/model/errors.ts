/** Faults: what should not happen, with a stable code. Refusals (expected "no") are values in `refusal.ts`. */

/** Stable codes, for logs, metrics and operators' documentation. */
export type FaultCode =
  | 'CONFIG_FAULT'
  | 'REGISTRATION_FAULT'
  /** A port of ours cannot be listened on. */
  | 'PORT_FAULT'
  /** The homeserver is down, answers 5xx or nonsense: worth another try. */
  | 'HOMESERVER_UNAVAILABLE'
  /** 429: worth another try after `retryAfterMs`. */
  | 'HOMESERVER_LIMIT'
  | 'HOMESERVER_FORBIDDEN'
  | 'HOMESERVER_NOT_FOUND'
  | 'HOMESERVER_IN_USE'
  | 'HOMESERVER_TOO_LARGE'
  | 'HOMESERVER_BAD_REQUEST'
  /** A linked room that the homeserver has no more, so that it was unlinked. */
  | 'ROOM_GONE'
  /** 401: the homeserver does not know our token; nothing will work until an admin acts. */
  | 'HOMESERVER_UNAUTHORISED'
  | 'IRC_LOST'
  | 'IRC_FAULT'
  | 'STORE_FAULT'
  | 'STORE_LOCKED'
  | 'JOURNAL_FULL'
  | 'JOURNAL_FAULT'
  | 'QUEUE_FULL'
  | 'STOPPING';

export class BridgeError extends Error {
  readonly code: FaultCode;
  /** Milliseconds after which another try makes sense; absent when not known. */
  readonly retryAfterMs?: number;
  /** The Matrix errcode, when a homeserver gave one. */
  readonly errcode?: string;
  /** The HTTP status, when there was one. */
  readonly status?: number;

  constructor(
    code: FaultCode,
    message: string,
    more: { cause?: unknown; retryAfterMs?: number; errcode?: string; status?: number } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'BridgeError';
    this.code = code;
    if (more.retryAfterMs !== undefined) this.retryAfterMs = more.retryAfterMs;
    if (more.errcode !== undefined) this.errcode = more.errcode;
    if (more.status !== undefined) this.status = more.status;
  }

  /** Whether the same request may succeed later without anybody doing anything. */
  get passing(): boolean {
    return this.code === 'HOMESERVER_UNAVAILABLE' || this.code === 'HOMESERVER_LIMIT' || this.code === 'IRC_LOST';
  }
}

/** Whether `fault` is one of ours with this code. */
export function isFault(fault: unknown, code: FaultCode): fault is BridgeError {
  return fault instanceof BridgeError && fault.code === code;
}

/** A short text of anything thrown, for a log line; never the stack. */
export function faultText(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}
