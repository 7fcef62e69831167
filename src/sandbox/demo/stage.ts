/** Everything the demo runs on: both sandbox servers, the real bridge, Alice on Matrix and Bob on IRC. */

import { readFileSync } from 'node:fs';
import { systemClock } from '../../lib/clock.js';
import { BridgeProcess, loopbackConfig } from '../bridge-process.js';
import { freePort } from '../free-port.js';
import { SandboxHomeserver } from '../homeserver.js';
import { SandboxIrcd } from '../ircd.js';
import { IrcPerson } from '../people/irc-person.js';
import { MatrixPerson } from '../people/matrix-person.js';
import type { SeenEvent } from '../people/matrix-person.js';

export const DOMAIN = 'demo.test';
/** The channel of the first conversation. */
export const CHANNEL = '#tea';

/** Nicks may be changed here. */
const NETWORK = {
  ircClients: { nickTemplate: '$DISPLAY[m]', reconnectIntervalMs: 50, allowNickChanges: true },
};

/** Whoever registers, but for Alice, is in the channel at once, and nobody waits five minutes here to see a logout. */
const SERVICE = {
  metrics: { enabled: true },
  syntheticEvents: { onRegistration: 'connect', autoJoin: [`127.0.0.1/${CHANNEL}`], logoutGraceSecs: 3, users: { exclude: ['@alice:.*'] } },
  logging: { level: 'debug', toConsole: true },
};

export interface Stage {
  readonly homeserver: SandboxHomeserver;
  readonly ircd: SandboxIrcd;
  readonly bridge: BridgeProcess;
  readonly alice: MatrixPerson;
  readonly bob: IrcPerson;
  /** Where the bridge says whose a connection is. */
  readonly identPort: number;
  /** How long the bridge took until it listened, ms. */
  readonly startedIn: number;
}

/** What must be ended, in the order in which it was begun. */
export class Curtain {
  private readonly ends: (() => Promise<void>)[] = [];
  private falling: Promise<void> | undefined;

  add(end: () => Promise<void>): void {
    this.ends.push(end);
  }

  /** Ends all, the last first; a second call waits for the first. */
  fall(): Promise<void> {
    this.falling ??= (async () => {
      for (const end of this.ends.reverse()) {
        try {
          await end();
        } catch (fault) {
          console.error('demo: could not end a part of it:', fault instanceof Error ? fault.message : fault);
        }
      }
    })();
    return this.falling;
  }
}

/** Starts all of it. What was begun is in `curtain` even when this throws. */
export async function setStage(curtain: Curtain, ircPort: number): Promise<Stage> {
  const homeserver = new SandboxHomeserver({ serverName: DOMAIN });
  await homeserver.start();
  curtain.add(() => homeserver.stop());
  const ircd = await listening(ircPort);
  curtain.add(() => ircd.stop());

  const bridge = await BridgeProcess.prepare();
  bridge.ownGroup = true;
  process.once('exit', () => bridge.removeNow());
  curtain.add(() => bridge.remove());
  const { directory } = bridge;
  const identPort = await freePort();
  const service = { ...SERVICE, ident: { enabled: true, port: identPort, address: '127.0.0.1' } };
  bridge.configure(loopbackConfig({ directory, homeserverUrl: homeserver.url, domain: DOMAIN, ircPort: ircd.port, network: NETWORK, service }));
  homeserver.addAppservice(await bridge.register(undefined, ['--msc3395']));
  const begun = systemClock.elapsed();
  await bridge.start();
  const startedIn = systemClock.elapsed() - begun;

  const bob = await new IrcPerson('bob').connects(ircd.port);
  curtain.add(() => bob.quits());
  const alice = await MatrixPerson.registers(homeserver.url, 'alice');
  await alice.call('PUT', `/profile/${encodeURIComponent(alice.userId)}/displayname`, { displayname: 'Alice' });
  curtain.add(() => alice.rests());
  const stage = { homeserver, ircd, bridge, alice, bob, identPort, startedIn };
  void acceptInvitations(stage);
  return stage;
}

/** Whoever writes to Alice on IRC gets an answer: she goes into every room to which the bridge invites her. */
async function acceptInvitations(stage: Stage): Promise<void> {
  const { alice } = stage;
  const byBridge = ({ type, state_key, sender, content }: SeenEvent): boolean =>
    type === 'm.room.member' && state_key === alice.userId && content.membership === 'invite' && /^@(?:irc_|appservice-irc:)/u.test(sender);
  const DAY_MS = 86_400_000;
  try {
    for (;;) {
      const { room_id: room, sender, content } = await alice.seesEvent('an invitation', byBridge, DAY_MS);
      await alice.joins(room);
      if (sender === BOT && content.is_direct === true) talks.set(stage, Promise.resolve(room));
    }
  } catch (fault) {
    console.error('demo: Alice takes no more invitations:', fault instanceof Error ? fault.message : fault);
  }
}

const BOT = `@appservice-irc:${DOMAIN}`;
const talks = new WeakMap<Stage, Promise<string>>();

/** Alice's room with the bot: the one that it has opened to tell her of her connection, or one of her own. */
export function botTalk(stage: Stage): Promise<string> {
  const { alice } = stage;
  const open = async (): Promise<string> => {
    const room = await alice.makesRoom({ preset: 'trusted_private_chat', is_direct: true, invite: [BOT], name: 'The bot' });
    await alice.seesMember(BOT, 'join', room);
    return room;
  };
  const talk = talks.get(stage) ?? open();
  talks.set(stage, talk);
  return talk;
}

/** On the port that people expect when it is free, else on any. */
async function listening(port: number): Promise<SandboxIrcd> {
  const wanted = new SandboxIrcd({ port });
  try {
    await wanted.start();
    return wanted;
  } catch (fault) {
    if (!(fault instanceof Error && 'code' in fault && fault.code === 'EADDRINUSE')) throw fault;
    const other = new SandboxIrcd();
    await other.start();
    return other;
  }
}

/** The alias under which a channel is joined from Matrix. */
export function aliasOf(channel: string): string {
  return `#irc_${channel}:${DOMAIN}`;
}

/** A file that lies beside this folder, as text. */
export function besideText(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}
