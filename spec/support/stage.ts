/** One world, bridge and people for all rows of a file: opened before the first row, gone after the last; no fault may have got through. */

import { Bridge } from './bridge.js';
import type { BridgeWish } from './bridge.js';
import { assertNoFault } from './look.js';
import { People } from './people.js';
import type { SandboxWorld } from './world.js';
import { sandboxWorld } from './world.js';

export interface Stage {
  readonly world: SandboxWorld;
  readonly bridge: Bridge;
  readonly people: People;
}

/** How a file's stage is made. */
export interface StageWish {
  readonly world?: () => Promise<SandboxWorld>;
  /** Given the world, since its ports are known only then. */
  readonly bridge?: BridgeWish | ((world: SandboxWorld, people: People) => BridgeWish | Promise<BridgeWish>);
  /** The rows start the bridge themselves. */
  readonly asleep?: boolean;
}

/**
 * Declares the hooks of a `describe` and gives what they open, to be read inside rows only. When a row fails, the last
 * of the bridge's log is printed.
 */
export function stage(wish: StageWish = {}): Stage {
  let open: Stage | undefined;
  const opened = (): Stage => {
    if (open === undefined) throw new Error('the stage is open only inside rows');
    return open;
  };
  before(async function () {
    const world = await (wish.world ?? sandboxWorld)();
    const people = new People(world);
    try {
      const bridge = await Bridge.prepare(world, typeof wish.bridge === 'function' ? await wish.bridge(world, people) : wish.bridge);
      open = { world, bridge, people };
      if (wish.asleep !== true) await bridge.start();
    } catch (fault) {
      await people.leave();
      await world.close();
      throw fault;
    }
  });
  afterEach(function () {
    if (this.currentTest?.state === 'failed') console.error(`the bridge said last:\n${open?.bridge.process.tail(40) ?? 'nothing'}`);
  });
  after(async function () {
    await open?.people.leave();
    await open?.bridge.remove();
    await open?.world.close();
    if (open !== undefined) assertNoFault(open.bridge);
  });
  return {
    get world() {
      return opened().world;
    },
    get bridge() {
      return opened().bridge;
    },
    get people() {
      return opened().people;
    },
  };
}
