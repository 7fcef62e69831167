/** Makes rooms, people and the two directions, each given only what it names. */

import type { Edges } from './build-edges.js';
import type { Config } from './config/config.js';
import type { NetworkConfig } from './config/network.js';
import type { Questions } from './homeserver/port.js';
import { IrcDispatch } from './irc-to-matrix/dispatch.js';
import { makeFailure as makeIrcFailure } from './irc-to-matrix/failure.js';
import { makeCarry } from './irc-to-matrix/message.js';
import { makeTable as makeIrcTable } from './irc-to-matrix/table.js';
import type { Entry } from './journal/port.js';
import type { Clock } from './lib/clock.js';
import type { Log } from './lib/log.js';
import { makeAliasQuery } from './matrix-to-irc/alias-query.js';
import { MatrixDispatch } from './matrix-to-irc/dispatch.js';
import { makeFailure } from './matrix-to-irc/failure.js';
import { makeDeliver } from './matrix-to-irc/message.js';
import { makeSay } from './matrix-to-irc/say.js';
import { makeTable } from './matrix-to-irc/table.js';
import { makeUserQuery } from './matrix-to-irc/user-query.js';
import { faultText } from './model/errors.js';
import type { IrcEvent } from './model/irc-event.js';
import type { ChannelName, NetworkName } from './model/irc-names.js';
import type { MatrixEvent } from './model/matrix-event.js';
import type { UserId } from './model/ids.js';
import { type AliasNaming, channelOfAlias } from './naming/alias.js';
import { ghostDisplayName, ghostId, type GhostNaming, ghostNick, isGhost } from './naming/ghost-id.js';
import { makeConnect } from './people/connect.js';
import { Ghosts } from './people/ghosts.js';
import { makeOpenChannelRoom } from './rooms/channel-room.js';
import { Links } from './rooms/links.js';
import { makeSettle } from './rooms/settle.js';

export interface FlowsNeeds {
  readonly edges: Edges;
  /** The configuration in force; `reload` replaces it. */
  readonly live: { readonly config: Config };
  readonly log: Log;
  readonly clock: Clock;
  readonly stopping: AbortSignal;
}

export interface Flows {
  readonly links: Links;
  readonly questions: Questions;
  readonly onMatrixEvent: (event: MatrixEvent, entry: Entry) => void;
  readonly onIrcEvent: (event: IrcEvent) => void;
  /** Puts an unfinished journal entry back into its queue. */
  replay(entry: Entry): void;
  /** Writes the configuration's links into the store, as they are now (ROOM-6). */
  storeConfigLinks(): Promise<void>;
  /** Waits for the homeserver, pings it, and joins mapped rooms and channels; never throws. */
  settle(): Promise<void>;
  whenIdle(): Promise<void>;
}

export function buildFlows({ edges, live, log, clock, stopping }: FlowsNeeds): Flows {
  const { homeserver, networks, journal, store, metrics } = edges;
  const configOf = (network: NetworkName): NetworkConfig => {
    const config = live.config.ircService.servers[network];
    if (!config) throw new Error(`no such network: ${network}`);
    return config;
  };
  const { domain } = homeserver;
  const ghostNaming = (server: NetworkName): GhostNaming => {
    const { userTemplate, displayName } = configOf(server).matrixClients;
    return { userTemplate, displayName, server, domain };
  };
  const aliasNaming = (server: NetworkName): AliasNaming => ({
    aliasTemplate: configOf(server).dynamicChannels.aliasTemplate,
    server,
    domain,
  });
  const ghostNames = new Map(
    [...networks.keys()].map((name) => {
      const naming = ghostNaming(name);
      return [
        name,
        {
          idOf: (nick: Parameters<typeof ghostId>[1]) => ghostId(naming, nick),
          displayNameOf: (nick: Parameters<typeof ghostId>[1]) => ghostDisplayName(naming, nick),
          joinAttempts: configOf(name).matrixClients.joinAttempts,
        },
      ];
    }),
  );
  const nickOf = (user: UserId): ReturnType<Parameters<typeof makeUserQuery>[0]['nickOf']> => {
    for (const network of networks.keys()) {
      const nick = ghostNick(ghostNaming(network), user);
      if (nick !== undefined) return { network, nick };
    }
    return undefined;
  };
  const channelOf = (network: NetworkName, alias: string): ChannelName | undefined =>
    channelOfAlias(aliasNaming(network), networks.get(network)?.caseMapping ?? 'rfc1459', alias);

  const links = new Links(store.links, networks);
  const ghosts = new Ghosts(homeserver, networks, ghostNames, { clock, stopping });
  const connect = makeConnect({ networks, configOf, homeserver, people: store.people });
  const openChannelRoom = makeOpenChannelRoom({ homeserver, links, clock, log: log.part('rooms') });

  const matrixLog = log.part('matrix-to-irc');
  const failure = makeFailure({ homeserver, clock, metrics, log: matrixLog, stopping });
  const deliver = makeDeliver({
    homeserver,
    ghosts,
    links,
    say: makeSay({ connect, configOf, clock, stopping }),
    failure,
    clock,
    configOf,
    log: matrixLog,
    dropAfterSecs: () => live.config.homeserver.dropMatrixMessagesAfterSecs,
  });
  const fromMatrix = new MatrixDispatch({
    links,
    journal,
    metrics,
    clock,
    log: matrixLog,
    deliver,
    failure,
    // By the namespace, not by what nick an id says: an id too long for its nick says none, and is ours (INV-1).
    isOurs: (user) => user === homeserver.bot.userId || [...networks.keys()].some((name) => isGhost(ghostNaming(name), user)),
    table: makeTable({ links, failure }),
  });

  const ircLog = log.part('irc-to-matrix');
  const fromIrc = new IrcDispatch({
    links,
    journal,
    metrics,
    clock,
    log: ircLog,
    carry: makeCarry({ homeserver, ghosts, clock }),
    failure: makeIrcFailure({ networks, clock, metrics, log: ircLog }),
    table: makeIrcTable({ ghosts, links, networks, homeserver, clock, log: ircLog }),
  });

  const settle = makeSettle({ homeserver, links, networks, configOf, log: log.part('rooms') });
  return {
    links,
    questions: {
      alias: makeAliasQuery({ networks, configOf, channelOf, openChannelRoom, log: matrixLog }),
      user: makeUserQuery({ ghosts, nickOf }),
      wanting: () => {
        if (!homeserver.reachable) return 'homeserver';
        // Without a bot nobody is connected until somebody talks, and that is no fault.
        const fine = [...networks.values()].some(({ name, bot }) => bot.status === 'ready' || !configOf(name).botConfig.enabled);
        return fine ? undefined : 'irc';
      },
    },
    onMatrixEvent: (event, entry) => fromMatrix.take(event, entry),
    onIrcEvent: (event) => fromIrc.take(event),
    replay(entry) {
      if (entry.lane === 'irc') fromIrc.replay(entry);
      if (entry.lane !== 'matrix') return;
      const event = homeserver.decodeEntry(entry);
      if (event) fromMatrix.take(event, entry, true);
      else log.error('journal entry is not readable', { entry: entry.id });
    },
    storeConfigLinks: () => settle.storeConfigLinks(),
    settle: () => settle.run().catch((fault: unknown) => log.error('start is not complete', { why: faultText(fault) })),
    async whenIdle() {
      await Promise.all([fromMatrix.whenIdle(), fromIrc.whenIdle()]);
    },
  };
}
