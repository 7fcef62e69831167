/** Both directions put together over parts in memory, with a life to end and begin again. */

import type * as z from 'zod';
import { buildFlows, type Flows, type FlowsNeeds } from '../../src/build-flows.js';
import type { syntheticEvents } from '../../src/config/accounts.js';
import type { Config } from '../../src/config/config.js';
import { networkDefaults } from '../../src/config/network.js';
import { ircService as services } from '../../src/config/services.js';
import type { Entry } from '../../src/journal/port.js';
import type { FileToShow, PublicAddresses, TextToShow } from '../../src/media/port.js';
import { PrometheusMetrics } from '../../src/metrics/prometheus.js';
import type { NetworkName } from '../../src/model/irc-names.js';
import type { Link } from '../../src/model/link.js';
import type { MatrixEvent } from '../../src/model/matrix-event.js';
import type { Store } from '../../src/store/port.js';
import { settle, TestClock } from './clock.js';
import { MemoryHomeserver } from './homeserver.js';
import { MemoryNetwork } from './irc.js';
import { aLink, CATS, listeningLog, NET } from './make.js';
import { MemoryJournal } from './memory-journal.js';
import { MemoryAudit } from '../../src/store/audit-file.js';
import { MemoryAccounts, MemoryAdminRooms, MemoryEvents, MemoryLinesAside, MemoryLinks, MemoryPeople, MemoryPmRooms, MemoryRoomFates } from './memory-store.js';

type NetworkSettings = NonNullable<Parameters<typeof networkDefaults>[0]>;

export interface WorldWish {
  readonly links?: readonly Link[];
  readonly networks?: readonly NetworkName[];
  readonly network?: NetworkSettings;
  readonly dropAfterSecs?: number;
  readonly syntheticEvents?: z.input<typeof syntheticEvents>;
  /** Sections of `ircService` besides its networks. */
  readonly service?: z.input<typeof services>;
  readonly permissions?: Config['ircService']['permissions'];
}

class CountedMetrics extends PrometheusMetrics {
  readonly counts = new Map<string, number>();

  override count(name: string, labels: Readonly<Record<string, string>> = {}, by = 1): void {
    const key = [name, ...Object.values(labels)].join(' ');
    this.counts.set(key, (this.counts.get(key) ?? 0) + by);
    super.count(name, labels, by);
  }
}

/** Addresses where `on`; what was withdrawn. */
class MemoryAddresses implements PublicAddresses {
  on = false;
  readonly texts: TextToShow[] = [];
  readonly withdrawn: string[] = [];

  async ofFile({ name }: FileToShow): Promise<string | undefined> {
    return this.on ? `https://media.test/${encodeURIComponent(name)}` : undefined;
  }

  async ofText(text: TextToShow): Promise<string | undefined> {
    if (this.on) this.texts.push(text);
    return this.on ? `https://media.test/p/${this.texts.length}` : undefined;
  }

  async withdraw(event: string): Promise<void> {
    this.withdrawn.push(event);
  }

  forget(): Promise<void> {
    return Promise.resolve();
  }
}

/** Marks each line in the tick in which it is handed over. */
const atOnce: FlowsNeeds['lastMarks'] = { handed: (_client, _what, write) => write(), over: (_client, _what, write) => write() };

export class World {
  readonly clock = new TestClock();
  readonly homeserver = new MemoryHomeserver();
  readonly metrics = new CountedMetrics();
  readonly log = listeningLog();
  readonly networks: ReadonlyMap<NetworkName, MemoryNetwork>;
  readonly links: MemoryLinks;
  readonly people = new MemoryPeople();
  readonly pmRooms = new MemoryPmRooms();
  readonly adminRooms = new MemoryAdminRooms();
  readonly accounts = new MemoryAccounts();
  readonly events = new MemoryEvents();
  readonly roomFates = new MemoryRoomFates();
  readonly linesAside = new MemoryLinesAside();
  readonly audit = new MemoryAudit();
  readonly addresses = new MemoryAddresses();
  journal = new MemoryJournal();
  flows: Flows;
  readonly #config: Config;
  #stopping = new AbortController();

