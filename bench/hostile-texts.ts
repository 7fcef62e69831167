/** Texts that stall careless converters, each about as long as an event may be (C5, L17, G4). */

const SIZE = 60_000;
const fill = (piece: string): string => piece.repeat(Math.floor(SIZE / piece.length));

export const hostileHtml: Readonly<Record<string, string>> = {
  'nested tags': fill('<b>'),
  'nested quotes': fill('<blockquote>x'),
  'nested lists': fill('<ul><li>x'),
  'tags never opened': fill('</i>'),
  'badly nested tags': fill('<b>a<i>b</b>c</i>'),
  'deep and never matching': '<b>'.repeat(200) + fill('</i>'),
  'deep paragraphs closed': '<div>'.repeat(200) + fill('</p>'),
  attributes: `<a ${fill('x1 ')}>y</a>`,
  'one long attribute': `<a href="https://e.x/${fill('a')}">y</a>`,
  entities: fill('&amp;'),
  'entities in an attribute': `<a href="${fill('&amp;')}">y</a>`,
  'broken entities': fill('&am'),
  'line breaks': fill('<br>x'),
  colours: fill('<font color="#123456">x</font>'),
  'table cells': `<table><tr>${fill('<td>x')}`,
  links: fill('<a href="https://e.x/a">b</a>'),
  'a link of many words': `<a href="https://e.x/a">${fill('<b>x</b> ')}</a>`,
  'angle brackets': fill('<'),
  'an open comment': `<!--${fill('-')}`,
  'an open tag': `<a${fill(' ')}`,
  'an open reply fallback': `<mx-reply>${fill('<i>x')}`,
  blanks: `x${fill(' ')}x`,
  svg: fill('<svg><desc>'),
  forms: fill('<form>'),
};

export const hostileText: Readonly<Record<string, string>> = {
  letters: fill('a'),
  words: fill('hello wor '),
  'combining marks': `a${fill('\u0301')}`,
  'family emoji': fill('👨‍👩‍👧'),
  flags: fill('🇩🇪'),
  joiners: fill('\u200d'),
  blanks: `${fill(' ')}x`,
  'blanks and marks': fill(' \u0301'),
  'line breaks': fill('\n'),
  'lone surrogates': fill('\ud800'),
  'colour codes': fill('\x0304,05x'),
  'bare codes': fill('\x03\x04\x16'),
  toggles: fill('\x02x'),
  addresses: fill('http://a.b/('),
  brackets: `http://a.b/${fill(')')}`,
  'an address in many colours': `http://a.b/${fill('\x0304x')}`,
  quotes: fill('> <\n'),
};
