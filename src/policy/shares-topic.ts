/** Whether a room and its channel have one topic (M2I-9, I2M-18). */

import type { Link } from '../model/link.js';

/** Rooms that were made for their channel share its topic; rooms that were there before keep their own. */
export function sharesTopic({ origin }: Pick<Link, 'origin'>): boolean {
  return origin === 'alias' || origin === 'join';
}
