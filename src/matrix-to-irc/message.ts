/** m.room.message: said in the channels of its room, copied to their other rooms, its author told what failed. */

import type { NetworkConfig } from '../config/network.js';
import type { Entry } from '../journal/port.js';
import type { Clock, Timer } from '../lib/clock.js';
import { faultText } from '../model/errors.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { MessageEvent } from '../model/matrix-event.js';
import type { NetworkName } from '../model/irc-names.js';
import { granted, type Outcome, type Refusal, refused } from '../model/refusal.js';
import { type CopyNeeds, makeCopy } from './copy.js';
import type { Failure, Told } from './failure.js';
import { type Destination, targetOf } from './private-message.js';
import type { Progress, Said, Say } from './say.js';
import { isBlank } from './to-utterance.js';

export interface MessageNeeds extends CopyNeeds {
  readonly say: Say;
  readonly failure: Failure;
  readonly clock: Clock;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  /** `homeserver.dropMatrixMessagesAfterSecs`; 0: never too old. */
  readonly dropAfterSecs: () => number;
  /** Whether somebody may talk there. */
  readonly mayGo: (sender: UserId, to: Destination) => Outcome;
}

/** One message for one channel. */
export interface Delivery {
  readonly event: MessageEvent;
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

/** A message that waits longer is told of. */
const SLOW_MS = 60_000;

export type Deliver = (delivery: Delivery) => Promise<Delivered>;

/** Makes `Deliver`: resolves when the message is said or refused; throws `STOPPING` and faults of our own. */
export function makeDeliver(needs: MessageNeeds): Deliver {
  const copy = makeCopy(needs);
  return async (delivery) => {
    const { event, entry, link, repeat } = delivery;
    const target = `${targetOf(link)} on ${needs.configOf(link.network).name ?? link.network}`;
    if (isBlank(event)) return { ok: true, rest: Promise.resolve() };
    const told = { event, entry: entry.id, repeat, target };
    const allowed = needs.mayGo(event.sender, link);
    if (!allowed.ok) return { ok: false, rest: needs.failure.notDelivered({ ...told, refusal: allowed.refusal }) };
    const slow = tellOfWaiting(needs, delivery, told);
    const outcome = await said(needs, delivery, thrownAway(needs, told)).finally(() => slow.end());
    if (!outcome.ok) {
      return { ok: false, rest: needs.failure.notDelivered({ ...told, refusal: outcome.refusal }) };
    }
    const copies = 'nick' in link ? Promise.resolve() : copy({ ...delivery, link }, outcome.value.by);
    return { ok: true, rest: all([hints(needs, delivery, outcome.value, target), copies]) };
  };
}

/** Tells the author, once, that the IRC server threw away what it had taken; nobody waits for that any more. */
function thrownAway({ failure, log }: MessageNeeds, told: Omit<Told, 'refusal'>): (refusal: Refusal) => void {
  let once = false;
  return (refusal) => {
    if (once) return;
    once = true;
    failure.notDelivered({ ...told, refusal }).catch((fault: unknown) => {
      log.error('author not told', { room: told.event.room, event: told.event.id, why: faultText(fault) });
    });
  };
}

/** Tells the author that his message still waits, after a minute (R19). */
function tellOfWaiting({ failure, clock, log }: MessageNeeds, { since }: Delivery, told: Omit<Told, 'refusal'>): Timer {
  return clock.after(Math.max(0, since + SLOW_MS - clock.elapsed()), () => {
    const say =
      `Your message to ${told.target} still waits: IRC cannot be reached just now, or takes only a line a second. ` +
      'It goes out as soon as it can; you need not send it again.';
    failure.hint(told, 'slow', say).catch((fault: unknown) => {
      log.warn('author not told of waiting', { room: told.event.room, why: faultText(fault) });
    });
  });
}

/** Waits for all, then throws what the first that failed threw. */
async function all(works: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}

async function said(
  needs: MessageNeeds,
  delivery: Delivery,
  thrownAway: (why: Refusal) => void,
): Promise<Outcome<Said>> {
  const { event, progress } = delivery;
  // An earlier life of the process had said it all.
  if (progress && progress.said >= progress.lines.length) return granted({ by: progress.by, fileNamed: false });
  const expired = (): boolean => {
    const after = needs.dropAfterSecs();
    return after > 0 && needs.clock.now() - event.at > after * 1000;
  };
  return expired()
    ? refused('too-old', 'It was too old when it came to the bridge. Send it again if it still matters.', true)
    : needs.say({ ...delivery, expired, thrownAway });
}

async function hints(needs: MessageNeeds, delivery: Delivery, said: Said, target: string): Promise<void> {
  const { failure } = needs;
  const { event, entry, repeat } = delivery;
  const told = { event, entry: entry.id, repeat, target };
  if (said.cutTo !== undefined) {
    const lines = said.cutTo === 1 ? 'line' : `${said.cutTo} lines`;
    const what = said.cutTo === 0 ? 'Your message did not go' : `Only the first ${lines} of your message went`;
    const advice = 'more would flood the channel. Post long text elsewhere and say its address.';
    await failure.hint(told, 'cut', `${what} to ${target}: ${advice}`);
  }
  if (said.fileNamed) {
    const say = `People in ${target} see only the name of your file: this bridge does not give out links to files yet.`;
    await failure.hint(told, 'file', say);
  }
}
