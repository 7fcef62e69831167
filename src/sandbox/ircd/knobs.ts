/** The switches that tests turn while the IRC server runs. */

import type { FloodRule } from './profile.js';

export interface Knobs {
  /** Who is let in: `refused` resets at once, `throttled` says ERROR first, `mute` accepts and never answers. */
  accept: 'all' | 'refused' | 'throttled' | 'mute';
  /** 001 is held back while this is set. */
  holdWelcomes: boolean;
  welcomeDelayMs: number;
  /** Lines are taken and recorded, and not acted on. */
  hold: boolean;
  flood: FloodRule | undefined;
  /** LINELEN: bytes of a line with CR LF, tags not counted. */
  lineLength: number;
  /** Solanum's `default_floodcount`: lines that all members without voice may say in a channel, then one a second. */
  channelFlood: number | undefined;
  /** K-lines: mask over `nick!user@host`, and the reason. */
  readonly bans: { readonly mask: string; readonly reason: string }[];
  /** SASL accounts and their passwords. */
  readonly accounts: Map<string, string>;
  serverPassword: string | undefined;
  /** Connections at most from one address. */
  perAddress: number;
}

/** Everything open. */
export function openKnobs(): Knobs {
  return {
    accept: 'all',
    holdWelcomes: false,
    welcomeDelayMs: 0,
    hold: false,
    flood: undefined,
    lineLength: 512,
    channelFlood: undefined,
    bans: [],
    accounts: new Map(),
    serverPassword: undefined,
    perAddress: Number.POSITIVE_INFINITY,
  };
}
