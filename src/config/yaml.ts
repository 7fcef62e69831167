/** YAML text to a value, remembering the line of every path. */

import { CORE_SCHEMA, EVENT_ID, YAMLException, getScalarValue, load, mergeTag, parseEvents, type Event } from 'js-yaml';
import { BridgeError } from '../model/errors.js';
import { isSection, pathKey, type Path } from './paths.js';
import { inWords } from './yaml-words.js';

/** YAML 1.2, and the merge keys (`<<`) that configurations of the predecessor may hold. */
const SCHEMA = CORE_SCHEMA.withTags(mergeTag);
/** A configuration refers to a part of itself a few times, not so that it grows without end ("billion laughs"). */
const MAX_ALIASES = 200;
const MAX_VALUES = 1_000_000;

/** A file as read. */
export interface YamlFile {
  /** The root section; an empty file is an empty section. */
  readonly tree: Record<string, unknown>;
  /** The line (from 1) of a path, or of the nearest section around it. */
  readonly lineOf: (path: Path) => number;
}

/**
 * Reads one YAML document whose root is a section.
 * @param file its name, for faults
 * @throws BridgeError CONFIG_FAULT `file:line reason` for what is no YAML: tabs, keys that come twice, no section
 */
export function readYaml(text: string, file: string): YamlFile {
  const lineAt = lineCounter(text);
  try {
    const events = parseEvents(text, { maxDepth: 40 });
    if (!events.some((event) => event.type !== EVENT_ID.DOCUMENT && event.type !== EVENT_ID.POP))
      return { tree: {}, lineOf: () => 1 };
    const tree: unknown = load(text, { schema: SCHEMA, maxDepth: 40, maxAliases: MAX_ALIASES });
    if (tree !== null && !isSection(tree))
      throw new BridgeError('CONFIG_FAULT', `${file}:1 must be a section (lines of "key: value")`);
    const lines = linesOf(text, events, lineAt);
    return {
      tree: ownCopy(tree, file),
      lineOf: (path) => {
        for (let length = path.length; length > 0; length--) {
          const line = lines.get(pathKey(path.slice(0, length)));
          if (line !== undefined) return line;
        }
        return 1;
      },
    };
  } catch (fault) {
    if (!(fault instanceof YAMLException)) throw fault;
    const line = fault.mark === undefined ? 1 : fault.mark.line + 1;
    const why = inWords(fault.reason, text.slice(fault.mark?.position ?? text.length));
    throw new BridgeError('CONFIG_FAULT', `${file}:${line} ${why}`, { cause: fault });
  }
}

/** Where each key and list item begins. A key is written before its value, so events come in pairs within a mapping. */
function linesOf(
  text: string,
  events: readonly Event[],
  lineAt: (offset: number) => number,
): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  /** The collections around, each with the path to it; `key` is set between a key and its value. */
  const open: { path: Path; list: boolean; items: number; key?: string | undefined }[] = [];
  const enter = (start: number): Path => {
    const parent = open.at(-1);
    if (!parent) return [];
    if (parent.list) {
      const path = [...parent.path, parent.items++];
      lines.set(pathKey(path), lineAt(start));
      return path;
    }
    const path = [...parent.path, parent.key ?? ''];
    parent.key = undefined;
    return path;
  };
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) continue;
    if (event.type === EVENT_ID.POP) {
      open.pop();
      continue;
    }
    const parent = open.at(-1);
    if (event.type === EVENT_ID.SCALAR && parent && !parent.list && parent.key === undefined) {
      parent.key = getScalarValue(text, event);
      lines.set(pathKey([...parent.path, parent.key]), lineAt(event.valueStart));
      continue;
    }
    const start =
      event.type === EVENT_ID.SCALAR
        ? event.valueStart
        : event.type === EVENT_ID.ALIAS
          ? event.anchorStart
          : event.start;
    const path = enter(start);
    if (event.type === EVENT_ID.SEQUENCE || event.type === EVENT_ID.MAPPING) {
      open.push({ path, list: event.type === EVENT_ID.SEQUENCE, items: 0 });
    }
  }
  return lines;
}

/** A copy in which no two places share an object (aliases do), so that changing one place changes no other. */
function ownCopy(tree: unknown, file: string): Record<string, unknown> {
  let left = MAX_VALUES;
  const copy = (value: unknown): unknown => {
    if (left-- === 0) throw new BridgeError('CONFIG_FAULT', `${file}:1 must not hold more than ${MAX_VALUES} values`);
    if (Array.isArray(value)) return value.map(copy);
    return isSection(value)
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]))
      : value;
  };
  const root = copy(tree);
  return isSection(root) ? root : {};
}

/** Offset to line, counted from 1, for offsets that never go back far: by bisection over the line starts. */
function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
