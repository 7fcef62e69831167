/** What happens on both sides, in order, kept for visitors who come later and pushed to those who watch. */

import { systemClock } from '../../lib/clock.js';
import type { RoomEvent } from '../homeserver/room.js';
import type { Deed } from './actions.js';
import type { Stage } from './stage.js';

/** Entries that a page gets when it opens. */
const KEPT = 600;

export type TraceEntry =
  | { readonly kind: 'deed'; readonly side: 'matrix' | 'irc'; readonly text: string }
  | { readonly kind: 'told'; readonly side: 'matrix' | 'irc'; readonly text: string }
  | { readonly kind: 'refused'; readonly side: 'matrix' | 'irc'; readonly text: string }
  | { readonly kind: 'matrix'; readonly event: Omit<RoomEvent, 'position' | 'unsigned'> }
  | { readonly kind: 'irc'; readonly nick: string; readonly way: 'in' | 'out'; readonly line: string };
/** With a growing number, by which a page that lost its connection goes on. */
export type Numbered = TraceEntry & { readonly n: number; readonly at: number };

export class Trace {
  readonly entries: Numbered[] = [];
  private readonly watchers = new Set<(entry: Numbered) => void>();
  private count = 0;

  add(entry: TraceEntry): void {
    const numbered = { ...entry, n: (this.count += 1), at: systemClock.now() };
    this.entries.push(numbered);
    if (this.entries.length > KEPT) this.entries.shift();
    for (const watch of this.watchers) watch(numbered);
  }

  deed(deed: Deed): void {
    this.add({ kind: 'deed', ...deed });
  }

  /** Calls back for each new entry; the returned function ends it. */
  watch(watcher: (entry: Numbered) => void): () => void {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }

  /** Listens to both servers. */
  follow({ homeserver, ircd }: Pick<Stage, 'homeserver' | 'ircd'>): void {
    homeserver.onEvent(({ position: _position, unsigned: _unsigned, ...event }) => this.add({ kind: 'matrix', event }));
    ircd.net.listeners.add((client, way, line) => {
      if (/^(?:@\S+ )?(?::\S+ )?P[IO]NG\b/u.test(line)) return;
      this.add({ kind: 'irc', nick: client.nick === '*' ? `connection ${client.id}` : client.nickText, way, line });
    });
  }
}
