import { commands } from '../../../cli/command-list';
import { createProgram, runProgram } from '../../../cli/program';

/** Runs the command line in this process. */
async function call(args: readonly string[]): Promise<object> {
  const { stdout, stderr } = process;
  const printed = { stdout: '', stderr: '' };
  const writers = [stdout.write, stderr.write] as const;
  const keep = (name: keyof typeof printed) => (text: string | Uint8Array) => {
    printed[name] += String(text);
    return true;
  };
  stdout.write = keep('stdout');
  stderr.write = keep('stderr');
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...args);
  process.exitCode = 0;
  await runProgram(createProgram(commands));
  [stdout.write, stderr.write] = writers;
  // Each call listens for pipes that close.
  for (const stream of [stdout, stderr]) stream.removeAllListeners('error');
  return { status: process.exitCode, ...printed };
}

async function main(calls: readonly string[][]): Promise<void> {
  const results: object[] = [];
  for (const args of calls) results.push(await call(args));
  process.exitCode = 0;
  process.stdout.write(JSON.stringify(results));
}

void main(JSON.parse(process.argv[2] ?? '[]') as string[][]);
