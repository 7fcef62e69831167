import assert from 'node:assert/strict';
import type { TextBody } from '../../src/model/matrix-event.js';
import { aMessage, aText, CATS } from '../support/make.js';
import { World } from '../support/world.js';

const html = '<b>b</b> <font color="red">r</font> <code>c</code> <span data-mx-spoiler>he dies</span>';
const CODES = /[\x02\x03\x04\x0f\x11\x16\x1d\x1e\x1f]/u;

describe('matrix-to-irc: what a channel does not let through', () => {
  const rows: readonly (readonly [sentence: string, modes: string, body: Partial<TextBody>, how: string, codes: boolean])[] = [
    ['M2I-48: +c takes no formatting', 'ntc', { html }, 'say', false],
    ['M2I-48: nor code that is written in backticks', 'c', { plain: 'run `ls`' }, 'say', false],
    ['formatting elsewhere', 'nt', { html }, 'say', true],
    ['M2I-49: +T takes no notices', 'T', { how: 'notice' }, 'say', false],
    ['a notice elsewhere', 'nt', { how: 'notice' }, 'notice', false],
    ['M2I-49: +C lets actions through', 'C', { how: 'act' }, 'act', false],
  ];
  for (const [sentence, modes, body, how, codes] of rows) {
    it(sentence, async () => {
      const world = await World.of();
      world.network.modes.set(CATS, modes);
      world.take(aMessage({ body: aText('hello', body) }));
      await world.quiet();
      const [line] = world.network.lines;
      assert.equal(line?.how, how);
      assert.equal(CODES.test(line.text), codes, JSON.stringify(line.text));
    });
  }
});
