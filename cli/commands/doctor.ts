import type { Command } from 'commander';
import type { Diagnosis } from '../doctor/examine';
import type { Severity } from '../doctor/findings';
import { paintFor, printJson } from '../output';
import { addCommand, exitCodes, UsageError } from '../program';
import { projectFolder } from '../project-folder';

interface Options {
  local?: true;
  url?: string;
  environment?: string;
  json?: true;
}

/** `npm run doctor`: checks account, data and deployed functions, and says what to do about each finding. */
export function addDoctor(program: Command): void {
  addCommand(program, 'doctor', 'Check the account, the data and the deployed functions end to end')
    .option('--url <url>', 'Where the functions are; what "npm run deploy" remembers unless given')
    .option('--environment <name>', 'Which of the deployed environments; dev, or the only one, unless given')
    .option('--local', 'Check the local Twilio that "npm start" runs')
    .option('--json', 'Print JSON: ok, url, environment, findings, probes')
    .action(doctor);
}

async function doctor({ local, url, environment, json }: Options): Promise<void> {
  const { openAccount } = await import('../account');
  const { withProgress } = await import('../progress');
  const { examine } = await import('../doctor/examine');
  const { readSubject } = await import('../doctor/read-subject');
  const account = await openAccount({ local });
  if (url !== undefined && !/^(https:\/\/[^/]+|http:\/\/localhost(:\d+)?)\/*$/.test(url)) {
    throw new UsageError(`--url must be like https://YOUR-SERVICE.twil.io, without a path: ${url}`);
  }
  const diagnosis = await withProgress('Reading the project', async (report): Promise<Diagnosis> => {
    const { findings, subject } = await readSubject(projectFolder, account, { url, environment }, report);
    if (!subject) return { findings, probes: [] };
    const { findings: more, probes } = await examine(subject, report);
    return { url: subject.url, environment: subject.environment, findings: [...findings, ...more], probes };
  });
  const ok = diagnosis.findings.every(({ severity }) => severity !== 'error');
  if (!ok) process.exitCode = exitCodes.failed;
  if (json) printJson({ ok, ...diagnosis });
  else printDiagnosis(diagnosis);
}

const hues = { error: 'red', warning: 'yellow', notice: 'cyan' } as const;

function printDiagnosis({ url, environment, findings, probes }: Diagnosis): void {
  const paint = paintFor('stdout');
  if (url !== undefined) {
    console.log(`Functions at ${url}${environment === undefined ? '' : ` (environment ${environment})`}\n`);
  }
  for (const { request, status, ms, limitMs } of probes) {
    console.log(`${status}  ${`${ms} ms`.padStart(8)} of ${limitMs}  ${request}`);
  }
  if (probes.length > 0) console.log('');
  const order: Severity[] = ['error', 'warning', 'notice'];
  const sorted = order.flatMap((severity) => findings.filter((one) => one.severity === severity));
  for (const { severity, code, message, fix } of sorted) {
    console.log(`${paint(hues[severity], severity)} ${code}: ${message}\n  ${paint('cyan', '→')} ${fix}`);
  }
  const counts = order.flatMap((severity) => {
    const count = findings.filter((one) => one.severity === severity).length;
    return count === 0 ? [] : `${count} ${severity}${count === 1 ? '' : 's'}`;
  });
  console.log(counts.length === 0 ? 'Everything is fine' : counts.join(', '));
}
