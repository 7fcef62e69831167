/** Which keys of `tlsOptions` are obeyed (CONN-3): those of Node's `tls.connect` that can be written down and do not say whom to dial. */

const OBEYED: ReadonlySet<string> = new Set([
  'ALPNProtocols',
  'ca',
  'cert',
  'ciphers',
  'crl',
  'dhparam',
  'ecdhCurve',
  'key',
  'maxVersion',
  'minDHSize',
  'minVersion',
  'passphrase',
  'pfx',
  'privateKeyEngine',
  'privateKeyIdentifier',
  'secureOptions',
  'secureProtocol',
  'servername',
  'sigalgs',
]);

/** What is wrong with a key; `undefined` when it is obeyed. */
export function tlsOptionComplaint(key: string): string | undefined {
  if (key === 'rejectUnauthorized') return 'is not obeyed; set sslselfsign or allowExpiredCerts for what is to be accepted';
  return OBEYED.has(key) ? undefined : `is not obeyed; those that are: ${[...OBEYED].join(', ')}`;
}

/** The options without those that are not obeyed. */
export function obeyedTlsOptions(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(options).filter(([key]) => OBEYED.has(key)));
}
