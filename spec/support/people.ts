/** The people of a story: made for a world, gone when it ends. */

import { IrcPerson } from '../../src/sandbox/people/irc-person.js';
import { MatrixPerson } from '../../src/sandbox/people/matrix-person.js';
import type { World } from './world.js';

export { IrcPerson } from '../../src/sandbox/people/irc-person.js';
export { MatrixPerson, Refused } from '../../src/sandbox/people/matrix-person.js';
export type { SeenEvent } from '../../src/sandbox/people/matrix-person.js';

export class People {
  private readonly world: World;
  private readonly matrix: MatrixPerson[] = [];
  private readonly irc: IrcPerson[] = [];
  private readonly run = Math.random().toString(36).slice(2, 7);
  private count = 0;

  constructor(world: World) {
    this.world = world;
  }

  /** Somebody on Matrix, registered anew: `alice` becomes `@alice:domain`, on real servers `@alice-run1:domain`. */
  async onMatrix(name: string): Promise<MatrixPerson> {
    const localpart = this.world.name.startsWith('sandbox') ? name : `${name}-${this.run}${(this.count += 1)}`;
    const person = await MatrixPerson.registers(this.world.homeserverUrl, localpart);
    if (localpart !== name) {
      await person.call('PUT', `/profile/${encodeURIComponent(person.userId)}/displayname`, { displayname: name });
    }
    this.matrix.push(person);
    return person;
  }

  /** Somebody on IRC, connected, and in the channels. */
  async onIrc(nick: string, ...channels: readonly string[]): Promise<IrcPerson> {
    const person = new IrcPerson(nick);
    this.irc.push(person);
    await person.connects(this.world.ircPort);
    for (const channel of channels) await person.joins(channel);
    return person;
  }

  /** The alias of a channel's portal. */
  alias(channel: string): string {
    return `#irc_${channel}:${this.world.domain}`;
  }

  /** The ghost of a nick. */
  ghost(nick: string): string {
    return `@irc_${nick}:${this.world.domain}`;
  }

  async leave(): Promise<void> {
    await Promise.all([...this.irc.map((person) => person.quits()), ...this.matrix.map((person) => person.rests())]);
  }
}
