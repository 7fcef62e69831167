/** Real servers as a world: Synapse, with InspIRCd and Atheme or with ngIRCd. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { World } from '../support/world.js';
import { ergo } from './ergo.js';
import { inspircd, ngircd, present, type RealServer, synapse } from './servers.js';

/** Says why real stories cannot run here, or `undefined` when they can. Where they must run (CI), that is a failure. */
export function missing(irc: 'inspircd' | 'ngircd' | 'ergo'): string | undefined {
  const lacking = (['synapse', irc] as const).filter((name) => !present[name]());
  if (lacking.length === 0) return undefined;
  const text = `not installed here: ${lacking.join(', ')}`;
  // Ergo is in no distribution: it runs where somebody has built it.
  if (process.env['CAUSEWAY_REQUIRE_REAL'] === '1' && irc !== 'ergo') throw new Error(text);
  return text;
}

export interface RealWish {
  /** InspIRCd asks who people are. */
  readonly ident?: boolean;
  /** Synapse runs our module, which tells the bridge what becomes of accounts. */
  readonly lifeCycle?: boolean;
}

/** A fresh Synapse and IRC server; both end with the world. */
export async function realWorld(kind: 'inspircd' | 'ngircd' | 'ergo', options: RealWish = {}): Promise<World> {
  const directory = mkdtempSync(path.join(tmpdir(), 'causeway-real-'));
  const home = path.join(directory, 'irc');
  const irc = kind === 'inspircd' ? await inspircd(home, options.ident) : kind === 'ergo' ? await ergo(home) : await ngircd(home);
  await irc.start();
  let homeserver: RealServer | undefined;
  return {
    name: `real Synapse and ${kind}`,
    domain: 'hs.test',
    get homeserverUrl() {
      return homeserver === undefined ? '' : `http://127.0.0.1:${homeserver.port}`;
    },
    ircPort: irc.port,
    irc: { kind, tags: kind !== 'ngircd' },
    async open(registrationFile) {
      homeserver ??= await synapse(path.join(directory, 'synapse'), registrationFile, options.lifeCycle);
      await homeserver.start();
    },
    killHomeserver: async () => homeserver?.kill(),
    startHomeserver: async () => homeserver?.start(),
    async close() {
      await homeserver?.stop();
      await irc.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
