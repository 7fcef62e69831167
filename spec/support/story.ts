/** One story from beginning to end: a world, a bridge in it, people; and nothing left afterwards. */

import { Bridge } from './bridge.js';
import type { BridgeWish } from './bridge.js';
import { People } from './people.js';
import type { RawIrcd } from './raw-irc.js';
import { sandboxWorld, type SandboxWorld, type World } from './world.js';

export interface Story<W extends World> {
  readonly world: W;
  readonly bridge: Bridge;
  readonly people: People;
}

/**
 * Plays a story in a world that it makes and closes. When it fails, the last of the bridge's log is printed.
 * @param wish may ask the world, whose ports are known only then
 */
export async function story<W extends World>(
  make: () => Promise<W>,
  wish: BridgeWish | ((world: W) => BridgeWish),
  play: (story: Story<W>) => Promise<void>,
): Promise<void> {
  const world = await make();
  const people = new People(world);
  let bridge: Bridge | undefined;
  try {
    bridge = await Bridge.prepare(world, typeof wish === 'function' ? wish(world) : wish);
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

/** The same on the sandbox's homeserver, with an IRC server that answers as the row has told it to. */
export async function rawStory(ircd: RawIrcd, wish: BridgeWish, play: (story: Story<SandboxWorld>) => Promise<void>): Promise<void> {
  const ircPort = await ircd.start();
  try {
    await story(sandboxWorld, { ...wish, ircPort }, play);
  } finally {
    await ircd.stop();
  }
}
