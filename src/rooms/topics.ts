/** The topics of channels as IRC has them, and the rooms to which they are brought (M2I-9, I2M-18). */

import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import { isFault } from '../model/errors.js';
import type { RoomId } from '../model/ids.js';
import type { ChannelName, NetworkName, Nick } from '../model/irc-names.js';
import type { Link } from '../model/link.js';
import type { JsonObject } from '../model/matrix-content.js';
import type { Ghost, Ghosts } from '../people/ghosts.js';

export interface TopicsNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold'>>;
  readonly homeserver: Pick<Homeserver, 'as' | 'bot' | 'stateOf' | 'isIn'>;
  readonly ghosts: Pick<Ghosts, 'of' | 'ensureIn'>;
}

/** A topic as IRC tells it, as plain text without codes. */
export interface ChannelTopic {
  readonly network: NetworkName;
  readonly channel: ChannelName;
  readonly text: string;
  /** It was set by a client of ours, or told at a join: a server may have cut what a room has whole. */
  readonly perhapsCut: boolean;
  /** Who set it just now. */
  readonly by?: Nick;
  /** Who had set it, and when (ms since the epoch), where it was told later. */
  readonly before?: { readonly nick: Nick; readonly at: number };
}

type Place = Pick<Link, 'network' | 'channel' | 'room'>;

const MOST = 10_000;
/** Topics that a room has asked for and that IRC may not have shown yet. */
const MOST_ASKED = 8;

export class Topics {
  readonly #needs: TopicsNeeds;
  readonly #onIrc = new BoundedMap<string, ChannelTopic>(MOST);
  /** What was last brought to a room, by channel and room. */
  readonly #brought = new BoundedMap<string, string>(MOST);
  readonly #asked = new BoundedMap<string, readonly { readonly room: RoomId; readonly text: string }[]>(MOST);

  constructor(needs: TopicsNeeds) {
    this.#needs = needs;
  }

  /** The channel's topic, as far as it was told in this life. */
  onIrc({ network, channel }: Pick<Link, 'network' | 'channel'>): string | undefined {
    return this.#onIrc.get(this.#keyOf(network, channel))?.text;
  }

  /** A room is about to have a topic set on IRC. */
  asks({ network, channel, room }: Place, text: string): void {
    const key = this.#keyOf(network, channel);
    this.#asked.set(key, [...(this.#asked.get(key) ?? []), { room, text }].slice(-MOST_ASKED));
  }

  /** Takes in what IRC says; in the order in which it says it. */
  heard(topic: ChannelTopic): void {
    this.#onIrc.set(this.#keyOf(topic.network, topic.channel), topic);
  }

  /** Who had set the topic that was told last, and when. */
  setBy({ network, channel, nick, setAt }: { readonly nick: Nick; readonly setAt: number } & Pick<Link, 'network' | 'channel'>): void {
    const topic = this.#onIrc.get(this.#keyOf(network, channel));
    if (topic && topic.by === undefined) this.heard({ ...topic, before: { nick, at: setAt } });
  }

  /** Whether the room was brought exactly this, and nothing else since. */
  has({ network, channel, room }: Place, text: string): boolean {
    return this.#brought.get(`${this.#keyOf(network, channel)} ${room}`) === text;
  }

  /**
   * Sets the room's topic to what the channel's is now, by the ghost of who set it if that may, else by the bot; nothing
   * where the room has it. `anyhow`: also where somebody in the room has been quicker. Throws `STOPPING` and what the homeserver lastingly refuses to the bot.
   */
  async bring(place: Place, anyhow = false): Promise<void> {
    const { homeserver, ghosts } = this.#needs;
    const { room } = place;
    const there = (await homeserver.stateOf(room, 'm.room.topic', ''))?.['topic'];
    // As it is now: it may have changed, and who had set it is known by now.
    const topic = this.#onIrc.get(this.#keyOf(place.network, place.channel));
    if (!topic) return;
    const before = typeof there === 'string' ? there : '';
    if (anyhow ? before === topic.text : isSame(before, topic) || this.#isOvertaken(place, topic, before)) return this.#note(place, topic.text);
    const nick = anyhow ? undefined : (topic.by ?? topic.before?.nick);
    const ghost = nick === undefined ? undefined : ghosts.of(place.network, nick);
    if (ghost && topic.by !== undefined) await ghosts.ensureIn(ghost, room).catch((fault: unknown) => {
      if (isFault(fault, 'STOPPING')) throw fault;
    });
    // Who had set it long ago is not brought into the room for that.
    await this.#set(ghost && homeserver.isIn(ghost.userId, room) ? ghost : undefined, room, contentOf(topic));
    this.#note(place, topic.text);
  }

  async #set(by: Ghost | undefined, room: RoomId, content: JsonObject): Promise<void> {
    const { homeserver } = this.#needs;
    try {
      await (by === undefined ? homeserver.bot : homeserver.as(by.userId)).sendState(room, 'm.room.topic', '', content);
    } catch (fault) {
      // The ghost has no power there; the bot has it.
      if (by === undefined || !isFault(fault, 'HOMESERVER_FORBIDDEN')) throw fault;
      await homeserver.bot.sendState(room, 'm.room.topic', '', content);
    }
  }

  /**
   * A room that asked for this very topic has another one by now: somebody there was quicker than IRC, whom IRC hears
   * next. But what we brought ourselves meanwhile came before it on IRC, too.
   */
  #isOvertaken(place: Place, { text, perhapsCut }: ChannelTopic, before: string): boolean {
    const asked = this.#asked.get(this.#keyOf(place.network, place.channel)) ?? [];
    const own = perhapsCut && asked.some((each) => each.room === place.room && isCutOf(text, each.text));
    return own && !this.has(place, before);
  }

  #note({ network, channel, room }: Place, text: string): void {
    this.#brought.set(`${this.#keyOf(network, channel)} ${room}`, text);
  }

  #keyOf(network: NetworkName, channel: ChannelName): string {
    return `${network} ${this.#needs.networks.get(network)?.fold(channel) ?? channel}`;
  }
}

function isSame(before: string, { text, perhapsCut }: ChannelTopic): boolean {
  return before === text || (perhapsCut && isCutOf(text, before.replace(/\s+/gu, ' ').trim()));
}

/** Whether a text is the whole, or what a server left of it (TOPICLEN). */
function isCutOf(text: string, whole: string): boolean {
  return text === whole || (text !== '' && whole.startsWith(text));
}

/** Who set it and when is told where the event itself does not tell it. */
function contentOf({ text, before }: ChannelTopic): JsonObject {
  return before === undefined ? { topic: text } : { topic: text, 'chat.causeway.topic_set': { by: before.nick, at: before.at } };
}
