/** Something that is wrong with the data, where, and what to do about it. */
export interface Problem {
  /** e.g. `assets/customers.private.json` */
  file: string;
  /** e.g. `customers[3].channels[0].value`; empty for the file as a whole. */
  path: string;
  problem: string;
  cure: string;
}

/** @returns the problems as a person reads them, by file, with their number at the end */
export function formatProblems(problems: readonly Problem[]): string {
  const lines: string[] = [];
  for (const file of new Set(problems.map((problem) => problem.file))) {
    lines.push(file);
    for (const { path, problem, cure } of problems.filter((one) => one.file === file)) {
      lines.push(`  ${path ? `${path}: ` : ''}${problem}`, `    → ${cure}`);
    }
  }
  lines.push(problems.length === 1 ? '1 problem' : `${problems.length} problems`);
  return lines.join('\n');
}

/** @returns `customers[3].channels[0].value` for its keys */
export function formatPath(keys: readonly unknown[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    return path ? `${path}.${String(key)}` : String(key);
  }, '');
}
