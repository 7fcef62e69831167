/** Loaded before the bridge: a disk that takes its time to say that something is written. */

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const ms = Number(process.env.SPEC_SYNC_MS ?? 200);
for (const name of ['fsync', 'fdatasync']) {
  const quick = fs[name];
  fs[name] = (file, done) => quick(file, (...args) => setTimeout(() => done(...args), ms));
}
syncBuiltinESMExports();
