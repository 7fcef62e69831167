/** What the rest of the program may count and time. Names and labels are the predecessor's where it had one. */

export interface Metrics {
  /**
   * Adds one (or `by`) to a counter, such as `bridge_messages_total`. Labels must be of bounded number. It costs less
   * than a microsecond (bench/metrics.ts), so that every message may be counted.
   */
  count(name: string, labels?: Readonly<Record<string, string>>, by?: number): void;
  /** Records how long something took, in seconds (a name that ends in `_ms`: milliseconds). */
  time(name: string, seconds: number, labels?: Readonly<Record<string, string>>): void;
  /** Sets a gauge. */
  set(name: string, value: number, labels?: Readonly<Record<string, string>>): void;
}

/** All figures as they are now, for `GET /metrics`. */
export interface Figures {
  /** The `Content-Type`, with the version of the format. */
  readonly type: string;
  readonly text: string;
}

/** Gives the figures; never rejects. */
export type ReadFigures = () => Promise<Figures>;

/** What became of one message. Times in seconds. */
export interface Carried {
  readonly direction: 'irc_to_matrix' | 'matrix_to_irc';
  /** The network. */
  readonly server: string;
  /** `say`, `act`, `notice` or `media`. */
  readonly type: string;
  readonly outcome: string;
  /** The work on it, and all since it was accepted. */
  readonly work: number;
  readonly latency: number;
}

/** Counts and times a message whose end is known (MET-5, MET-10). */
export function countMessage(metrics: Metrics, { direction, server, type, outcome, work, latency }: Carried): void {
  const request = direction === 'irc_to_matrix' ? 'bridge_remote_request_seconds' : 'bridge_matrix_request_seconds';
  metrics.count('bridge_messages_total', { direction, type, outcome });
  metrics.time(request, work, { outcome });
  if (outcome === 'success') metrics.time('bridge_message_latency_seconds', latency, { direction, server });
}
