/** Paths into the configuration, and complaints about what is found there. */

/** Keys and list positions from the root. */
export type Path = readonly (string | number)[];

/** Something to tell about one place; whether it is a fault or a warning is told by the list it is in. */
export interface Complaint {
  readonly path: Path;
  readonly message: string;
}

/** A path as people write it: `ircService.servers."irc.x".mappings."#c".roomIds[0]`. */
export function pathText(path: Path): string {
  return path
    .map((step, at) => {
      if (typeof step === 'number') return `[${step}]`;
      const name = /^[\w-]+$/u.test(step) ? step : JSON.stringify(step);
      return at === 0 ? name : `.${name}`;
    })
    .join('');
}

/** The key of a path in a map. */
export function pathKey(path: Path): string {
  return JSON.stringify(path);
}

/** Whether `value` is a section: an object that is neither a list nor null. */
export function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path, `undefined` when there is none. */
export function valueAt(tree: unknown, path: Path): unknown {
  let value = tree;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** Sets the value at a path, making the sections on the way; does nothing where something else is in the way. */
export function setAt(tree: unknown, path: Path, value: unknown): void {
  let at = tree;
  for (const step of path.slice(0, -1)) {
    if (typeof at !== 'object' || at === null) return;
    const here = at as Record<string | number, unknown>;
    if (here[step] === undefined) here[step] = {};
    at = here[step];
  }
  const last = path.at(-1);
  if (last !== undefined && typeof at === 'object' && at !== null)
    (at as Record<string | number, unknown>)[last] = value;
}

/** Takes the key at the end of a path away. */
export function removeAt(tree: unknown, path: Path): void {
  const parent = valueAt(tree, path.slice(0, -1));
  const last = path.at(-1);
  if (isSection(parent) && typeof last === 'string') Reflect.deleteProperty(parent, last);
}

/** Names of keys whose values are never shown (INV-9). */
export function isSecret(path: Path): boolean {
  return path.some((step) =>
    /pass(?:word|wd)(?!EncryptionKeyPath)|secret|token|^key$|^dsn$|connectionString|redisUrl|databaseUri|^auth$/iu.test(
      String(step),
    ),
  );
}
