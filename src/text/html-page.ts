/** What HTML elements do to the lines being written: marks, colours, quotes, lists, tables, links, images. */

import type { RoomAlias, RoomId, UserId } from '../model/ids.js';
import { readColour } from './colours.js';
import { HtmlLines } from './html-lines.js';
import { BLOCKS, DROPPED, MARKS, VERBATIM } from './html-tags.js';
import { parseMatrixLink } from './matrix-links.js';
import { cleanText } from './plain-to-irc.js';
import { MONOSPACE, PLAIN, type Line, type Style } from './spans.js';

export interface HtmlReading {
  /** What to show for a link to a user or room (a pill), such as a nick; `undefined`: the words of the link. */
  readonly pill?: (id: UserId | RoomAlias | RoomId) => string | undefined;
  /** Code in backticks instead of 0x11, which old clients show as nothing (FMT-1). */
  readonly backticks?: boolean;
}

export type Attributes = ReadonlyMap<string, string>;

interface Element {
  readonly style: Style;
  readonly verbatim: boolean;
  /** Inside something that is not shown, or is shown already. */
  readonly dropped: boolean;
  /** Inside a spoiler: no colour may uncover it. */
  readonly hidden: boolean;
  readonly end: () => void;
}

const LINKABLE = /^(?:https?|ftp|mailto|magnet|geo|xmpp|ircs?|tel|sip):/i;
/** Black on black: what IRC clients show when it is marked (M2I-35). */
const HIDDEN = { fg: 1, bg: 1 } as const;
const nothing = (): void => undefined;
const ROOT: Element = { style: PLAIN, verbatim: false, dropped: false, hidden: false, end: nothing };

export class HtmlPage {
  readonly #reading: HtmlReading;
  readonly #lines = new HtmlLines();
  readonly #open: Element[] = [];
  #top = ROOT;
  /** The words of the links that are open, to compare with where they lead. */
  readonly #words: string[] = [];
  /** Numbers of the open lists; `undefined`: not numbered. */
  readonly #lists: { next: number | undefined }[] = [];
  #cellsInRow = 0;
  #openCells = 0;

  constructor(reading: HtmlReading) {
    this.#reading = reading;
  }

