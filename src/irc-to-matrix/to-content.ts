/** Pure: what was said on IRC, as the content of a Matrix event. */

import type { MessageContent } from '../model/matrix-content.js';
import type { ChannelMessage } from '../model/irc-event.js';
import type { How } from '../model/utterance.js';
import { ircToHtml } from '../text/irc-to-html.js';

const MSGTYPE: Readonly<Record<How, MessageContent['msgtype']>> = { say: 'm.text', act: 'm.emote', notice: 'm.notice' };

/** Content for a line (I2M-1…3, 6): `formatted_body` only where there is formatting, mentions explicitly none. */
export function toContent(line: Pick<ChannelMessage, 'how' | 'text'>): MessageContent {
  const { plain, html } = ircToHtml(line.text);
  return {
    msgtype: MSGTYPE[line.how],
    body: plain,
    ...(html === undefined ? {} : { format: 'org.matrix.custom.html', formatted_body: html }),
    'm.mentions': {},
  };
}
