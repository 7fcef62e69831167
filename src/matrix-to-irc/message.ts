/** m.room.message in a linked room: said in its channels, copied to their other rooms, its author told what failed. */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver } from '../homeserver/port.js';
import type { Entry } from '../journal/port.js';
import type { Clock } from '../lib/clock.js';
import type { JsonObject } from '../model/matrix-content.js';
import type { Link } from '../model/link.js';
import type { MessageEvent } from '../model/matrix-event.js';
import type { NetworkName } from '../model/irc-names.js';
import { type Outcome, refused } from '../model/refusal.js';
import type { Ghosts } from '../people/ghosts.js';
import type { Links } from '../rooms/links.js';
import type { Failure } from './failure.js';
import type { Progress, Said, Say } from './say.js';

export interface MessageNeeds {
  readonly homeserver: Pick<Homeserver, 'as'>;
  readonly ghosts: Ghosts;
  readonly links: Links;
  readonly say: Say;
  readonly failure: Failure;
  readonly clock: Clock;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  /** `homeserver.dropMatrixMessagesAfterSecs`; 0: never too old. */
  readonly dropAfterSecs: () => number;
}

/** One message for one channel. `note` keeps its progress. */
export interface Delivery {
  readonly event: MessageEvent;
  readonly entry: Entry;
  readonly link: Link;
  readonly progress?: Progress;
  readonly note: (progress: Progress) => void;
  readonly repeat: boolean;
}

export type Deliver = (delivery: Delivery) => Promise<Outcome<Said>>;

/** Makes `Deliver`: resolves when the message is said or its author was told; throws only faults of our own. */
export function makeDeliver(needs: MessageNeeds): Deliver {
  return async (delivery) => {
    const { event, entry, link } = delivery;
    const target = `${link.channel} on ${nameOf(needs, link.network)}`;
    const expired = (): boolean => {
      const after = needs.dropAfterSecs();
      return after > 0 && needs.clock.now() - event.at > after * 1000;
    };
    const outcome = expired()
      ? refused('too-old', 'It was too old when it came to the bridge. Send it again if it still matters.', true)
      : await needs.say({ ...delivery, expired });
    if (!outcome.ok) {
      await needs.failure.notDelivered({ event, entry: entry.id, refusal: outcome.refusal, target });
      return outcome;
    }
    await hints(needs, delivery, outcome.value, target);
    await copy(needs, delivery, outcome.value);
    return outcome;
  };
}

async function hints({ failure }: MessageNeeds, { event, entry }: Delivery, said: Said, target: string): Promise<void> {
  const told = { event, entry: entry.id, target };
  if (said.worded.cut) {
    const lines = said.worded.utterance.lines.length - 1;
    await failure.hint(
      told,
      'cut',
      `Only the first ${lines} lines of your message went to ${target}: more would flood the channel. Post long text elsewhere and say its address.`,
    );
  }
  if (said.worded.fileNamed) {
    const say = `People in ${target} see only the name of your file: this bridge does not give out links to files yet.`;
    await failure.hint(told, 'file', say);
  }
}

/** ROOM-8: the channel's other rooms see it too, from the Matrix event itself, as the ghost of the author's nick. */
async function copy(needs: MessageNeeds, { event, entry, link, repeat }: Delivery, said: Said): Promise<void> {
  const others = needs.links.ofChannel(link.network, link.channel).filter(({ room }) => room !== event.room);
  if (others.length === 0) return;
  const ghost = needs.ghosts.of(link.network, said.client.nick);
  for (const { room } of others) {
    await needs.ghosts.ensureIn(ghost, room);
    const how = { repeat, since: entry.at };
    await needs.homeserver.as(ghost.userId).send(room, 'm.room.message', contentOf(event), entry.id, how);
  }
}

function contentOf({ body }: MessageEvent): JsonObject {
  if (body.type === 'media') return { msgtype: 'm.emote', body: `sent a file: ${body.name}`, 'm.mentions': {} };
  const msgtype = { say: 'm.text', act: 'm.emote', notice: 'm.notice' }[body.how];
  const html = body.html === undefined ? {} : { format: 'org.matrix.custom.html', formatted_body: body.html };
  return { msgtype, body: body.plain, ...html, 'm.mentions': {} };
}

function nameOf(needs: MessageNeeds, network: NetworkName): string {
  return needs.configOf(network).name ?? network;
}
