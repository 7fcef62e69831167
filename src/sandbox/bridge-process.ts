/** The real bridge as a child process in a directory of its own: what the demo and the stories of `spec/` start. */

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { dump } from 'js-yaml';
import { sleep, systemClock } from '../lib/clock.js';
import { freePort } from './free-port.js';

/** Beside this file, in whatever language; `CAUSEWAY_BRIDGE` names another, such as the one that was built. */
const MAIN = process.env['CAUSEWAY_BRIDGE'] ?? fileURLToPath(new URL(`../main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));
const START_MS = 120_000;
const STOP_MS = 60_000;

/** How a child ended: its exit code, or the signal that ended it. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class BridgeProcess {
  /** Configuration, registration, database and journal lie here. */
  readonly directory: string;
  readonly port: number;
  /** Standard output and error, line by line, of all its lives. */
  readonly log: string[] = [];
  /** Called with each line of the log. */
  onLine: (line: string) => void = () => undefined;
  /** Goes over the environment of each life. */
  environment: Readonly<Record<string, string>> = {};
  /** Whether a Ctrl-C in the terminal passes it by, so that only its parent ends it. */
  ownGroup = false;
  private child: ChildProcess | undefined;
  private ended: Promise<Ending> | undefined;

  private constructor(directory: string, port: number) {
    this.directory = directory;
    this.port = port;
  }

  /** A directory and a free port, nothing started yet. */
  static async prepare(): Promise<BridgeProcess> {
    return new BridgeProcess(mkdtempSync(join(tmpdir(), 'causeway-run-')), await freePort());
  }

  get configFile(): string {
    return join(this.directory, 'config.yaml');
  }

  get registrationFile(): string {
    return join(this.directory, 'registration.yaml');
  }

  get running(): boolean {
    return this.child?.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Writes the configuration. */
  configure(config: object): void {
    writeFileSync(this.configFile, dump(config, { lineWidth: 200 }));
  }

  /** Makes the registration with the bridge's own command, and gives its text. `url` is where it is to be reached; `more` goes behind. */
  async register(url = `http://127.0.0.1:${this.port}`, more: readonly string[] = []): Promise<string> {
    const { code } = await this.run(['-r', '-u', url, '-c', this.configFile, '-f', this.registrationFile, ...more]);
    if (code !== 0) throw new Error(`the registration was not made (exit ${code})\n${this.tail()}`);
    return readFileSync(this.registrationFile, 'utf8');
  }

  /** Runs the command with other arguments to its end. */
  run(args: readonly string[]): Promise<Ending> {
    return this.launch(args).ended;
  }

  private launch(args: readonly string[]): { child: ChildProcess; ended: Promise<Ending> } {
    const loader = MAIN.endsWith('.ts') ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href] : [];
    const child = spawn(process.execPath, [...loader, MAIN, ...args], {
      cwd: this.directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: this.ownGroup,
      env: { ...process.env, NODE_ENV: 'test', ...this.environment },
    });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.log.push(line);
        this.onLine(line);
      });
    }
    const ended = new Promise<Ending>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
    return { child, ended };
  }

  /** Starts it and waits until its port takes connections. Throws with the last of its log when it ends before. */
  async start(more: readonly string[] = []): Promise<void> {
    const args = ['-c', this.configFile, '-f', this.registrationFile, '-p', String(this.port), ...more];
    const { child, ended } = this.launch(args);
    this.child = child;
    this.ended = ended;
    const until = systemClock.elapsed() + START_MS;
    while (this.running) {
      if (await answers(this.port)) return;
      if (systemClock.elapsed() > until) break;
      await sleep(systemClock, 40);
    }
    await this.kill();
    throw new Error(`the bridge did not start\n${this.tail()}`);
  }

  /** SIGTERM, and waits; SIGKILL when it does not end in time. */
  async stop(): Promise<Ending> {
    return this.end('SIGTERM');
  }

  /** SIGKILL. */
  async kill(): Promise<Ending> {
    return this.end('SIGKILL');
  }

  private async end(signal: NodeJS.Signals): Promise<Ending> {
    const { child, ended } = this;
    if (child === undefined || ended === undefined) return { code: null, signal: null };
    child.kill(signal);
    const late = systemClock.after(STOP_MS, () => child.kill('SIGKILL'));
    const ending = await ended;
    late.end();
    this.child = undefined;
    return ending;
  }

  /** Any signal, without waiting. */
  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** How it ends, whoever ends it. */
  get ending(): Promise<Ending> {
    return this.ended ?? Promise.resolve({ code: null, signal: null });
  }

  /** The last lines of the log. */
  tail(lines = 30): string {
    return this.log.slice(-lines).join('\n');
  }

  /** All at once, without waiting: for a process that is about to exit itself. */
  removeNow(): void {
    this.child?.kill('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Ends it if it runs, and takes its directory away. */
  async remove(): Promise<void> {
    if (this.running) await this.stop();
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** A configuration for one network on loopback, in the words of mairc; `network` goes over what is set here. */
export function loopbackConfig(where: {
  readonly directory: string;
  readonly homeserverUrl: string;
  readonly domain: string;
  readonly ircPort: number;
  readonly network?: Readonly<Record<string, unknown>>;
  readonly service?: Readonly<Record<string, unknown>>;
}): object {
  return {
    homeserver: { url: where.homeserverUrl, domain: where.domain, bindHostname: '127.0.0.1' },
    database: { engine: 'nedb', connectionString: `nedb://${join(where.directory, 'data')}` },
    ircService: {
      servers: {
        '127.0.0.1': {
          name: 'Sandbox',
          networkId: 'sandbox',
          port: where.ircPort,
          ssl: false,
          botConfig: { enabled: true, nick: 'CausewayBot', joinChannelsIfNoUsers: true },
          dynamicChannels: { enabled: true, createAlias: true, published: false, aliasTemplate: '#irc_$CHANNEL' },
          matrixClients: { userTemplate: '@irc_$NICK' },
          // Five seconds between two connections are kind to a real server; nobody need wait for them here.
          ircClients: { nickTemplate: '$DISPLAY[m]', reconnectIntervalMs: 50 },
          ...where.network,
        },
      },
      logging: { level: 'debug', toConsole: true },
      ...where.service,
    },
  };
}
