/** Says a message in one linked channel: connects its author, joins, words it, and sees it through losses. */

import type { IrcNetwork, VirtualClient } from '../irc/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import { type Clock, sleep, within } from '../lib/clock.js';
import { BridgeError, isFault } from '../model/errors.js';
import type { PublicAddresses } from '../media/port.js';
import type { MessageEvent } from '../model/matrix-event.js';
import type { NetworkName, Nick } from '../model/irc-names.js';
import { granted, type Outcome, type Refusal, refused, type RefusalReason } from '../model/refusal.js';
import type { RoomWays } from '../policy/ways-of.js';
import { splitLines } from '../text/split.js';
import type { ByTags } from './by-tags.js';
import { type Destination, targetOf } from './private-message.js';
import type { Relay } from './relay.js';
import { GIVEN_UP, GREW_OLD, NO_DISK } from './sentences.js';
import { toUtterance, type Worded } from './to-utterance.js';
import { pageText } from './word-text.js';
import type { Prepared, Wording } from './wording.js';
import type { WordingOf } from './wording-of.js';

export interface SayNeeds {
  readonly relay: Pick<Relay, 'isFor' | 'clientFor' | 'nameOf'>;
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'modesOf' | 'passesTag'>>;
  /** How a message is to be worded for a client in a place. */
  readonly wordingOf: WordingOf;
  readonly byTags: Pick<ByTags, 'does' | 'marks'>;
  readonly addresses: Pick<PublicAddresses, 'ofText'>;
  readonly clock: Clock;
  /** Set when the bridge stops: what is under way then stays in the journal. */
  readonly stopping: AbortSignal;
}

/** How far a message has come in a channel: its lines, how many the kernel took, who said them. Kept in the journal. */
export interface Progress {
  readonly lines: readonly string[];
  readonly said: number;
  readonly by: Nick;
}

export interface Speech {
  readonly event: MessageEvent;
  readonly prepared: Prepared;
  /** What the room says for itself. */
  readonly room: RoomWays;
  readonly link: Destination;
  /** When it was taken, in ms of the clock's `elapsed`: its five minutes begin here. */
  readonly since: number;
  /** From the journal, when an earlier life of the process had begun. */
  readonly progress?: Progress;
  /** Called in the tick in which a line was handed over. */
  readonly note: (progress: Progress) => void;
  /** Called when the server throws away what was said, maybe long after `Say` has resolved (R18, R31). */
  readonly thrownAway: (why: Refusal) => void;
  /** Called when the server refuses to delete a message (CAP-10). */
  readonly notDeleted?: (why: Refusal) => void;
  /** Called when the channel does not let its author in; what `Say` resolves with says the same. */
  readonly shutOut: (why: Refusal) => void;
  /** True when the message has become too old to be said (AS-13). */
  readonly expired: () => boolean;
  /** True when it was redacted before it was said (M2I-26). */
  readonly withdrawn: () => boolean;
}

/** What came of it: the nick that said it, and what of the message was left out. */
export interface Said {
  readonly by: Nick;
  /** Nothing was said: it was redacted in time, or there was nothing to say. */
  readonly nothing?: true;
  /** How many lines were said of a message that was too long and has no page. */
  readonly cutTo?: number;
  /** Only the name of a file was said. */
  readonly fileNamed: boolean;
}

/** A message waits this long for a connection, a join, or a lost connection to come back (RELIABILITY R1). */
const WAIT_MS = 300_000;
/** Pause before the next try after a passing refusal. */
const PAUSE_MS = 5_000;
/** Tries at one message when connections are lost again and again. */
const TRIES = 100;
const PASSING: ReadonlySet<RefusalReason> = new Set(['connection-lost', 'network-unreachable', 'timed-out']);

export type Say = (speech: Speech) => Promise<Outcome<Said>>;

/**
 * Makes `Say`. Passing refusals are waited out up to five minutes, counted from when the message was taken or its author
 * was last heard on that network; one try is made even after that. Lasting refusals come back at once.
 * Throws `STOPPING` when the bridge stops.
 */
export function makeSay(needs: SayNeeds): Say {
  const { clock, stopping } = needs;
  /** When a person last said something on a network: messages behind many others must not be late for that. */
  const heard = new BoundedMap<string, number>(10_000);
  return async (speech) => {
    const author = `${speech.link.network} ${speech.event.sender}`;
    let progress = speech.progress;
    const note = (now: Progress): void => {
      progress = now;
      speech.note(now);
    };
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const until = Math.max(speech.since, heard.get(author) ?? 0) + WAIT_MS;
      throwIfStopping(stopping);
      const client = await within(clock, Math.max(0, until - clock.elapsed()), reach(needs, speech), late);
      throwIfStopping(stopping);
      if (!client.ok) {
        if (client.refusal.permanent || !PASSING.has(client.refusal.reason)) return client;
        const left = until - clock.elapsed();
        if (left <= 0) return late();
        await pause(needs, Math.min(PAUSE_MS, left));
        continue;
      }
      if (speech.withdrawn() && progress === undefined) return granted({ by: client.value.nick, nothing: true, fileNamed: false });
      if (speech.expired()) return refused('too-old', GREW_OLD, true);
      const said = await sayOnce(needs, speech, client.value, progress, note);
      if (said.ok) {
        heard.set(author, clock.elapsed());
        return said;
      }
      throwIfStopping(stopping);
      if (said.refusal.reason !== 'connection-lost') return said;
    }
    return late();
  };
}

const late = (): Outcome<never> =>
  refused('timed-out', GIVEN_UP);

function throwIfStopping(stopping: AbortSignal): void {
  if (stopping.aborted) throw new BridgeError('STOPPING', 'the bridge is stopping');
}

