/** IRC colour numbers as hex, and CSS colours as IRC colour numbers. */

import type { Colour } from './spans.js';

/** 0–15 as mIRC ships them, 16–98 fixed (modern.ircdocs.horse/formatting). */
const PALETTE = (
  'ffffff 000000 00007f 009300 ff0000 7f0000 9c009c fc7f00 ffff00 00fc00 009393 00ffff 0000fc ff00ff 7f7f7f d2d2d2 ' +
  '470000 472100 474700 324700 004700 00472c 004747 002747 000047 2e0047 470047 47002a ' +
  '740000 743a00 747400 517400 007400 007449 007474 004074 000074 4b0074 740074 740045 ' +
  'b50000 b56300 b5b500 7db500 00b500 00b571 00b5b5 0063b5 0000b5 7500b5 b500b5 b5006b ' +
  'ff0000 ff8c00 ffff00 b2ff00 00ff00 00ffa0 00ffff 008cff 0000ff a500ff ff00ff ff0098 ' +
  'ff5959 ffb459 ffff71 cfff60 6fff6f 65ffc9 6dffff 59b4ff 5959ff c459ff ff66ff ff59bc ' +
  'ff9c9c ffd39c ffff9c e2ff9c 9cff9c 9cffdb 9cffff 9cd3ff 9c9cff dc9cff ff9cff ff94d3 ' +
  '000000 131313 282828 363636 4d4d4d 656565 818181 9f9f9f bcbcbc e2e2e2 ffffff'
)
  .split(' ')
  .map((hex): `#${string}` => `#${hex}`);

/** Names that people write, so that `green` is IRC's green and not merely something near. */
const NAMES: ReadonlyMap<string, number> = new Map(
  [
    ['white'],
    ['black'],
    ['navy'],
    ['green'],
    ['red'],
    ['maroon', 'brown'],
    ['purple'],
    ['orange', 'olive'],
    ['yellow'],
    ['lime', 'lightgreen'],
    ['teal'],
    ['cyan', 'aqua'],
    ['blue'],
    ['magenta', 'fuchsia', 'pink'],
    ['gray', 'grey'],
    ['silver', 'lightgray', 'lightgrey'],
  ].flatMap((names, number) => names.map((name): [string, number] => [name, number])),
);

/** The number of each colour of the palette; where two are alike, the smaller. */
const NUMBERS: ReadonlyMap<string, number> = new Map(PALETTE.map((hex, at): [string, number] => [hex, at]).reverse());

/** A colour as `#rrggbb`; a number outside of the palette is black. */
export function hexOf(colour: Colour): `#${string}` {
  return typeof colour === 'number' ? (PALETTE[colour] ?? '#000000') : colour;
}

/** Reads `#rgb`, `#rrggbb` or a common colour name; `undefined` for anything else, however long. */
export function readColour(css: string): Colour | undefined {
  if (css.length > 20) return undefined;
  const name = css.trim().toLowerCase();
  if (/^#[0-9a-f]{6}$/.test(name)) return `#${name.slice(1)}`;
  if (/^#[0-9a-f]{3}$/.test(name)) return `#${name.slice(1).replace(/./g, '$&$&')}`;
  return NAMES.get(name);
}

/**
 * The number by which IRC shows a colour: exactly where the palette of 99 has it, so that a round trip keeps it
 * (FMT-12), else the nearest of the first `among`.
 */
export function numberOf(colour: Colour, among: 16 | 99): number {
  if (typeof colour === 'number') return colour;
  const exact = NUMBERS.get(colour);
  if (exact !== undefined) return exact;
  let best = 0;
  let least = Infinity;
  for (let at = 0; at < among; at++) {
    const far = distance(colour, hexOf(at));
    if (far < least) [best, least] = [at, far];
  }
  return best;
}

/** How different two colours look, as "redmean" has it: cheap and close to what eyes say. */
function distance(a: string, b: string): number {
  const [one, two] = [parseInt(a.slice(1), 16), parseInt(b.slice(1), 16)];
  const red = (one >> 16) - (two >> 16);
  const green = ((one >> 8) & 255) - ((two >> 8) & 255);
  const blue = (one & 255) - (two & 255);
  const mean = ((one >> 16) + (two >> 16)) / 2;
  return (2 + mean / 256) * red * red + 4 * green * green + (2 + (255 - mean) / 256) * blue * blue;
}
