/** What people on Matrix are told about their own messages; `target` is where those were bound for. */

/** Nothing that anybody on Matrix could help. */
export const OUR_FAULT = 'Something went wrong inside the bridge; its operator can see it in the log.';

/** AS-13: older than `dropMatrixMessagesAfterSecs`, when it came or by the time it could be said. */
export const TOO_OLD = 'It was too old when it came to the bridge. Send it again if it still matters.';
export const GREW_OLD = 'By the time IRC could be reached it was too old. Send it again if it still matters.';
/** R1, M2I-50: given up. */
export const GIVEN_UP = 'The IRC network could not be reached for five minutes. Send it again later.';
/** F9. */
export const NO_DISK = 'The bridge cannot write to its disk.';
/** M2I-11. */
export const UNREADABLE =
  'It is encrypted, and IRC cannot read that, nor what else you send encrypted here (you are told once a day). ' +
  'Use a room without encryption.';

/** INV-8: one message, or several at the end of a minute. */
export function notDelivered(target: string, why: string, others: number): string {
  const which = others > 0 ? `Your message and ${others} more before it were` : 'Your message was';
  return `${which} not delivered to ${target}. ${why}`;
}

/** R2: nobody knows. */
export function perhapsNotDelivered(target: string, why: string, others: number): string {
  const which = others > 0 ? `Your message and ${others} more before it` : 'Your message';
  return `${which} may not have been delivered to ${target}. ${why} Look there before you send it again.`;
}

/** M2I-50: it waits. */
export function stillWaits(target: string): string {
  return (
    `Your message to ${target} still waits: IRC cannot be reached just now, or takes only a line a second. ` +
    'It goes out as soon as it can; you need not send it again.'
  );
}

/** M2I-50: what had to wait is through. */
export function nowDelivered(target: string, messages: number): string {
  return messages > 1 ? `All ${messages} messages that waited for ${target} are delivered now.` : `Your message to ${target} is delivered now.`;
}

/** M2I-30: only so many lines of it were said. */
export function cutTo(target: string, lines: number): string {
  const first = lines === 1 ? 'line' : `${lines} lines`;
  const what = lines === 0 ? 'Your message did not go' : `Only the first ${first} of your message went`;
  return `${what} to ${target}: more would flood the channel. Post long text elsewhere and say its address.`;
}

/** The channel has not the room's new topic; `setBack`: nor has the room any more. */
export function topicRefused(target: string, why: string, setBack: boolean): string {
  return `The topic of ${target} was not changed. ${why}${setBack ? ' This room has the topic of the channel again.' : ''}`;
}

/** CAP-10: it is gone on Matrix alone; `why` has the server's words and code. */
export function stillThere(target: string, why: string): string {
  return `What was deleted here can still be read in ${target}. ${why}`;
}

/** A file without an address. */
export function fileNamed(target: string): string {
  return `People in ${target} see only the name of your file: this bridge does not give out a link to it.`;
}

/** RC-3: what of a room's own settings is as if it were not there. */
export function settingsWrong(wrong: readonly string[]): string {
  const which = wrong.length === 1 ? 'One setting' : 'Some settings';
  return `${which} of this room (org.matrix.appservice-irc.config) cannot be used, the others are in force: ${wrong.join('; ')}.`;
}
