/** Makes the two directions, each given only what it names. */

import type { Edges } from './build-edges.js';
import { buildAccounts } from './build-accounts.js';
import { buildFaces } from './build-faces.js';
import { buildNames } from './build-names.js';
import { buildRooms } from './build-rooms.js';
import type { Config } from './config/config.js';
import type { IrcHandlerConfig, MatrixHandlerConfig } from './config/services.js';
import type { Questions } from './homeserver/port.js';
import { IrcDispatch } from './irc-to-matrix/dispatch.js';
import { makeFindNick } from './irc-to-matrix/find-nick.js';
import { makeIgnored, unlessIgnored } from './irc-to-matrix/ignored.js';
import { makeFailure as makeIrcFailure } from './irc-to-matrix/failure.js';
import { makeCarry } from './irc-to-matrix/message.js';
import { makeCarryOn } from './irc-to-matrix/where-it-goes.js';
import { makeSetAside } from './irc-to-matrix/set-aside.js';
import { makeAnswer } from './irc-to-matrix/private-answer.js';
import { PrivateLines } from './irc-to-matrix/private-lines.js';
import { makeCarryPrivate } from './irc-to-matrix/private-message.js';
import { makeTable as makeIrcTable } from './irc-to-matrix/table.js';
import type { Entry } from './journal/port.js';
import type { Clock } from './lib/clock.js';
import type { Log } from './lib/log.js';
import { noAddresses, type PublicAddresses } from './media/port.js';
import { makeByTags } from './matrix-to-irc/by-tags.js';
import { makeAliasQuery } from './matrix-to-irc/alias-query.js';
import { MatrixDispatch, type DispatchNeeds } from './matrix-to-irc/dispatch.js';
import { makeFailure } from './matrix-to-irc/failure.js';
import { makeInvite } from './matrix-to-irc/invite.js';
import { makeDeliver } from './matrix-to-irc/message.js';
import { makeTakeOrder } from './matrix-to-irc/order.js';
import { makePrepare } from './matrix-to-irc/prepare.js';
import { makeMayGo } from './matrix-to-irc/private-message.js';
import { makeRecall } from './matrix-to-irc/recall.js';
import { makeRelay } from './matrix-to-irc/relay.js';
import { makeRoute } from './matrix-to-irc/route.js';
import { makeSay } from './matrix-to-irc/say.js';
import { makeTable } from './matrix-to-irc/table.js';
import { Typing } from './matrix-to-irc/typing.js';
import { Unmapped } from './matrix-to-irc/unmapped.js';
import { makeUserQuery } from './matrix-to-irc/user-query.js';
import { makeWordingOf } from './matrix-to-irc/wording-of.js';
import type { NewsType } from './model/account.js';
import { faultText } from './model/errors.js';
import type { IrcEvent } from './model/irc-event.js';
import type { MatrixEvent } from './model/matrix-event.js';
import { Idle } from './people/idle.js';
import { makeReadRoomOf } from './rooms/admin-room.js';
import { makeCountPeople } from './rooms/functional-members.js';
import type { Links } from './rooms/links.js';
import { makeInitialJoins } from './rooms/initial-joins.js';
import { makeSettle } from './rooms/settle.js';
import { makeSuccession } from './rooms/succession.js';
import { makeSuccessionRest } from './rooms/succession-rest.js';

export interface FlowsNeeds {
  readonly edges: Edges;
  /** The configuration in force; `reload` replaces it. */
  readonly live: { readonly config: Config };
  readonly log: Log;
  readonly clock: Clock;
  readonly stopping: AbortSignal;
  readonly lastMarks: DispatchNeeds['lastMarks'];
  /** Which account events the registration asks for. */
  readonly subscribed: ReadonlySet<NewsType>;
  /** Addresses for people without accounts; absent: none are given out. */
  readonly addresses?: PublicAddresses;
}

