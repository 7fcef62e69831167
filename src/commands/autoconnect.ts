/** `!autoconnect`: whether a login brings one to IRC where nothing else does (CMD-20, SYN-7). */

import type { UserId } from '../model/ids.js';
import type { PeopleStore } from '../store/port.js';
import { type Command, usageOf } from './command.js';

export interface AutoConnectNeeds {
  readonly people: Pick<PeopleStore, 'record' | 'saveRecord'>;
}

const NAME = 'autoconnect';
const USAGE = '[on | off]';
const WISHES: ReadonlyMap<string, boolean> = new Map([['on', true], ['off', false]]);

export function makeAutoConnect({ people }: AutoConnectNeeds): Command {
  const set = async (person: UserId, on: boolean): Promise<void> => {
    const { features, ...record } = (await people.record(person)) ?? { person, features: {}, deactivated: false };
    await people.saveRecord({ ...record, features: { ...features, autoconnect: on } });
  };
  const present = (on: boolean): string =>
    on
      ? 'You are connected to the IRC networks you have been on when you log in.'
      : 'When you log in, you are connected to IRC only where you were disconnected by a logout.';
  return {
    name: NAME,
    group: 'Your connection',
    usage: USAGE,
    summary: 'Whether you are connected to IRC when you log in.',
    async run({ person, args: [wish, ...more] }) {
      if (wish === undefined) return present((await people.record(person))?.features['autoconnect'] === true);
      const on = WISHES.get(wish.toLowerCase());
      if (on === undefined || more.length > 0) return usageOf({ name: NAME, usage: USAGE });
      await set(person, on);
      return present(on);
    },
  };
}
