/** `!help`: what there is, or one command in full (CMD-1). */

import { type Command, usageOf } from './command.js';

/** Makes the command; `all` gives the table it stands in. */
export function makeHelp(all: () => readonly Command[]): Command {
  const line = ({ name, usage, summary }: Command): string => `!${name}${usage === '' ? '' : ` ${usage}`} - ${summary}`;
  return {
    name: 'help',
    usage: '[command]',
    summary: 'Shows what I can do for you.',
    inRooms: true,
    async run({ args }) {
      const asked = args[0]?.replace(/^!/u, '').toLowerCase();
      if (asked === undefined) {
        const list = all().map(line).join('\n');
        return `These are the commands. Where I serve several networks, name one first.\n${list}`;
      }
      const found = all().find(({ name, aliases }) => name === asked || aliases?.includes(asked) === true);
      if (!found) return `There is no command !${asked.slice(0, 40)}. Send !help for a list.`;
      return `${found.summary} ${usageOf(found)}`;
    },
  };
}
