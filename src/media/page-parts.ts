/** The style and the script of a paste page, and the policy that allows just these two. */

import { createHash } from 'node:crypto';

export const STYLE = `
:root{color-scheme:light dark;--paper:#fbfbf9;--ink:#1d1f21;--quiet:#62666a;--line:#e2e2dd;--box:#fff;--link:#1a5fb4}
@media(prefers-color-scheme:dark){:root{--paper:#16181a;--ink:#dcdedf;--quiet:#979ca1;--line:#2c3033;--box:#1c1f22;--link:#8ab8f0}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,sans-serif}
header,main,footer{max-width:54rem;margin:0 auto;padding:0 1.25rem}
header{display:flex;flex-wrap:wrap;align-items:baseline;gap:.25rem 1rem;padding-top:1.75rem;padding-bottom:.9rem}
h1{margin:0;font-size:1.05rem;font-weight:600;overflow-wrap:anywhere}
header p{margin:0}
header p,footer{color:var(--quiet);font-size:.875rem}
nav{margin-left:auto;display:flex;gap:.5rem;align-items:baseline;font-size:.875rem}
a{color:var(--link);overflow-wrap:anywhere}
nav a,button{font:inherit;color:var(--link);background:none;border:1px solid var(--line);border-radius:.4rem;padding:.3rem .8rem;text-decoration:none;cursor:pointer}
nav a:hover,button:hover{border-color:currentColor}
a:focus-visible,button:focus-visible{outline:2px solid var(--link);outline-offset:2px}
pre{margin:0;padding:1.1rem 1.25rem;background:var(--box);border:1px solid var(--line);border-radius:.5rem;white-space:pre-wrap;overflow-wrap:anywhere;tab-size:4;font:inherit}
pre.code,.numbers{font:.875rem/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre.code{white-space:pre;overflow:auto;flex:1;min-width:0;border-radius:0 .5rem .5rem 0}
.listing{display:flex}
.numbers{white-space:pre;text-align:right;color:var(--quiet);padding:1.1rem .7rem;border:1px solid var(--line);border-right:0;border-radius:.5rem 0 0 .5rem;user-select:none;-webkit-user-select:none}
@media(max-width:32rem){header,main,footer{padding-left:.75rem;padding-right:.75rem}pre{padding:.9rem}.numbers{padding:.9rem .45rem}}
footer{padding-top:.9rem;padding-bottom:2.5rem}
[hidden]{display:none}
@media print{nav,.numbers{display:none}pre{border:0;padding:0}pre.code{white-space:pre-wrap}}
`;

export const SCRIPT = `
const button=document.querySelector('button'),text=document.querySelector('pre');
const mark=()=>{const range=document.createRange();range.selectNodeContents(text);const chosen=getSelection();chosen.removeAllRanges();chosen.addRange(range)};
button.hidden=false;
button.addEventListener('click',async()=>{
try{await navigator.clipboard.writeText(text.textContent);button.textContent='Copied'}
catch{mark();button.textContent=document.execCommand('copy')?'Copied':'Selected: now press Ctrl+C'}
});
`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing but these two runs or loads, nobody frames the page, and nothing is sent anywhere from it. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src ${hashOf(STYLE)}`,
  `script-src ${hashOf(SCRIPT)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
