/** Pure: what was said on IRC, as the content of a Matrix event. */

import type { MessageContent } from '../model/matrix-content.js';
import type { UserId } from '../model/ids.js';
import type { ChannelMessage } from '../model/irc-event.js';
import type { How } from '../model/utterance.js';
import { ircToHtml } from '../text/irc-to-html.js';
import type { FindNick } from '../text/mentions.js';

const MSGTYPE: Readonly<Record<How, MessageContent['msgtype']>> = { say: 'm.text', act: 'm.emote', notice: 'm.notice' };

/**
 * Content for a line (I2M-1…3, 6…9): `formatted_body` only where there is formatting or somebody is named, mentions
 * always explicit.
 * @param find who a nick is; without it nobody is mentioned
 */
export function toContent(line: Pick<ChannelMessage, 'how' | 'text'>, find?: FindNick): MessageContent {
  const { plain, html, mentions } = ircToHtml(line.text, find);
  // `find` gives ids of people we know.
  const named = mentions === undefined ? {} : { user_ids: mentions as readonly UserId[] };
  const content: MessageContent = { msgtype: MSGTYPE[line.how], body: plain, 'm.mentions': named };
  return html === undefined ? content : { ...content, format: 'org.matrix.custom.html', formatted_body: html };
}
