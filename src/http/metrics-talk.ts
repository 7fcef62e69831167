/** What the thread that answers for metrics and the main one say to each other. */

import type { Figures } from '../metrics/port.js';

/** Where the thread listens; given to it when it starts. */
export interface Place {
  readonly port: number;
  readonly host: string;
}

/** To the thread. `figures` and `none` answer `wanted`; after `close` it ends by itself. */
export type ToThread =
  | { readonly kind: 'figures'; readonly figures: Figures }
  | { readonly kind: 'none'; readonly why: string }
  | { readonly kind: 'close' };

/** From the thread: one of the first two to begin with, then `wanted` whenever somebody asks. */
export type FromThread =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'deaf'; readonly why: string }
  | { readonly kind: 'wanted' };
