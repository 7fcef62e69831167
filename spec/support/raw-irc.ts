/** An IRC server without manners: a row says what each connection gets, byte by byte; what it does not say is done politely. */

import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { freePort } from '../../src/sandbox/free-port.js';

export class RawPeer {
  readonly socket: Socket;
  /** Every line that came, decoded as Latin-1 so that no byte is lost. */
  readonly lines: string[] = [];
  readonly channels = new Set<string>();
  nick = '*';
  registered = false;
  closed = false;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** Writes a line; text goes as UTF-8. */
  send(line: string): void {
    this.bytes(`${line}\r\n`);
  }

  bytes(data: string | Buffer): void {
    if (!this.socket.destroyed) this.socket.write(data);
  }
}

/** Sees each line first; `true` says that it is answered already. */
export type Answer = (peer: RawPeer, command: string, params: string, line: string) => boolean | undefined;

export class RawIrcd {
  readonly peers: RawPeer[] = [];
  answer: Answer = () => undefined;
  onConnection: (peer: RawPeer) => void = () => undefined;
  /** What CAP LS lists. */
  caps = '';
  isupport = 'CASEMAPPING=ascii CHANTYPES=# NICKLEN=30 PREFIX=(ov)@+ STATUSMSG=@+';
  private server: Server | undefined;
  private listening = 0;

  get port(): number {
    return this.listening;
  }

  /** Listens on an address of loopback; after a `stop` again on the same port. */
  async start(host = '127.0.0.1'): Promise<number> {
    const port = this.listening === 0 ? await freePort() : this.listening;
    const server = createServer({ noDelay: true }, (socket) => this.accept(socket));
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    this.listening = port;
    return port;
  }

  /** Connections that are open. */
  get open(): RawPeer[] {
    return this.peers.filter(({ closed }) => !closed);
  }

  /** Everybody else who is in the channel gets the line. */
  tell(channel: string, line: string, except?: RawPeer): void {
    for (const peer of this.open) if (peer !== except && peer.channels.has(channel.toLowerCase())) peer.send(line);
  }

  private accept(socket: Socket): void {
    const peer = new RawPeer(socket);
    this.peers.push(peer);
    let unread = '';
    socket.on('error', () => socket.destroy());
    socket.on('close', () => (peer.closed = true));
    socket.on('data', (chunk: Buffer) => {
      const lines = (unread + chunk.toString('latin1')).split('\r\n');
      unread = lines.pop() ?? '';
      for (const line of lines) this.take(peer, line);
    });
    this.onConnection(peer);
  }

  private take(peer: RawPeer, line: string): void {
    peer.lines.push(line);
    const [command = ''] = line.split(' ', 1);
    const params = line.slice(command.length + 1);
    if (this.answer(peer, command, params, line) !== true) this.politely(peer, command, params);
  }

  private politely(peer: RawPeer, command: string, params: string): void {
    const last = params.includes(':') ? params.slice(params.indexOf(':') + 1) : params;
    if (command === 'NICK') {
      if (peer.registered) peer.send(`:${peer.nick}!u@h NICK :${last}`);
      peer.nick = last;
      if (!peer.registered && peer.lines.some((line) => line.startsWith('CAP END'))) this.welcome(peer);
    } else if (command === 'CAP' && params.startsWith('LS')) peer.send(`:raw.test CAP * LS :${this.caps}`);
    else if (command === 'CAP' && params.startsWith('REQ')) peer.send(`:raw.test CAP ${peer.nick} ACK :${last}`);
    else if (command === 'CAP' && params.startsWith('END')) this.welcome(peer);
    else if (command === 'PING') peer.send(`:raw.test PONG raw.test :${last}`);
    else if (command === 'JOIN') for (const channel of (params.split(' ')[0] ?? '').split(',')) this.join(peer, channel);
    else if (command === 'QUIT') {
      peer.send('ERROR :Closing Link');
      peer.socket.end();
    }
  }

  /** 001 and 005. */
  welcome(peer: RawPeer): void {
    if (peer.registered) return;
    peer.registered = true;
    peer.send(`:raw.test 001 ${peer.nick} :Welcome ${peer.nick}!u@h`);
    peer.send(`:raw.test 005 ${peer.nick} ${this.isupport} :are supported by this server`);
    peer.send(`:raw.test 422 ${peer.nick} :MOTD File is missing`);
  }

  join(peer: RawPeer, channel: string): void {
    peer.channels.add(channel.toLowerCase());
    peer.send(`:${peer.nick}!u@h JOIN :${channel}`);
    peer.send(`:raw.test 353 ${peer.nick} = ${channel} :${peer.nick} other`);
    peer.send(`:raw.test 366 ${peer.nick} ${channel} :End of /NAMES list.`);
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const { socket } of this.peers) socket.resetAndDestroy();
    await closed;
  }
}
