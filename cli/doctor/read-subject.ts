import { join } from 'node:path';
import { assembleBuild, readBuildId } from '../../build/build-id';
import { bundleFunctions } from '../../build/bundle';
import { type CompiledData, compileDataInTurns, openSources } from '../../build/data/compile';
import { listPublic, readOtherAssets } from '../../build/other-assets';
import { compareCustomers } from '../../lib/customers/places';
import type { Routing, TemplatesAsset } from '../../lib/model';
import { type Account, readEnvFile } from '../account';
import { listDeployments, listLiveDeployments } from '../deploy/live-deployments';
import { chooseEnvironment, chooseFunctionsUrl } from '../setup/needs';
import { SetupRecord } from '../setup/record';
import { readConsole } from '../setup/resources';
import { describeCheckFailure, type Finding, finding } from './findings';
import type { Send, Subject } from './subject';

/** What is needed of an account. */
export type CheckedAccount = Pick<
  Account,
  'accountSid' | 'authToken' | 'client' | 'localFunctionsUrl' | 'controlUrl' | 'variables'
>;

/** Where the functions are said to be. */
export interface Place {
  /** As given on the command line. */
  url: string | undefined;
  /** As given on the command line. */
  environment: string | undefined;
}

/** How long a request to the functions may take, in milliseconds: a little more than Twilio gives a function. */
const patienceMs = 15_000;

/**
 * Reads the project: its data, the id of its build, and where it is deployed.
 *
 * @param root the project's folder
 * @param report is told what is being done, when there are many customers
 * @returns what the data's own checks find; `subject` is undefined when the data is not valid
 */
export async function readSubject(
  root: string,
  account: CheckedAccount,
  place: Place,
  report?: (text: string) => void,
): Promise<{ findings: Finding[]; subject: Subject | undefined }> {
  const data = await compileDataInTurns(await openSources(join(root, 'assets')), report);
  const findings = describeData(data);
  if (data.problems.length > 0) return { findings, subject: undefined };

  const read = <T>(name: string): T =>
    JSON.parse(data.assets.get(`${name}.private.json` as never) ?? '') as T;
  const others = await readOtherAssets(join(root, 'assets'));
  const { url, environment } = await findPlace(root, account, place, findings);
  const inFile = withoutEmpty(readEnvFile(root));
  const variables = { ...account.variables, ...inFile };
  const { accountSid, authToken, client, localFunctionsUrl, controlUrl } = account;
  return {
    findings,
    subject: {
      accountSid,
      authToken,
      client,
      url,
      environment,
      isLocal: localFunctionsUrl !== undefined,
      givenUrl: place.url,
      otherUrls: localFunctionsUrl === undefined ? [] : [localFunctionsUrl],
      variables,
      variableSources: Object.fromEntries(
        Object.keys(variables).map((name) => [name, name in inFile ? '.env' : 'local Twilio']),
      ),
      hasOwnVariables: url !== undefined && url === localFunctionsUrl,
      routing: read<Routing>('routing'),
      customers: [...data.firstOn.values()].sort(compareCustomers),
      templates: read<TemplatesAsset>('templates'),
      buildId: await makeBuildId(root, data, others),
      publicAssets: listPublic(others.keys()),
      distBuildId: readBuildId(join(root, 'dist')),
      console: controlUrl === undefined ? null : await readConsole(controlUrl),
      kept: new SetupRecord(root, account).kept,
      send: sendByFetch,
    },
  };
}

function describeData({ problems, warnings }: CompiledData): Finding[] {
  return [...problems, ...warnings].map(({ severity, file, path, problem, fix }) => {
    const code = severity === 'error' ? 'data_invalid' : 'data_warning';
    return finding(code, `${file}${path && `: ${path}`}: ${problem}`, fix);
  });
}

/** @returns the id that `npm run build` would give */
async function makeBuildId(
  root: string,
  data: CompiledData,
  others: ReadonlyMap<string, Buffer>,
): Promise<string> {
  return assembleBuild(await bundleFunctions(root), others, data.assets, data.packed).buildId;
}

/**
 * Without a choice on the command line: the environment dev, or the only one; else the local Twilio's own functions.
 *
 * @param findings is told when Twilio cannot be asked what is deployed: then it is what this folder remembers
 */
async function findPlace(
  root: string,
  account: CheckedAccount,
  { url, environment }: Place,
  findings: Finding[],
): Promise<Pick<Subject, 'url' | 'environment'>> {
  if (url !== undefined) return { url: url.replace(/\/+$/, ''), environment: undefined };
  const local = account.localFunctionsUrl;
  const remembered = listDeployments(root, account.accountSid);
  const deployments =
    environment === undefined
      ? await listLiveDeployments(root, account).catch((error: unknown) => {
          findings.push(describeCheckFailure('what is deployed', error));
          return remembered;
        })
      : remembered;
  if (environment === undefined && deployments.size === 0) return { url: local, environment };
  const name = chooseEnvironment(deployments, environment);
  return {
    url: chooseFunctionsUrl(deployments, { given: undefined, environment: name, local }),
    environment: name,
  };
}

function withoutEmpty(variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
}

const sendByFetch: Send = async (url, request) => {
  const started = performance.now();
  const signal = AbortSignal.timeout(patienceMs);
  const response = await fetch(url, { ...request, redirect: 'manual', signal });
  const body = await response.text();
  const { status, headers } = response;
  return { status, headers: Object.fromEntries(headers), body, ms: performance.now() - started };
};
