/** What the flows may ask for people without accounts: an address under which they see a file or a long text. */

import type { EventId, MxcUri, UserId } from '../model/ids.js';

/** The event by which something was shown; with its redaction, or that of what it replaces, the address ends. */
export interface Shown {
  readonly event: EventId;
  readonly replaces?: EventId;
  /** Whose it is, on Matrix: with the account it is forgotten. */
  readonly author?: UserId;
}

export interface FileToShow extends Shown {
  readonly mxc: MxcUri;
  /** Unclean. */
  readonly name: string;
  /** Size in bytes as its sender claims it. */
  readonly bytes?: number;
  /** It is one of a pack that others use, too: a sticker. */
  readonly shared?: true;
}

export interface TextToShow extends Shown {
  /** All of it, as a person should read it. */
  readonly text: string;
  /** Who said it, as people on IRC know them. */
  readonly by: string;
  /** When, ms since the epoch. */
  readonly at: number;
  /** It is code, of this language if that was said. */
  readonly code?: { readonly language?: string };
}

/** Addresses are the same however often they are asked for. None of these throws for want of disk; that is logged. */
export interface PublicAddresses {
  /** The address of a file; `undefined`: there is none (too large, redacted, disk full). */
  ofFile(file: FileToShow): Promise<string | undefined>;
  /** The address of a page with a text, written to disk when this resolves; `undefined` as above. */
  ofText(text: TextToShow): Promise<string | undefined>;
  /**
   * Ends all addresses of an event that was redacted, also those that are still to be asked for.
   * @param by who redacted it, where that was a person on Matrix: its files may be locked away then
   */
  withdraw(event: EventId, by?: UserId): Promise<void>;
  /** Takes what is kept of these people's texts and files off the disk (SYN-10). Throws `STORE_FAULT`. */
  forget(people: ReadonlySet<UserId>): Promise<void>;
}

/** Where no addresses are given out. */
export const noAddresses: PublicAddresses = {
  ofFile: () => Promise.resolve(undefined),
  ofText: () => Promise.resolve(undefined),
  withdraw: () => Promise.resolve(),
  forget: () => Promise.resolve(),
};