  private constructor(wish: WorldWish) {
    const names = wish.networks ?? [NET];
    this.networks = new Map(names.map((name) => [name, new MemoryNetwork(name)]));
    this.links = new MemoryLinks(...(wish.links ?? [aLink()]));
    for (const { room } of this.links.links) this.homeserver.room(room);
    const servers = Object.fromEntries(
      names.map((name) => [
        name,
        networkDefaults({ matrixClients: { userTemplate: `@${name === NET ? 'irc' : name}_$NICK` }, ...wish.network }),
      ]),
    );
    const { syntheticEvents: news } = wish;
    const service = { ...wish.service, ...(news ? { syntheticEvents: news } : {}) };
    this.#config = {
      homeserver: { dropMatrixMessagesAfterSecs: wish.dropAfterSecs ?? 0 },
      ircService: { ...services.parse(service), servers, permissions: wish.permissions ?? {} },
    } as unknown as Config;
    this.flows = this.#build();
  }

  static async of(wish: WorldWish = {}): Promise<World> {
    const world = new World(wish);
    await world.flows.load();
    return world;
  }

  /** The first network. */
  get network(): MemoryNetwork {
    const [first] = this.networks.values();
    if (!first) throw new Error('no network');
    return first;
  }

  /** What was said in a channel, in order. */
  heard(channel: string = CATS, network = this.network): string[] {
    return network.lines.filter(({ target }) => target === channel).map(({ text }) => text);
  }

  /** Takes a Matrix event in as the listener does. */
  take(event: MatrixEvent): Entry {
    const entry = this.journal.keepOne('matrix', event);
    this.flows.onMatrixEvent(event, entry);
    return entry;
  }

  /** Lets everything go on that can without time passing. */
  async quiet(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) await settle();
  }

  /** Bodies of the bot's notices in a room. */
  notices(room: string): unknown[] {
    const { sent, bot } = this.homeserver;
    return sent.filter((event) => event.sender === bot.userId && event.room === room).map(({ content }) => content['body']);
  }

  /** Stops in order, as `app.ts` does, without a new beginning. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopping'));
    for (const network of this.networks.values()) await network.stop();
    await this.homeserver.close();
    await this.quiet();
  }

  /** From now on the next mark that the journal is to take kills the process before it is taken: the deed is done, unmarked. */
  dieAtNextMark(): void {
    const { journal } = this;
    const die = (): void => {
      journal.note = () => undefined;
      journal.done = () => undefined;
      this.#stopping.abort(new Error('killed'));
      for (const network of this.networks.values()) void network.stop();
      this.homeserver.stop();
    };
    journal.note = die;
    journal.done = die;
  }

  /** The process is killed and starts again: what was in memory is gone, the journal and both servers are not. */
  async restart(): Promise<void> {
    await this.stop();
    this.journal = this.journal.afterCrash();
    this.#stopping = new AbortController();
    this.homeserver.nextLife();
    for (const network of this.networks.values()) network.start();
    this.flows = this.#build();
    await this.flows.load();
    for (const entry of this.journal.open()) this.flows.replay(entry);
  }

  #build(): Flows {
    const { journal, metrics, homeserver, networks, links, people, pmRooms, adminRooms, accounts } = this;
    const { events, roomFates, linesAside, audit } = this;
    const store = { links, people, pmRooms, adminRooms, accounts, events, roomFates, linesAside, audit } as unknown as Store;
    const edges = { journal, metrics, homeserver, networks, store };
    const { log } = this.log;
    const live = { config: this.#config };
    return buildFlows({ edges, live, log, clock: this.clock, stopping: this.#stopping.signal, subscribed: new Set(), lastMarks: atOnce, addresses: this.addresses });
  }
}
