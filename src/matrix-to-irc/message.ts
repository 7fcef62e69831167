/** m.room.message: said in the channels of its room, copied to their other rooms, its author told what failed. */

import type { NetworkConfig } from '../config/network.js';
import type { MatrixHandlerConfig } from '../config/services.js';
import type { Entry } from '../journal/port.js';
import { type Clock, within } from '../lib/clock.js';
import type { Metrics } from '../metrics/port.js';
import { faultText } from '../model/errors.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { MessageEvent } from '../model/matrix-event.js';
import type { NetworkName } from '../model/irc-names.js';
import { granted, type Outcome, type Refusal, refused } from '../model/refusal.js';
import { type Ways, waysOf } from '../policy/ways-of.js';
import type { Removal } from '../rooms/removal.js';
import type { RoomSettings } from '../rooms/room-settings.js';
import type { ByTags } from './by-tags.js';
import { type CopyNeeds, isCopied, makeCopies } from './copy.js';
import { digest, type Failure, type Told as ToldOf } from './failure.js';
import type { Prepare } from './prepare.js';
import { type Destination, targetOf } from './private-message.js';
import type { Recalled } from './recall.js';
import type { Progress, Said, Say, Speech } from './say.js';
import { cutTo, fileNamed, stillThere, TOO_OLD } from './sentences.js';
import { isBlank } from './to-utterance.js';
import { makeAwait } from './waiting.js';
import type { Prepared } from './wording.js';

/** What is told, about a message. */
type Told = ToldOf & { readonly event: MessageEvent };

export interface MessageNeeds extends CopyNeeds {
  readonly say: Say;
  readonly byTags: Pick<ByTags, 'does'>;
  readonly failure: Failure;
  readonly clock: Clock;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  /** `homeserver.dropMatrixMessagesAfterSecs`; 0: never too old. */
  readonly dropAfterSecs: () => number;
  /** Whether somebody may talk there. */
  readonly mayGo: (sender: UserId, to: Destination) => Outcome;
  readonly prepare: Prepare;
  readonly roomSettings: Pick<RoomSettings, 'of'>;
  /** `ircService.matrixHandler`. */
  readonly form: () => MatrixHandlerConfig;
  readonly metrics: Metrics;
  readonly removal: Pick<Removal, 'fromChannel'>;
}

/** One message for one channel. */
export interface Delivery {
  readonly event: MessageEvent;
  /** What it refers to, as it was when the message came. */
  readonly recalled: Recalled | undefined;
  /** Whether it was redacted in the meantime. */
  readonly withdrawn: () => boolean;
  readonly entry: Entry;
  readonly link: Destination;
  /** When it was taken, in ms of the clock's `elapsed`. */
  readonly since: number;
  readonly progress?: Progress;
  /** Keeps its progress. */
  readonly note: (progress: Progress) => void;
  /** The entry comes from an earlier life of the process. */
  readonly repeat: boolean;
  /** Rooms that have their copy of the event by way of another of its channels; shared by its deliveries. */
  readonly copied: Set<RoomId>;
}

/**
 * How a message fared in a channel. The sender's next message may follow now; `rest` is what is then still to be done:
 * copies, hints, or telling the author why not.
 */
export interface Delivered {
  readonly ok: boolean;
  readonly rest: Promise<void>;
}

export type Deliver = (delivery: Delivery) => Promise<Delivered>;

/** Makes `Deliver`: resolves when the message is said or refused; throws `STOPPING` and faults of our own. */
export function makeDeliver(needs: MessageNeeds): Deliver {
  const copies = makeCopies(needs);
  const awaitSaying = makeAwait(needs);
  const changed = ({ link, ...rest }: Delivery): Promise<void> => ('nick' in link ? Promise.resolve() : copies.change({ ...rest, link }));
  return async (delivery) => {
    const { event, entry, link, repeat } = delivery;
    const target = `${targetOf(link)} on ${needs.configOf(link.network).name ?? link.network}`;
    if (isBlank(event)) return NOTHING_TO_DO;
    const told = { event, entry: entry.id, repeat, target };
    const allowed = needs.mayGo(event.sender, link);
    if (!allowed.ok) return { ok: false, rest: tell(needs, link, { ...told, refusal: allowed.refusal }) };
    const found = needs.prepare(event, delivery.recalled);
    const prepared = found instanceof Promise ? await found : found;
    const asked = needs.roomSettings.of(link);
    const room = asked instanceof Promise ? await asked : asked;
    if (prepared === 'ignored') return NOTHING_TO_DO;
    // Tags are used wherever they pass, by who is connected anyway.
    if (isSilent(event, prepared, waysOf(room, needs.configOf(link.network), needs.form()))) {
      return { ok: true, rest: all([needs.byTags.does(event, link, undefined, notDeleted(needs, told)).then(() => undefined), changed(delivery)]) };
    }
    const arrived = awaitSaying(told, delivery.since);
    let outcome: Outcome<Said> | undefined;
    let shut: Refusal | undefined;
    const shutOut = (why: Refusal): unknown => (shut = why);
    try {
      outcome = await said(needs, delivery, { prepared, room, shutOut, thrownAway: thrownAway(needs, link, told), notDeleted: notDeleted(needs, told) });
    } finally {
      arrived(outcome?.ok ?? false);
    }
    if (!outcome.ok) {
      const deleted = event.body.type === 'deletion' ? changed(delivery) : Promise.resolve();
      const rest = all([tell(needs, link, { ...told, refusal: outcome.refusal }), deleted]);
      return { ok: false, rest: shut ? all([rest, putOut(needs, delivery, shut, rest)]) : rest };
    }
    const copied = 'nick' in link || !isCopied(event) || outcome.value.nothing ? changed(delivery) : copies.say({ ...delivery, link }, outcome.value.by);
    return { ok: true, rest: all([hints(needs, delivery, outcome.value, target), copied]) };
  };
}

