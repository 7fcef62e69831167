/** Pure: files, places and polls in words. */

import type { MediaBody, PlaceBody, PollBody, PollResultBody } from '../model/matrix-event.js';
import { plainToIrc } from '../text/plain-to-irc.js';
import { withoutReplyFallback } from '../text/reply-fallback.js';
import type { Prepared, Wording } from './wording.js';
import { wordText } from './word-text.js';

/** What somebody did, and how the thing is called when it is quoted (M2I-4…8, 19). */
export const FILES: Readonly<Record<MediaBody['media'], { readonly did: string; readonly noun: string }>> = {
  image: { did: 'uploaded an image', noun: 'an image' },
  video: { did: 'uploaded a video', noun: 'a video' },
  audio: { did: 'uploaded an audio file', noun: 'an audio file' },
  voice: { did: 'sent a voice message', noun: 'a voice message' },
  file: { did: 'posted a file', noun: 'a file' },
  sticker: { did: 'sent a sticker', noun: 'a sticker' },
};
const MOST_NAME = 200;

/** `uploaded an image: cat.png (12 KiB) https://…` in one line; a caption follows as text. */
export function wordFile(body: MediaBody, wording: Wording, prepared: Prepared): string {
  const { did } = FILES[body.media];
  const name = oneLine(body.name).slice(0, MOST_NAME).toWellFormed();
  const time = body.durationMs === undefined || body.media !== 'voice' ? '' : ` (${minutes(body.durationMs)})`;
  // What programs call a recording says nothing.
  const called = body.media === 'voice' ? [] : [name === '' ? body.media : name];
  const details = body.media === 'sticker' || body.media === 'voice' ? '' : detailsOf(body, wording.ways.media === 'details');
  const link = prepared.address === undefined || wording.ways.media === 'name' ? [] : [prepared.address];
  const parts = [...called, ...(details === '' ? [] : [`(${details})`]), ...link];
  const line = `${did}${time}${parts.length === 0 ? '' : ': '}${parts.join(' ')}`;
  return body.caption === undefined ? line : `${line}\n${wordCaption(body.caption, body, wording, prepared)}`;
}

/** How large a file is, and where that is wanted how much there is to be seen and heard (MEDIA-10). */
function detailsOf({ bytes, width, height, durationMs }: MediaBody, all: boolean): string {
  const known = bytes === undefined ? [] : [kibibytes(bytes)];
  if (all && width && height) known.push(`${width}×${height}`);
  if (all && durationMs !== undefined) known.push(minutes(durationMs));
  return known.join(', ');
}

function wordCaption(plain: string, { captionHtml: html }: MediaBody, wording: Wording, prepared: Prepared): string {
  const body = { type: 'text', how: 'act', plain: withoutReplyFallback(plain), mentions: [], ...(html === undefined ? {} : { html }) } as const;
  return wordText(body, wording, prepared, false);
}

/** `is here: Big Ben https://…`: the words of the sender and a map (M2I-6). */
export function wordPlace({ words, geo }: PlaceBody): string {
  const map = mapOf(geo);
  const said = oneLine(words).slice(0, 1000).toWellFormed();
  // Programs repeat the address in the words.
  const shown = geo !== undefined && said.includes(geo) ? oneLine(said.replace(geo, '')) : said;
  return `shared a location: ${[shown, map ?? ''].filter((part) => part !== '').join(' ') || 'nowhere that could be said'}`;
}

/** RFC 5870: only numbers within their range become an address. */
function mapOf(geo: string | undefined): string | undefined {
  const found = /^geo:(-?\d{1,2}(?:\.\d{1,12})?),(-?\d{1,3}(?:\.\d{1,12})?)(?:[,;]|$)/iu.exec(geo ?? '');
  const [, lat = '', lon = ''] = found ?? [];
  if (!found || Math.abs(Number(lat)) > 90 || Math.abs(Number(lon)) > 180) return undefined;
  return `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=16/${lat}/${lon}`;
}

/** The question and its numbered answers, a line for each while there are few (M2I-8). */
export function wordPoll({ question, answers }: PollBody, lines: number): string {
  const asked = `Poll: ${oneLine(question) || '(no question)'}`;
  const options = answers.map(({ text }, at) => `${at + 1}. ${oneLine(text)}`);
  return options.length < lines ? [asked, ...options].join('\n') : [asked, ...options].join('  ');
}

/** How a poll came out: the counts by its answers' texts where both are known, else the sender's own words. */
export function wordResult({ words, counts }: PollResultBody, poll: PollBody | undefined): string {
  const asked = poll === undefined ? '' : ` "${oneLine(poll.question)}"`;
  const counted = (poll?.answers ?? [])
    .flatMap(({ id, text }) => (counts.has(id) ? [{ text: oneLine(text), votes: counts.get(id) ?? 0 }] : []))
    .sort((one, other) => other.votes - one.votes)
    .map(({ text, votes }) => `${text}: ${votes}`);
  const result = counted.length > 0 ? counted.join(', ') : oneLine(words ?? '') || 'The poll has ended.';
  return `Poll${asked} closed: ${result}`;
}

export function oneLine(text: string): string {
  return plainToIrc(text).replaceAll('\n', ' ').replace(/ {2,}/gu, ' ').trim();
}

function kibibytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const kib = bytes / 1024;
  return kib < 10_240 ? `${Math.round(kib)} KiB` : `${Math.round(kib / 1024)} MiB`;
}

function minutes(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
