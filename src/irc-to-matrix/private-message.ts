/** PRIVMSG and NOTICE to a client of ours: into the private room of the person and the nick, or the admin room. */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import type { Entry } from '../journal/port.js';
import { Allowance } from '../lib/allowance.js';
import type { Clock } from '../lib/clock.js';
import { isFault } from '../model/errors.js';
import type { UserId } from '../model/ids.js';
import type { PrivateMessage } from '../model/irc-event.js';
import type { NetworkName } from '../model/irc-names.js';
import type { PmRoom } from '../model/link.js';
import type { JsonObject } from '../model/matrix-content.js';
import type { Ghosts } from '../people/ghosts.js';
import { SERVICES_ROOM } from '../model/person.js';
import { isTrustedName } from '../naming/nick.js';
import { mayTalk } from '../policy/may-talk.js';
import type { TellPerson } from '../rooms/admin-room.js';
import type { EventPairs } from '../rooms/event-pairs.js';
import type { OpenPmRoom } from '../rooms/pm-room.js';
import type { PmRooms } from '../rooms/pm-rooms.js';
import type { PeopleStore } from '../store/port.js';
import { sendInParts } from './in-parts.js';
import type { Answer } from './private-answer.js';
import { answering, remember } from './line-pairs.js';
import { toContent } from './to-content.js';

export interface PrivateMessageNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold' | 'ownerOf'>>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly homeserver: Pick<Homeserver, 'as' | 'domain'>;
  readonly ghosts: Ghosts;
  readonly pmRooms: PmRooms;
  readonly pairs: EventPairs;
  readonly openPmRoom: OpenPmRoom;
  readonly tellPerson: TellPerson;
  readonly answer: Answer;
  readonly people: Pick<PeopleStore, 'record'>;
  readonly clock: Clock;
}

const BOT_SAYS =
  'I am a bridge between IRC and Matrix: I carry what is said in channels. I take no commands on IRC. ' +
  'To talk with somebody on Matrix in private, write to his nick here.';
/** A person who has left a room is invited again when the nick writes, but not more often than this (PM-2). */
const INVITE_EVERY_MS = 300_000;

/** What InspIRCd says to each connection that the bridge itself has made deaf (CONN-15): no news to its person. */
const OWN_DEAFNESS = /^\*\*\* You have enabled user ?mode \+\w, deaf mode/u;

/** Makes what judges a line as it comes: true when it is to be carried; otherwise its author has been answered. */
export function makeReceive(needs: PrivateMessageNeeds): (line: PrivateMessage) => boolean {
  return (line) => {
    const network = needs.networks.get(line.network);
    if (!network) return false;
    const author = network.ownerOf(line.from.nick);
    // Our bot's own notices to our clients are no talk (INV-1), nor is what a client says to itself.
    if (author === 'bot' || author === line.to.owner) return false;
    if (line.to.owner === 'bot') {
      void needs.answer(line, 'bot', BOT_SAYS);
      return false;
    }
    if (!line.fromUser && OWN_DEAFNESS.test(line.text)) return false;
    const rules = needs.configOf(line.network).privateMessages;
    const allowed = mayTalk(line.to.owner, line.from.nick, rules, network, needs.homeserver.domain);
    // Notices of services are not talk: they go to the admin room all the same.
    if (allowed.ok || line.how === 'notice') return true;
    void needs.answer(line, 'policy', `Your message was not delivered: I am on Matrix. ${allowed.refusal.say}`);
    return false;
  };
}

/**
 * Carries one line; `unread`: it was for a room with the bot that its person does not have, or has left. Throws `STOPPING`
 * and what the homeserver lastingly refuses.
 */
export type CarryPrivate = (line: PrivateMessage, entry: Entry, repeat: boolean) => Promise<void | 'unread'>;

