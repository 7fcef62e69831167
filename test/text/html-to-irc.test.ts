import assert from 'node:assert/strict';

import { htmlToIrc, type HtmlToIrc } from '../../src/text/html-to-irc.js';

const B = '\x02';
const I = '\x1d';
const M = '\x11';
const O = '\x0f';

const ROWS: readonly (readonly [string, string, string])[] = [
  [
    'FMT-1: every mark',
    '<b>b</b><i>i</i><u>u</u><del>s</del><code>m</code>',
    `${B}b${B}${I}i${I}\x1fu\x1f\x1es\x1e${M}m`,
  ],
  [
    'FMT-1: the same by other names',
    '<strong>b</strong> <em>i</em> <ins>u</ins> <strike>s</strike> <tt>m</tt>',
    `${B}b${O} ${I}i${O} \x1fu${O} \x1es${O} ${M}m`,
  ],
  [
    'FMT-1: colours by every attribute',
    '<font color="red">r</font> <span data-mx-color="#00F" data-mx-bg-color="#ff0">x</span>',
    `\x0304r${O} \x0360,08x`,
  ],
  ['FMT-1: a colour between two numbers becomes the nearest of sixteen', '<font color="#fe0101">r</font>', '\x0304r'],
  ['C5: colours that are none are none', '<font color="javascript:x">r</font><font color="#12">s</font>', 'rs'],
  ['FMT-2: a digit behind a colour stays text', '<font color="red">5</font>7', `\x03045${O}7`],
  ['FMT-2: a comma behind a colour stays text', '<font color="red">,5</font>', `\x0304${B}${B},5`],
  [
    'FMT-2: a digit behind the end of a colour stays text',
    '<b><font color="red">x</font>7</b>',
    `${B}\x0304x${O}${B}7`,
  ],
  ['FMT-6: entities are decoded once', '&amp;lt;b&amp;gt; &lt;b&gt;', '&lt;b&gt; <b>'],
  ['FMT-6: br and p break lines, never twice', '<p>a</p>\n<p>b<br/>\nc<br><br>d</p>\n\n', 'a\nb\nc\nd'],
  ['FMT-6: blanks collapse', '  a \t  <b>  b  </b>  c  ', `a ${B}b ${O}c`],
  ['FMT-6: code keeps its blanks', 'x <code>a  b</code>', `x ${M}a  b`],
  [
    'FMT-6: pre keeps blanks and lines',
    '<pre><code>if x:\n\n  y\n\tz\n</code></pre>after',
    `${M}if x:\n${M}  y\n${M}    z\nafter`,
  ],
  ['FMT-7: the reply fallback is left out', '<mx-reply><blockquote>old</blockquote></mx-reply>new', 'new'],
  ['FMT-7: and nothing more when it is not closed', '<mx-reply><blockquote>old', ''],
  [
    'FMT-10: a link says where it leads',
    'see <a href="https://e.x/tea">the tea</a>!',
    'see the tea <https://e.x/tea>!',
  ],
  [
    'FMT-10: once, when its words are the address',
    '<a href="https://e.x/tea/">e.x/tea</a> <a href="mailto:a@e.x">a@e.x</a>',
    'e.x/tea a@e.x',
  ],
  ['FMT-10: a link without words is its address', '<a href="https://e.x/"><img src="mxc://e/x"></a>', 'https://e.x/'],
  [
    'C5: a link to a script is its words',
    '<a href="javascript:alert(1)">tea</a> <a href=" java\nscript:x">pot</a>',
    'tea pot',
  ],
  [
    'INV-4: an address cannot break the line',
    '<a href="https://e.x/&#10;QUIT&#13;&#0;&#3;4">tea</a>',
    'tea <https://e.x/QUIT\ufffd4>',
  ],
  ['FMT-10: a pill nobody resolves is its words', '<a href="https://matrix.to/#/@bob:e.x">Bob</a>: tea', 'Bob: tea'],
  [
    'FMT-10, M2I-34: a link to a message stays one, without what nobody needs to read it',
    '<a href="https://matrix.to/#/!r:e.x/$e?via=e.x">that</a>',
    'that <https://matrix.to/#/!r:e.x/$e>',
  ],
  ['FMT-11: quotes', '<blockquote><p>a<br>b</p><blockquote>c</blockquote></blockquote>d', '> a\n> b\n> > c\nd'],
  [
    'FMT-11: lists',
    '<ul><li>a<ol start="9"><li>b</li><li><p>c</p><p>d</p></li></ol></li></ul>e',
    '- a\n  9. b\n  10. c\n      d\ne',
  ],
  ['FMT-11: headings are bold', '<h2>Tea</h2>now', `${B}Tea\nnow`],
  [
    'M2I-36: tables',
    '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td><p>1</p></td><td>2</td></tr></tbody></table>',
    `${B}a${O} | ${B}b\n1 | 2`,
  ],
  [
    'FMT-11: columns stand below each other',
    '<table><tr><th>cup</th><th>of</th><th>x</th></tr><tr><td>large pot</td> <td></td> <td>7</td></tr><tr><td>茶</td><td> <i>green</i> </td></tr></table>after',
    `${B}cup${O}       | ${B}of${O}    | ${B}x\nlarge pot |       | 7\n茶        | ${I}green\nafter`,
  ],
  [
    'FMT-11: not those of a table that is wider than a line, nor do they cross what stands between two',
    `<table><tr><td>a</td><td>b</td></tr><tr><td>${'x'.repeat(80)}</td><td>c</td></tr></table>-<table><tr><td>long</td><td>d</td></tr></table>`,
    `a | b\n${'x'.repeat(80)} | c\n-\nlong | d`,
  ],
  [
    'M2I-36: images are their words',
    '<img src="mxc://e/x" alt=":tea:" data-mx-emoticon> <img title="pot"><img>',
    ':tea: pot',
  ],
  [
    'M2I-37: emoji of one’s own are called by their shortcode, whether the colons are there or not',
    '<img src="mxc://e/x" alt="cat" data-mx-emoticon> <img data-mx-emoticon title=":cat:"> <img data-mx-emoticon>',
    ':cat: :cat:',
  ],
  [
    'M2I-34: an alias is where a pill leads, a room without one has an address',
    '<a href="https://matrix.to/#/%23r:e.x">R</a> <a href="https://matrix.to/#/!r:e.x?via=e.x">R</a> <a href="matrix:roomid/r:e.x/e/e?via=e.x">it</a>',
    '#r:e.x R <https://matrix.to/#/!r:e.x?via=e.x> it <https://matrix.to/#/!r:e.x/$e>',
  ],
  ['M2I-36: rules', 'a<hr>b', 'a\n---\nb'],
  ['M2I-36: powers', 'x<sup>2</sup> H<sub>2</sub>O', 'x^2 H_2O'],
  [
    'M2I-35: spoilers are black on black, whatever is in them',
    '<span data-mx-spoiler="end">he <font color="red">dies</font></span>.',
    `(end) \x0301,01he dies${O}.`,
  ],
  [
    'C5: what is not for reading is left out',
    '<style>a{}</style><script>b</script><!-- c --><title>d</title>e<svg><text>f</text></svg>',
    'e',
  ],
  ['C5: unknown tags are ignored', '<blink onclick="x">a</blink><x-y>b</x-y>', 'ab'],
  ['C5: unclosed tags end with the message', '<b>a<i>b', `${B}a${I}b`],
  ['M2I-46: Unicode breaks lines', 'a\u2028b\u2029c\u0085d\ve\ff', 'a\nb\nc\nd\ne\nf'],
  ['C3, C4: codes of the sender are no codes', '\x02a\x0304b&#x1d;c\x01ACTION x\x01\x00', 'a04bcACTION x'],
  ['C2: lone surrogates are replaced', 'a\ud800b', 'a\ufffdb'],
];

