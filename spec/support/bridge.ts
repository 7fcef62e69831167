/** The real bridge in a world: configured, registered, started, stopped, killed. */

import { BridgeProcess, loopbackConfig } from '../../src/sandbox/bridge-process.js';
import type { Ending } from '../../src/sandbox/bridge-process.js';
import { runFast } from './fast-time.js';
import type { World } from './world.js';

export interface BridgeWish {
  /** Goes over the network's section of the configuration. */
  readonly network?: Readonly<Record<string, unknown>>;
  /** Goes over the `ircService` section. */
  readonly service?: Readonly<Record<string, unknown>>;
  /** The top level of the configuration, at the end. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** More arguments of the command that makes the registration. */
  readonly registered?: readonly string[];
  /** Instead of the world's own addresses, where a proxy lies between. */
  readonly homeserverUrl?: string;
  readonly ircPort?: number;
  /** How many of the bridge's seconds pass in one of ours; 1 where nothing is said. */
  readonly fast?: number;
  /** Where the homeserver is told to reach the bridge, by the port the bridge itself has. */
  readonly reachedAt?: (port: number) => Promise<string>;
}

/** Pacing is off in stories that are not about it, so that they take no longer than they must. */
const UNPACED = { nickTemplate: '$DISPLAY[m]', reconnectIntervalMs: 20, flood: false };

export class Bridge {
  readonly process: BridgeProcess;
  readonly world: World;
  private wish: BridgeWish;

  private constructor(world: World, process: BridgeProcess, wish: BridgeWish) {
    this.world = world;
    this.process = process;
    this.wish = wish;
  }

  /** Writes the configuration, makes the registration with the bridge's own command, opens the world with it. */
  static async prepare(world: World, wish: BridgeWish = {}): Promise<Bridge> {
    const bridge = new Bridge(world, await BridgeProcess.prepare(), wish);
    try {
      bridge.configure();
      await bridge.process.register(await wish.reachedAt?.(bridge.process.port), wish.registered);
      await world.open(bridge.process.registrationFile);
      // A real homeserver has its port only now.
      bridge.configure();
      if (wish.fast !== undefined) runFast(bridge, wish.fast);
      return bridge;
    } catch (fault) {
      await bridge.remove();
      throw fault;
    }
  }

  /** The same, and started: it listens when this resolves. */
  static async start(world: World, wish: BridgeWish = {}): Promise<Bridge> {
    const bridge = await Bridge.prepare(world, wish);
    await bridge.start();
    return bridge;
  }

  /** Writes the configuration anew; in force after the next start. */
  configure(wish: BridgeWish = this.wish): void {
    this.wish = wish;
    const config = loopbackConfig({
      directory: this.process.directory,
      homeserverUrl: wish.homeserverUrl ?? (this.world.homeserverUrl === '' ? 'http://127.0.0.1:1' : this.world.homeserverUrl),
      domain: this.world.domain,
      ircPort: wish.ircPort ?? this.world.ircPort,
      network: { ircClients: UNPACED, ...wish.network },
      ...(wish.service === undefined ? {} : { service: wish.service }),
    });
    this.process.configure({ ...config, ...wish.config });
  }

  start(): Promise<void> {
    return this.process.start();
  }

  stop(): Promise<Ending> {
    return this.process.stop();
  }

  kill(): Promise<Ending> {
    return this.process.kill();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Ends it and takes its files away; at a failed story its log is worth reading first (`process.tail`). */
  remove(): Promise<void> {
    return this.process.remove();
  }

  get port(): number {
    return this.process.port;
  }

  get log(): readonly string[] {
    return this.process.log;
  }
}
