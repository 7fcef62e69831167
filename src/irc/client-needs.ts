/** What a client is made with; `C` is the client itself. */

import type { ChannelName, Nick } from '../model/irc-names.js';
import type { ClientStatusEvent, IrcEvent } from '../model/irc-event.js';
import type { Refusal } from '../model/refusal.js';
import type { EarNeeds } from './ear.js';
import type { LifeNeeds } from './life.js';
import type { MouthNeeds } from './speech.js';

/** What the network is told of each client of its own. */
export interface ClientWatcher<C> {
  event(client: C, event: IrcEvent): void;
  status(client: C, status: ClientStatusEvent['status'], why?: Refusal): void;
  /** The server told the nick. */
  named(client: C): void;
  joined(client: C, channel: ChannelName): void;
  left(client: C, channel: ChannelName, forced: boolean): void;
  /** A channel we were in before a loss refuses us now. */
  gaveUp(client: C, channel: ChannelName, why: Refusal): void;
  refolded(client: C): void;
}

type FromParts = Pick<EarNeeds, 'clock' | 'id' | 'facts' | 'deafness' | 'ctcp'> & Pick<LifeNeeds, 'queue' | 'chance'> & Pick<MouthNeeds, 'pace' | 'budgets'>;

export interface ClientNeeds<C> extends FromParts {
  readonly nick: Nick;
  readonly ident: string;
  /** Commands by which NickServ gives a nick back (NICK-5). */
  readonly regainNick: readonly string[];
  /** User modes to be set at each connection, such as `Ri` (CONN-14). */
  readonly modes: string;
  readonly watcher: ClientWatcher<C>;
  /** Whether two nicks are the same to the network. */
  same(one: string, other: string): boolean;
  /** Whether a connection of ours other than this has or wants this nick. */
  isOurs(nick: string, client: C): boolean;
  /** What the next connection is to be made with. */
  session(client: C): Omit<ReturnType<LifeNeeds['session']>, 'nick' | 'ident' | 'nickLength' | 'isOurs' | 'line' | 'ping'>;
}