  /** Adds clean text, in which LF is a line break: IRC knows no other (and senders' newlines are meant). */
  text(text: string): void {
    if (this.#top.dropped) return;
    if (this.#words.length > 0) this.#words.push(`${this.#words.pop() ?? ''}${text}`);
    this.#lines.text(this.#openCells > 0 ? text.replaceAll('\n', ' ') : text, this.#top.style, this.#top.verbatim);
  }

  /** An element without content. */
  single(name: string, attributes: Attributes): void {
    if (this.#top.dropped) return;
    if (name === 'br') this.#break();
    if (name === 'img') this.text(cleanText(attributes.get('alt') ?? attributes.get('title') ?? '').replaceAll('\n', ' '));
    if (name !== 'hr') return;
    this.#break();
    this.text('---');
    this.#break();
  }

  open(name: string, attributes: Attributes): void {
    const outer = this.#top;
    const dropped = outer.dropped || DROPPED.has(name);
    const hidden = outer.hidden || attributes.has('data-mx-spoiler');
    this.#open.push(outer);
    this.#top = {
      style: dropped ? outer.style : this.#styled(name, attributes, hidden),
      verbatim: outer.verbatim || VERBATIM.has(name),
      dropped,
      hidden,
      end: nothing,
    };
    if (dropped) return;
    const block = BLOCKS.has(name);
    if (block) this.#break();
    const end = this.#enter(name, attributes);
    this.#top = {
      ...this.#top,
      dropped: end === 'shown',
      end: () => {
        if (end !== 'shown') end();
        if (block) this.#break();
      },
    };
  }

  close(): void {
    this.#top.end();
    this.#top = this.#open.pop() ?? ROOT;
  }

  end(): readonly Line[] {
    return this.#lines.end();
  }

  /** Does what the element does beyond its style; gives what is to be done at its end, or that all of it is shown. */
  #enter(name: string, attributes: Attributes): (() => void) | 'shown' {
    switch (name) {
      case 'a':
        return this.#link(cleanText(attributes.get('href') ?? '').replace(/\s/g, ''));
      case 'blockquote':
        return this.#led('> ', '> ');
      case 'ul':
      case 'ol':
        this.#lists.push({ next: name === 'ol' ? firstNumber(attributes.get('start')) : undefined });
        return () => {
          this.#lists.pop();
        };
      case 'li':
        return this.#item();
      case 'tr':
        this.#cellsInRow = 0;
        return nothing;
      case 'td':
      case 'th':
        if (this.#cellsInRow++ > 0) this.text(' | ');
        this.#openCells++;
        return () => {
          this.#openCells--;
        };
      case 'code':
        if (!this.#reading.backticks || this.#open.at(-1)?.verbatim) return nothing;
        this.text('`');
        return () => this.text('`');
      case 'sup':
      case 'sub':
        // So that x² does not become x2.
        this.text(name === 'sup' ? '^' : '_');
        return nothing;
      default:
        return attributes.has('data-mx-spoiler') ? this.#spoiler(attributes.get('data-mx-spoiler') ?? '') : nothing;
    }
  }

  #styled(name: string, attributes: Attributes, hidden: boolean): Style {
    const { style } = this.#top;
    const mark = MARKS.get(name) ?? 0;
    const marks = style.marks | (mark === MONOSPACE && this.#reading.backticks ? 0 : mark);
    if (hidden) return { marks, ...HIDDEN };
    const fg = readColour(attributes.get('data-mx-color') ?? attributes.get('color') ?? '') ?? style.fg;
    const bg = readColour(attributes.get('data-mx-bg-color') ?? '') ?? style.bg;
    return marks === style.marks && fg === style.fg && bg === style.bg ? style : { marks, fg, bg };
  }

  /** FMT-10: `words <address>`, unless the words are the address; pills by name. */
  #link(href: string): (() => void) | 'shown' {
    const matrix = parseMatrixLink(href);
    const shown = matrix && !matrix.event ? this.#reading.pill?.(matrix.id) : undefined;
    if (shown !== undefined) {
      this.text(cleanText(shown).replaceAll('\n', ' '));
      return 'shown';
    }
    if ((matrix && !matrix.event) || !LINKABLE.test(href)) return nothing;
    this.#words.push('');
    return () => {
      const words = this.#words.pop() ?? '';
      if (words.trim() === '') this.text(href);
      else if (bare(words) !== bare(href)) this.text(` <${href}>`);
      // Words of a link inside a link are the outer one's, too.
      if (this.#words.length > 0) this.#words.push(`${this.#words.pop() ?? ''}${words}`);
    };
  }

  #item(): () => void {
    const list = this.#lists.at(-1);
    const mark = list?.next === undefined ? '- ' : `${list.next++}. `;
    return this.#led(mark, ' '.repeat(mark.length));
  }

  #led(first: string, rest: string): () => void {
    this.#lines.enter(first, rest);
    return () => this.#lines.leave();
  }

  #spoiler(reason: string): () => void {
    const inside = this.#top;
    this.#top = this.#open.at(-1) ?? ROOT;
    if (reason !== '') this.text(`(${cleanText(reason).replaceAll('\n', ' ')}) `);
    this.#top = inside;
    return nothing;
  }

  /** Blocks inside of a table's cell must not tear its row apart. */
  #break(): void {
    if (this.#openCells > 0) this.#lines.text(' ', this.#top.style, false);
    else this.#lines.break();
  }
}

function firstNumber(start: string | undefined): number {
  return start !== undefined && /^-?\d{1,9}$/.test(start) ? Number(start) : 1;
}

/** An address without what people leave out when they write it. */
function bare(address: string): string {
  return address
    .trim()
    .replace(/^(?:https?:\/\/|mailto:)/i, '')
    .replace(/\/$/, '');
}
