/** Puts the homeserver edge together: what `port.ts` promises, by the parts of this folder. */

import { randomInt } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { parseUserId } from '../model/ids.js';
import { BridgeError } from '../model/errors.js';
import { signOf } from './account-sign.js';
import { Library } from './appservice.js';
import { eventOfBody } from './compact.js';
import { decodeAccount } from './decode-account.js';
import { Inbound } from './inbound.js';
import { lookUp } from './look-up.js';
import { usualLimits } from './options.js';
import type { HomeserverOptions } from './options.js';
import { Outbound } from './outbound.js';
import { pingHomeserver, whoAmI } from './ping.js';
import type { Homeserver } from './port.js';
import { quarantine } from './quarantine.js';
import { RoomFacts } from './room-facts.js';
import { metaItem } from './synthetic.js';

/** What only who built it may ask of it. */
export interface OpenHomeserver extends Homeserver {
  /** How many ghosts are registered, as far as this process has seen. */
  readonly ghosts: number;
}

/** A transaction of a Synapse may have 100 events of 64 KiB, and ephemeral ones (L1). */
const LEAST_TXN_BYTES = 16 * 1024 * 1024;

/**
 * Builds the edge; nothing is connected or listened to before `listen` and the first call.
 * @throws BridgeError `REGISTRATION_FAULT` for tokens or ids that cannot be used
 */
export function openHomeserver(options: HomeserverOptions): OpenHomeserver {
  const { registration, domain, clock, journal, metrics } = options;
  const bot = parseUserId(`@${registration.senderLocalpart}:${domain}`);
  if (!bot) throw new BridgeError('REGISTRATION_FAULT', 'sender_localpart and domain make no user id');
  if (registration.hsToken === '' || registration.asToken === '') {
    throw new BridgeError('REGISTRATION_FAULT', 'as_token or hs_token of the registration is empty');
  }
  const log = options.log.part('homeserver');
  const limits = { ...usualLimits, ...options.limits };
  const stopping = new AbortController();
  // Every waiting call listens to it, and there may be thousands.
  setMaxListeners(0, stopping.signal);

  const chance = options.chance ?? (() => randomInt(2 ** 32) / 2 ** 32);
  const outbound = new Outbound({ bot, domain, registration, url: options.url, clock, log, metrics, limits, chance, stopping: stopping.signal });
  let onEvent: Parameters<Homeserver['listen']>[1] = () => undefined;
  let onAccount: Parameters<Homeserver['listen']>[2] = () => undefined;
  const isOurs = (user: string): boolean => user === bot || options.isGhost(user);
  const account = (body: unknown, heardAt: number): ReturnType<typeof decodeAccount> => decodeAccount(body, heardAt, { domain, isOurs });
  const inbound = new Inbound({
    journal,
    metrics,
    log,
    clock,
    limits,
    token: registration.hsToken,
    maxTxnBytes: Math.max(LEAST_TXN_BYTES, options.maxTxnBytes ?? 0),
    isOurs,
    noteOurs: (event) => outbound.membership.note(event),
    accepted: (event, entry) => onEvent(event, entry),
    acceptedAccount: (entry) => onAccount(entry),
    unmapped: (event): boolean => inbound.questions?.unmapped?.(event) ?? false,
    typing: ({ room, users }) => inbound.questions?.typing?.(room, users),
    decodeAccount: account,
  });
  const library = new Library(options, inbound.listener, log);
  inbound.library = library.routes;
  const { rooms } = outbound;
  const facts = new RoomFacts(outbound.parts);

  return {
    domain,
    bot: outbound.actor(bot),
    as: (user) => outbound.actor(user),
    isIn: (user, room) => outbound.membership.has(user, room),
    knowsRoom: (room) => outbound.membership.isComplete(room),
    learnRoom: (room) => outbound.membership.learn(room, async () => (await rooms.joinedMembers(room)).filter(isOurs)),
    createRoom: (by, wish) => rooms.create(by, wish),
    resolveAlias: (alias) => rooms.resolve(alias),
    setAlias: (alias, room) => rooms.setAlias(alias, room),
    creationOf: (room) => facts.creationOf(room),
    hasRoom: (room) => facts.hasRoom(room),
    aliasesOf: (room) => facts.aliasesOf(room),
    dropAlias: (alias) => facts.dropAlias(alias),
    moveListing: (from, to) => facts.moveListing(from, to),
    joinedMembers: (room) => rooms.joinedMembers(room),
    joinedRooms: () => rooms.joinedRooms(),
    displayName: (user, room) => rooms.displayName(user, room),
    lookUp: (room, id, viewer, by) => lookUp(outbound.parts, { room, id, viewer, by }),
    stateOf: (room, type, stateKey) => rooms.state(room, type, stateKey),
    download: (mxc, signal) => outbound.downloads.get(mxc, signal),
    quarantine: (mxc) => quarantine(outbound.parts.server, mxc),
    whoAmI: () => whoAmI(outbound.parts),
    get ghosts() {
      return outbound.parts.accounts.size;
    },
    get reachable() {
      return outbound.reachable;
    },
    async listen(questions, listener, accountListener) {
      inbound.questions = questions;
      onEvent = listener;
      onAccount = accountListener;
      await library.listen(options.bind.port, options.bind.host ?? '');
      return { port: inbound.listener.port };
    },
    decodeAccount: (entry) => account(entry.body, entry.at),
    decodeEntry: (entry) => (entry.lane === 'matrix' ? eventOfBody(entry.body) : undefined),
    async injectAccount(item) {
      const taken = metaItem(item);
      if (!taken) return undefined;
      const kept = journal.keep('synthetic', [taken.body], taken.seen === undefined ? [] : [taken.seen]);
      await kept.durable;
      for (const entry of kept.entries) onAccount(entry);
      return account(taken.body, clock.now());
    },
    accountSign: (user) => signOf(outbound.parts.server, user),
    ping: () => pingHomeserver({ ...outbound.parts, id: registration.id, clock, log, metrics }),
    refuse() {
      inbound.refusing = true;
    },
    async close() {
      inbound.refusing = true;
      await library.close();
      stopping.abort(new BridgeError('STOPPING', 'the bridge is stopping'));
      await outbound.close();
    },
  };
}
