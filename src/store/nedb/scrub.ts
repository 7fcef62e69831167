/** Takes people out of the copies that lie beside the files: those of what was first found (`.bak`), and faulty lines. */

import { open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { UserId } from '../../model/ids.js';

const COPY = /\.db(?:\.bak|\.corrupt-[\w.-]+)$/u;
/** Matrix user ids in a line of JSON, also of a torn one. */
const IDS = /@[^"\s\\:]*:[^"\s\\]+/gu;
/** The id of a link begins with its room's. */
const LINK = /"id":"!/u;

/**
 * Removes the lines about any of these people from the copies in a directory, and what is torn, of which nobody can tell
 * whose it is; links stay, since they are nobody's.
 */
export async function scrubCopies(directory: string, people: readonly UserId[]): Promise<void> {
  const gone = new Set<string>(people);
  for (const name of await readdir(directory)) {
    if (!COPY.test(name)) continue;
    const path = join(directory, name);
    const lines = (await readFile(path, 'utf8')).split('\n');
    const kept = lines.filter((line) => LINK.test(line) || (isWhole(line) && !(line.match(IDS) ?? []).some((id) => gone.has(id))));
    if (kept.length === lines.length) continue;
    const file = await open(`${path}.new`, 'w', 0o600);
    try {
      await file.writeFile(kept.join('\n'));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
  }
}

function isWhole(line: string): boolean {
  if (line.trim() === '') return true;
  try {
    JSON.parse(line);
    return true;
  } catch {
    // Half a line, or garbage: it may hold half of a name.
    return false;
  }
}
