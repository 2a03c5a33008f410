import { type Node, parseTree } from 'jsonc-parser';
import type { AssetName, Sources } from './compile';
import { decodeText } from './encoding';
import type { Problem } from './problems';

/** A problem with its place in the file. */
export interface LocatedProblem extends Problem {
  /** From 1; undefined for a file that is missing. */
  line?: number;
  column?: number;
  /** The name of the customer whom it is about. */
  customer?: string;
}

/** @returns the problems with their places in the files that they were found in, in that order */
export function locateProblems(problems: readonly Problem[], sources: Sources): LocatedProblem[] {
  const files = new Map<string, SourceFile | undefined>();
  const located = problems.map((problem): LocatedProblem => {
    const { file } = problem;
    if (!files.has(file)) files.set(file, openFile(sources[file.replace('assets/', '') as AssetName]));
    const opened = files.get(file);
    return opened ? { ...problem, ...locate(problem, opened) } : problem;
  });
  const order = [...files.keys()];
  return located.sort(
    (a, b) =>
      order.indexOf(a.file) - order.indexOf(b.file) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
}

interface SourceFile {
  root: Node | undefined;
  /** The offset of each line's first character. */
  lines: number[];
}

function openFile(source: Sources[AssetName]): SourceFile | undefined {
  if (source === undefined) return undefined;
  const decoded = typeof source === 'string' ? { text: source } : decodeText(source);
  if (!('text' in decoded)) return { root: undefined, lines: [0] };
  const text = decoded.text.replace(/^\uFEFF/, '');
  const lines = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.push(at + 1);
  try {
    return { root: parseTree(text, [], { disallowComments: true }), lines };
  } catch {
    // Brackets are nested too deeply.
    return { root: undefined, lines };
  }
}

function locate({ path, problem }: Problem, { root, lines }: SourceFile): Partial<LocatedProblem> {
  if (path === '') {
    const [, line = '1', column = '1'] = / at line (\d+), column (\d+)/.exec(problem) ?? [];
    return { line: Number(line), column: Number(column) };
  }
  if (!root) return {};
  const [customers, position] = /^customers\[(\d+)\]/.exec(path) ?? [];
  const entry =
    customers === undefined ? undefined : childOf(root, 'customers')?.children?.[Number(position)];
  const name = entry && childOf(entry, 'display_name')?.value;
  return {
    ...placeOf(findNode(root, path).offset, lines),
    ...(typeof name === 'string' && name !== '' && { customer: name }),
  };
}

/** @returns the value at a path such as `customers[3].channels[0].value`; of a missing one, the object that lacks it */
function findNode(root: Node, path: string): Node {
  let node = root;
  let rest = path;
  while (rest !== '') {
    const [element, position] = /^\[(\d+)\]\.?/.exec(rest) ?? [];
    const found =
      element === undefined
        ? findProperty(node, rest)
        : { node: node.children?.[Number(position)], length: element.length };
    if (!found?.node) return node;
    node = found.node;
    rest = rest.slice(found.length).replace(/^\./, '');
  }
  return node;
}

/** A key may contain a dot: the longest that fits is taken, and of two that are the same, the last. */
function findProperty(node: Node, rest: string): { node: Node | undefined; length: number } | undefined {
  const keys = (node.children ?? []).flatMap(({ children }) => {
    const [name, value] = children ?? [];
    const key = String(name?.value);
    const isNext = rest === key || rest.startsWith(`${key}.`) || rest.startsWith(`${key}[`);
    return node.type === 'object' && isNext ? [{ node: value ?? name, length: key.length }] : [];
  });
  return keys.sort((a, b) => a.length - b.length).at(-1);
}

function childOf(node: Node, key: string): Node | undefined {
  return node.children?.findLast(({ children }) => children?.[0]?.value === key)?.children?.[1];
}

function placeOf(offset: number, lines: readonly number[]): { line: number; column: number } {
  let [low, high] = [0, lines.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lines[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lines[low] ?? 0) + 1 };
}
