/** Gathers the lines of a member list (353) until its end (366); bounded whatever a server sends (RELIABILITY L15). */

import { parseNick, type ChannelName } from '../model/irc-names.js';
import type { NamesEvent } from '../model/irc-event.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { ServerFacts } from './server-facts.js';

/** Lists under way at a time, and members of each; what is more is left out. */
const LISTS_MOST = 32;
const MEMBERS_MOST = 50_000;

type Members = NamesEvent['members'][number][];

export class NamesLists {
  readonly #lists = new BoundedMap<string, Members>(LISTS_MOST);

  /** Takes the parameters of 353: `nick = #channel :@a +b!user@host`. */
  add(params: readonly string[], facts: ServerFacts): void {
    const channel = params.at(-2);
    if (params.length < 3 || channel === undefined || channel.length > 200) return;
    let members = this.#lists.get(channel);
    if (members === undefined) this.#lists.set(channel, (members = []));
    for (const entry of (params.at(-1) ?? '').split(' ')) {
      if (members.length >= MEMBERS_MOST) return;
      let prefixes = 0;
      while (prefixes < entry.length && facts.prefixSymbols.includes(entry.charAt(prefixes))) prefixes++;
      // With userhost-in-names each is a whole mask.
      const nick = parseNick(entry.slice(prefixes).replace(/!.*$/, ''));
      if (nick !== undefined) members.push({ nick, prefixes: entry.slice(0, prefixes) });
    }
  }

  /** The list that 366 closes; `undefined` when nothing came before it. */
  close(channel: ChannelName): Members | undefined {
    const members = this.#lists.get(channel);
    this.#lists.delete(channel);
    return members;
  }
}
