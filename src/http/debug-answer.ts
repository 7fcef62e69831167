/** What is asked of the debug API, and what it answers. */

export interface Asked {
  readonly query: URLSearchParams;
  /** Empty where the method is GET. */
  readonly body: string;
  /** For the log's `requestOf`. */
  readonly request: object;
}

export interface Answer {
  readonly status: number;
  /** JSON where it begins with a brace or is `null`. */
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What stands at a path. `take` may throw what the store or the journal throws. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly take: (asked: Asked) => Promise<Answer> | Answer;
}

export const text = (status: number, body: string): Answer => ({ status, body: `${body}\n` });
export const json = (value: unknown): Answer => ({ status: 200, body: JSON.stringify(value) });

/** The object in a body; `undefined`: it is none. */
export function objectOf(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Told to the asker: what exactly is wrong with it he can see himself.
    return undefined;
  }
}
