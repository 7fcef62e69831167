/** Links that the bridge gives to people without accounts: found in what it says, and opened where it really listens. */

import type { MatrixPerson } from './people.js';

/** Where the world would reach the links; in stories nothing is there. */
export const PUBLIC_URL = 'http://links.test/media';

/** The link in a line of IRC; throws when there is none, or more than one. */
export function linkIn(text: string): string {
  const [link, more] = text.match(/http:\/\/links\.test\/media\/[^\s>\x01]+/gu) ?? [];
  if (link === undefined || more !== undefined) throw new Error(`not one link: ${text}`);
  return link;
}

/** What a browser is given. */
export interface Opened {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
}

/** Opens a link where the bridge listens. `stripped`: as behind a reverse proxy that takes the path of `publicUrl` off. */
export async function opens(link: string, port: number, init: RequestInit & { readonly stripped?: boolean } = {}): Promise<Opened> {
  const { stripped = false, ...rest } = init;
  const base = `http://127.0.0.1:${port}${stripped ? '' : '/media'}`;
  const answer = await fetch(link.replace(PUBLIC_URL, base), { redirect: 'error', ...rest });
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
}

/** Uploads a file as a client does, and gives its address. */
export async function uploads(person: MatrixPerson, bytes: Buffer, type: string, name?: string): Promise<string> {
  const query = name === undefined ? '' : `?filename=${encodeURIComponent(name)}`;
  const answer = await fetch(`${person.url}/_matrix/media/v3/upload${query}`, {
    method: 'POST',
    body: new Uint8Array(bytes),
    headers: { authorization: `Bearer ${person.token}`, 'content-type': type },
  });
  const { content_uri: mxc } = (await answer.json()) as { readonly content_uri?: string };
  if (mxc === undefined) throw new Error(`upload refused: ${answer.status}`);
  return mxc;
}

/** Takes a message back. */
export async function redacts(person: MatrixPerson, room: string, event: string): Promise<void> {
  await person.call('PUT', `/rooms/${encodeURIComponent(room)}/redact/${encodeURIComponent(event)}/${Date.now()}`, {});
}

/** Opens a link until it is answered with this status. */
export async function becomes(link: string, port: number, status: number): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if ((await opens(link, port)).status === status) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`never ${status}: ${link}`);
}
