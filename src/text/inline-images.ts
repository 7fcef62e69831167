/** Pure: which files of a homeserver are shown within HTML (MEDIA-15). */

import type { MxcUri } from '../model/ids.js';
import { readHtml } from './html-read.js';

/** The most addresses in one message; what comes after them has only its words. */
const MOST = 5;

/** The images within HTML, each with what it is called ('' is possible); emoji of one's own are said by name instead. */
export function inlineImages(html: string): ReadonlyMap<MxcUri, string> {
  const found = new Map<MxcUri, string>();
  if (!html.includes('mxc://')) return found;
  readHtml(html, {
    image: (mxc, called) => {
      if (found.size < MOST && !found.has(mxc)) found.set(mxc, called);
      return undefined;
    },
  });
  return found;
}
