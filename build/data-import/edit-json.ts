import { type Node, parseTree } from 'jsonc-parser';

/** A value of JSON. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined };

/** A change of a JSON file. */
export type JsonEdit =
  /** Replaces a value, or adds a property to an object. */
  | { path: (string | number)[]; value: Json }
  /** Removes elements of a list, and adds others to its end. */
  | { path: (string | number)[]; remove: readonly number[]; append: readonly Json[] };

interface Replacement {
  offset: number;
  length: number;
  text: string;
}

/**
 * Edits JSON text where it changes, and leaves the rest as it is written. All edits are applied in one pass, because
 * jsonc-parser's own `modify` parses the text again for each.
 *
 * @param edits no two of the same place
 * @param given how the file is written of which the text is a part
 * @throws when a place does not exist
 */
export function editJson(text: string, edits: readonly JsonEdit[], given?: JsonStyle): string {
  const root = parseTree(text);
  if (!root) throw new Error('is not valid JSON');
  const style = given ?? styleOf(text, root);
  const replacements: Replacement[] = [];
  const additions = new Map<Node, { key: string; value: Json }[]>();
  for (const edit of edits) {
    if ('value' in edit) {
      const key = edit.path.at(-1);
      const parent = findNode(root, edit.path.slice(0, -1));
      const node = key === undefined ? undefined : childOf(parent, key);
      if (node) {
        const value = formatValue(edit.value, indentAt(text, node.offset), style, typeof key === 'number');
        replacements.push({ offset: node.offset, length: node.length, text: value });
      } else
        additions.set(parent, [...(additions.get(parent) ?? []), { key: String(key), value: edit.value }]);
    } else replacements.push(...editList(text, findNode(root, edit.path), edit, style));
  }
  for (const [node, added] of additions) replacements.push(addProperties(text, node, added, style));
  return replace(text, replacements);
}

function findNode(root: Node, path: readonly (string | number)[]): Node {
  return path.reduce<Node>((node, key) => {
    const child = childOf(node, key);
    if (!child) throw new Error(`there is no ${path.join('.')}`);
    return child;
  }, root);
}

/** Of keys that appear twice, `JSON.parse` keeps the last. */
function childOf(node: Node, key: string | number): Node | undefined {
  if (typeof key === 'number') return node.children?.[key];
  return node.children?.findLast(({ children }) => children?.[0]?.value === key)?.children?.[1];
}

/** How a file is written. */
export interface JsonStyle {
  /** What a level is indented by; undefined for a file without line breaks. */
  unit: string | undefined;
  eol: string;
  /** Whether objects in lists in lists, e.g. channels, are in one line each. */
  hasShortEntries: boolean;
}

/** @returns how a file is written. @throws when it is not JSON */
export function readStyle(text: string): JsonStyle {
  const root = parseTree(text);
  if (!root) throw new Error('is not valid JSON');
  return styleOf(text, root);
}

function styleOf(text: string, root: Node): JsonStyle {
  const [first] = root.children ?? [];
  const before = first === undefined ? '' : text.slice(root.offset + 1, first.offset);
  const entry = findFlatEntry(root);
  return {
    unit: first !== undefined && !before.includes('\n') ? undefined : (/[ \t]+$/.exec(before)?.[0] ?? '  '),
    eol: text.includes('\r\n') ? '\r\n' : '\n',
    hasShortEntries:
      entry !== undefined && !text.slice(entry.offset, entry.offset + entry.length).includes('\n'),
  };
}

/** @returns the first object in a list that has no objects or lists in it */
function findFlatEntry({ type, children = [] }: Node): Node | undefined {
  for (const child of children) {
    const values = child.children?.map((property) => property.children?.[1]) ?? [];
    const isFlat = values.length > 0 && values.every((value) => !value?.children);
    if (type === 'array' && child.type === 'object' && isFlat) return child;
    const found = findFlatEntry(child);
    if (found) return found;
  }
  return undefined;
}