/** What is told of several messages at once is told at the end of a minute. */
const TOLD_MS = 20_000;

const NOTHING_TO_DO: Delivered = { ok: true, rest: Promise.resolve() };

/** What nobody wants to hear of connects nobody. */
function isSilent({ body, replaces }: MessageEvent, { earlier, lost }: Prepared, ways: Ways): boolean {
  if (body.type === 'reaction') return ways.reactions === 'off' || earlier === undefined;
  // Of what cannot be found it is told that it was deleted, without words; what was never said is not missed.
  if (body.type === 'deletion') return ways.redactions === 'off' || (earlier === undefined && !lost);
  return replaces !== undefined && ways.edits === 'silent';
}

/** Nobody waits to be told that a reaction did not go through; of whom a network excludes nothing is said in public (M2I-41). */
async function tell({ failure, metrics }: MessageNeeds, link: Destination, told: Told): Promise<void> {
  const { event: { body }, refusal: { reason } } = told;
  const unheard = body.type === 'reaction' || body.type === 'deletion' || (reason === 'excluded' && !('nick' in link));
  if (!unheard) return failure.notDelivered(told);
  metrics.count('bridge_dropped_total', { reason });
}

/** Tells the author, once, that the IRC server threw away what it had taken; nobody waits for that any more. */
function thrownAway(needs: MessageNeeds, link: Destination, told: Omit<Told, 'refusal'>): (refusal: Refusal) => void {
  let once = false;
  return (refusal) => {
    if (once) return;
    once = true;
    tell(needs, link, { ...told, refusal }).catch((fault: unknown) => {
      needs.log.error('author not told', { request: told.entry, room: told.event.room, event: told.event.id, why: faultText(fault) });
    });
  };
}

/** Tells who deleted a message, once in a room for each thing that a server has against it (CAP-10). */
function notDeleted(needs: MessageNeeds, told: Omit<Told, 'refusal'>): (why: Refusal) => void {
  return ({ say }) => {
    needs.failure.hint(told, `deleted.${digest(say)}`, stillThere(told.target, say)).catch((fault: unknown) => {
      needs.log.error('author not told', { request: told.entry, room: told.event.room, event: told.event.id, why: faultText(fault) });
    });
  };
}

/** R17: out of the rooms of a channel that does not let him in, once he was told why, and within 30 s in any case. */
async function putOut({ removal, clock }: MessageNeeds, { event, link }: Delivery, why: Refusal, told: Promise<void>): Promise<void> {
  await within(clock, TOLD_MS, told.catch(() => undefined), () => undefined);
  if (!('nick' in link)) removal.fromChannel(event.sender, link.network, link.channel, why);
}

/** Waits for all, then throws what the first that failed threw. */
async function all(works: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}

async function said(
  needs: MessageNeeds,
  delivery: Delivery,
  more: Pick<Speech, 'prepared' | 'room' | 'thrownAway' | 'notDeleted' | 'shutOut'>,
): Promise<Outcome<Said>> {
  const { event, progress } = delivery;
  // An earlier life of the process had said it all.
  if (progress && progress.said >= progress.lines.length) return granted({ by: progress.by, fileNamed: false });
  const expired = (): boolean => {
    const after = needs.dropAfterSecs();
    return after > 0 && needs.clock.now() - event.at > after * 1000;
  };
  return expired()
    ? refused('too-old', TOO_OLD, true)
    : needs.say({ ...delivery, ...more, expired });
}

async function hints({ failure }: MessageNeeds, delivery: Delivery, said: Said, target: string): Promise<void> {
  const { event, entry, repeat } = delivery;
  const told = { event, entry: entry.id, repeat, target };
  if (said.cutTo !== undefined) await failure.hint(told, 'cut', cutTo(target, said.cutTo));
  if (said.fileNamed) await failure.hint(told, 'file', fileNamed(target));
}
