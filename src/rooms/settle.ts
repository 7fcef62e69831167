/** What is done once at start: the configuration's links, the ping, the bot into its rooms and channels. */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import type { Log } from '../lib/log.js';
import { BridgeError, faultText, isFault } from '../model/errors.js';
import type { RoomId } from '../model/ids.js';
import type { ChannelName, NetworkName } from '../model/irc-names.js';
import type { Link } from '../model/link.js';
import type { Links } from './links.js';
import type { RollCall } from './roll-call.js';

export interface SettleNeeds {
  readonly homeserver: Pick<Homeserver, 'whoAmI' | 'ping' | 'joinedRooms' | 'bot'>;
  readonly links: Links;
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'follow'>>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly rollCall: Pick<RollCall, 'askAll'>;
  readonly log: Log;
}

/** Rooms that the bot joins side by side. */
const AT_ONCE = 8;

export interface Settle {
  /** Writes the configuration's links into the store as they are now, so that a removed line unlinks (ROOM-6). */
  storeConfigLinks(): Promise<void>;
  /** Follows every linked channel, waits for the homeserver, pings it, and joins every linked room (LIFE-1, 2, 4). */
  run(): Promise<void>;
}

export function makeSettle(needs: SettleNeeds): Settle {
  return {
    async storeConfigLinks() {
      for (const network of needs.networks.keys()) {
        await needs.links.replaceOrigin(network, 'config', configLinks(network, needs.configOf(network)));
      }
    },
    async run() {
      try {
        followAll(needs);
        const bot = await needs.homeserver.whoAmI();
        if (bot !== needs.homeserver.bot.userId) {
          const expected = needs.homeserver.bot.userId;
          needs.log.warn('the homeserver gives the bot another id than the registration', { bot, expected });
        }
        await needs.homeserver.ping();
        await joinAll(needs);
        needs.log.info('ready');
        needs.rollCall.askAll(linkedRooms(needs));
      } catch (fault) {
        // Stopped while the homeserver was waited for: nothing is wrong with that.
        if (!isFault(fault, 'STOPPING')) throw fault;
      }
    },
  };
}

function configLinks(network: NetworkName, config: NetworkConfig): readonly Link[] {
  return Object.entries(config.mappings).flatMap(([channel, { roomIds, key }]) =>
    roomIds.map((room) => ({
      network,
      channel: channel as ChannelName,
      room: room satisfies RoomId,
      origin: 'config' as const,
      ...(key === undefined ? {} : { key }),
    })),
  );
}

function followAll({ networks, links, log }: SettleNeeds): void {
  for (const [name, network] of networks) {
    for (const { channel, key } of links.onNetwork(name)) {
      void network.follow(channel, key).then((outcome) => {
        if (!outcome.ok) log.warn('channel not followed', { network: name, channel, why: outcome.refusal.say });
      });
    }
  }
}

function linkedRooms({ networks, links }: SettleNeeds): ReadonlySet<RoomId> {
  return new Set([...networks.keys()].flatMap((name) => links.onNetwork(name)).map(({ room }) => room));
}

async function joinAll(needs: SettleNeeds): Promise<void> {
  const joined = new Set(await needs.homeserver.joinedRooms());
  const missing = [...linkedRooms(needs)].filter((room) => !joined.has(room));
  const next = async (): Promise<void> => {
    for (let room = missing.pop(); room !== undefined; room = missing.pop()) {
      try {
        await needs.homeserver.bot.join(room);
      } catch (fault) {
        const code = fault instanceof BridgeError ? fault.code : 'FAULT';
        const todo = `invite ${needs.homeserver.bot.userId} into the room, or remove its mapping`;
        needs.log.warn('bot cannot join a mapped room', { room, code, why: faultText(fault), todo });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}
