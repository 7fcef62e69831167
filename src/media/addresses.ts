/** Gives files and long texts their addresses (MEDIA-2, 6, 11, 13). */

import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { EventId, UserId } from '../model/ids.js';
import type { FileAddressStore } from '../store/port.js';
import { safeFileName } from './file-name.js';
import type { Pastes } from './pastes.js';
import type { FileToShow, PublicAddresses, Shown, TextToShow } from './port.js';
import type { Quarantine } from './quarantine.js';
import { pathOf } from './route.js';
import { shortId } from './short-id.js';
import { digestOf, writeToken } from './token.js';
import type { Withdrawn } from './withdrawn.js';

export interface AddressesNeeds {
  readonly publicUrl: string;
  readonly key: Buffer;
  /** Seconds that an address of a file works; 0: for ever. */
  readonly ttlSeconds: number;
  readonly shortLinks: boolean;
  /** Larger files get no address, since they would not be handed out. */
  readonly mostBytes: number;
  readonly store: Pick<FileAddressStore, 'addFile' | 'forgetAuthors'>;
  readonly pastes: Pick<Pastes, 'keep' | 'drop' | 'end' | 'forget'>;
  readonly withdrawn: Withdrawn;
  /** Absent: files stay on the homeserver. */
  readonly quarantine?: Pick<Quarantine, 'note' | 'order'>;
  readonly clock: Clock;
  readonly log: Log;
}

export function makeAddresses(needs: AddressesNeeds): PublicAddresses {
  const { publicUrl, key, ttlSeconds, store, pastes, withdrawn, quarantine, clock, log } = needs;

  const ofFile = async ({ mxc, name, bytes = 0, shared, ...shown }: FileToShow): Promise<string | undefined> => {
    const events = digestsOf(shown);
    if (shown.author !== undefined && !shared) quarantine?.note(events, mxc, digestOf(shown.author));
    if (bytes > needs.mostBytes || withdrawn.has(events)) return undefined;
    const until = ttlSeconds === 0 ? {} : { until: clock.now() + ttlSeconds * 1000 };
    const safe = safeFileName(name);
    if (!needs.shortLinks) {
      return publicUrl + pathOf({ kind: 'token', token: writeToken(key, { mxc, name: safe, events, ...until }), name: safe });
    }
    const id = shortId(key, 'm', `${shown.event} ${mxc}`, safe);
    try {
      await store.addFile({ id, mxc, name: safe, events, ...until, ...authorIn(shown) });
    } catch (fault) {
      log.warn('address of a file not kept', { why: faultText(fault) });
      return undefined;
    }
    return publicUrl + pathOf({ kind: 'short', id, name: safe });
  };

  /** It is not shown any more; it is taken off the disk when its time is over. */
  const notRemoved = (fault: unknown): void => log.error('redacted text not removed from disk', { why: faultText(fault) });

  const ofText = async ({ text, by, at, code, ...shown }: TextToShow): Promise<string | undefined> => {
    const events = digestsOf(shown);
    if (withdrawn.has(events)) return undefined;
    const id = shortId(key, 'p', shown.event);
    const kept = await pastes.keep(id, { text, by, at, events, ...(code === undefined ? {} : { code }), ...authorIn(shown) });
    if (!kept) return undefined;
    if (!withdrawn.has(events)) return publicUrl + pathOf({ kind: 'page', id });
    // Redacted while it was written.
    await pastes.drop(id).catch(notRemoved);
    return undefined;
  };

  const withdraw = async (event: EventId, by?: UserId): Promise<void> => {
    const digest = digestOf(event);
    await withdrawn.add(digest);
    await pastes.end(digest).catch(notRemoved);
    if (by !== undefined) await quarantine?.order(digest, digestOf(by));
  };
  const forget = async (people: ReadonlySet<UserId>): Promise<void> => {
    const authors = new Set([...people].map(digestOf));
    await pastes.forget(authors);
    await store.forgetAuthors(authors);
  };
  return { ofFile, ofText, withdraw, forget };
}

function authorIn({ author }: Pick<Shown, 'author'>): { readonly author?: string } {
  return author === undefined ? {} : { author: digestOf(author) };
}

function digestsOf({ event, replaces }: Shown): readonly string[] {
  return replaces === undefined ? [digestOf(event)] : [digestOf(event), digestOf(replaces)];
}
