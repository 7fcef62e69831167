/** What the YAML reader complains of, with a word for whoever does not know its terms. */

/** What to look for, by how the reader's reason begins. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/^tab characters/u, 'use blanks in front of keys'],
  [/^deficient indentation/u, 'a quote, [ or { before it may not be closed'],
  [/^bad indentation/u, 'look for a quote that is not closed, a value with ": " in it that needs quotes, or lines that should begin in the same column'],
  [/^unexpected end of the stream within a (?:double|single) quoted/u, 'a quote is not closed'],
  [/^unexpected end of the stream within a flow/u, 'a [ or { is not closed'],
  [/^unidentified alias/u, 'put text that begins with * into quotes'],
  [/^can not read (?:a block|an implicit) mapping/u, 'write "key: value", with a blank after the colon'],
  [/^null byte/u, 'save the file as UTF-8'],
];

/**
 * The reason in words: which key stands twice, or what to look for.
 * @param rest the text from where the reader stopped
 */
export function inWords(reason: string, rest: string): string {
  if (reason.startsWith('duplicated mapping key')) {
    const key = /^["']?([^\s"':][^"':\n]{0,100})/u.exec(rest)?.[1]?.trim();
    return key === undefined ? 'this key stands twice in its section' : `the key ${key} stands twice in its section`;
  }
  const hint = HINTS.find(([begins]) => begins.test(reason))?.[1];
  return hint === undefined ? reason : `${reason}; ${hint}`;
}
