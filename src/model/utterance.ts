/** What the bridge wants said on IRC. */

/** How something is said: PRIVMSG, CTCP ACTION, or NOTICE. */
export type How = 'say' | 'act' | 'notice';

/** One thing said in one or more lines; every line is within the byte budget it was cut for, without CR, LF, NUL. */
export interface Utterance {
  readonly how: How;
  readonly lines: readonly string[];
  /** For each line what joins it with the one before, where both were one line that was too long; else a line end. */
  readonly joins?: readonly ('' | ' ' | undefined)[];
}
