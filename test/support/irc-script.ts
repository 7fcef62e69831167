/** A small scripted IRC server on loopback: answers the usual by itself, records every line, sends any bytes. */

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { until } from './clock.js';

/** One connection as the server sees it. */
export class Peer {
  readonly lines: string[] = [];
  readonly channels = new Set<string>();
  readonly socket: Socket;
  nick = '*';
  user = '';
  negotiated = false;
  registered = false;
  closed = false;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  get mask(): string {
    return `${this.nick}!~${this.user}@127.0.0.1`;
  }

  send(...lines: string[]): void {
    if (!this.socket.destroyed) this.socket.write(lines.map((line) => `${line}\r\n`).join(''));
  }

  /** Resolves when a line was received that fits. */
  async got(what: RegExp | string): Promise<string> {
    const fits = (line: string): boolean => (typeof what === 'string' ? line === what : what.test(line));
    await until(`a line like ${what}; got ${JSON.stringify(this.lines)}`, () => this.lines.some(fits));
    return this.lines.find(fits) ?? '';
  }
}

/** Says what becomes of a line; true: it was answered, the usual answer is left out. */
export type Script = (peer: Peer, line: string, words: string[]) => boolean | undefined;

export class ScriptServer {
  readonly peers: Peer[] = [];
  /** Capabilities listed, as after `CAP LS 302`. */
  capabilities = '';
  isupport: string[] = ['CASEMAPPING=ascii', 'CHANTYPES=#', 'NICKLEN=30', 'PREFIX=(ov)@+', 'STATUSMSG=@+'];
  script: Script = () => undefined;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(): Promise<ScriptServer> {
    const server = createServer();
    const script = new ScriptServer(server);
    server.on('connection', (socket) => script.#accept(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return script;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The live connection with this nick. */
  by(nick: string): Peer {
    const peer = this.peers.find((one) => one.nick === nick && !one.closed);
    if (!peer) throw new Error(`nobody is ${nick} among ${this.peers.map((one) => one.nick).join(' ')}`);
    return peer;
  }

  /** Sends a line to everybody in a channel. */
  toChannel(channel: string, line: string, but?: Peer): void {
    for (const peer of this.peers) if (!peer.closed && peer !== but && peer.channels.has(channel)) peer.send(line);
  }

  async close(): Promise<void> {
    for (const peer of this.peers) peer.socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    const peer = new Peer(socket);
    this.peers.push(peer);
    let rest = '';
    socket.on('error', () => undefined);
    socket.on('close', () => (peer.closed = true));
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        peer.lines.push(line);
        const words = line.split(' ');
        if (this.script(peer, line, words) !== true) this.#usual(peer, line, words);
      }
    });
  }

  #usual(peer: Peer, line: string, words: string[]): void {
    const last = line.includes(' :') ? line.slice(line.indexOf(' :') + 2) : (words.at(-1) ?? '');
    switch (words[0]) {
      case 'CAP':
        if (words[1] === 'LS') peer.send(`:s CAP * LS :${this.capabilities}`);
        if (words[1] === 'REQ') peer.send(`:s CAP ${peer.nick} ACK :${last}`);
        peer.negotiated ||= words[1] === 'END';
        this.#admit(peer);
        return;
      case 'NICK':
        if (peer.registered) {
          const from = peer.mask;
          peer.nick = last;
          peer.send(`:${from} NICK :${last}`);
        } else {
          peer.nick = last;
          this.#admit(peer);
        }
        return;
      case 'USER':
        peer.user = words[1] ?? '';
        return;
      case 'PING':
        peer.send(`:s PONG s :${last}`);
        return;
      case 'JOIN':
        for (const channel of (words[1] ?? '').split(',')) this.join(peer, channel);
        return;
      case 'PART':
        this.toChannel(words[1] ?? '', `:${peer.mask} PART ${words[1] ?? ''}`);
        peer.channels.delete(words[1] ?? '');
        return;
      case 'PRIVMSG':
      case 'NOTICE':
        this.toChannel(words[1] ?? '', `:${peer.mask} ${line}`, peer);
        return;
      case 'QUIT':
        for (const channel of peer.channels) this.toChannel(channel, `:${peer.mask} QUIT :${last}`, peer);
        peer.send(`ERROR :Closing Link: 127.0.0.1 (Quit: ${last})`);
        peer.socket.end();
        return;
      default:
    }
  }

  #admit(peer: Peer): void {
    if (peer.negotiated && peer.nick !== '*' && !peer.registered) this.welcome(peer);
  }

  /** 001 and 005. */
  welcome(peer: Peer, nick = peer.nick): void {
    peer.registered = true;
    peer.nick = nick;
    peer.send(`:s 001 ${nick} :Welcome ${nick}`, `:s 005 ${nick} ${this.isupport.join(' ')} :are supported by this server`);
  }

  join(peer: Peer, channel: string): void {
    peer.channels.add(channel);
    this.toChannel(channel, `:${peer.mask} JOIN :${channel}`);
    const names = this.peers.filter((one) => !one.closed && one.channels.has(channel)).map((one) => one.nick);
    peer.send(`:s 353 ${peer.nick} = ${channel} :${names.join(' ')}`, `:s 366 ${peer.nick} ${channel} :End of /NAMES list.`);
  }
}
