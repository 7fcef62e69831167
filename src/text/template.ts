/** Fills the `$NAME` places of a configured sentence. */

/**
 * Puts values in for `$NAME`, all at once, so that nothing in a value is taken for a place. A name that has no value
 * stays as it is written.
 * @param values by name in capitals, without the sign
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\$([A-Z]+)/gu, (place, name: string) => (Object.hasOwn(values, name) ? (values[name] ?? '') : place));
}
