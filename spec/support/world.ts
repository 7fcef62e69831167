/** Where a story plays: the sandbox's servers, or real ones. A story that asks only a `World` runs on both. */

import { readFileSync } from 'node:fs';
import { SandboxHomeserver } from '../../src/sandbox/homeserver.js';
import type { HomeserverOptions } from '../../src/sandbox/homeserver.js';
import type { Appservice } from '../../src/sandbox/homeserver/appservice.js';
import { SandboxIrcd } from '../../src/sandbox/ircd.js';
import type { IrcdOptions } from '../../src/sandbox/ircd.js';

export interface World {
  readonly name: string;
  /** The domain of Matrix ids. */
  readonly domain: string;
  /** Right once `open` has resolved. */
  readonly homeserverUrl: string;
  readonly ircPort: number;
  /** What the IRC server is like where stories must know: IRCv3 tags, the longest nick. */
  readonly irc: { readonly kind: 'inspircd' | 'ngircd' | 'solanum' | 'unreal' | 'ergo' | 'hybrid'; readonly tags: boolean };
  /** Starts what is not running yet, with this registration. */
  open(registrationFile: string): Promise<void>;
  /** `kill -9` of the homeserver, and back again on the same port with the same rooms. */
  killHomeserver(): Promise<void>;
  startHomeserver(): Promise<void>;
  close(): Promise<void>;
}

/** The world of the sandbox, with its knobs. */
export interface SandboxWorld extends World {
  readonly homeserver: SandboxHomeserver;
  readonly ircd: SandboxIrcd;
  /** The bridge's registration, as the homeserver has it. */
  readonly service: Appservice;
}

/** Starts both sandbox servers; the back-off of transactions runs a hundred times as fast unless told otherwise. */
export async function sandboxWorld(
  options: { readonly homeserver?: HomeserverOptions; readonly ircd?: IrcdOptions } = {},
): Promise<SandboxWorld> {
  const homeserver = new SandboxHomeserver({ backoffSpeed: 100, ...options.homeserver });
  const ircd = new SandboxIrcd(options.ircd);
  await homeserver.start();
  await ircd.start();
  let service: Appservice | undefined;
  return {
    name: `sandbox, ${ircd.net.profile.name}`,
    domain: homeserver.serverName,
    homeserver,
    ircd,
    irc: { kind: ircd.net.profile.name, tags: ircd.net.profile.tags },
    get homeserverUrl() {
      return homeserver.url;
    },
    get ircPort() {
      return ircd.port;
    },
    get service() {
      if (service === undefined) throw new Error('the world is not open yet');
      return service;
    },
    async open(registrationFile) {
      service = homeserver.addAppservice(readFileSync(registrationFile, 'utf8'));
    },
    killHomeserver: () => homeserver.kill(),
    async startHomeserver() {
      await homeserver.start();
    },
    async close() {
      await ircd.stop();
      await homeserver.stop();
    },
  };
}
