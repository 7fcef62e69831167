/**
 * The library behind a fence: it parses lines and keeps the connection's order of things; nothing that a server
 * sends reaches its own line routines, of which a quarter throw or grow without bound.
 */

import { Client, type ClientOptions, type IrcMessage } from 'irc-framework';

/**
 * A client of the library whose every parsed line goes to `take` and nowhere else. What that fences (LIBRARIES §3,
 * RELIABILITY §1.1):
 * - 48 crashes on missing parameters, among them a bare `PRIVMSG` (L13);
 * - batches and lists kept without bound, lines of an unknown or nested batch dropped silently (L15, pitfall 9);
 * - `CAP END` at 900, before SASL is over (issue 390), an empty `CAP REQ :`, no second try after NAK (pitfall 6);
 * - CTCP VERSION answered at any rate (L18).
 */
export function fencedClient(take: (line: IrcMessage) => void): Client {
  const client = new Client();
  client.command_handler.dispatch = take;
  // Its table of 180 routines, one per client, is of no use any more.
  client.command_handler.handlers = {};
  return client;
}

/** Options with the library's own clocks, reconnecting and answers off; a new object each time, since it keeps and changes it. */
export function fencedOptions(
  who: Pick<ClientOptions, 'host' | 'port' | 'nick' | 'username' | 'gecos' | 'transport'> & { password?: string },
): ClientOptions {
  return {
    ...who,
    encoding: 'utf8',
    // Without an account object the server's password would be sent as a SASL password too (pitfall 5).
    account: {},
    version: null,
    auto_reconnect: false,
    ping_interval: 0,
    ping_timeout: 0,
  };
}
