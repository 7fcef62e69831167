/** Makes what both directions and the commands need: links, private and admin rooms, ghosts, connections. */

import type { Edges } from './build-edges.js';
import type { Names } from './build-names.js';
import type { Config } from './config/config.js';
import type { Clock } from './lib/clock.js';
import type { Log } from './lib/log.js';
import { Accounts } from './people/accounts.js';
import { type Connect, makeConnect } from './people/connect.js';
import { Ghosts } from './people/ghosts.js';
import { makeSettleIdent, type SettleIdent } from './people/idents.js';
import { withOwnAddress } from './people/own-address.js';
import { makeRename, type Rename } from './people/rename.js';
import { makeOpenAdminRoom, makeTellPerson, type OpenAdminRoom, type TellPerson } from './rooms/admin-room.js';
import { AdminRooms } from './rooms/admin-rooms.js';
import { BridgeInfo } from './rooms/bridge-info.js';
import { type Bring, makeBring } from './rooms/bring.js';
import { EventPairs } from './rooms/event-pairs.js';
import { makeOpenChannelRoom, type OpenChannelRoom } from './rooms/channel-room.js';
import { type DeadRooms, makeDeadRooms } from './rooms/dead-rooms.js';
import { Departure } from './rooms/departure.js';
import { EventMemory } from './rooms/event-memory.js';
import { GoneRooms } from './rooms/gone-rooms.js';
import { Links } from './rooms/links.js';
import { makeOpenOnDemand, type OpenOnDemand } from './rooms/on-demand.js';
import { makeOpenPmRoom, type OpenPmRoom } from './rooms/pm-room.js';
import { PmRooms } from './rooms/pm-rooms.js';
import { makeRemoval, type Removal } from './rooms/removal.js';
import { Replacements } from './rooms/replacements.js';
import { RollCall } from './rooms/roll-call.js';
import { RoomSettings } from './rooms/room-settings.js';
import { Topics } from './rooms/topics.js';

export interface Rooms {
  readonly links: Links;
  readonly replacements: Replacements;
  readonly goneRooms: GoneRooms;
  readonly deadRooms: DeadRooms;
  readonly bridgeInfo: BridgeInfo;
  readonly pmRooms: PmRooms;
  readonly adminRooms: AdminRooms;
  readonly ghosts: Ghosts;
  readonly pairs: EventPairs;
  readonly accounts: Accounts;
  readonly settleIdent: SettleIdent;
  readonly connect: Connect;
  readonly rename: Rename;
  readonly openChannelRoom: OpenChannelRoom;
  readonly openOnDemand: OpenOnDemand;
  readonly openPmRoom: OpenPmRoom;
  readonly openAdminRoom: OpenAdminRoom;
  readonly tellPerson: TellPerson;
  readonly departure: Departure;
  readonly rollCall: RollCall;
  readonly bring: Bring;
  readonly removal: Removal;
  readonly memory: EventMemory;
  readonly roomSettings: RoomSettings;
  readonly topics: Topics;
}

interface RoomsNeeds {
  readonly live: { readonly config: Config };
  readonly clock: Clock;
  readonly log: Log;
  readonly stopping: AbortSignal;
}

/** `stopping` ends what waits for another try. */
export function buildRooms(
  { homeserver, networks, store, metrics }: Edges,
  names: Names,
  { live, clock, log: allLog, stopping }: RoomsNeeds,
): Rooms {
  const { configOf } = names;
  const log = allLog.part('rooms');
  const replacements = new Replacements(store.roomFates);
  const links = new Links(store.links, networks, replacements);
  const goneRooms = new GoneRooms({ store: store.roomFates, homeserver, networks, links, metrics, clock, log });
  const bridgeInfo = new BridgeInfo({ homeserver, configOf, config: () => live.config.ircService.bridgeInfoState, log });
  const pmRooms = new PmRooms(store.pmRooms, networks);
  const adminRooms = new AdminRooms(store.adminRooms);
  const ghosts = new Ghosts(homeserver, networks, names.ghostNames, { clock, stopping });
  const people = store.people;
  const accounts = new Accounts(store.accounts, metrics);
  const settleIdent = withOwnAddress(makeSettleIdent(people), { people, counters: store.counters, configOf, log: allLog.part('people') });
  const connect = makeConnect({ networks, configOf, homeserver, people, settleIdent, accounts });
  const roomSettings = new RoomSettings({ homeserver, clock, config: () => live.config.ircService.perRoomConfig });
  const openChannelRoom = makeOpenChannelRoom({ homeserver, links, bridgeInfo, clock, log });
  const openAdminRoom = makeOpenAdminRoom({ homeserver, adminRooms });
  return {
    links,
    replacements,
    goneRooms,
    deadRooms: makeDeadRooms({ homeserver, links, goneRooms, clock }),
    bridgeInfo,
    pmRooms,
    adminRooms,
    ghosts,
    pairs: new EventPairs(store.events, networks),
    accounts,
    settleIdent,
    connect,
    rename: makeRename({ networks, configOf, homeserver, people, connect, log: allLog.part('people') }),
    openChannelRoom,
    openOnDemand: makeOpenOnDemand({ networks, configOf, links, openChannelRoom, aliasOf: names.aliasOf }),
    openPmRoom: makeOpenPmRoom({ homeserver, networks, configOf, ghosts, pmRooms, bridgeInfo, clock, log }),
    openAdminRoom,
    tellPerson: makeTellPerson({ homeserver, adminRooms }, openAdminRoom),
    memory: new EventMemory(() => live.config.ircService.matrixHandler.eventCacheSize),
    topics: new Topics({ networks, homeserver, ghosts }),
    roomSettings,
    departure: new Departure({ networks, pmRooms, clock, log }),
    rollCall: new RollCall({ homeserver, clock, log }),
    bring: makeBring({ connect, configOf, roomSettings, clock, stopping }),
    removal: makeRemoval({ homeserver, configOf, links, metrics, clock, log }),
  };
}
