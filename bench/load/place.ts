/** A bridge under load between the two fake servers: ours, or the bare relay that shows what the machine can do. */

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../src/sandbox/free-port.js';
import { until } from './flow.js';
import { DOMAIN, LoadHomeserver } from './homeserver.js';
import { LoadIrcd } from './ircd.js';

const BOT = 'benchbot';
const OURS = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const RELAY = fileURLToPath(new URL('./relay.mjs', import.meta.url));

export type Who = 'causeway' | 'relay';
export interface PlaceWish {
  readonly who: Who;
  readonly channels: number;
  readonly deafness?: boolean;
}

export const channelOf = (number: number): string => `#bench${number}`;
export const roomOf = (number: number): string => `!room${number}:${DOMAIN}`;
export const userOf = (number: number): string => `@u${String(number).padStart(4, '0')}:${DOMAIN}`;

export class Place {
  readonly homeserver = new LoadHomeserver();
  readonly ircd: LoadIrcd;
  readonly #wish: PlaceWish;
  readonly #directory = mkdtempSync(join(tmpdir(), 'causeway-bench-'));
  #child: ChildProcess | undefined;
  #port = 0;

  private constructor(wish: PlaceWish) {
    this.#wish = wish;
    this.ircd = new LoadIrcd(wish.deafness === true);
  }

  static async make(wish: PlaceWish): Promise<Place> {
    const place = new Place(wish);
    if (wish.who === 'causeway' && !existsSync(OURS)) throw new Error('build first: npm run build');
    await place.ircd.listen();
    const url = await place.homeserver.listen();
    place.#port = await freePort();
    place.homeserver.serve(place.#port, 'hs');
    place.#write(url);
    return place;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Starts the bridge and waits until the bot is everywhere. Gives the ms that took. */
  async start(): Promise<number> {
    const begun = performance.now();
    const args = this.#wish.who === 'relay' ? [RELAY, this.#file('config'), String(this.#port)] : this.#ourArgs();
    this.#child = spawn(process.execPath, args, { cwd: this.#directory, stdio: ['ignore', 'ignore', 'inherit'] });
    const all = await until(() => this.ircd.joins >= this.#wish.channels, 120_000);
    if (!all) throw new Error(`the bot came to ${this.ircd.joins} of ${this.#wish.channels} channels`);
    return performance.now() - begun;
  }

  /** Brings so many people into every room. Gives the ms until all are on IRC. */
  async people(count: number): Promise<number> {
    const begun = performance.now();
    const wanted = this.ircd.joins + count * this.#wish.channels;
    for (let user = 0; user < count; user++) {
      for (let room = 0; room < this.#wish.channels; room++) this.homeserver.join(roomOf(room), userOf(user));
    }
    if (!(await until(() => this.ircd.joins >= wanted, 120_000))) throw new Error(`${this.ircd.joins} joins of ${wanted}`);
    return performance.now() - begun;
  }

  kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  }

  async end(): Promise<void> {
    await this.kill();
    this.ircd.close();
    this.homeserver.close();
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 3 });
  }

  #file(name: string): string {
    return join(this.#directory, `${name}.yaml`);
  }

  #ourArgs(): string[] {
    return [OURS, '-c', this.#file('config'), '-f', this.#file('registration'), '-p', String(this.#port)];
  }

  /** JSON is YAML. */
  #write(url: string): void {
    const numbers = Array.from({ length: this.#wish.channels }, (_, number) => number);
    const server = {
      name: 'Bench',
      port: this.ircd.port,
      ssl: false,
      sasl: false,
      sendConnectionMessages: false,
      botConfig: { enabled: true, nick: BOT, username: BOT },
      membershipLists: { enabled: true, floodDelayMs: 0, global: { matrixToIrc: { initial: true, incremental: true } } },
      mappings: Object.fromEntries(numbers.map((number) => [channelOf(number), { roomIds: [roomOf(number)] }])),
      matrixClients: { userTemplate: '@irc_$NICK', displayName: '$NICK' },
      ircClients: { nickTemplate: '$LOCALPART', maxClients: 0, idleTimeout: 0, reconnectIntervalMs: 0, concurrentReconnectLimit: 0, flood: false },
    };
    const config = {
      homeserver: { url, domain: DOMAIN, bindHostname: '127.0.0.1' },
      ircService: { servers: { '127.0.0.1': server }, logging: { level: 'error' } },
      database: { engine: 'nedb', connectionString: `nedb://${this.#directory}/data` },
    };
    const registration = {
      id: 'bench',
      url: `http://127.0.0.1:${this.#port}`,
      as_token: 'as',
      hs_token: 'hs',
      sender_localpart: 'ircbot',
      namespaces: { users: [{ exclusive: true, regex: `@irc_.*:${DOMAIN}` }], aliases: [], rooms: [] },
    };
    writeFileSync(this.#file('config'), JSON.stringify(config));
    writeFileSync(this.#file('registration'), JSON.stringify(registration));
  }
}

