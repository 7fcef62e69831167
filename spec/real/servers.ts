/** Starts and stops the real servers of the stories, on loopback, each in a directory of its own. */

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../src/sandbox/free-port.js';

const TEMPLATES = path.join(import.meta.dirname, 'servers');

/** The python that has Synapse: `SYNAPSE_PY`, else the `python3` on the path. */
const python = process.env['SYNAPSE_PY'] ?? 'python3';

/** What a story needs and whether this machine has it. */
export const present = {
  synapse: (): boolean => spawnSync(python, ['-c', 'import synapse']).status === 0,
  inspircd: (): boolean => found('inspircd'),
  atheme: (): boolean => found('atheme-services'),
  ngircd: (): boolean => found('ngircd'),
  /** Not packaged: the environment variable ERGO names a binary that somebody built. */
  ergo: (): boolean => existsSync(process.env['ERGO'] ?? ''),
};

function found(program: string): boolean {
  return spawnSync('which', [program], { env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` } }).status === 0;
}

/** A running server; `kill` is `kill -9`, and `start` brings it back on the same port with the same data. */
export interface RealServer {
  readonly port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

function fill(template: string, directory: string, values: Record<string, string | number>): string {
  let text = readFileSync(path.join(TEMPLATES, template), 'utf8').replaceAll('@DIR@', directory);
  for (const [name, value] of Object.entries(values)) text = text.replaceAll(`@${name}@`, String(value));
  const file = path.join(directory, template);
  writeFileSync(file, text);
  return file;
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

/** A server process with its port; waits until the port answers. */
export function server(
  directory: string,
  name: string,
  port: number,
  command: string,
  args: string[],
  environment: NodeJS.ProcessEnv = {},
): RealServer {
  let child: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    await gone;
  };
  return {
    port,
    async start() {
      const out = openSync(path.join(directory, `${name}.out`), 'a');
      const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin`, ...environment };
      child = spawn(command, args, { stdio: ['ignore', out, out], env });
      for (let tries = 0; tries < 300; tries++) {
        if (await answers(port)) return;
        if (child.exitCode !== null) break;
        await pause(100);
      }
      const log = readFileSync(path.join(directory, `${name}.out`), 'utf8').slice(-2000);
      throw new Error(`${name} did not start: ${log}`);
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** Where our module for Synapse lies. */
const MODULE = path.join(import.meta.dirname, '../../contrib/synapse-module');

/** Synapse on SQLite with the bridge's registration; with `lifeCycle` it tells the bridge what becomes of accounts. */
export async function synapse(directory: string, registration: string, lifeCycle = false): Promise<RealServer> {
  mkdirSync(path.join(directory, 'media'), { recursive: true });
  const port = await freePort();
  const config = fill('synapse.yaml', directory, { PORT: port, REGISTRATION: registration });
  const log = `version: 1\nhandlers: {f: {class: logging.FileHandler, filename: ${directory}/homeserver.log}}\nroot: {level: INFO, handlers: [f]}\n`;
  writeFileSync(path.join(directory, 'log.yaml'), log);
  execFileSync(python, ['-m', 'synapse.app.homeserver', '-c', config, '--generate-keys'], { stdio: 'pipe' });
  if (lifeCycle) {
    const wish = { module: 'causeway_synapse.LifeCycleModule', config: { registration } };
    appendFileSync(config, `modules: ${JSON.stringify([wish])}\n`);
  }
  const environment = { PYTHONPATH: MODULE, PYTHONDONTWRITEBYTECODE: '1' };
  return server(directory, 'synapse', port, python, ['-m', 'synapse.app.homeserver', '-c', config], environment);
}

/** InspIRCd; `link` is where services connect. With `ident` it asks everybody's port 113 who they are. */
export async function inspircd(directory: string, ident = false): Promise<RealServer & { readonly link: number }> {
  mkdirSync(directory, { recursive: true });
  const [port, link] = [await freePort(), await freePort()];
  writeFileSync(path.join(directory, 'motd'), 'stories\n');
  const config = fill('inspircd.conf', directory, { PORT: port, LINK: link, USEIDENT: ident ? 'yes' : 'no' });
  return { ...server(directory, 'inspircd', port, 'inspircd', ['--runasroot', '--nofork', `--config=${config}`]), link };
}

/** Atheme, linked to an InspIRCd: NickServ and SASL. Returns what ends it. */
export function atheme(directory: string, link: number): { stop(): Promise<void> } {
  mkdirSync(path.join(directory, 'services'), { recursive: true });
  const config = fill('atheme.conf', directory, { LINK: link });
  const out = openSync(path.join(directory, 'atheme.out'), 'a');
  const args = ['-n', '-r', '-c', config, '-D', path.join(directory, 'services'), '-p', path.join(directory, 'atheme.pid'), '-l', path.join(directory, 'atheme.log')];
  const child = spawn('atheme-services', args, { stdio: ['ignore', out, out], cwd: directory });
  return {
    async stop() {
      if (child.exitCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await gone;
    },
  };
}

/** ngIRCd: the old server, without IRCv3. */
export async function ngircd(directory: string): Promise<RealServer> {
  mkdirSync(directory, { recursive: true });
  const port = await freePort();
  const config = fill('ngircd.conf', directory, { PORT: port });
  return server(directory, 'ngircd', port, 'ngircd', ['-n', '-f', config]);
}
