/** What is remembered of a Matrix user. */

import type { UserId } from './ids.js';
import type { NetworkName } from './irc-names.js';

/** A person's wishes and fixed names on one network (mairc's `client_config`). */
export interface ClientSettings {
  readonly person: UserId;
  readonly network: NetworkName;
  /** The nick the person asked for. */
  readonly nick?: string;
  /** The ident: once given it never changes (IDENT-1). */
  readonly ident?: string;
  /** SASL account or server password, as stored (encrypted by mairc's scheme); never logged. */
  readonly password?: string;
  readonly ipv6?: string;
}

/** The switch among `PersonRecord.features` by which services have rooms of their own (PM-11). */
export const SERVICES_ROOM = 'servicesRoom';

export interface PersonRecord {
  readonly person: UserId;
  /** Last action, in ms since the epoch. */
  readonly lastSeen?: number;
  readonly features: Readonly<Record<string, boolean>>;
  readonly deactivated: boolean;
}