/** @returns the white space at the beginning of a line */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

/**
 * As `JSON.stringify` formats it, except that short entries of lists are in one line each where the file's are.
 *
 * @param isEntry whether it is an element of a list
 */
export function formatValue(value: Json, indent: string, style: JsonStyle, isEntry = false): string {
  const { unit, eol, hasShortEntries } = style;
  if (typeof value !== 'object' || value === null || unit === undefined) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const [open, close] = isList ? '[]' : '{}';
  const deeper = indent + unit;
  const parts = isList
    ? value.map((one) => formatValue(one, deeper, style, true))
    : Object.entries(value).flatMap(([key, one]) =>
        one === undefined ? [] : `${JSON.stringify(key)}: ${formatValue(one, deeper, style)}`,
      );
  if (parts.length === 0) return `${open}${close}`;
  const isFlat = Object.values(value).every((one) => typeof one !== 'object');
  if (!isList && isEntry && isFlat && hasShortEntries) return `${open} ${parts.join(', ')} ${close}`;
  return `${open}${eol}${deeper}${parts.join(`,${eol}${deeper}`)}${eol}${indent}${close}`;
}

function addProperties(
  text: string,
  node: Node,
  added: readonly { key: string; value: Json }[],
  style: JsonStyle,
): Replacement {
  const last = node.children?.at(-1);
  if (!last) {
    const value = Object.fromEntries(added.map(({ key, value }) => [key, value]));
    const { offset, length } = node;
    return { offset, length, text: formatValue(value, indentAt(text, offset), style) };
  }
  const isShort = !text.slice(node.offset, node.children?.[0]?.offset).includes('\n');
  const indent = isShort ? '' : indentAt(text, last.offset);
  const gap = isShort ? (style.unit === undefined ? '' : ' ') : style.eol + indent;
  const colon = style.unit === undefined ? ':' : ': ';
  const written = added.map(
    ({ key, value }) => `,${gap}${JSON.stringify(key)}${colon}${formatValue(value, indent, style)}`,
  );
  return { offset: last.offset + last.length, length: 0, text: written.join('') };
}

function editList(
  text: string,
  list: Node,
  { remove, append }: { remove: readonly number[]; append: readonly Json[] },
  style: JsonStyle,
): Replacement[] {
  const nodes = list.children ?? [];
  const removed = new Set(remove);
  const ends = nodes.map(({ offset, length }) => offset + length);
  const replacements: Replacement[] = [];
  let isFirst = true;
  for (const [index, node] of nodes.entries()) {
    if (!removed.has(index)) isFirst = false;
    else {
      // The first ones go with the comma behind them, the others with the comma before.
      const from = isFirst ? node.offset : (ends[index - 1] ?? node.offset);
      const to = isFirst ? (nodes[index + 1]?.offset ?? ends[index]) : ends[index];
      replacements.push({ offset: from, length: (to ?? from) - from, text: '' });
    }
  }
  if (append.length === 0) return replacements;

  const [first] = nodes;
  if (!first) {
    const { offset, length } = list;
    return [{ offset, length, text: formatValue([...append], indentAt(text, offset), style) }];
  }
  const indent = indentAt(text, first.offset);
  const gap = style.unit === undefined ? '' : style.eol + indent;
  const written = append.map((value) => formatValue(value, indent, style, true)).join(`,${gap}`);
  replacements.push({ offset: ends.at(-1) ?? 0, length: 0, text: isFirst ? written : `,${gap}${written}` });
  return replacements;
}

function replace(text: string, replacements: Replacement[]): string {
  const parts: string[] = [];
  let at = 0;
  // An insertion at the end of what is removed comes after it.
  for (const { offset, length, text: by } of replacements.sort((a, b) => a.offset - b.offset)) {
    parts.push(text.slice(at, offset), by);
    at = Math.max(at, offset + length);
  }
  return parts.join('') + text.slice(at);
}
