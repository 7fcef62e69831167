/** Patterns such as `$SERVER_$NICK`: fill them in, and find what one variable was filled with. */

/** The variables that configuration may use. */
export type Variable = 'NICK' | 'SERVER' | 'CHANNEL' | 'DISPLAY' | 'LOCALPART' | 'USERID';

const VARIABLE = /\$(NICK|SERVER|CHANNEL|DISPLAY|LOCALPART|USERID)/g;

/** What stands before and behind a variable. */
export interface Around {
  readonly before: string;
  readonly after: string;
}

/**
 * Fills in what is given and leaves everything else as it is; a value that looks like a variable is not filled again.
 */
export function fillTemplate(template: string, values: Readonly<Partial<Record<Variable, string>>>): string {
  return template.replace(VARIABLE, (written, name: Variable) => values[name] ?? written);
}

/** Parts a template at the first place of `variable` and fills the others in; `undefined` when it is not there. */
export function aroundVariable(
  template: string,
  variable: Variable,
  values: Readonly<Partial<Record<Variable, string>>> = {},
): Around | undefined {
  const at = template.indexOf(`$${variable}`);
  if (at < 0) return undefined;
  return {
    before: fillTemplate(template.slice(0, at), values),
    after: fillTemplate(template.slice(at + variable.length + 1), values),
  };
}

/**
 * What stands between `before` and `after`, which must be all the rest of the text; `undefined` when they do not fit.
 */
export function between(text: string, { before, after }: Around): string | undefined {
  const fits = text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
  return fits ? text.slice(before.length, text.length - after.length) : undefined;
}