/** A pause that the end of the bridge cuts short. */
async function pause({ clock, stopping }: SayNeeds, ms: number): Promise<void> {
  try {
    await sleep(clock, ms, stopping);
  } catch (fault) {
    throwIfStopping(stopping);
    throw fault;
  }
}

/** The author's client, in the channel if it is one. */
async function reach(needs: SayNeeds, speech: Speech): Promise<Outcome<VirtualClient>> {
  const { event, link } = speech;
  const client = await connected(needs, event, link);
  if (!client.ok || 'nick' in link || client.value.inChannel(link.channel)) return client;
  const key = link.key === undefined ? {} : { key: link.key };
  const joined = await client.value.join(link.channel, { patient: true, ...key });
  if (joined.ok) return granted(client.value);
  // It is the bot that is kept out, not he.
  if (!needs.relay.isFor(event.sender, link.network)) speech.shutOut(joined.refusal);
  return joined;
}

/** A disk that is full, or no file left to be opened (F9), passes as an outage does. */
async function connected({ relay }: SayNeeds, { sender, room }: MessageEvent, { network }: Destination): Promise<Outcome<VirtualClient>> {
  try {
    return await relay.clientFor(sender, network, room);
  } catch (fault) {
    if (!isFault(fault, 'STORE_FAULT')) throw fault;
    return refused('timed-out', NO_DISK);
  }
}

async function sayOnce(
  needs: SayNeeds,
  speech: Speech,
  client: VirtualClient,
  progress: Progress | undefined,
  note: (progress: Progress) => void,
): Promise<Outcome<Said>> {
  const target = targetOf(speech.link);
  const { body, sender, room } = speech.event;
  const relayed = needs.relay.isFor(sender, speech.link.network);
  // By a tag of the bot nobody would see whose reaction it is.
  const silently = body.type === 'deletion' || (body.type === 'reaction' && !relayed);
  if (silently && (await needs.byTags.does(speech.event, speech.link, client, speech.notDeleted))) {
    return granted({ by: client.nick, nothing: true, fileNamed: false });
  }
  const known = 'channel' in speech.link && isAffected(speech.event) ? needs.networks.get(speech.link.network)?.modesOf(speech.link.channel, client) : '';
  const usual = needs.wordingOf(speech.link, client, speech.room, known instanceof Promise ? await known : known);
  const wording = relayed ? { ...usual, as: await needs.relay.nameOf(sender, speech.link.network, room, usual.ways.relayName) } : usual;
  const marking = needs.byTags.marks(speech.event, speech.link, client);
  const marks = marking instanceof Promise ? await marking : marking;
  const tagged = wording.ways.replies === 'tag' && marks.replyTo !== undefined && needs.networks.get(speech.link.network)?.passesTag('+reply');
  const prepared: Prepared = tagged ? { ...speech.prepared, tagged } : speech.prepared;
  const first = toUtterance(speech.event, wording, prepared);
  const worded = first.long && progress === undefined ? await onPage(needs, { ...speech, prepared }, client, wording, first) : first;
  const { utterance, long, fileNamed } = worded;
  const from = progress?.said ?? 0;
  // What was begun goes on with the lines as they were cut then, but under a longer prefix they may need another cut.
  const budget = client.budget(target, utterance.how);
  const rest = progress?.lines.slice(from).flatMap((line) => splitLines(line, budget));
  const lines = progress && rest ? [...progress.lines.slice(0, from), ...rest] : utterance.lines;
  const by = client.nick;
  if (lines.length === 0) return granted({ by, nothing: true, fileNamed: false });
  const outcome = await client.say(
    target,
    progress === undefined ? utterance : { how: utterance.how, lines },
    {
      from,
      said: (count) => note({ lines, said: count, by }),
      refused: speech.thrownAway,
      ...marks,
    },
  );
  const cut = long && !('paged' in worded) ? { cutTo: Math.max(0, wording.ways.lineLimit - 1) } : {};
  return outcome.ok ? granted({ by, fileNamed, ...cut }) : outcome;
}

/** Whether a channel's modes may forbid what it holds: formatting, or a notice. */
function isAffected({ body }: MessageEvent): boolean {
  return body.type !== 'text' || body.how === 'notice' || body.html !== undefined || body.plain.includes('`');
}

/** A text that is too long is put on a page, where there are pages, and worded anew with its address. */
async function onPage(
  { addresses }: SayNeeds,
  { event, prepared }: Speech,
  { nick }: VirtualClient,
  wording: Wording,
  cut: Worded,
): Promise<Worded & { readonly paged?: true }> {
  const { body, id, sender, replaces, at } = event;
  const words = wordsOf(body);
  if (words === undefined) return cut;
  const reply = replaces === undefined ? event.replyTo !== undefined || event.thread !== undefined : (prepared.earlier?.reply ?? false);
  const text = pageText(words, reply, wording.ways.media === 'name' ? undefined : prepared.images);
  if (Buffer.byteLength(text) > (wording.ways.pasteLimit ?? Infinity)) return cut;
  const code = cut.code ? { code: cut.code } : {};
  const page = await addresses.ofText({ event: id, author: sender, ...(replaces ? { replaces } : {}), text, by: wording.as ?? nick, at, ...code });
  return page === undefined ? cut : { ...toUtterance(event, wording, { ...prepared, page }), paged: true };
}

function wordsOf(body: MessageEvent['body']): Parameters<typeof pageText>[0] | undefined {
  if (body.type === 'text') return body;
  if (body.type !== 'media' || body.caption === undefined) return undefined;
  return { plain: body.caption, ...(body.captionHtml === undefined ? {} : { html: body.captionHtml }) };
}