/** Gives every file an address. */
const SEEN: HtmlToIrc = { image: (mxc) => mxc.replace('mxc://', 'seen:') };

describe('html to irc', () => {
  for (const [name, html, irc] of ROWS) it(name, () => assert.equal(htmlToIrc(html), irc));

  const WITH: readonly (readonly [string, HtmlToIrc, string, string])[] = [
    [
      'M2I-33: a pill is what it is resolved to',
      { pill: (id) => (id === '@bob:e.x' ? 'bob[m]' : undefined) },
      '<a href="https://matrix.to/#/%40bob%3Ae.x"><b>Bobby</b></a>: <a href="matrix:u/bob:e.x">x</a> <a href="https://matrix.to/#/#r:e.x">R</a>',
      'bob[m]: bob[m] #r:e.x',
    ],
    [
      'INV-4: not even a pill breaks a line',
      { pill: () => 'a\r\nQUIT\x02' },
      '<a href="https://matrix.to/#/@b:e.x">x</a>',
      'a QUIT',
    ],
    [
      'FMT-1: code in backticks',
      { backticks: true },
      'run <code>a  b</code><pre><code>x\ny</code></pre>',
      'run `a  b`\nx\ny',
    ],
    ['FMT-1: 99 colours', { colours: 99 }, '<font color="#480101">x</font>', '\x0316x'],
    [
      'FMT-1: hex colours',
      { colours: 'hex' },
      '<font color="#480101" data-mx-bg-color="#abc">x</font> <font color="red">y</font>',
      `\x04480101,aabbccx${O} \x0304y`,
    ],
    [
      'MEDIA-15: an image that is a file of a homeserver has an address, an emoji of one’s own a name',
      SEEN,
      'a<img src="mxc://e/x" alt="c&#7;at"> <img src="mxc://e/y"> <img src="mxc://e/z" data-mx-emoticon alt="tea"> <img src="mxc://e/z" data-mx-emoticon>',
      'acat <seen:e/x> seen:e/y :tea: seen:e/z',
    ],
    [
      'MEDIA-15: no other image has one: nobody is led to a stranger’s server',
      SEEN,
      '<img src="https://evil.test/x" alt="a"><img src="mxc://../x" alt="b"><img src="mxc://e/x/y" alt="c"><img src="MXC://e/x" alt="d"><img src="mxc://e" alt="e">',
      'abcde',
    ],
    [
      'MEDIA-15: nor one in what is not shown',
      SEEN,
      '<mx-reply><img src="mxc://e/x" alt="a"></mx-reply><script><img src="mxc://e/x"></script>b',
      'b',
    ],
  ];
  for (const [name, options, html, irc] of WITH) it(name, () => assert.equal(htmlToIrc(html, options), irc));

  it('FMT-5: tags deeper than a hundred are ignored, their text is not', () => {
    const deep = (tags: number) => htmlToIrc(`${'<i>'.repeat(tags - 1)}<b>x</b>${'</i>'.repeat(tags - 1)}y`);
    assert.equal(deep(100), `${B}${I}x${O}y`);
    assert.equal(deep(101), `${I}x${O}y`);
    assert.equal(htmlToIrc(`${'<div>'.repeat(500)}a<br>b${'</div>'.repeat(500)}c`), 'a\nb\nc');
  });
});
