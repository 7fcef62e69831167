/** Makes users of a real Synapse admins of it, as an operator does. */

import { createHmac } from 'node:crypto';

/** As in `servers/synapse.yaml`. */
const SECRET = 'secret';

/** Registers an admin by the shared secret, who then makes this user one. */
export async function makesAdmin(url: string, user: string): Promise<void> {
  const register = `${url}/_synapse/admin/v1/register`;
  const { nonce } = await asked(register, {});
  const [username, password] = [`admin${Date.now()}`, 'long and secret'];
  const mac = createHmac('sha1', SECRET).update([nonce, username, password, 'admin'].join('\0')).digest('hex');
  const wish = { nonce, username, password, admin: true, mac };
  const { access_token: token } = await asked(register, { method: 'POST', body: JSON.stringify(wish) });
  const change = { method: 'PUT', body: JSON.stringify({ admin: true }), headers: { authorization: `Bearer ${String(token)}` } };
  await asked(`${url}/_synapse/admin/v1/users/${encodeURIComponent(user)}/admin`, change);
}

async function asked(url: string, init: RequestInit): Promise<Record<string, unknown>> {
  const answer = await fetch(url, init);
  const said = (await answer.json()) as Record<string, unknown>;
  if (!answer.ok) throw new Error(`Synapse refused ${url}: ${answer.status} ${JSON.stringify(said)}`);
  return said;
}
