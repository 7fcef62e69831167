/** `!services room on|off`: where notices of NickServ and the like go: into a chat of their own, or here (PM-11). */

import { SERVICES_ROOM, type PersonRecord } from '../model/person.js';
import type { PeopleStore } from '../store/port.js';
import { type Command, usageOf } from './command.js';

export interface ServicesNeeds {
  readonly people: Pick<PeopleStore, 'record' | 'saveRecord'>;
}

const NAME = 'services';
const USAGE = 'room <on or off>';

export function makeServices({ people }: ServicesNeeds): Command {
  return {
    name: NAME,
    group: 'Your connection',
    usage: USAGE,
    example: 'room on',
    summary: 'Sets whether NickServ and other services get a chat of their own.',
    async run({ person, args }) {
      const [what, wish, ...more] = args.map((word) => word.toLowerCase());
      const record: PersonRecord = (await people.record(person)) ?? { person, features: {}, deactivated: false };
      const usage = usageOf({ name: NAME, usage: USAGE });
      if (what === undefined) return `${told(record.features[SERVICES_ROOM] === true)} ${usage}`;
      if (what !== 'room' || (wish !== 'on' && wish !== 'off') || more.length > 0) return usage;
      await people.saveRecord({ ...record, features: { ...record.features, [SERVICES_ROOM]: wish === 'on' } });
      return told(wish === 'on');
    },
  };
}

function told(on: boolean): string {
  return on ? 'What services say comes into a chat of its own for each of them.' : 'What services say comes into your room with me.';
}
