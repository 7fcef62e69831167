/** What the homeserver edge is built from. */

import type { Clock } from '../lib/clock.js';
import type { Journal } from '../journal/port.js';
import type { Log } from '../lib/log.js';
import type { Metrics } from '../metrics/port.js';
import type { JsonObject } from '../model/matrix-content.js';
import type { Registration } from './registration.js';

/** The loaded registration file, as far as this folder reads it. */
export type RegistrationFacts = Pick<Registration, 'id' | 'url' | 'asToken' | 'hsToken' | 'senderLocalpart' | 'namespaces'>;

/** Bounds of time and number; all have defaults, and tests make them small. Milliseconds. */
export interface Limits {
  /** Until the head of a request to us must be there. */
  readonly headMs: number;
  /** Until a whole request to us, body included, must be there. */
  readonly requestMs: number;
  /** For an alias or user question, after which the answer is 404. */
  readonly questionMs: number;
  /** Until the homeserver must have begun to answer. */
  readonly answerMs: number;
  /** Connections to the homeserver, at most. */
  readonly connections: number;
  /** After so long of nothing but 500 for one event it is judged whether that event is poison (H15). */
  readonly poisonMs: number;
}

export const usualLimits: Limits = {
  headMs: 15_000,
  requestMs: 30_000,
  questionMs: 30_000,
  answerMs: 55_000,
  connections: 32,
  poisonMs: 48_000,
};

export interface HomeserverOptions {
  readonly registration: RegistrationFacts;
  /** The homeserver's name, the part after the colon in its MXIDs. */
  readonly domain: string;
  /** Where its client-server API is, such as `http://127.0.0.1:8008`; a path prefix is kept. */
  readonly url: string;
  readonly bind: { readonly host?: string; readonly port: number };
  /** Greatest body of a transaction in bytes; less than 16 MiB is not obeyed (AS-2). */
  readonly maxTxnBytes?: number;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Clock;
  /** Numbers in [0, 1) for jitter. */
  readonly chance?: () => number;
  /** Whether an MXID is one of our ghosts: anchored and bound to our domain (L10). The bot is known without it. */
  isGhost(userId: string): boolean;
  /** What `GET /thirdparty/protocol/irc` answers; without it that path is 404. */
  readonly thirdPartyProtocol?: (protocol: string) => JsonObject;
  readonly limits?: Partial<Limits>;
}
