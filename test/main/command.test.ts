import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../support/clock.js';

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;
const TSX = new URL('../../node_modules/tsx/dist/loader.mjs', import.meta.url).href;
/** Lets a test make the faults that nobody catches: SIGWINCH a rejection, SIGUSR2 an exception. */
const FAULTS =
  'data:text/javascript,' +
  "process.on('SIGWINCH',()=>{Promise.reject(new Error('nobody waits'))});" +
  "process.on('SIGUSR2',()=>{throw new Error('boom')})";

/** A run of the command in a process of its own. */
class Run {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
  out = '';
  err = '';

  constructor(directory: string, words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, ['--import', TSX, '--import', FAULTS, MAIN, ...words], {
      cwd: directory,
      env: { ...process.env, NODE_OPTIONS: '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.err += text));
    this.ended = once(this.child, 'close');
  }

  async says(text: string): Promise<void> {
    await until(
      `the command says ${JSON.stringify(text)}; it said:\n${this.out}${this.err}`,
      () => `${this.out}${this.err}`.includes(text),
      15_000,
    );
  }

  async code(): Promise<number | null> {
    await this.ended;
    return this.child.exitCode;
  }
}

describe('the command in a process of its own', () => {
  let directory: string;
  let runs: Run[];
  let servers: Server[];
  const sockets = new Set<Socket>();
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'command-'));
    runs = [];
    servers = [];
  });
  afterEach(async () => {
    for (const { child } of runs) if (child.exitCode === null) child.kill('SIGKILL');
    await Promise.all(runs.map(({ ended }) => ended));
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
    rmSync(directory, { recursive: true });
  });
  const run = (words: string, environment = {}): Run => {
    const made = new Run(directory, words.split(' '), environment);
    runs.push(made);
    return made;
  };
  const listen = async (onSocket: (socket: Socket) => void): Promise<number> => {
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      onSocket(socket);
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  /** A configuration whose homeserver and IRC network hang up at once, unless an IRC port is given. */
  const configure = async (ircPort?: number, rest = ''): Promise<void> => {
    const dead = await listen((socket) => socket.destroy());
    const text =
      `homeserver: {url: "http://127.0.0.1:${dead}", domain: hs.example, bindHostname: 127.0.0.1}\n` +
      `ircService:\n  servers: {127.0.0.1: {port: ${ircPort ?? dead}}}\n${rest}`;
    writeFileSync(join(directory, 'c.yaml'), text, { mode: 0o600 });
  };
  const register = async (): Promise<Run> => {
    const made = run('-r -c c.yaml -u http://127.0.0.1:8090');
    assert.equal(await made.code(), 0, made.err);
    return made;
  };

  it('CLI-2, REG-1: help and version on standard output with 0, a wrong line on standard error with 1', async () => {
    const [help, version, wrong] = [run('--help'), run('--version'), run('-r -c c.yaml')];
    assert.deepEqual([await help.code(), await version.code(), await wrong.code()], [0, 0, 1]);
    assert.match(help.out, /^causeway: a bridge/u);
    assert.match(version.out, /^causeway \d+\.\d+\.\d+/u);
    assert.equal(help.err + version.err + wrong.out, '');
    assert.match(wrong.err, /^-r needs -u URL[^]*Usage: causeway -c CONFIG/u);
  });

  it('REG-1, REG-6: writes the registration, and says what changed', async () => {
    await configure();
    const first = await register();
    assert.match(
      first.out,
      /is written; id and tokens are new\.\n {2}\+ users \^@127\\\.0\\\.0\\\.1_\.\*:hs\\\.example\$\n/u,
    );
    assert.match(first.out, /restart the homeserver/u);
    const text = readFileSync(join(directory, 'appservice-registration-irc.yaml'), 'utf8');
    const second = await register();
    assert.match(second.out, /id and tokens are as before\.\nThe namespaces are as before\./u);
    assert.equal(readFileSync(join(directory, 'appservice-registration-irc.yaml'), 'utf8'), text);
  });

  it('CLI-3, SEC-8: --check-config tells all faults with 1, and warnings with 0', async () => {
    writeFileSync(join(directory, 'bad.yaml'), 'homeserver: {url: 5}\nircService:\n  servers: {a: {port: x}}\n');
    await configure(undefined, '  provisioning: {secret: hunter2, roomLimt: 5}\n  banLists: {rooms: ["!a:b"]}\n');
    chmodSync(join(directory, 'c.yaml'), 0o644);
    const postgres = readFileSync(join(directory, 'c.yaml'), 'utf8') + 'database: {engine: postgres, connectionString: "postgres://a:b@c/d"}\n';
    writeFileSync(join(directory, 'postgres.yaml'), postgres, { mode: 0o600 });
    const [bad, good, not] = [run('--check-config -c bad.yaml'), run('--check-config -c c.yaml'), run('--check-config -c postgres.yaml')];
    assert.equal(await bad.code(), 1);
    assert.deepEqual(bad.err.trimEnd().split('\n'), [
      'bad.yaml:1 homeserver.url: must be an http:// or https:// address, got 5',
      'bad.yaml:1 homeserver.domain: is required: must be the domain of Matrix ids, such as example.com',
      'bad.yaml:3 ircService.servers.a.port: must be a whole number from 1 to 65535, got "x"',
    ]);
    assert.equal(await good.code(), 0);
    assert.deepEqual(good.err.trimEnd().split('\n'), [
      'c.yaml can be read by every user of this machine; chmod 640 or 600 would keep its secrets',
      'c.yaml:4 ircService.provisioning.roomLimt: is not a key known here; did you mean roomLimit?',
      'accepted, not yet in force: ircService.banLists',
    ]);
    assert.equal(good.out, 'c.yaml: no faults. Networks: 127.0.0.1.\n');
    assert.equal(await not.code(), 1);
    assert.match(not.err, /^postgres\.yaml: database\.engine: PostgreSQL is not in this version yet, so the bridge would not start\./mu);
  });

  it('CLI-7: a start that fails ends with 1 and says why', async () => {
    await configure();
    await register();
    const taken = await listen(() => undefined);
    const [noFile, noPort] = [run('-c c.yaml -f none.yaml'), run(`-c c.yaml -p ${taken}`)];
    assert.equal(await noFile.code(), 1);
    assert.match(noFile.err, /^none\.yaml is not there/u);
    assert.equal(await noPort.code(), 1);
    assert.match(noPort.err, /EADDRINUSE/u);
  });

  it('CLI-9, CLI-7: SIGHUP takes hot keys, names the rest, survives a broken file; SIGTERM ends with 0', async () => {
    await configure();
    await register();
    const bridge = run('-c c.yaml -p 0');
    await bridge.says('listening for the homeserver');
    await configure(undefined, '  permissions: {"*": admin}\n');
    bridge.child.kill('SIGHUP');
    await bridge.says('needs restart: homeserver.url, ircService.servers."127.0.0.1".port');
    await bridge.says('configuration read again; changed: homeserver.media_url, ircService.permissions."*"');
    writeFileSync(join(directory, 'c.yaml'), 'homeserver: [\n');
    bridge.child.kill('SIGHUP');
    await bridge.says('the new configuration is not taken; the old one stays in force');
    await bridge.says('ERROR bridge: c.yaml:2 ');
    bridge.child.kill('SIGTERM');
    assert.equal(await bridge.code(), 0);
    assert.match(bridge.out, /Bridge terminating on SIGTERM/u);
  });

  it('CLI-7: a rejection nobody waits for is logged and survived, an exception ends with 101', async () => {
    await configure();
    await register();
    const bridge = run('-c c.yaml -p 0');
    await bridge.says('listening for the homeserver');
    bridge.child.kill('SIGWINCH');
    await bridge.says('unhandled rejection count=1 fault="nobody waits"');
    bridge.child.kill('SIGWINCH');
    await bridge.says('unhandled rejection count=2');
    bridge.child.kill('SIGUSR2');
    assert.equal(await bridge.code(), 101);
    assert.match(bridge.err, /uncaught exception fault="boom"/u);
  });

  it('CLI-7: a second signal ends a stop that takes its time', async () => {
    const heard: string[] = [];
    const port = await listen((socket) => {
      socket.setEncoding('utf8').on('data', (text: string) => {
        heard.push(text);
        if (text.includes('USER ')) socket.write(':irc.test 001 appservicebot :Welcome\r\n');
      });
    });
    await configure(port);
    await register();
    const bridge = run('-c c.yaml -p 0');
    await until('the bot is registered', () => heard.join('').includes('USER '), 15_000);
    await bridge.says('client ready');
    bridge.child.kill('SIGINT');
    await until('the bot quits', () => heard.join('').includes('QUIT :Bridge terminating on SIGINT'), 15_000);
    bridge.child.kill('SIGINT');
    assert.equal(await bridge.code(), 1);
    assert.match(bridge.err, /ended by a second signal/u);
  });
});
