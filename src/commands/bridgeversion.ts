/** `!bridgeversion`: which program this is (CMD-14). */

import type { Command } from './command.js';

export function makeBridgeVersion(version: string): Command {
  return {
    name: 'bridgeversion',
    aliases: ['version'],
    usage: '',
    summary: 'Shows the version of this bridge.',
    run: async () => `This is Causeway ${version}.`,
  };
}
