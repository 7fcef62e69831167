/** One story from beginning to end: a world, a bridge in it, people; and nothing left afterwards. */

import { Bridge } from './bridge.js';
import type { BridgeWish } from './bridge.js';
import { People } from './people.js';
import type { World } from './world.js';

export interface Story<W extends World> {
  readonly world: W;
  readonly bridge: Bridge;
  readonly people: People;
}

/** Plays a story in a world that it makes and closes. When it fails, the last of the bridge's log is printed. */
export async function story<W extends World>(
  make: () => Promise<W>,
  wish: BridgeWish,
  play: (story: Story<W>) => Promise<void>,
): Promise<void> {
  const world = await make();
  const people = new People(world);
  let bridge: Bridge | undefined;
  try {
    bridge = await Bridge.prepare(world, wish);
    await bridge.start();
    await play({ world, bridge, people });
  } catch (fault) {
    if (bridge !== undefined) console.error(`the bridge said last:\n${bridge.process.tail(60)}`);
    throw fault;
  } finally {
    await people.leave();
    await bridge?.remove();
    await world.close();
  }
}
