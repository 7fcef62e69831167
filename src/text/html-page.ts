/** What HTML elements do to the lines being written: marks, colours, quotes, lists, tables, links, images. */

import type { MxcUri, RoomAlias, RoomId, UserId } from '../model/ids.js';
import { readColour } from './colours.js';
import { textOfImage } from './html-image.js';
import { HtmlLines } from './html-lines.js';
import { tagOf, type Tag } from './html-tags.js';
import { addressOf, type MatrixLink, parseMatrixLink } from './matrix-links.js';
import { cleanText } from './plain-to-irc.js';
import { saysAddress } from './same-address.js';
import { MONOSPACE, PLAIN, type Line, type Style } from './spans.js';

export interface HtmlReading {
  /** What to show for a link to a user or room (a pill), such as a nick; `undefined`: the words of the link. */
  readonly pill?: (id: UserId | RoomAlias | RoomId) => string | undefined;
  /** Changes words that are neither code nor those of a link, such as ids into nicks. */
  readonly words?: (text: string) => string;
  /** The address of an image that is a file of a homeserver; `undefined`: only what it is called is said (MEDIA-15). */
  readonly image?: (mxc: MxcUri, called: string) => string | undefined;
  /** Spoilers between bars instead of in a colour on the same one, for channels without colours (M2I-35). */
  readonly bars?: boolean;
  /** Code in backticks instead of 0x11, which old clients show as nothing (FMT-1). */
  readonly backticks?: boolean;
}

export type Attributes = ReadonlyMap<string, string>;

/** An element that is open. */
interface Element {
  readonly name: string;
  readonly tag: Tag;
  readonly style: Style;
  readonly verbatim: boolean;
  /** Not shown, or shown already in another way. */
  dropped: boolean;
  /** Inside a spoiler: no colour may uncover it. */
  readonly hidden: boolean;
  /** A bar is to be written at its end. */
  readonly barred: boolean;
  /** Where a link leads whose words are being compared with it. */
  href?: string;
}

