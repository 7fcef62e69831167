/** Makes what follows on IRC from the life of accounts on the homeserver (MSC3395). */

import { makeArrive } from './account-life-cycle/arrive.js';
import { CleanUp } from './account-life-cycle/clean-up.js';
import { makeComeBack } from './account-life-cycle/come-back.js';
import { AccountDispatch } from './account-life-cycle/dispatch.js';
import { Effects } from './account-life-cycle/effects.js';
import { makeEnd } from './account-life-cycle/end.js';
import { makeForget } from './account-life-cycle/forget.js';
import { ProxyRoom } from './account-life-cycle/proxy-room.js';
import { makeRegister } from './account-life-cycle/register.js';
import { NightlySweep } from './account-life-cycle/sweep.js';
import { Whereabouts } from './account-life-cycle/whereabouts.js';
import type { Edges } from './build-edges.js';
import type { Names } from './build-names.js';
import type { Rooms } from './build-rooms.js';
import type { SyntheticEventsConfig } from './config/accounts.js';
import type { Config } from './config/config.js';
import type { Questions } from './homeserver/port.js';
import type { Entry } from './journal/port.js';
import { type Clock, within } from './lib/clock.js';
import type { Log } from './lib/log.js';
import { Tarpit } from './lib/tarpit.js';
import type { PublicAddresses } from './media/port.js';
import type { NewsType } from './model/account.js';
import type { UserId } from './model/ids.js';
import { judgeMeta } from './policy/judge-meta.js';

/** How long a stop waits until the proxy room is told the rest. */
const LAST_WORDS_MS = 1_000;

export interface AccountsNeeds {
  readonly edges: Edges;
  readonly names: Names;
  readonly rooms: Rooms;
  readonly live: { readonly config: Config };
  /** What the registration asks for. */
  readonly subscribed: ReadonlySet<NewsType>;
  readonly addresses: PublicAddresses;
  readonly stopping: AbortSignal;
  readonly clock: Clock;
  readonly log: Log;
}

export interface AccountLife {
  readonly take: (entry: Entry, repeat?: boolean) => void;
  readonly questions: Pick<Questions, 'meta'>;
  /** Reads who is leaving, and goes on with that; once, before anybody connects. */
  load(): Promise<void>;
  /** Remembers where people are at the end, for those who log out while the bridge is down. */
  remember(): Promise<void>;
  whenIdle(): Promise<void>;
  stop(): void;
}

export function buildAccounts({ edges, names, rooms, live, subscribed, addresses, stopping, clock, log: allLog }: AccountsNeeds): AccountLife {
  const { homeserver, networks, journal, store, metrics } = edges;
  const { configOf } = names;
  const { accounts } = rooms;
  const log = allLog.part('accounts');
  const set = (): SyntheticEventsConfig => live.config.ircService.syntheticEvents;
  /** Absent, it is on where the registration asks for events (SYN-1). */
  const isOn = (): boolean => set().enabled ?? (subscribed.size > 0 || set().metaEndpoint);
  const shared = { ...rooms, homeserver, networks, configOf, people: store.people, events: store.events, linesAside: store.linesAside, audit: store.audit, addresses, stopping, clock, log };
  const forget = makeForget(shared);
  const cleanUp = new CleanUp({ store, journal, forget: (people) => forget.forget(people), isClosed: (person) => accounts.isClosed(person), clock, log });
  const arrive = makeArrive(shared);
  const proxyRoom = new ProxyRoom({ homeserver, room: () => set().proxyRoom, clock, log });
  const effects = new Effects({
    ...shared,
    forget,
    cleanUp,
    register: makeRegister({ ...shared, arrive, autoJoin: () => set().autoJoin }),
    comeBack: makeComeBack({ ...shared, arrive }),
    end: makeEnd({ ...shared, rules: set }),
    graceSecs: () => set().logoutGraceSecs,
    disconnectsPerSecond: set().disconnectsPerSecond,
  });
  const whereabouts = new Whereabouts(shared);
  const sweep = new NightlySweep({
    ...shared,
    isOn: () => isOn() && set().nightlySweep,
    everybody: () => everybodyIn(edges, rooms, names),
    isClosed: (person) => accounts.isClosed(person),
    rooms: () => [...networks.keys()].flatMap((network) => rooms.links.onNetwork(network).map(({ room }) => room)),
  });
  const { registrationsPerMinute } = set();
  const tarpit = registrationsPerMinute > 0 ? new Tarpit(clock, registrationsPerMinute) : undefined;
  const dispatch = new AccountDispatch({
    ...shared,
    journal,
    metrics,
    effects,
    decode: (entry) => homeserver.decodeAccount(entry),
    rules: () => (isOn() ? set() : undefined),
    dropAfterSecs: () => live.config.homeserver.dropMatrixMessagesAfterSecs,
    // Whoever answers about meta events has asked for them.
    subscribed: set().metaEndpoint ? new Set([...subscribed, 'new_user']) : subscribed,
    refresh: () => void metrics.figures((why) => log.warn('figures not read', { why })),
    relay: (type, person, deeds) => proxyRoom.tell(type, person, deeds),
  });
  return {
    take: (entry, repeat) => dispatch.take(entry, repeat),
    questions: set().metaEndpoint ? { meta: (news) => judgeMeta(news, [...networks.keys()].map(configOf), (person) => tarpit?.waitMs(person) ?? 0) } : {},
    async load() {
      await accounts.load();
      if (!isOn()) return;
      effects.resume();
      whereabouts.start();
      sweep.start();
    },
    async remember() {
      await within(clock, LAST_WORDS_MS, proxyRoom.flush(), () => undefined);
      if (isOn()) await whereabouts.look();
    },
    whenIdle: () => dispatch.whenIdle(),
    stop() {
      whereabouts.stop();
      sweep.stop();
      effects.stop();
      cleanUp.stop();
      proxyRoom.stop();
    },
  };
}

/** People of whom anything is kept, ghosts and the bot left out. */
async function everybodyIn({ networks, store }: Edges, { pmRooms, adminRooms }: Rooms, { isOurs }: Names): Promise<ReadonlySet<UserId>> {
  const clients = [...networks.values()].flatMap((network) => network.people);
  const [settings, told] = await Promise.all([store.people.everybody(), store.accounts.everybody()]);
  return new Set([...settings, ...told, ...clients, ...pmRooms.people, ...adminRooms.people].filter((person) => !isOurs(person)));
}