export interface Flows {
  /** Reads what the store has of rooms; once, before anything else. */
  load(): Promise<void>;
  readonly links: Links;
  readonly questions: Questions;
  readonly onMatrixEvent: (event: MatrixEvent, entry: Entry) => void;
  readonly onAccount: (entry: Entry) => void;
  readonly onIrcEvent: (event: IrcEvent) => void;
  /** Puts an unfinished journal entry back into its queue. */
  replay(entry: Entry): void;
  /** Writes the configuration's links into the store, as they are now (ROOM-6). */
  storeConfigLinks(): Promise<void>;
  /** Waits for the homeserver, pings it, and joins mapped rooms and channels; never throws. */
  settle(): Promise<void>;
  whenIdle(): Promise<void>;
  /** Remembers what a later life should know of people on IRC; before their clients end. */
  remember(): Promise<void>;
  stop(): void;
}

export function buildFlows({ edges, live, log, clock, stopping, subscribed, lastMarks, addresses = noAddresses }: FlowsNeeds): Flows {
  const { homeserver, networks, journal, store, metrics } = edges;
  const { domain } = homeserver;
  const names = buildNames(edges, live);
  const rooms = buildRooms(edges, names, { live, clock, log, stopping });
  const { configOf, isOurs, nickOf } = names;
  const { links, pmRooms, adminRooms, ghosts } = rooms;
  const accountLife = buildAccounts({ edges, names, rooms, live, subscribed, addresses, stopping, clock, log });
  const shared = { ...rooms, homeserver, networks, configOf, metrics, clock };
  const idle = new Idle({ networks, configOf, clock, log: log.part('people') });
  const { obey } = buildFaces({
    ...shared,
    idle,
    people: store.people,
    permissions: () => live.config.ircService.permissions,
    log: log.part('commands'),
  });

  const bringMembers = makeInitialJoins({ ...shared, isOurs, stopping, log: log.part('rooms') });
  const succession = makeSuccession({
    ...shared,
    nameOf: (network) => configOf(network).name ?? network,
    moveRest: makeSuccessionRest({ ...shared, ...names, bringMembers: (link) => bringMembers.of(link), log: log.part('rooms') }),
    log: log.part('rooms'),
  });

  const form = (): MatrixHandlerConfig => live.config.ircService.matrixHandler;
  const countPeople = makeCountPeople({ homeserver, ignored: () => form().ignoreFunctionalMembersInAdminRooms });
  const relay = makeRelay(shared);
  const toIrc = { ...shared, countPeople, relay, log: log.part('matrix-to-irc') };
  const failure = makeFailure({
    ...toIrc,
    stopping,
    speakerIn: (room) => {
      const pm = pmRooms.ofRoom(room);
      return pm && homeserver.as(pm.ghost);
    },
    adminRoomOf: makeReadRoomOf({ homeserver, adminRooms }),
  });
  const wordingOf = makeWordingOf({ ...toIrc, form, nickOf, channelOf: names.channelOf });
  const byTags = makeByTags({ ...toIrc });
  const deliver = makeDeliver({
    ...toIrc,
    byTags,
    failure,
    form,
    say: makeSay({ ...toIrc, byTags, wordingOf, addresses, stopping }),
    prepare: makePrepare({ ...toIrc, addresses, askerIn: (room) => pmRooms.ofRoom(room)?.ghost }),
    mayGo: makeMayGo({ networks, configOf, domain }),
    dropAfterSecs: () => live.config.homeserver.dropMatrixMessagesAfterSecs,
  });
  const typing = new Typing({ ...toIrc, isOurs, on: () => form().typing });
  const route = makeRoute(rooms);
  const unmapped = new Unmapped({ ...rooms, now: links.now, route, isOurs });
  const fromMatrix = new MatrixDispatch({
    ...toIrc,
    journal,
    deliver,
    failure,
    isOurs,
    lastMarks,
    route,
    byTags,
    recall: makeRecall(rooms.memory),
    noteMember: (event) => {
      if (links.ofRoom(event.room).length > 0) rooms.memory.moved(event, event.target === homeserver.bot.userId);
    },
    withdrawAddresses: (event, by) => addresses.withdraw(event, isOurs(by) ? undefined : by),
    takeOrder: makeTakeOrder({ ...toIrc, obey }),
    table: makeTable({
      ...toIrc,
      failure,
      isOurs,
      succession,
      invited: makeInvite({ ...toIrc, nickOf }),
      renamed: ({ target, displayName }, network) => rooms.rename.asDisplayed(target, network, displayName),
    }),
  });

  const toMatrix = { ...shared, people: store.people, log: log.part('irc-to-matrix') };
  const ircHandler = (): IrcHandlerConfig => live.config.ircService.ircHandler;
  const findNick = makeFindNick({ ...toMatrix, ircHandler });
  const ignored = makeIgnored(shared);
  const answer = makeAnswer(toMatrix);
  const setAside = makeSetAside({ ...toMatrix, linesAside: store.linesAside });
  const carryPrivate = makeCarryPrivate({ ...toMatrix, answer });
  const privateLines = new PrivateLines({ ...toMatrix, journal, answer, setAside, carry: carryPrivate });
  const fromIrc = new IrcDispatch({
    ...toMatrix,
    journal,
    privateLines,
    ignores: ignored.everywhere,
    carry: unlessIgnored(makeCarryOn(makeCarry({ ...toMatrix, findNick }), rooms.deadRooms), ignored),
    windowMs: () => ircHandler().mergeLinesMs,
    fold: (network, name) => networks.get(network)?.fold(name) ?? name,
    failure: makeIrcFailure({ ...toMatrix, setAside, stopping }),
    table: makeIrcTable({ ...toMatrix, ignored, ircHandler, privateLines, answer }),
  });

  const settle = makeSettle({ ...shared, succession, log: log.part('rooms') });
  return {
    async load() {
      idle.start();
      const { replacements, goneRooms } = rooms;
      await Promise.all([replacements.load(), goneRooms.load(), links.load(), pmRooms.load(), adminRooms.load(), accountLife.load()]);
      await succession.restore();
    },
    links,
    questions: {
      ...accountLife.questions,
      alias: makeAliasQuery({ ...toIrc, channelOf: names.channelOf }),
      user: makeUserQuery({ ghosts, nickOf }),
      typing: (room, users) => typing.take(room, users),
      unmapped: (event) => unmapped.has(event),
      wanting: () => {
        if (!homeserver.reachable) return 'homeserver';
        // Without a bot nobody is connected until somebody talks, and that is no fault.
        const fine = [...networks.values()].some(({ name, bot }) => bot.status === 'ready' || !configOf(name).botConfig.enabled);
        return fine ? undefined : 'irc';
      },
    },
    onMatrixEvent(event, entry) {
      if (event.kind === 'message') typing.said(event.room, event.sender);
      idle.acted(event.sender);
      fromMatrix.take(event, entry);
    },
    onAccount: (entry) => accountLife.take(entry),
    onIrcEvent: (event) => fromIrc.take(event),
    replay(entry) {
      if (entry.lane === 'irc') fromIrc.replay(entry);
      if (entry.lane === 'synthetic') accountLife.take(entry, true);
      if (entry.lane !== 'matrix') return;
      const event = homeserver.decodeEntry(entry);
      if (event) unmapped.replayed(event);
      if (event) fromMatrix.take(event, entry, true);
      else log.error('journal entry is not readable', { entry: entry.id });
    },
    storeConfigLinks: () => settle.storeConfigLinks(),
    settle: () =>
      settle
        .run()
        .then(() => bringMembers.all())
        .catch((fault: unknown) => log.error('start is not complete', { why: faultText(fault) })),
    async whenIdle() {
      await Promise.all([fromMatrix.whenIdle(), fromIrc.whenIdle(), accountLife.whenIdle(), succession.whenIdle()]);
    },
    remember: () => accountLife.remember(),
    stop() {
      idle.stop();
      accountLife.stop();
    },
  };
}
