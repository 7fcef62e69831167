/** A room: its events, its state, and who stands where in it. */

import type { Json, JsonObject } from '../../model/matrix-content.js';
import { isObject, stringOr } from './json.js';

/** An event as clients see it; `position` is its place in the stream of all rooms. */
export interface RoomEvent {
  readonly event_id: string;
  readonly room_id: string;
  readonly type: string;
  readonly sender: string;
  readonly content: JsonObject;
  readonly origin_server_ts: number;
  readonly state_key?: string;
  readonly unsigned: JsonObject;
  readonly position: number;
}

export class Room {
  readonly id: string;
  readonly version: string;
  /** From version 12 on those who made the room stand above all levels. */
  readonly creators: ReadonlySet<string>;
  readonly timeline: RoomEvent[] = [];
  private readonly events = new Map<string, RoomEvent>();
  private readonly current = new Map<string, RoomEvent>();
  private readonly members = new Map<string, string>();

  constructor(id: string, version: string, creators: readonly string[]) {
    this.id = id;
    this.version = version;
    this.creators = new Set(creators);
  }

  /** Version 12: ids without domain, creators above all. */
  get creatorsRule(): boolean {
    return Number(this.version) >= 12;
  }

  add(event: RoomEvent): void {
    this.timeline.push(event);
    this.events.set(event.event_id, event);
    if (event.state_key === undefined) return;
    this.current.set(`${event.type}\0${event.state_key}`, event);
    if (event.type === 'm.room.member') this.members.set(event.state_key, stringOr(event.content.membership, ''));
  }

  event(id: string): RoomEvent | undefined {
    return this.events.get(id);
  }

  stateEvent(type: string, key = ''): RoomEvent | undefined {
    return this.current.get(`${type}\0${key}`);
  }

  state(type: string, key = ''): JsonObject | undefined {
    return this.stateEvent(type, key)?.content;
  }

  allState(): RoomEvent[] {
    return [...this.current.values()];
  }

  membership(user: string): string | undefined {
    return this.members.get(user);
  }

  joined(): string[] {
    return [...this.members].filter(([, membership]) => membership === 'join').map(([user]) => user);
  }

  /** A user's power. */
  level(user: string): number {
    if (this.creatorsRule && this.creators.has(user)) return Number.POSITIVE_INFINITY;
    const levels = this.state('m.room.power_levels');
    if (levels === undefined) return this.creators.has(user) ? 100 : 0;
    return numberOf(isObject(levels.users ?? null) ? (levels.users as JsonObject)[user] : undefined, numberOf(levels.users_default, 0));
  }

  /** The power that an event of the type asks for. */
  levelToSend(type: string, isState: boolean): number {
    const levels = this.state('m.room.power_levels');
    if (levels === undefined) return 0;
    const usual = isState ? numberOf(levels.state_default, 50) : numberOf(levels.events_default, 0);
    return numberOf(isObject(levels.events ?? null) ? (levels.events as JsonObject)[type] : undefined, usual);
  }

  levelTo(action: 'kick' | 'ban' | 'invite' | 'redact'): number {
    return numberOf(this.state('m.room.power_levels')?.[action], action === 'invite' ? 0 : 50);
  }

  get joinRule(): string {
    return stringOr(this.state('m.room.join_rules')?.join_rule, 'invite');
  }
}

function numberOf(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
