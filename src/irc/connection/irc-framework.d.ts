/** The slice of irc-framework 4.14 that we use; the package brings no types (LIBRARIES §3). */

declare module 'irc-framework' {
  /** A parsed line. Keys of `tags` are lower-cased by the parser; `nick` is empty when the source is a server. */
  export interface IrcMessage {
    readonly tags: Readonly<Record<string, string>>;
    readonly prefix: string;
    readonly nick: string;
    readonly ident: string;
    readonly hostname: string;
    readonly command: string;
    readonly params: readonly string[];
  }

  export interface ClientOptions {
    host: string;
    port: number;
    nick: string;
    username: string;
    gecos: string;
    encoding: string;
    password?: string;
    /** Always given: without it the server password would be sent as a SASL one (pitfall 5). */
    account: Readonly<Record<string, never>>;
    /** `null` turns the automatic answer to CTCP VERSION off. */
    version: string | null;
    auto_reconnect: false;
    ping_interval: 0;
    ping_timeout: 0;
    /** What the library makes with these options; see `socket-transport.ts` for what it must have. */
    transport: new (options: unknown) => object;
  }

  export interface CommandHandler {
    dispatch: (message: IrcMessage) => void;
    handlers: Record<string, unknown>;
  }

  /** Parses one line without CR LF; never throws on text. */
  export function ircLineParser(line: string): IrcMessage;

  export class Client {
    readonly command_handler: CommandHandler;
    connect(options: ClientOptions): void;
    on(event: 'socket connected', listener: () => void): this;
    on(event: 'socket close', listener: (fault?: unknown) => void): this;
    removeAllListeners(): this;
  }
}
