/** Puts pieces of HTML text into lines: blanks collapse, quotes and lists get their marks, no line is blank. */

import { PLAIN, SpanList, type Line, type Style } from './spans.js';
import { linesOf, type Row } from './table-rows.js';

/** What each line inside a quote or list item begins with; the first one may differ. */
interface Lead {
  readonly first: string;
  readonly rest: string;
  used: boolean;
}

/** Deeper quotes and lists get no further marks, so that depth cannot multiply the length of the text. */
const MAX_LEADS = 5;

export class HtmlLines {
  readonly #rows: Row[] = [];
  /** The cells of this line that are full. */
  #cells: Line[] = [];
  /** Nothing stands yet in the line or in its last cell. */
  #fresh = true;
  readonly #leads: Lead[] = [];
  readonly #spans = new SpanList();
  #begun = false;
  /** A blank that is written only when something follows it in the line, and the style it was met in. */
  #blank: Style | undefined;
  /** Blanks at the beginning of a verbatim line. */
  #indent = '';

  /** Adds text; LF breaks the line, and unless `verbatim` blanks collapse into one. */
  text(text: string, style: Style, verbatim: boolean): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#piece(text.slice(from, end), style, verbatim);
      this.break();
      from = end + 1;
    }
    this.#piece(from === 0 ? text : text.slice(from), style, verbatim);
  }

  /** Ends the line, unless nothing stands in it. */
  break(): void {
    this.#blank = undefined;
    this.#indent = '';
    if (!this.#begun) return;
    this.#rows.push(this.#cells.length === 0 ? [this.#spans.take()] : [...this.#cells, this.#spans.take()]);
    if (this.#cells.length > 0) this.#cells = [];
    this.#begun = false;
    this.#fresh = true;
  }

  /** What follows is in the next cell of a table's row. */
  cell(): void {
    if (!this.#begun) this.#write('', PLAIN);
    this.#blank = undefined;
    this.#fresh = true;
    this.#cells.push(this.#spans.take());
  }

  /** From the next line on, lines begin with `rest`, the first of them with `first`. */
  enter(first: string, rest: string): void {
    this.break();
    this.#leads.push({ first, rest, used: false });
  }

  leave(): void {
    this.break();
    this.#leads.pop();
  }

  end(): readonly Line[] {
    this.break();
    return linesOf(this.#rows);
  }

  #piece(piece: string, style: Style, verbatim: boolean): void {
    if (piece === '') return;
    if (verbatim) this.#verbatim(piece, style);
    else this.#flow(piece, style);
  }

  #flow(piece: string, style: Style): void {
    const text = piece.includes('  ') ? piece.replace(/ {2,}/g, ' ') : piece;
    if (text === ' ') {
      this.#hold(style);
      return;
    }
    const from = text.startsWith(' ') ? 1 : 0;
    const to = text.endsWith(' ') ? text.length - 1 : text.length;
    if (from === 1) this.#hold(style);
    this.#write(text.slice(from, to), style);
    if (to < text.length) this.#hold(style);
  }

  #hold(style: Style): void {
    if (!this.#fresh) this.#blank ??= style;
  }

  #verbatim(piece: string, style: Style): void {
    if (!this.#begun && piece.trim() === '') this.#indent += piece;
    else this.#write(piece, style);
  }

  #write(text: string, style: Style): void {
    if (!this.#begun) {
      for (const lead of this.#leads.slice(0, MAX_LEADS)) {
        this.#spans.add(lead.used ? lead.rest : lead.first, PLAIN);
        lead.used = true;
      }
      this.#spans.add(this.#indent, style);
    }
    if (this.#blank) this.#spans.add(' ', this.#blank);
    this.#blank = undefined;
    this.#indent = '';
    this.#begun = true;
    this.#fresh = false;
    this.#spans.add(text, style);
  }
}
