/** Which of a network's addresses a client dials: any at first, the next one after a failure (CONN-2). */

/** For a connection to be there, in ms: where there is another address to try, it is tried within ten seconds (CONN-7, R25). */
const PATIENCE_MS = 30_000;
const PATIENCE_OF_MANY_MS = 8_000;

export class Addresses {
  readonly #hosts: readonly string[];
  readonly #chance: () => number;
  /** The address whose attempt has not succeeded yet. */
  readonly #tried = new WeakMap<object, number>();

  /** @param hosts at least one. @param chance in [0, 1) */
  constructor(hosts: readonly string[], chance: () => number) {
    this.#hosts = hosts;
    this.#chance = chance;
  }

  /** The address for the client's next attempt. */
  next(client: object): string {
    const before = this.#tried.get(client);
    const at = before === undefined ? Math.floor(this.#chance() * this.#hosts.length) : (before + 1) % this.#hosts.length;
    this.#tried.set(client, at);
    return this.#hosts[at] ?? '';
  }

  /** How long an attempt at any of them may take, in ms. */
  get patienceMs(): number {
    return this.#hosts.length > 1 ? PATIENCE_OF_MANY_MS : PATIENCE_MS;
  }

  /** The client's next attempt goes to the same address. */
  stay(client: object): void {
    const at = this.#tried.get(client);
    if (at !== undefined) this.#tried.set(client, at - 1);
  }

  /** The client's attempt succeeded: its next one, whenever that is, is free to choose. */
  good(client: object): void {
    this.#tried.delete(client);
  }
}
