/** Pure: what a line's tags said of it, as the journal keeps it. */

/** The part of a line, or of its journal entry, that came by tags; what is not of the right type is left out. */
export function tagsOf({ msgid, replyTo, sentAt }: Readonly<{ msgid?: unknown; replyTo?: unknown; sentAt?: unknown }>): {
  readonly msgid?: string;
  readonly replyTo?: string;
  readonly sentAt?: number;
} {
  // Most servers give none.
  if (msgid === undefined && replyTo === undefined && sentAt === undefined) return {};
  return {
    ...(typeof msgid === 'string' ? { msgid } : {}),
    ...(typeof replyTo === 'string' ? { replyTo } : {}),
    ...(typeof sentAt === 'number' ? { sentAt } : {}),
  };
}
