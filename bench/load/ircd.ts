/** The least IRC server that a bridge under load needs; it can make users deaf, and be gone for a while. */

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface User {
  readonly socket: Socket;
  nick: string;
  ident: string;
  deaf: boolean;
  welcome: boolean;
  readonly channels: Set<string>;
}

export class LoadIrcd {
  /** What somebody said in a channel. */
  onTalk: (nick: string, channel: string, text: string) => void = () => undefined;
  /** Users by channel. */
  readonly channels = new Map<string, Set<User>>();
  /** Joins so far. */
  joins = 0;
  readonly #deafness: boolean;
  readonly #users = new Set<User>();
  #server: Server | undefined;
  #port = 0;

  /** @param deafness whether it offers DEAF */
  constructor(deafness: boolean) {
    this.#deafness = deafness;
  }

  get port(): number {
    return this.#port;
  }

  /** Opens it, again on the port that it had. */
  async listen(): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen({ port: this.#port, host: '127.0.0.1', backlog: 4096 }, resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Cuts everybody off. */
  close(): void {
    this.#server?.close();
    for (const { socket } of this.#users) socket.destroy();
    this.#users.clear();
    this.channels.clear();
    this.joins = 0;
  }

  /** Somebody from elsewhere on the network talks. */
  say(nick: string, channel: string, text: string): void {
    this.#toChannel(channel, `:${nick}!u@elsewhere PRIVMSG ${channel} :${text}\r\n`);
  }

  /** How many hear the talk of a channel. */
  hearers(channel: string): number {
    return [...(this.channels.get(channel) ?? [])].filter((user) => !user.deaf).length;
  }

  #accept(socket: Socket): void {
    const user: User = { socket, nick: '', ident: 'u', deaf: false, welcome: false, channels: new Set() };
    let rest = '';
    this.#users.add(user);
    socket.setEncoding('utf8');
    socket.on('error', () => undefined);
    socket.on('close', () => this.#gone(user));
    socket.on('data', (data: string) => {
      const lines = (rest + data).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(user, line);
    });
  }

  #gone(user: User): void {
    this.#users.delete(user);
    for (const channel of user.channels) this.channels.get(channel)?.delete(user);
  }

  #take(user: User, line: string): void {
    const [command = '', first = '', second = ''] = line.split(' ');
    const { socket, nick } = user;
    switch (command.toUpperCase()) {
      case 'CAP':
        if (first === 'LS') socket.write(':s CAP * LS :\r\n');
        return;
      case 'NICK':
        user.nick = first;
        return this.#welcome(user);
      case 'USER':
        user.ident = first;
        return this.#welcome(user);
      case 'PING':
        socket.write(`:s PONG s ${line.slice(5)}\r\n`);
        return;
      case 'JOIN':
        for (const channel of first.split(',')) this.#join(user, channel);
        return;
      case 'MODE':
        if (first !== nick) return;
        if (second === '') socket.write(`:s 221 ${nick} ${user.deaf ? '+D' : '+'}\r\n`);
        else if (this.#deafness && /^[+-]D$/.test(second) && user.deaf !== second.startsWith('+')) {
          user.deaf = !user.deaf;
          socket.write(`:${nick} MODE ${nick} :${second}\r\n`);
        }
        return;
      case 'PRIVMSG': {
        const text = line.slice(line.indexOf(' :') + 2);
        this.onTalk(nick, first, text);
        return this.#toChannel(first, `:${nick}!${user.ident}@here ${line}\r\n`, user);
      }
      case 'QUIT':
        socket.end('ERROR :bye\r\n');
        return;
      default:
    }
  }

  #welcome(user: User): void {
    if (user.nick === '' || user.welcome || user.ident === 'u') return;
    user.welcome = true;
    const { socket, nick } = user;
    const deaf = this.#deafness ? ' DEAF=D' : '';
    socket.write(
      `:s 001 ${nick} :Welcome\r\n:s 004 ${nick} s bench-1 D nt\r\n` +
        `:s 005 ${nick} CASEMAPPING=ascii CHANTYPES=# NICKLEN=30 TARGMAX=JOIN:20${deaf} :are supported\r\n:s 422 ${nick} :No MOTD\r\n`,
    );
  }

  #join(user: User, channel: string): void {
    let members = this.channels.get(channel);
    if (!members) this.channels.set(channel, (members = new Set()));
    members.add(user);
    user.channels.add(channel);
    this.joins++;
    const line = `:${user.nick}!${user.ident}@here JOIN ${channel}\r\n`;
    for (const member of members) member.socket.write(line);
    const names = [...members].slice(0, 40).map(({ nick }) => nick);
    user.socket.write(`:s 353 ${user.nick} = ${channel} :${names.join(' ')}\r\n:s 366 ${user.nick} ${channel} :End\r\n`);
  }

  #toChannel(channel: string, line: string, but?: User): void {
    const bytes = Buffer.from(line);
    for (const member of this.channels.get(channel) ?? []) if (!member.deaf && member !== but) soon(member.socket, bytes);
  }
}

/** Writes at the end of this turn, all at once, as real servers do. */
function soon(socket: Socket, bytes: Buffer): void {
  if (socket.writableCorked === 0) {
    socket.cork();
    setImmediate(() => socket.uncork());
  }
  socket.write(bytes);
}
