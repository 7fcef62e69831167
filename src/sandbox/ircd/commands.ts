/** The table of commands, and what a line gets that is in none of them or comes too early. */

import { batch, redact, tookForBatch } from './batch.js';
import { authenticate, cap } from './capabilities.js';
import type { IrcClient } from './client.js';
import { invite, join, kick, names, part, topic } from './membership.js';
import { mode } from './modes.js';
import type { Net } from './net.js';
import { ison, list, ping, quit, userhost, version, who, whois } from './queries.js';
import { motd, nick, pass, user } from './registration.js';
import { away, say, tagmsg } from './talk.js';
import type { IrcLine } from './wire.js';
import { parseLine } from './wire.js';

type Command = (net: Net, client: IrcClient, line: IrcLine) => void;

const BEFORE: Readonly<Record<string, Command>> = {
  CAP: cap, AUTHENTICATE: authenticate, NICK: nick, USER: user, PASS: pass, QUIT: quit, PING: ping, PONG: () => undefined,
};
const AFTER: Readonly<Record<string, Command>> = {
  ...BEFORE,
  JOIN: join, PART: part, KICK: kick, INVITE: invite, NAMES: names, TOPIC: topic, MODE: mode, PRIVMSG: say, NOTICE: say,
  TAGMSG: tagmsg, BATCH: batch, REDACT: redact, AWAY: away, WHO: who, WHOIS: whois, LIST: list, ISON: ison, USERHOST: userhost, MOTD: motd, VERSION: version,
};

/** Runs one line as the client's server would. */
export function execute(net: Net, client: IrcClient, bytes: string): void {
  if (bytes.startsWith('@') && !net.profile.tags) {
    return client.numeric('421', [bytes.split(' ', 1)[0] ?? bytes], 'Unknown command');
  }
  const line = parseLine(bytes);
  if (line === undefined) return;
  const command = AFTER[line.command];
  if (client.registered) {
    if (tookForBatch(net, client, line)) return;
    const run = (): void => {
      if (command === undefined) client.numeric('421', [line.command], 'Unknown command');
      else command(net, client, line);
    };
    const label = line.tags.get('label');
    // The label of a multiline batch is answered when it ends.
    if (label === undefined || !client.caps.has('labeled-response') || line.command === 'BATCH') run();
    else client.answering(label, run);
    return;
  }
  const early = BEFORE[line.command];
  if (early !== undefined) early(net, client, line);
  else client.numeric('451', command === undefined ? [] : [line.command], 'You have not registered.');
}
