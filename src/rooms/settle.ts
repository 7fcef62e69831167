/** What is done once at start: the configuration's links, the ping, the bot into its rooms and channels. */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import type { Log } from '../lib/log.js';
import { BridgeError, faultText, isFault } from '../model/errors.js';
import type { RoomId } from '../model/ids.js';
import type { ChannelName, NetworkName } from '../model/irc-names.js';
import type { Link } from '../model/link.js';
import type { BridgeInfo } from './bridge-info.js';
import type { GoneRooms } from './gone-rooms.js';
import type { Links } from './links.js';
import type { Replacements } from './replacements.js';
import type { RollCall } from './roll-call.js';
import type { Succession } from './succession.js';

export interface SettleNeeds {
  readonly homeserver: Pick<Homeserver, 'whoAmI' | 'ping' | 'joinedRooms' | 'bot'>;
  readonly links: Links;
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'follow'>>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly rollCall: Pick<RollCall, 'askAll'>;
  readonly replacements: Pick<Replacements, 'open'>;
  readonly succession: Pick<Succession, 'follow'>;
  readonly goneRooms: Pick<GoneRooms, 'has' | 'isBack'>;
  readonly bridgeInfo: Pick<BridgeInfo, 'initial' | 'mend'>;
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
        await needs.links.replaceOrigin(network, 'config', livingLinks(needs, network));
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
        await relink(needs);
        await joinAll(needs);
        // Where a server is away it may be long.
        void followOn(needs);
        needs.log.info('ready');
        needs.rollCall.askAll(linkedRooms(needs));
        if (needs.bridgeInfo.initial) await mendAll(needs);
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

/**
 * Those of the configuration as they are now: a room that was replaced stands for its successor (ROOM-17), and one that the
 * homeserver does not have any more for none (H9). Both are said, so that the configuration is put right.
 */
function livingLinks({ links, goneRooms, configOf, log }: SettleNeeds, network: NetworkName): readonly Link[] {
  return configLinks(network, configOf(network)).flatMap((link) => {
    const room = links.now(link.room);
    const { channel } = link;
    if (room !== link.room) log.warn('a mapped room was replaced, the new one is linked', { channel, room: link.room, now: room, todo: 'name the new one in the mappings' });
    if (!goneRooms.has(room)) return { ...link, room };
    log.warn('a mapped room is gone from the homeserver, not linked', { channel, room, todo: 'take it out of the mappings' });
    return [];
  });
}

/** Links mapped rooms again that were gone and are back. */
async function relink({ networks, links, goneRooms, configOf, log }: SettleNeeds): Promise<void> {
  for (const [name, network] of networks) {
    for (const link of configLinks(name, configOf(name))) {
      const room = links.now(link.room);
      try {
        if (!goneRooms.has(room) || !(await goneRooms.isBack(room))) continue;
      } catch (fault) {
        if (isFault(fault, 'STOPPING')) throw fault;
        log.warn('not known whether a mapped room is back', { room, why: faultText(fault) });
        continue;
      }
      await links.add({ ...link, room });
      void network.follow(link.channel, link.key);
    }
  }
}

/** Goes on with replaced rooms, also with those that wait: somebody may have let us in. */
async function followOn({ replacements, succession, log }: SettleNeeds): Promise<void> {
  for (const replacement of replacements.open) {
    try {
      await succession.follow(replacement);
    } catch (fault) {
      if (isFault(fault, 'STOPPING')) return;
      log.warn('replaced room not followed', { room: replacement.from, why: faultText(fault) });
    }
  }
}

/** STATE-2: three at a time. */
async function mendAll({ networks, links, bridgeInfo }: SettleNeeds): Promise<void> {
  const all = [...networks.keys()].flatMap((network) => links.onNetwork(network));
  const next = async (): Promise<void> => {
    for (let link = all.pop(); link; link = all.pop()) await bridgeInfo.mend(link.room, { network: link.network, target: link.channel });
  };
  await Promise.all([next(), next(), next()]);
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
