/** `!help`: what there is, by groups, or one command in full with an example (CMD-1). */

import { type Command, GROUPS, usageOf } from './command.js';

const HEAD = 'These are the commands. Where I serve several networks, name one first. !help and a command shows an example.';

/** Makes the command; `all` gives the table it stands in. */
export function makeHelp(all: () => readonly Command[]): Command {
  const line = ({ name, usage, summary }: Command): string => `!${name}${usage === '' ? '' : ` ${usage}`} - ${summary}`;
  return {
    name: 'help',
    group: 'The bridge',
    usage: '[command]',
    example: 'join',
    summary: 'Shows what I can do for you.',
    inRooms: true,
    async run({ args }) {
      const asked = args[0]?.replace(/^!/u, '').toLowerCase();
      if (asked === undefined) {
        const parts = GROUPS.map((group) => [`${group}:`, ...all().filter((one) => one.group === group).map(line)].join('\n'));
        return [HEAD, ...parts].join('\n\n');
      }
      const found = all().find(({ name, aliases }) => name === asked || aliases?.includes(asked) === true);
      if (!found) return `There is no command !${asked.slice(0, 40)}. Send !help for a list.`;
      const example = found.example === undefined ? '' : `\nFor example: !${found.name} ${found.example}`;
      return `${found.summary} ${usageOf(found)}${example}`;
    },
  };
}
