/** The file that keeps which IRC hosts want TLS alone, over restarts (IRCv3 `sts`, CONN-3). */

import { open, readFile, rename } from 'node:fs/promises';
import type { Log } from '../lib/log.js';

/** What is kept, by host: the port to dial with TLS, how long that holds after the last connection, until when by now. */
export type KeptHosts = ReadonlyMap<string, { readonly port: number; readonly seconds: number; readonly until: number }>;

/** @throws Error when it is not what this file writes. */
function parsed(text: string): KeptHosts {
  const hosts = new Map<string, { port: number; seconds: number; until: number }>();
  for (const [host, one] of Object.entries(JSON.parse(text) as Record<string, unknown>)) {
    const { port, seconds, until } = (one ?? {}) as Record<string, unknown>;
    if (typeof port !== 'number' || typeof seconds !== 'number' || typeof until !== 'number') throw new Error(`no numbers for ${host}`);
    hosts.set(host, { port, seconds, until });
  }
  return hosts;
}

export class StrictHostsFile {
  readonly #path: string;
  readonly #log: Log;
  #next: string | undefined;
  #writing: Promise<void> | undefined;

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  /** What was kept; nothing where there is no file. One that cannot be read is told, and nothing is known. */
  async read(): Promise<KeptHosts> {
    try {
      const text = await readFile(this.#path, 'utf8').catch((fault: unknown) => {
        if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return '{}';
        throw fault;
      });
      return parsed(text);
    } catch (fault) {
      this.#log.error('which IRC servers want TLS is not known any more', { path: this.#path, fault });
      return new Map();
    }
  }

  /** Writes soon; what comes while it is written is written after it, at once. */
  keep(hosts: KeptHosts): void {
    this.#next = JSON.stringify(Object.fromEntries(hosts));
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
  }

  /** Resolves when all that was given is on disk, or could not be put there. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#next !== undefined) {
      const text = this.#next;
      this.#next = undefined;
      try {
        const handle = await open(`${this.#path}.new`, 'w', 0o600);
        try {
          await handle.writeFile(text);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(`${this.#path}.new`, this.#path);
      } catch (fault) {
        this.#log.error('which IRC servers want TLS could not be kept', { path: this.#path, fault });
      }
    }
  }
}