export function makeCarryPrivate(needs: PrivateMessageNeeds): CarryPrivate {
  const invited = new Allowance(needs.clock, 1, INVITE_EVERY_MS);
  const { pmRooms } = needs;

  const send = async (room: PmRoom, line: PrivateMessage, entry: Entry, repeat: boolean): Promise<void> => {
    const ghost = needs.ghosts.named(line.network, line.from.nick, room.ghost);
    await needs.ghosts.ensureIn(ghost, room.room);
    const actor = needs.homeserver.as(room.ghost);
    if (room.left && invited.take(room.room)) await actor.invite(room.room, room.person);
    const mask = maskOf(line);
    if (mask !== undefined && mask !== room.mask) {
      if (room.mask !== undefined) {
        const addresses = `${mask}, before ${room.mask}`;
        const body = `${line.from.nick} writes from another address now (${addresses}). It may be another person.`;
        await actor.send(room.room, 'm.room.message', notice(body), `${entry.id}.mask`, { repeat, since: entry.at });
      }
      await pmRooms.add({ ...(pmRooms.ofRoom(room.room) ?? room), mask });
    }
    const paired = { ...line, target: room.nick };
    const content = await answering(needs.pairs, paired, room.room, toContent(line));
    const how = { repeat, since: entry.at, ...(line.sentAt === undefined ? {} : { at: line.sentAt }) };
    const event = await sendInParts(actor, room.room, content, entry.id, how);
    remember(needs.pairs, paired, room.room, event);
  };

  return async (line, entry, repeat) => {
    const { network, from } = line;
    const person = line.to.owner;
    if (person === 'bot') return;
    const known = pmRooms.find(network, person, from.nick);
    const opens = line.how !== 'notice' || (await servicesRoom(needs, person, line));
    if (!line.fromUser || (!known && !opens)) return toAdminRoom(needs, person, line, entry, repeat);
    if (known) {
      try {
        return await send(known, line, entry, repeat);
      } catch (fault) {
        // The ghost was put out of it, or it is gone: the talk goes on in a new one (PM-2).
        if (!isFault(fault, 'HOMESERVER_FORBIDDEN') && !isFault(fault, 'HOMESERVER_NOT_FOUND')) throw fault;
        await pmRooms.drop(known.room);
      }
    }
    const opened = await needs.openPmRoom({ network, person, nick: from.nick, onBehalfOf: maskOf(line) ?? from.nick });
    if (opened.ok) return send(opened.value, line, entry, repeat);
    const { reason, say } = opened.refusal;
    await needs.answer(line, reason, `Your message was not delivered: I am on Matrix. ${say}`);
  };
}

/** PM-11: whether services have rooms of their own with this person, as he wished by `!services`. */
async function servicesRoom({ people, configOf, networks, homeserver }: PrivateMessageNeeds, person: UserId, line: PrivateMessage): Promise<boolean> {
  const { network, from } = line;
  const irc = networks.get(network);
  if (!line.fromUser || !irc || !isTrustedName(from.nick)) return false;
  if (!mayTalk(person, from.nick, configOf(network).privateMessages, irc, homeserver.domain).ok) return false;
  return (await people.record(person))?.features[SERVICES_ROOM] === true;
}

/** PM-11: what servers and services say, and notices of strangers, open no private room. */
async function toAdminRoom(
  needs: PrivateMessageNeeds,
  person: UserId,
  line: PrivateMessage,
  entry: Entry,
  repeat: boolean,
): Promise<void | 'unread'> {
  const config = needs.configOf(line.network);
  const name = config.name ?? line.network;
  const opens = line.fromUser && config.sendConnectionMessages ? { openFor: name } : {};
  const text = `-${line.from.nick}- ${toContent(line).body} (${name})`;
  return (await needs.tellPerson(person, { text, txnId: entry.id, repeat, ...opens })) ? undefined : 'unread';
}

/** `user@host` of a person; a server shows none. */
function maskOf({ from }: PrivateMessage): string | undefined {
  return from.host === undefined ? undefined : `${from.user ?? ''}@${from.host}`;
}

function notice(body: string): JsonObject {
  return { msgtype: 'm.notice', body, 'm.mentions': {} };
}
