/** What a homeserver tells of the life of an account (MSC3395; matrix-spec issue 258), and what is remembered of it. */

import type { Branded, UserId } from './ids.js';
import type { ChannelName, NetworkName, Nick } from './irc-names.js';

/** A device of a person as we keep it: a hash of its id, never the id (SYN-18). */
export type DeviceMark = Branded<'DeviceMark'>;

interface Told {
  readonly person: UserId;
  /** When it happened, in ms since the epoch by the homeserver's clock; when we heard of it, where that was not told. */
  readonly at: number;
  /** It was not told when. */
  readonly undated?: true;
}

/** The account was made (or made anew), or is closed for good. */
export interface StateChange extends Told {
  readonly kind: 'registration' | 'deactivated';
}

export interface LoginChange extends Told {
  readonly kind: 'login';
  readonly device: DeviceMark;
  /** How many devices are logged in after it, where the homeserver says so (`chat.causeway.devices_left`). */
  readonly left?: number;
}

export interface LogoutChange extends Told {
  readonly kind: 'logout';
  /** Absent: all of them (SYN-11). */
  readonly device?: DeviceMark;
  /** The token has run out; the device and its person are still there. */
  readonly soft: boolean;
  readonly left?: number;
}

/** One thing that happened to an account. */
export type AccountChange = StateChange | LoginChange | LogoutChange;

/** What stands in one entry of the homeserver: a change, a wish for fresh figures, or nothing that we can use. */
export type AccountNews =
  | { readonly kind: 'change'; readonly type: NewsType; readonly change: AccountChange }
  | { readonly kind: 'figures' }
  /** `rejected`: of a type we know, but about nobody whom it can be about (SYN-5). */
  | { readonly kind: 'nothing'; readonly type: NewsType; readonly outcome: 'ignored' | 'rejected' };

/** The label of an entry's type in figures and logs. */
export type NewsType = AccountChange['kind'] | 'new_user' | 'other';

/** Whether a device was logged in when it was last heard of. */
export interface Device {
  readonly in: boolean;
  readonly at: number;
}

/** What is known of a person's devices and of the account's end. */
export interface Ledger {
  readonly person: UserId;
  readonly devices: Readonly<Record<DeviceMark, Device>>;
  /** Whether it was ever told which devices there are: a logout from an unknown set says nothing. */
  readonly known: boolean;
  /** When all devices were logged out together, last. */
  readonly outAt?: number;
  /** The newest login or logout. */
  readonly changedAt?: number;
  /** How many devices that one said are left. */
  readonly left?: number;
  readonly registeredAt?: number;
  readonly deactivatedAt?: number;
}

/** Where a person's client was. */
export interface Place {
  readonly network: NetworkName;
  readonly nick: Nick;
  readonly channels: readonly ChannelName[];
}

/** All that is stored of an account. */
export interface AccountRecord {
  readonly ledger: Ledger;
  /** His clients end at this time (ms since the epoch), since no device is left. */
  readonly endsAt?: number;
  /** They have ended: he comes back with a login or when he says something. */
  readonly ended?: 'disconnect' | 'away';
  /** Where his clients were when he was last seen to leave, or when the bridge stopped. */
  readonly places: readonly Place[];
}
