import { type Finding, finding, withoutRepeats } from '../findings';
import { deployCommand } from '../fixes';
import { listProbes, type Probe, protectedPaths, signForm } from '../probes';
import type { ProbeAnswer, Subject } from '../subject';
import { findDeployedEnvironment, sourceOf } from './variables';

/** What a signed request to a callback was answered. */
export interface ProbeResult {
  request: string;
  status: number;
  ms: number;
  limitMs: number;
}

/** The part of the limit above which an answer counts as slow. */
const slowPart = 0.6;

/** For functions that are not there, or not ours. */
const deployFix = (subject: Subject): string => `${deployCommand(subject)}, or give the right URL with --url`;

/** Calls each deployed callback with a signed request that changes nothing. */
export async function checkSigned(
  subject: Subject,
): Promise<{ findings: Finding[]; results: ProbeResult[] }> {
  const { url, authToken, send } = subject;
  if (url === undefined) {
    const text = 'Nobody knows where the functions are deployed';
    const fix = `${deployCommand(subject)}, or --url https://YOUR-SERVICE.twil.io`;
    return { findings: [finding('functions_url_unknown', text, fix)], results: [] };
  }
  if (authToken === undefined) {
    const text = 'The callbacks were not called: an API key cannot sign requests';
    const fix = 'set ACCOUNT_SID and AUTH_TOKEN in .env to check them too';
    return { findings: [finding('signing_skipped', text, fix)], results: [] };
  }
  const findings: Finding[] = [];
  const results: ProbeResult[] = [];
  const builds = new Set<string>();
  for (const probe of listProbes(subject)) {
    const target = `${url}${probe.path}`;
    const fields = { ...probe.fields, BuildProbe: '1' };
    let answer: ProbeAnswer;
    try {
      answer = await send(target, signForm(authToken, target, fields));
    } catch (error) {
      const text = `${target} does not answer: ${describeFailure(error)}`;
      findings.push(finding('functions_unreachable', text, deployFix(subject)));
      break;
    }
    const { status, ms } = answer;
    results.push({
      request: `${probe.name} ${probe.path}`,
      status,
      ms: Math.round(ms),
      limitMs: probe.limitMs,
    });
    const found = judgeAnswer(probe, answer, subject);
    findings.push(...found, ...judgeTime(probe, ms));
    const isOurs = !found.some(({ code }) => code === 'callback_missing' || code === 'signature_rejected');
    if (isOurs) builds.add(answer.headers['x-build-id'] ?? '');
  }
  return { findings: [...withoutRepeats(findings), ...judgeBuilds(builds, subject)], results };
}

function judgeAnswer(probe: Probe, { status, headers, body }: ProbeAnswer, subject: Subject): Finding[] {
  const { name, path } = probe;
  const json = parseJson(body);
  const { code } = Object(json) as { code?: unknown };
  if (status === 404 && code === undefined) {
    return [finding('callback_missing', `There is no function at ${path}`, deployFix(subject))];
  }
  if (status === 403 && code === undefined) {
    const text = 'The functions reject requests that are signed with the auth token';
    const fix =
      'compare AUTH_TOKEN in .env with the Console, and --url with the domain of the service: both are signed';
    return [finding('signature_rejected', text, fix)];
  }
  if (status !== probe.status) {
    const text = `${name} at ${path} answers ${status}${code === undefined ? '' : ` ${String(code)}`}, not ${probe.status}`;
    return [finding('callback_failed', text, `docs/errors.md explains the code; the log has the details`)];
  }
  const outcome = headers['x-outcome'] ?? 'ok';
  if (status === 200 && outcome !== 'ok') {
    const text = `${name} at ${path} answers 200, but fails: ${outcome}`;
    return [finding('callback_failed', text, `docs/errors.md explains the code; the log has the details`)];
  }
  const problem = json === undefined ? 'it is not valid JSON' : probe.problemOf(json);
  if (problem === undefined) return [];
  const text = `The answer to ${name} at ${path} is wrong: ${problem}`;
  const fix = `${deployCommand(subject)}: the functions or their data are not these`;
  return [finding('callback_answer_malformed', text, fix)];
}

function judgeTime({ name, path, limitMs }: Probe, ms: number): Finding[] {
  if (ms <= limitMs * slowPart) return [];
  const isTooSlow = ms > limitMs;
  const text = `${name} at ${path} took ${Math.round(ms)} ms; its limit is ${limitMs} ms`;
  const fix = 'run it again: the first request starts the function. Then look for slow requests in the log';
  return [finding(isTooSlow ? 'callback_too_slow' : 'callback_slow', text, fix)];
}

function judgeBuilds(builds: ReadonlySet<string>, subject: Subject): Finding[] {
  const { buildId, url } = subject;
  if (builds.has('')) {
    const text = `${url} runs functions without a build id: they are old, or not ours`;
    return [finding('build_unknown', text, deployCommand(subject))];
  }
  const others = [...builds].filter((id) => id !== buildId);
  if (others.length === 0) return [];
  const text = `${url} runs ${others.join(' and ')}, but the code and data here make ${buildId}`;
  return [finding('build_differs', text, deployCommand(subject))];
}

/**
 * Twilio's gateway refuses, or has no such function; a function that answers in our form has been called. What the
 * gateway's own body holds is not documented.
 *
 * @see https://www.twilio.com/docs/serverless/functions-assets/functions/request-flow
 */
function isRefusal({ status, body }: ProbeAnswer): boolean {
  const { code } = Object(parseJson(body)) as { code?: unknown };
  return [400, 403, 404].includes(status) && typeof code !== 'string';
}

