/** Around `npm test`: one directory for all that it writes, gone at the end; and a word on what this run did not do. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';

const directory = mkdtempSync(join(tmpdir(), 'causeway-test-'));
// For `os.tmpdir()` here and in every child.
process.env['TMPDIR'] = directory;
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

// The laws draw the same runs each time, so that nobody's change fails for a rare one; CAUSEWAY_LAW_SEED looks for others.
fc.configureGlobal({ seed: Number(process.env['CAUSEWAY_LAW_SEED'] ?? 20_261_121) });

const lines = [
  'Not run here, since they need more than Node, or more time:',
  '  npm run spec:real    the same stories on Synapse, InspIRCd with Atheme, and ngIRCd, where they are installed',
  '  npm run spec:fuzz    two minutes of hostile input from both sides',
  '  npm run spec:faults  minutes of faults on every side: they take too long for here',
  '  npm run test:module  the module for Synapse, where Synapse is installed',
];

export const mochaHooks = {
  afterAll(): void {
    console.log(`\n${lines.join('\n')}`);
  },
};