const LINKABLE = /^(?:https?|ftp|mailto|magnet|geo|xmpp|ircs?|tel|sip):/i;
/** More than the longest address we compare with. */
const MAX_WORDS = 1000;
/** Black on black: what IRC clients show when it is marked (M2I-35). */
const HIDDEN = { fg: 1, bg: 1 } as const;
const ROOT: Element = { name: '', tag: tagOf(''), style: PLAIN, verbatim: false, dropped: false, hidden: false, barred: false };

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
    this.#keepWords(text);
    this.#lines.text(this.#openCells > 0 ? text.replaceAll('\n', ' ') : text, this.#top.style, this.#top.verbatim);
  }

  /** The same for what the sender wrote. */
  words(text: string): void {
    const { words } = this.#reading;
    this.text(words === undefined || this.#top.verbatim || this.#words.length > 0 ? text : words(text));
  }

  /** An element without content. */
  single(name: string, attributes: Attributes): void {
    if (this.#top.dropped) return;
    if (name === 'br') this.#break();
    if (name === 'img') this.text(textOfImage(attributes, this.#reading.image));
    if (name !== 'hr') return;
    this.#break();
    this.text('---');
    this.#break();
  }

  open(name: string, attributes: Attributes): void {
    const outer = this.#top;
    const tag = tagOf(name);
    const dropped = outer.dropped || tag.dropped;
    const hidden = outer.hidden || attributes.has('data-mx-spoiler');
    if (!dropped) {
      if (tag.block) this.#break();
      this.#before(name, attributes);
    }
    this.#open.push(outer);
    this.#top = {
      name,
      tag,
      style: dropped ? outer.style : this.#styled(tag.mark, attributes, hidden),
      verbatim: outer.verbatim || tag.verbatim,
      dropped,
      hidden,
      barred: !dropped && hidden && !outer.hidden && this.#reading.bars === true,
    };
    if (this.#top.barred) this.text('||');
    if (name === 'a' && !dropped) this.#link(this.#top, cleanText(attributes.get('href') ?? '').replace(/\s/g, ''));
  }

  close(): void {
    const { name, tag, dropped, href, barred } = this.#top;
    if (href !== undefined) this.#linked(href);
    if (barred) this.text('||');
    this.#top = this.#open.pop() ?? ROOT;
    if (dropped) return;
    this.#after(name);
    if (tag.block) this.#break();
  }

  end(): readonly Line[] {
    return this.#lines.end();
  }

  /** What an element does in front of its content; what is written here looks like what is around the element. */
  #before(name: string, attributes: Attributes): void {
    const spoiler = attributes.get('data-mx-spoiler');
    if (spoiler) this.text(`(${oneLine(spoiler)}) `);
    switch (name) {
      case 'blockquote':
        return this.#lines.enter('> ', '> ');
      case 'ul':
      case 'ol':
        this.#lists.push({ next: name === 'ol' ? firstNumber(attributes.get('start')) : undefined });
        return;
      case 'li':
        return this.#item();
      case 'tr':
        this.#cellsInRow = 0;
        return;
      case 'td':
      case 'th':
        if (this.#cellsInRow++ > 0) this.#lines.cell();
        this.#openCells++;
        return;
      case 'code':
        if (this.#reading.backticks && !this.#top.verbatim) this.text('`');
        return;
      case 'sup':
      case 'sub':
        // So that x² does not become x2.
        this.text(name === 'sup' ? '^' : '_');
    }
  }

  #after(name: string): void {
    switch (name) {
      case 'blockquote':
      case 'li':
        return this.#lines.leave();
      case 'ul':
      case 'ol':
        this.#lists.pop();
        break;
      case 'td':
      case 'th':
        this.#openCells--;
        break;
      case 'code':
        if (this.#reading.backticks && !this.#top.verbatim) this.text('`');
    }
  }

  #styled(mark: number, attributes: Attributes, hidden: boolean): Style {
    const { style } = this.#top;
    const marks = style.marks | (mark === MONOSPACE && this.#reading.backticks ? 0 : mark);
    if (hidden && !this.#reading.bars) return { marks, ...HIDDEN };
    if (attributes.size === 0) return marks === style.marks ? style : { marks, fg: style.fg, bg: style.bg };
    const fg = readColour(attributes.get('data-mx-color') ?? attributes.get('color') ?? '') ?? style.fg;
    const bg = readColour(attributes.get('data-mx-bg-color') ?? '') ?? style.bg;
    return marks === style.marks && fg === style.fg && bg === style.bg ? style : { marks, fg, bg };
  }

  /** A pill is shown by name, its words are not. The words of other links are kept, to compare them at its end. */
  #link(element: Element, href: string): void {
    const matrix = parseMatrixLink(href);
    const named = matrix && !matrix.event ? (this.#reading.pill?.(matrix.id) ?? aliasIn(matrix)) : undefined;
    if (named !== undefined) {
      this.text(oneLine(named));
      element.dropped = true;
    } else if (matrix ? !matrix.id.startsWith('@') : LINKABLE.test(href)) {
      element.href = matrix ? addressOf(matrix) : href;
      this.#words.push('');
    }
  }

  /** FMT-10: `words <address>`, unless the words are the address. */
  #linked(href: string): void {
    const words = this.#words.pop() ?? '';
    if (words.trim() === '') this.text(href);
    else if (!saysAddress(words, href)) this.text(` <${href}>`);
    this.#keepWords(words);
  }

  /** Remembers what is said in the innermost open link; words longer than any address are not compared to the end. */
  #keepWords(text: string): void {
    const words = this.#words.at(-1);
    if (words !== undefined && words.length <= MAX_WORDS) this.#words[this.#words.length - 1] = words + text;
  }

  #item(): void {
    const list = this.#lists.at(-1);
    const mark = list?.next === undefined ? '- ' : `${list.next++}. `;
    this.#lines.enter(mark, ' '.repeat(mark.length));
  }

  /** Blocks inside of a table's cell must not tear its row apart. */
  #break(): void {
    if (this.#openCells > 0) this.#lines.text(' ', this.#top.style, false);
    else this.#lines.break();
  }
}

/** An alias leads there from every client, whatever the room is called. */
function aliasIn({ id }: MatrixLink): string | undefined {
  return id.startsWith('#') ? id : undefined;
}

function oneLine(text: string): string {
  return cleanText(text).replaceAll('\n', ' ');
}

function firstNumber(start: string | undefined): number {
  return start !== undefined && /^-?\d{1,9}$/.test(start) ? Number(start) : 1;
}
