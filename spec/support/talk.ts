/** A channel and its room, with somebody on either side, who hear each other. */

import type { IrcPerson, MatrixPerson, People } from './people.js';

export interface Talk {
  readonly channel: string;
  readonly room: string;
  readonly bob: IrcPerson;
  readonly alice: MatrixPerson;
}

/** Opens it: when this resolves, a line has gone each way. `name` is put behind the names of both. */
export async function talkIn(people: People, channel: string, name: string | number): Promise<Talk> {
  const bob = await people.onIrc(`bob${name}`, channel);
  const alice = await people.onMatrix(`alice${name}`);
  const room = await alice.joins(people.alias(channel));
  await alice.says(room, 'begin');
  await bob.sees('begin', { to: channel });
  bob.says(channel, 'begin too');
  await alice.sees('begin too', { room });
  return { channel, room, bob, alice };
}
