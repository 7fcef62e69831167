/** A sandbox IRC server with alice and bob on it. */

import { SandboxIrcd } from '../../src/sandbox/ircd.js';
import type { IrcdOptions } from '../../src/sandbox/ircd.js';
import { IrcPerson } from '../../src/sandbox/people/irc-person.js';

/** So many letters. */
export const long = (letters: number): string => 'x'.repeat(letters);

/** Starts it, plays, and ends it all. */
export async function on(options: IrcdOptions, play: (ircd: SandboxIrcd, alice: IrcPerson, bob: IrcPerson) => Promise<void>): Promise<void> {
  const ircd = new SandboxIrcd(options);
  await ircd.start();
  const people = [new IrcPerson('alice'), new IrcPerson('bob')] as const;
  try {
    for (const person of people) await person.connects(ircd.port);
    await play(ircd, ...people);
  } finally {
    for (const person of people) person.vanishes();
    await ircd.stop(true);
  }
}
