/** `!active`: one is here, so one's connection is not taken for idle (CMD-2). */

import type { Clock } from '../lib/clock.js';
import type { Idle } from '../people/idle.js';
import type { PeopleStore } from '../store/port.js';
import type { Command } from './command.js';

export interface ActiveNeeds {
  readonly people: Pick<PeopleStore, 'sawPerson'>;
  readonly idle: Pick<Idle, 'acted'>;
  readonly clock: Clock;
}

export function makeActive({ people, idle, clock }: ActiveNeeds): Command {
  return {
    name: 'active',
    group: 'Your connection',
    usage: '',
    summary: 'Marks you as active, so that you are not disconnected as idle.',
    async run({ person }) {
      idle.acted(person);
      await people.sawPerson(person, clock.now());
      return 'You are marked as active now.';
    },
  };
}