/** Checks that nobody but Twilio can call the callbacks, and that nobody can read the data. */
export async function checkUnsigned(subject: Subject): Promise<Finding[]> {
  const { url, send } = subject;
  if (url === undefined) return [];
  const harmlessRequests = listProbes(subject);
  const unsigned = protectedPaths.map(async (path) => {
    // Requests that change nothing, and that a function of ours answers in its own form.
    const { fields } = harmlessRequests.find((one) => one.path === path) ?? { fields: {} };
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams(fields).toString();
    const answer = await send(`${url}${path}`, { method: 'POST', headers, body }).catch(() => undefined);
    if (answer === undefined || isRefusal(answer)) return [];
    const text = `${path} answers ${answer.status} to a request without a signature: anybody can call it`;
    const fix = `${deployCommand(subject)}: the file name must keep ".protected"`;
    return [finding('callback_open', text, fix)];
  });
  const deployed = await listDeployedPublic(subject);
  const data = ['/customers.json', '/customers-1.bin', '/routing.json', '/templates.json'];
  const unmeant = [...new Set([...data, ...deployed])].filter((path) => !subject.publicAssets.includes(path));
  const assets = unmeant.map(async (path) => {
    const answer = await send(`${url}${path}`, { method: 'GET' }).catch(() => undefined);
    if (answer?.status !== 200) return [];
    const text = `Anybody can read ${url}${path}`;
    const fix = `${deployCommand(subject)}: assets/ has no such public file now, and a new build replaces the deployed one`;
    return [finding('asset_public', text, fix)];
  });
  return (await Promise.all([...unsigned, ...assets])).flat();
}

/** @returns the public assets of the deployed build; none where the account has no environment with this domain */
async function listDeployedPublic(subject: Subject): Promise<string[]> {
  const environment = await findDeployedEnvironment(subject);
  if (!environment?.buildSid) return [];
  const { serviceSid, buildSid } = environment;
  const build = await subject.client.serverless.v1.services(serviceSid).builds(buildSid).fetch();
  const assets = (build.assetVersions ?? []) as { path: string; visibility: string }[];
  return assets.filter(({ visibility }) => visibility === 'public').map(({ path }) => path);
}

/**
 * Checks that `/flex/outbound-message` knows the key, and rejects everybody else.
 *
 * @param options.sendsKey whether the functions are known to be ours
 */
export async function checkOutboundEndpoint(
  subject: Subject,
  { sendsKey }: { sendsKey: boolean },
): Promise<Finding[]> {
  const { url, send, variables } = subject;
  if (url === undefined) return [];
  const path = '/flex/outbound-message';
  // An object without fields is a request that can start nothing.
  const ask = (headers: Record<string, string>) =>
    send(`${url}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: '{}',
    }).catch(() => undefined);
  const findings: Finding[] = [];
  for (const [who, headers] of [
    ['without a key', {}],
    ['with a wrong key', { Authorization: `Bearer ${'wrong-key-'.repeat(4)}` }],
  ] as const) {
    const answer = await ask(headers);
    if (answer === undefined) return [];
    if (answer.status === 401 || answer.status === 403) continue;
    if (answer.status === 404)
      return [finding('callback_missing', `There is no function at ${path}`, deployFix(subject))];
    const isOpen = answer.status < 500 && answer.status !== 415;
    const text = `${path} answers ${answer.status} to a request ${who}, not 401`;
    const fix = isOpen ? replaceFix(subject) : 'docs/errors.md explains the code; the log has the details';
    findings.push(finding(isOpen ? 'callback_open' : 'callback_failed', text, fix));
  }
  const key = sendsKey ? variables.OUTBOUND_API_KEY : undefined;
  if (key === undefined || !/^[\x21-\x7e]{32,}$/.test(key) || findings.length > 0) return findings;
  const answer = await ask({ Authorization: `Bearer ${key}` });
  if (answer?.status === 401) {
    const text = `${path} rejects the OUTBOUND_API_KEY ${sourceOf('OUTBOUND_API_KEY', subject)}: another one is deployed, or none`;
    return [finding('outbound_key_rejected', text, deployCommand(subject))];
  }
  if (answer !== undefined && answer.status !== 400) {
    const text = `${path} answers ${answer.status} to a request without fields, not 400`;
    return [finding('callback_failed', text, 'docs/errors.md explains the code; the log has the details')];
  }
  return [];
}

/** Checks that `/maintenance/sweep` is there when it has a key, and lets nobody in without. No sweep is ever started. */
export async function checkSweepEndpoint(subject: Subject): Promise<Finding[]> {
  const { url, send, variables } = subject;
  if (url === undefined) return [];
  const path = '/maintenance/sweep';
  const headers = { 'Content-Type': 'application/json' };
  // An endpoint that lets anybody in refuses this value, and does nothing.
  const body = JSON.stringify({ closeOlderThan: 'never' });
  const answer = await send(`${url}${path}`, { method: 'POST', headers, body }).catch(() => undefined);
  if (answer === undefined || answer.status === 401 || answer.status === 403) return [];
  if (answer.status === 404) {
    const isUsed = variables.SWEEP_API_KEY !== undefined;
    return isUsed ? [finding('callback_missing', `There is no function at ${path}`, deployFix(subject))] : [];
  }
  const text = `${path} answers ${answer.status} to a request without a key, not 401`;
  if (answer.status >= 500) {
    return [finding('callback_failed', text, 'docs/errors.md explains the code; the log has the details')];
  }
  return [finding('callback_open', text, replaceFix(subject))];
}

/** For an endpoint that lets anybody in: it is not as the one of this project. */
function replaceFix(subject: Subject): string {
  return `${deployCommand(subject)}: what is deployed is not the function of this project`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch failed` says nothing; its cause does. */
function describeFailure(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}
