/** Which names of text encodings we can decode. */

/**
 * The label under which a `TextDecoder` knows an encoding that is named in the way of iconv, such as `ISO-8859-15` or
 * `CP1251//TRANSLIT`.
 * @returns `undefined` when there is no decoder for it
 */
export function decoderLabel(name: string): string | undefined {
  const label = name.replace(/\/\/.*$/su, '').trim();
  try {
    return new TextDecoder(label).encoding;
  } catch (fault) {
    if (fault instanceof RangeError) return undefined;
    throw fault;
  }
}
