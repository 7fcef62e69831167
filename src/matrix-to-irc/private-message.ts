/** What a person writes in a private room: whether it may go, and how it is called when it did not. */

import type { NetworkConfig } from '../config/network.js';
import type { IrcNetwork } from '../irc/port.js';
import type { UserId } from '../model/ids.js';
import type { ChannelName, NetworkName, Nick } from '../model/irc-names.js';
import type { Link, PmRoom } from '../model/link.js';
import { done, type Outcome, refused } from '../model/refusal.js';
import { mayTalk } from '../policy/may-talk.js';
import { isRelayed } from '../policy/relayed.js';

/** Where a message goes: a channel, or the nick of a private talk. */
export type Destination = Link | PmRoom;

/** The name to which it is said. */
export function targetOf(to: Destination): ChannelName | Nick {
  return 'nick' in to ? to.nick : to.channel;
}

const NOT_FOR_OTHERS = 'Private messages of people of other bridges are not carried to IRC.';

export interface PrivateNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold'>>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly domain: string;
}

/** Makes what judges a message before it is said: in a private room only its own person talks with the nick (PM-14). */
export function makeMayGo(needs: PrivateNeeds): (sender: UserId, to: Destination) => Outcome {
  return (sender, to) => {
    const network = needs.networks.get(to.network);
    if (!('nick' in to) || !network) return done;
    if (sender !== to.person) {
      const say = `This is a private talk of ${to.person} with ${to.nick}. Start one of your own.`;
      return refused('excluded', say, true);
    }
    if (isRelayed(sender, needs.configOf(to.network))) return refused('excluded', NOT_FOR_OTHERS, true);
    return mayTalk(sender, to.nick, needs.configOf(to.network).privateMessages, network, needs.domain);
  };
}
