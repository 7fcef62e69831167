/** `!active`: one is here, so one's connection is not taken for idle (CMD-2). */

import type { Clock } from '../lib/clock.js';
import type { PeopleStore } from '../store/port.js';
import type { Command } from './command.js';

export interface ActiveNeeds {
  readonly people: Pick<PeopleStore, 'sawPerson'>;
  readonly clock: Clock;
}

export function makeActive({ people, clock }: ActiveNeeds): Command {
  return {
    name: 'active',
    group: 'Your connection',
    usage: '',
    summary: 'Marks you as active, so that you are not disconnected as idle.',
    async run({ person }) {
      await people.sawPerson(person, clock.now());
      return 'You are marked as active now.';
    },
  };
}
