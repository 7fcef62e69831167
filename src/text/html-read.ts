/** Reads Matrix HTML into lines of styled runs: an allow-list, bounded in depth and length, linear whatever comes. */

import { Parser } from 'htmlparser2';

import { HtmlPage, type HtmlReading } from './html-page.js';
import { ATTRIBUTES, VOID } from './html-tags.js';
import { cleanText } from './plain-to-irc.js';
import type { Line } from './spans.js';

/** The specification's limit for nesting; tags deeper than this are ignored, their text is not (FMT-5). */
const MAX_DEPTH = 100;
/** No event is longer, so neither is its HTML. */
const MAX_LENGTH = 65_536;
/** Attributes are cut to this; longer addresses could not be said in one line anyway. */
const MAX_ATTRIBUTE = 1000;
/** Of a tag without any; never written to. */
const NONE = new Map<string, string>();

/**
 * Reads HTML into lines; none is blank, their texts hold no control characters. Reply fallbacks (`mx-reply`), scripts
 * and the like are left out, unknown tags are ignored and their text kept (M2I-36, FMT-6, FMT-7, C5).
 */
export function readHtml(html: string, reading: HtmlReading = {}): readonly Line[] {
  const tags = new TagReader(new HtmlPage(reading));
  new BoundedParser(tags).end(html.slice(0, MAX_LENGTH));
  return tags.end();
}

/** Elements beyond `MAX_DEPTH` are taken for void ones, so that the parser's own stack stays short and it linear. */
class BoundedParser extends Parser {
  readonly #tags: TagReader;
  #opening = false;

  constructor(tags: TagReader) {
    super(tags);
    this.#tags = tags;
  }

  override onopentagname(start: number, end: number): void {
    this.#opening = true;
    super.onopentagname(start, end);
    this.#opening = false;
  }

  protected override isVoidElement(name: string): boolean {
    return super.isVoidElement(name) || (this.#opening && this.#tags.full);
  }
}

/**
 * Hears the parser, and puts tags together from its events: name, attributes, and then the first event after them.
 * Asking the parser for whole tags would make it build an object of all attributes, of which a hostile tag has 20,000.
 */
class TagReader {
  readonly #page: HtmlPage;
  #depth = 0;
  #pending: { readonly name: string; attributes: Map<string, string> } | undefined;

  constructor(page: HtmlPage) {
    this.#page = page;
  }

  get full(): boolean {
    return this.#depth >= MAX_DEPTH;
  }

  onopentagname(name: string): void {
    this.#flush();
    if (!VOID.has(name)) {
      if (this.full) return;
      this.#depth++;
    }
    this.#pending = { name, attributes: NONE };
  }

  onattribute(name: string, value: string): void {
    const tag = this.#pending;
    if (!tag || !ATTRIBUTES.has(name) || tag.attributes.has(name)) return;
    if (tag.attributes === NONE) tag.attributes = new Map();
    tag.attributes.set(name, value.length > MAX_ATTRIBUTE ? value.slice(0, MAX_ATTRIBUTE) : value);
  }

  ontext(text: string): void {
    this.#flush();
    this.#page.words(cleanText(text));
  }

  onclosetag(name: string): void {
    this.#flush();
    if (VOID.has(name)) return;
    this.#depth--;
    this.#page.close();
  }

  end(): readonly Line[] {
    this.#flush();
    return this.#page.end();
  }

  #flush(): void {
    const tag = this.#pending;
    if (!tag) return;
    this.#pending = undefined;
    if (VOID.has(tag.name)) this.#page.single(tag.name, tag.attributes);
    else this.#page.open(tag.name, tag.attributes);
  }
}
