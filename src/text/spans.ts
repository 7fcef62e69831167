/** Runs of text with a style: what both directions convert to and from. */

/** A number of the mIRC palette, 0 to 98, or `#rrggbb` in small letters. */
export type Colour = number | `#${string}`;

/** Marks are bits, so that a style is compared by one number. */
export const BOLD = 1;
export const ITALIC = 2;
export const UNDERLINE = 4;
export const STRIKE = 8;
export const MONOSPACE = 16;
export const REVERSE = 32;

/** How a run looks. `marks`: the bits above; `href`: where a link leads, which IRC cannot say. */
export interface Style {
  readonly marks: number;
  readonly fg: Colour | undefined;
  readonly bg: Colour | undefined;
  readonly href?: string;
}

export const PLAIN: Style = { marks: 0, fg: undefined, bg: undefined };

export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** One line of a message; its texts hold no line breaks and no control codes. */
export type Line = readonly Span[];

/** Whether two styles look and lead the same. */
export function sameStyle(a: Style, b: Style): boolean {
  return a === b || (a.marks === b.marks && a.fg === b.fg && a.bg === b.bg && a.href === b.href);
}

/** Whether nothing has to be written to get this style. */
export function isPlain(style: Style): boolean {
  return sameStyle(style, PLAIN);
}

/** Gathers runs: empty ones are dropped, neighbours that look the same become one. */
export class SpanList {
  #spans: Span[] = [];
  #text = '';
  #style = PLAIN;

  add(text: string, style: Style): void {
    if (text === '') return;
    if (!sameStyle(style, this.#style)) this.#close();
    this.#style = style;
    this.#text += text;
  }

  /** Gives what was gathered and starts anew. */
  take(): Line {
    this.#close();
    const spans = this.#spans;
    this.#spans = [];
    return spans;
  }

  #close(): void {
    if (this.#text === '') return;
    this.#spans.push({ text: this.#text, style: this.#style });
    this.#text = '';
  }
}

/** The texts of a line without their looks. */
export function textOf(line: Line): string {
  return line.map((span) => span.text).join('');
}
