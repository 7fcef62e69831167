/** Says a message in one linked channel: connects its author, joins, words it, and sees it through losses. */

import type { NetworkConfig } from '../config/network.js';
import type { VirtualClient } from '../irc/port.js';
import { type Clock, sleep, within } from '../lib/clock.js';
import { BridgeError } from '../model/errors.js';
import type { Link } from '../model/link.js';
import type { MessageEvent } from '../model/matrix-event.js';
import type { ChannelName, NetworkName } from '../model/irc-names.js';
import { granted, type Outcome, refused, type RefusalReason } from '../model/refusal.js';
import type { Utterance } from '../model/utterance.js';
import type { Connect } from '../people/connect.js';
import { toUtterance, type Worded } from './to-utterance.js';

export interface SayNeeds {
  readonly connect: Connect;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly clock: Clock;
  /** Set when the bridge stops: what is under way then stays in the journal. */
  readonly stopping: AbortSignal;
}

/** How far a message has come in a channel: its lines, once worded, and how many the kernel took. Kept in the journal. */
export interface Progress {
  readonly lines: readonly string[];
  readonly said: number;
}

export interface Speech {
  readonly event: MessageEvent;
  readonly link: Link;
  /** From the journal, when an earlier life of the process had begun. */
  readonly progress?: Progress;
  /** Called in the tick in which a line was handed over. */
  readonly note: (progress: Progress) => void;
  /** True when the message has become too old to be said (AS-13). */
  readonly expired: () => boolean;
}

/** What came of it: the nick that said it, and what of the message was left out. */
export interface Said {
  readonly client: VirtualClient;
  readonly worded: Worded;
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
 * Makes `Say`. Passing refusals are waited out up to five minutes; lasting ones come back at once.
 * Throws `STOPPING` when the bridge stops.
 */
export function makeSay(needs: SayNeeds): Say {
  return async (speech) => {
    const until = needs.clock.elapsed() + WAIT_MS;
    let progress = speech.progress;
    const note = (now: Progress): void => {
      progress = now;
      speech.note(now);
    };
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (needs.stopping.aborted) throw new BridgeError('STOPPING', 'the bridge is stopping');
      const left = until - needs.clock.elapsed();
      if (left <= 0) break;
      const client = await within(needs.clock, left, reach(needs, speech), late);
      if (!client.ok) {
        if (needs.stopping.aborted) continue;
        if (client.refusal.permanent || !PASSING.has(client.refusal.reason)) return client;
        await sleep(needs.clock, Math.min(PAUSE_MS, Math.max(0, left)));
        continue;
      }
      if (speech.expired()) return refused('too-old', 'It had waited too long by then.', true);
      const said = await sayOnce(needs, speech, client.value, progress, note);
      if (said.ok || said.refusal.reason !== 'connection-lost') return said;
    }
    return late();
  };
}

const late = (): Outcome<never> =>
  refused('timed-out', 'The IRC network could not be reached for five minutes. Send it again later.');

/** The author's client, in the channel. */
async function reach(needs: SayNeeds, { event, link }: Speech): Promise<Outcome<VirtualClient>> {
  const client = await needs.connect(event.sender, link.network, event.room);
  if (!client.ok || client.value.inChannel(link.channel)) return client;
  const joined = await client.value.join(link.channel, { patient: true, ...(link.key === undefined ? {} : { key: link.key }) });
  return joined.ok ? granted(client.value) : joined;
}

async function sayOnce(
  needs: SayNeeds,
  { event, link }: Speech,
  client: VirtualClient,
  progress: Progress | undefined,
  note: (progress: Progress) => void,
): Promise<Outcome<Said>> {
  const worded = toUtterance(event, {
    budget: (how) => client.budget(link.channel, how),
    lineLimit: needs.configOf(link.network).ircClients.lineLimit,
  });
  // Lines once begun are finished as they were cut then, though another prefix may now cut them elsewhere.
  const lines = progress?.lines ?? worded.utterance.lines;
  const utterance: Utterance = { how: worded.utterance.how, lines };
  if (lines.length > 0) {
    const outcome = await client.say(link.channel satisfies ChannelName, utterance, {
      from: progress?.said ?? 0,
      said: (count) => note({ lines, said: count }),
    });
    if (!outcome.ok) return outcome;
  }
  return granted({ client, worded });
}
