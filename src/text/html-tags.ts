/** What each HTML tag means to us; a tag in none of these lists is ignored and its text kept. */

import { BOLD, ITALIC, MONOSPACE, STRIKE, UNDERLINE } from './spans.js';

const words = (text: string): readonly string[] => text.split(' ');

/** Tags that are nothing but a mark. */
const MARKS: ReadonlyMap<string, number> = new Map([
  ...words('b strong h1 h2 h3 h4 h5 h6 th').map((tag): [string, number] => [tag, BOLD]),
  ...words('i em cite var dfn').map((tag): [string, number] => [tag, ITALIC]),
  ...words('u ins').map((tag): [string, number] => [tag, UNDERLINE]),
  ...words('s del strike').map((tag): [string, number] => [tag, STRIKE]),
  ...words('code tt kbd samp pre').map((tag): [string, number] => [tag, MONOSPACE]),
]);

/** Tags whose content stands in lines of its own. */
const BLOCKS: ReadonlySet<string> = new Set(
  words(
    'p div h1 h2 h3 h4 h5 h6 blockquote ul ol li pre table caption tr hr details summary dl dt dd center ' +
      'section article header footer aside main nav figure figcaption address form fieldset body',
  ),
);

/** Tags whose blanks count. */
const VERBATIM: ReadonlySet<string> = new Set(words('code tt kbd samp pre'));

/** Tags whose content is not for reading. */
const DROPPED: ReadonlySet<string> = new Set(
  words('mx-reply script style head title template noscript iframe noembed noframes object embed svg textarea select'),
);

/** Tags without content, as HTML has them (the parser reports an end for each of them, too). */
export const VOID: ReadonlySet<string> = new Set(
  words('area base basefont br col command embed frame hr img input isindex keygen link meta param source track wbr'),
);

/** The attributes we look at. */
export const ATTRIBUTES: ReadonlySet<string> = new Set(
  words('href color data-mx-color data-mx-bg-color data-mx-spoiler start src alt title data-mx-emoticon'),
);

/** What a tag means, in one look-up. */
export interface Tag {
  readonly mark: number;
  readonly block: boolean;
  readonly verbatim: boolean;
  readonly dropped: boolean;
}

const UNKNOWN: Tag = { mark: 0, block: false, verbatim: false, dropped: false };
const TAGS: ReadonlyMap<string, Tag> = new Map(
  [...MARKS.keys(), ...BLOCKS, ...VERBATIM, ...DROPPED].map((name): [string, Tag] => [
    name,
    { mark: MARKS.get(name) ?? 0, block: BLOCKS.has(name), verbatim: VERBATIM.has(name), dropped: DROPPED.has(name) },
  ]),
);

/** The meaning of a tag by its name in small letters. */
export function tagOf(name: string): Tag {
  return TAGS.get(name) ?? UNKNOWN;
}
