import { type Node, parseTree } from 'jsonc-parser';
import { openBytes, type Source } from '../../lib/large-files/bytes';
import type { AssetName, ProjectSources } from './compile';
import { moveOn } from './encoding';
import { type Problem, splitCustomerPath } from './problems';
import { ListFile, UnreadableFile } from './read/list-file';

const customersPath = 'assets/customers.private.json';

/** A problem with its place in the file. */
export interface LocatedProblem extends Problem {
  /** From 1; undefined for a file that is missing. */
  line?: number;
  column?: number;
  /** The name of the customer whom it is about. */
  customer?: string;
}

/** @returns the problems with their places in the files that they were found in, in that order */
export function locateProblems(problems: readonly Problem[], sources: ProjectSources): LocatedProblem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return files.flatMap((file) => {
    const found = problems.filter((problem) => problem.file === file);
    const source = sources[file.replace('assets/', '') as AssetName];
    const located: LocatedProblem[] = source === undefined ? found : locateIn(source, found);
    return located.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  });
}

/** Reads the file again: of many customers, only those with problems are parsed. */
function locateIn(source: Source, problems: readonly Problem[]): LocatedProblem[] {
  const bytes = openBytes(source);
  try {
    // Of the other files, all is "around".
    const isLong = problems[0]?.file === customersPath;
    const file = new ListFile(bytes, 'customers', isLong ? {} : { aroundBytes: Number.POSITIVE_INFINITY });
    const around = parse(file.textAround);
    const byElement = new Map<number | undefined, Problem[]>();
    for (const problem of problems) {
      const position = positionOf(problem, file);
      const own = byElement.get(position);
      if (own) own.push(problem);
      else byElement.set(position, [problem]);
    }
    const located = (byElement.get(undefined) ?? []).map((problem): LocatedProblem => {
      if (problem.path === '') return locateWhole(problem);
      if (!around) return problem;
      return { ...problem, ...at(file.placeAround(findNode(around, problem.path).offset)) };
    });
    if (located.length === problems.length) return located;
    for (const { index, line, column, text } of file.texts()) {
      const own = byElement.get(index);
      const root = own && parse(text);
      if (!own) continue;
      if (!root) {
        // It is too large, or nested too deeply.
        for (const problem of own) located.push({ ...problem, line, column });
        continue;
      }
      const name = childOf(root, 'display_name')?.value;
      for (const problem of own) {
        const node = findNode(root, splitCustomerPath(problem.path).field);
        located.push({
          ...problem,
          ...at(moveOn([line, column], text.slice(0, node.offset))),
          ...(typeof name === 'string' && name !== '' && { customer: name }),
        });
      }
    }
    return located;
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    return problems.map(locateWhole);
  } finally {
    bytes.close();
  }
}

/** Locates a problem of the file as a whole: that of a text which is not JSON names the place. */
function locateWhole(problem: Problem): LocatedProblem {
  const [, line = '1', column = '1'] = / at line (\d+), column (\d+)/.exec(problem.problem) ?? [];
  return { ...problem, line: Number(line), column: Number(column) };
}

/** @returns the position of the customer whom a problem is about; undefined when it is about something else */
function positionOf({ path }: Problem, { count = 0 }: ListFile): number | undefined {
  const { position } = splitCustomerPath(path);
  return position === undefined || position >= count ? undefined : position;
}

function parse(text: string): Node | undefined {
  try {
    return parseTree(text, [], { disallowComments: true });
  } catch {
    // Brackets are nested too deeply.
    return undefined;
  }
}

function at([line, column]: readonly [number, number]): { line: number; column: number } {
  return { line, column };
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
