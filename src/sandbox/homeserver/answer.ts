/** What a request is to the routes, and the errors they answer with. */

import type { JsonObject } from '../../model/matrix-content.js';
import type { Appservice } from './appservice.js';

/** Who asks: a person by a token of their own, or a user that an application service acts as. */
export interface Requester {
  readonly user: string;
  readonly device: string | undefined;
  readonly service: Appservice | undefined;
  readonly token: string;
}

export interface Request {
  readonly method: string;
  /** The path as it came, still encoded, without query. */
  readonly path: string;
  /** The path's variable parts, decoded. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  readonly who: Requester;
  /** Ends when the asker has gone. */
  readonly signal: AbortSignal;
}

export type Reply = JsonObject | { readonly status: number; readonly reply: JsonObject };
export type Route = (request: Request) => Reply | Promise<Reply>;

/** A refusal in the standard error form. */
export class MatrixFault extends Error {
  readonly status: number;
  readonly errcode: string;
  readonly more: JsonObject;

  constructor(status: number, errcode: string, message: string, more: JsonObject = {}) {
    super(message);
    this.name = 'MatrixFault';
    this.status = status;
    this.errcode = errcode;
    this.more = more;
  }

  get body(): JsonObject {
    return { errcode: this.errcode, error: this.message, ...this.more };
  }
}

export const forbidden = (why: string): MatrixFault => new MatrixFault(403, 'M_FORBIDDEN', why);
export const notFound = (what: string): MatrixFault => new MatrixFault(404, 'M_NOT_FOUND', what);
export const unknown = (why: string): MatrixFault => new MatrixFault(400, 'M_UNKNOWN', why);

/** A string of the body, or the refusal that Synapse gives for a missing or wrong one. */
export function text(body: JsonObject, key: string): string {
  const value = body[key];
  if (value === undefined) throw new MatrixFault(400, 'M_MISSING_PARAM', `Missing params: ['${key}']`);
  if (typeof value !== 'string') throw new MatrixFault(400, 'M_INVALID_PARAM', `'${key}' must be a string`);
  return value;
}

export function maybeText(body: JsonObject, key: string): string | undefined {
  return body[key] === undefined ? undefined : text(body, key);
}
