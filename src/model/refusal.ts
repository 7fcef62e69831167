/** Expected "no" answers as values, each with the sentence a person is told. */

/** Why something is not done. A closed list: metrics and notices are grouped by it. */
export type RefusalReason =
  | 'network-unreachable'
  | 'network-full'
  | 'connection-lost'
  | 'banned-from-network'
  | 'killed'
  | 'auth-failed'
  | 'excluded'
  | 'deactivated'
  | 'logged-out'
  | 'channel-not-allowed'
  | 'not-a-channel'
  | 'invite-only'
  | 'needs-key'
  | 'needs-account'
  | 'needs-tls'
  | 'channel-full'
  | 'banned-from-channel'
  | 'too-many-channels'
  | 'forwarded'
  | 'cannot-send'
  | 'no-such-nick'
  | 'nick-taken'
  | 'nick-invalid'
  | 'slow-down'
  | 'timed-out'
  | 'unconfirmed'
  | 'too-old'
  | 'not-text'
  | 'shutting-down'
  | 'server-said-no';

/** A refusal. `permanent`: asking again by itself is pointless; a person has to change something first. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** One plain sentence for the person concerned, network text already cut and cleaned. */
  readonly say: string;
  readonly permanent: boolean;
}

/** The answer of anything that may be refused. */
export type Outcome<T = void> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

export const done: Outcome = { ok: true, value: undefined };

export function granted<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function refused(reason: RefusalReason, say: string, permanent = false): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { reason, say, permanent } };
}
