/** A small, strict homeserver on loopback: what the demo and the stories of `spec/` run on. */

import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../lib/clock.js';
import { systemClock } from '../lib/clock.js';
import { freePort } from './free-port.js';
import type { Appservice } from './homeserver/appservice.js';
import { registrationFrom } from './homeserver/appservice.js';
import type { Fault, FaultBehaviour, FaultMatch } from './homeserver/faults.js';
import { Faults } from './homeserver/faults.js';
import type { Asked } from './homeserver/front.js';
import { Front } from './homeserver/front.js';
import { House } from './homeserver/house.js';
import type { RoomEvent } from './homeserver/room.js';
import { mountRoutes } from './homeserver/routes.js';
import { TransactionMemory } from './homeserver/transaction-memory.js';
import type { Delivery } from './homeserver/transactions.js';

export interface HomeserverOptions {
  /** The domain of all ids. */
  readonly serverName?: string;
  /** 0 or absent: a free one. */
  readonly port?: number;
  readonly clock?: Clock;
  /** Divides the back-off's times (2, 4, 8 … 512 s). */
  readonly backoffSpeed?: number;
  /** Requests kept in `asked`. */
  readonly askedKept?: number;
}

export class SandboxHomeserver {
  /** All it knows: rooms, accounts, aliases. Tests may look, and add what a story begins with. */
  readonly house: House;
  private readonly faults = new Faults();
  private readonly memory: TransactionMemory;
  private readonly front: Front;
  private readonly options: HomeserverOptions;
  private server: Server | undefined;
  private listening = 0;

  constructor(options: HomeserverOptions = {}) {
    const clock = options.clock ?? systemClock;
    this.options = options;
    this.house = new House(options.serverName ?? 'hs.test', clock, options.backoffSpeed ?? 1);
    this.memory = new TransactionMemory(clock, this.house.deviceTransactions);
    this.front = new Front(this.house.accounts, this.house.media, this.faults, clock, options.askedKept ?? 100_000);
    mountRoutes(this.front, this.house, this.memory);
  }

  get serverName(): string {
    return this.house.serverName;
  }

  get port(): number {
    return this.listening;
  }

  get url(): string {
    return `http://127.0.0.1:${this.listening}`;
  }

  /** Every request with its answer's status (0: none was given), oldest first. */
  get asked(): readonly Asked[] {
    return this.front.asked;
  }

  /** Listens; after `stop` or `kill` again on the same port, with all it knew but transaction ids. */
  async start(): Promise<number> {
    const port = this.listening === 0 ? (this.options.port ?? (await freePort())) : this.listening;
    const server = createServer((request, response) => void this.front.handle(request, response));
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    this.listening = (server.address() as AddressInfo).port;
    for (const sender of this.house.senders.values()) sender.start();
    return this.listening;
  }

  /** Takes a registration file's text, and begins to push to that service. */
  addAppservice(registration: string): Appservice {
    const service = registrationFrom(registration, this.serverName);
    this.house.addService(service);
    return service;
  }

  /** Takes a service out, so that another registration may come in. */
  removeAppservice(service: Appservice): void {
    this.house.removeService(service);
  }

  /** The tries at pushing to a service, in order. */
  deliveries(service: Appservice): readonly Delivery[] {
    return this.house.senders.get(service)?.deliveries ?? [];
  }

  /** Events that the service has not taken yet. */
  backlog(service: Appservice): number {
    return this.house.senders.get(service)?.backlog ?? 0;
  }

  /** Makes requests that fit misbehave, until its `end`. */
  fault(match: FaultMatch, behaviour: FaultBehaviour): Fault {
    return this.faults.add(match, behaviour);
  }

  clearFaults(): void {
    this.faults.clear();
  }

  /** As after a restart or half an hour: a send under an old transaction id makes a second event. */
  forgetTransactions(): void {
    this.memory.forget();
  }

  /** Calls back for each new event of any room; the returned function ends it. */
  onEvent(listener: (event: RoomEvent) => void): () => void {
    this.house.listeners.add(listener);
    return () => void this.house.listeners.delete(listener);
  }

  /** As `kill -9`: connections are reset, nothing in flight is answered, transaction ids are forgotten; the rooms stay. */
  async kill(): Promise<void> {
    await this.end();
  }

  /** Ends it; harmless when it is not running. */
  async stop(): Promise<void> {
    await this.end();
  }

  /** Killed and there again after `downMs`. */
  async restart(downMs = 0): Promise<void> {
    await this.kill();
    if (downMs > 0) await new Promise<void>((resolve) => this.house.clock.after(downMs, resolve));
    await this.start();
  }

  private async end(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    for (const sender of this.house.senders.values()) sender.stop();
    this.memory.forget();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    this.house.wakeAll();
    await closed;
  }
}
