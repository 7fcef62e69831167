/** The zod pieces of which the sections are made, each with the sentence that a wrong value gets. */

import * as z from 'zod';
import { nearest } from './spelling.js';

/** A parsed section as everybody gets it: nobody changes it. */
export type Frozen<T> = T extends string | number | boolean | null | undefined | RegExp
  ? T
  : T extends readonly (infer E)[]
    ? readonly Frozen<E>[]
    : T extends object
      ? { readonly [K in keyof T]: Frozen<T[K]> }
      : T;

/**
 * A section with these keys and no others. The message of its `unrecognized_keys` issue has one line for each key: the
 * likely spelling, or nothing; `load.ts` makes warnings of them.
 */
export function section<S extends z.ZodRawShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => nearest(key, known) ?? '').join('\n')
        : 'must be a section (lines of "key: value" below it)',
  });
}

/** `true` or `false`. */
export const flag = z.boolean({ error: 'must be true or false' });

/** Any text. */
export const text = z.string({ error: 'must be text (put it in quotes)' });

/** Text with at least one character. */
export const someText = text.min(1, { error: 'must not be empty' });

/** Text that matches `pattern`; `must` completes "must …". */
export function textLike(pattern: RegExp, must: string): z.ZodString {
  return z.string({ error: `must ${must}` }).regex(pattern, { error: `must ${must}` });
}

/** A whole number of at least `least` and at most `most`. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): z.ZodNumber {
  const bound = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  const error = `must be a whole number ${bound}`;
  return z.number({ error }).int({ error }).min(least, { error }).max(most, { error });
}

/** Any number of at least `least`, or above it when `above` is set. */
export function number(least: number, above = false): z.ZodNumber {
  const error = `must be a number ${above ? 'above' : 'of at least'} ${least}`;
  return above ? z.number({ error }).gt(least, { error }) : z.number({ error }).min(least, { error });
}

/** A TCP port that a peer may have. */
export const port = whole(1, 65535);

/** One of these words. */
export function oneOf<const W extends readonly [string, ...string[]]>(
  ...words: W
): z.ZodEnum<z.core.util.ToEnum<W[number]>> {
  return z.enum(words, { error: `must be one of ${words.join(', ')}` });
}

/** A list of such items; an empty list is a list. */
export function listOf<T extends z.ZodType>(item: T): z.ZodArray<T> {
  return z.array(item, { error: 'must be a list (lines of "- item" below it, or [])' });
}

/** A regular expression in JavaScript's notation, compiled; never anchored for its author. */
export const pattern = compiled((source) => source);

/** The same, which must fit the whole text. */
export const wholePattern = compiled((source) => `^(?:${source})$`);

function compiled(framed: (source: string) => string): z.ZodType<RegExp, string> {
  return text.transform((source, context) => {
    // Judged by itself first: framed, an unbalanced one could become another.
    for (const flags of ['u', ''] as const) {
      try {
        new RegExp(source, flags);
        return new RegExp(framed(source), flags);
      } catch (fault) {
        // The predecessor compiled without the flag `u`, which allows what `u` forbids, such as `\-`.
        if (flags === 'u') continue;
        const message = `must be a regular expression; ${fault instanceof Error ? fault.message : String(fault)}`;
        context.issues.push({ code: 'custom', message, input: source });
      }
    }
    return z.NEVER;
  });
}

/** A key whose shape belongs to a later issue of the bridge: any value, kept as it is, and named by `not-yet.ts`. */
export const later = z.unknown();

/** An `http://` or `https://` address, given back without the slashes at its end. */
export const httpAddress = textLike(/^https?:\/\/[^\s/?#]+[^\s?#]*$/iu, 'be an http:// or https:// address').transform(
  (url) => url.replace(/\/{1,20}$/u, ''),
);

/** The path of a file or directory, relative to the working directory. */
export const filePath = z
  .string({ error: 'must be the path of a file' })
  .min(1, { error: 'must be the path of a file' });
