/** The contents we send to Matrix. */

import type { UserId } from './ids.js';

/**
 * Content of `m.room.message`; `m.mentions` is always explicit, so that no ghost pings by mere text (CS-HTML).
 * A type, not an interface: so it is a `JsonObject` too.
 */
export type MessageContent = {
  readonly msgtype: 'm.text' | 'm.notice' | 'm.emote';
  readonly body: string;
  readonly format?: 'org.matrix.custom.html';
  readonly formatted_body?: string;
  readonly 'm.mentions': { readonly user_ids?: readonly UserId[] };
  readonly 'm.relates_to'?: { readonly 'm.in_reply_to': { readonly event_id: string } };
};

/** Any JSON object: content of events whose type has no shape of its own here. */
export type JsonObject = { readonly [key: string]: Json };
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
