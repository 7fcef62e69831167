/** Whom a word in a channel line names: somebody on Matrix who is in the channel, or, where that is wanted, a ghost. */

import type { IrcHandlerConfig } from '../config/services.js';
import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import type { RoomId } from '../model/ids.js';
import { type NetworkName, parseNick } from '../model/irc-names.js';
import type { ChannelMessage } from '../model/irc-event.js';
import type { Ghosts } from '../people/ghosts.js';
import type { FindNick } from '../text/mentions.js';

export interface FindNickNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'ownerOf' | 'clientOf'>>;
  readonly homeserver: Pick<Homeserver, 'isIn'>;
  readonly ghosts: Pick<Ghosts, 'idOf'>;
  /** `ircService.ircHandler`. */
  readonly ircHandler: () => IrcHandlerConfig;
}

export type FindNickIn = (line: Pick<ChannelMessage, 'network' | 'channel'>, room: RoomId) => FindNick | undefined;

/** Makes it (I2M-7…9). `undefined`: nobody is looked for. */
export function makeFindNick({ networks, homeserver, ghosts, ircHandler }: FindNickNeeds): FindNickIn {
  return ({ network, channel }, room) => {
    const { mapIrcMentionsToMatrix, linkIrcNicks } = ircHandler();
    const clients = networks.get(network);
    if (!clients || (mapIrcMentionsToMatrix !== 'on' && !linkIrcNicks)) return undefined;
    return (word) => {
      const owner = clients.ownerOf(word);
      if (owner === 'bot') return undefined;
      if (owner !== undefined) {
        const there = mapIrcMentionsToMatrix === 'on' && clients.clientOf(owner)?.inChannel(channel) === true;
        return there ? { user: owner, notify: true } : undefined;
      }
      const nick = linkIrcNicks ? parseNick(word) : undefined;
      const ghost = nick && ghosts.idOf(network, nick);
      return ghost && homeserver.isIn(ghost, room) ? { user: ghost, notify: false } : undefined;
    };
  };
}
