/** What the rest of the program may count and time. Names and labels are the predecessor's where it had one. */

export interface Metrics {
  /** Adds one (or `by`) to a counter, such as `bridge_messages_total`. Labels must be of bounded number. */
  count(name: string, labels?: Readonly<Record<string, string>>, by?: number): void;
  /** Records how long something took, in seconds. */
  time(name: string, seconds: number, labels?: Readonly<Record<string, string>>): void;
  /** Sets a gauge. */
  set(name: string, value: number, labels?: Readonly<Record<string, string>>): void;
}
